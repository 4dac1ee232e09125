"""The bot as its own process on Discord: in every kind of place, with all that people can ask it there."""

import asyncio
import io
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tests.emulators.common import eventually
from tests.emulators.discord import ChannelKind, DiscordEmulator, File, Permission
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Interaction, Message, Person
from tests.emulators.model import Call, ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.process import BotProcess


@pytest.fixture
async def discord(discord_emulator: DiscordEmulator) -> AsyncIterator[DiscordEmulator]:
    yield discord_emulator
    assert discord_emulator.pings == []


@pytest.fixture
async def bot(discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path) -> AsyncIterator[BotProcess]:
    async with start(discord, model_emulator, tmp_path) as process:
        await discord.until_connected()
        yield process


def start(discord: DiscordEmulator, model: ModelEmulator, folder: Path, **variables: str) -> BotProcess:
    return BotProcess(
        folder,
        DISCORD_TOKEN=discord.token,
        DISCORD_API_URL=discord.api_url,
        DISCORD_GATEWAY_URL=discord.gateway_url,
        MODEL_API_URL=model.url,
        MODEL_API_KEY="model-key",
        **variables,
    )


def picture(colour: str) -> File:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(out, "PNG")
    return File(name=f"{colour}.png", data=out.getvalue())


async def shown(discord: DiscordEmulator, channel: Channel, *texts: str) -> list[Message]:
    """The bot's messages there, once they are exactly these."""
    await eventually(
        lambda: [message.text for message in discord.visible(channel)] == list(texts),
        what=f"{texts}: {[message.text for message in discord.visible(channel)]}",
    )
    return discord.visible(channel)


def told(call: Call) -> str:
    """All that the model was told."""
    return str(call.body["messages"])


async def newest_call(model: ModelEmulator, count: int) -> Call:
    await eventually(lambda: len(model.calls) >= count, what=f"{count} requests to the model")
    assert len(model.calls) == count
    return model.calls[-1]


async def places(discord: DiscordEmulator, ann: Person) -> dict[str, Channel]:
    """One of each kind in which people write."""
    text, forum = discord.add_channel("text"), discord.add_forum()
    private_thread = discord.add_thread(text, "secret", starter=ann, private=True)
    discord.invite(private_thread)
    return {
        "text channel": text,
        "announcement channel": discord.add_channel("news", kind=ChannelKind.ANNOUNCEMENT),
        "chat of a voice channel": discord.add_channel("voice", kind=ChannelKind.VOICE),
        "chat of a stage": discord.add_channel("stage", kind=ChannelKind.STAGE),
        "thread": discord.add_thread(text, starter=ann),
        "private thread": private_thread,
        "forum post": (await discord.add_post(forum, ann, "Roses", "Which one?")).channel,
    }


@pytest.mark.usefixtures("bot")
async def test_in_every_kind_of_place_a_mention_and_a_silent_reply_are_answered_and_nobody_is_pinged(
    discord: DiscordEmulator, model_emulator: ModelEmulator
) -> None:
    ann = discord.add_person("Ann")
    for number, (kind, channel) in enumerate((await places(discord, ann)).items()):
        model_emulator.reply(f"In the {kind}.", "Still here.")
        question = await discord.say(channel, ann, f"{discord.bot.mention} where are we?")
        [first] = await shown(discord, channel, f"In the {kind}.")
        silent = await discord.say(channel, ann, "are you there?", reply_to=first, ping=False)
        [_, second] = await shown(discord, channel, f"In the {kind}.", "Still here.")

        assert (first.reply_to, second.reply_to) == (question, silent), kind
        call = await newest_call(model_emulator, 2 * number + 2)
        assert f"In the {kind}." in told(call), "it remembers"
        assert told(call).count("where are we?") == 1, "and only what was said here"


@pytest.mark.usefixtures("bot")
async def test_the_role_of_the_bot_a_forward_and_a_quoted_picture_are_understood(
    discord: DiscordEmulator, model_emulator: ModelEmulator
) -> None:
    ann, channel, elsewhere = discord.add_person("Ann"), discord.add_channel(), discord.add_channel("elsewhere")
    model_emulator.reply("By my role.", "A forward.")
    await discord.say(channel, ann, f"{discord.bot_role.mention} hello")
    await shown(discord, channel, "By my role.")
    original = await discord.say(elsewhere, ann, "my red garden", files=[picture("red")])
    forward = await discord.say(channel, ann, forward_of=original)
    await discord.say(channel, ann, f"{discord.bot.mention} what is that?", reply_to=forward)
    await shown(discord, channel, "By my role.", "A forward.")

    call = await newest_call(model_emulator, 2)
    assert "my red garden" in call.text
    assert len(call.pictures) == 1


@pytest.mark.usefixtures("bot")
async def test_questions_can_be_asked_by_commands_and_menus(
    discord: DiscordEmulator, model_emulator: ModelEmulator
) -> None:
    ann, channel = discord.add_person("Ann"), discord.add_channel()
    photo = await discord.say(channel, discord.add_person("Ben"), "look", files=[picture("lime")])
    model_emulator.reply("Asked.", "Described.", "From the menu.", "About it.", "Alt text.")
    asked_red, about_it = "> which colour?\n\nAsked.", "> whose garden?\n\nAbout it."
    await discord.use_command(channel, ann, "ask", {"question": "which colour?", "picture": picture("red")})
    await shown(discord, channel, asked_red)
    asked = await newest_call(model_emulator, 1)
    await discord.use_command(channel, ann, "describe", {"picture": picture("blue")})
    await shown(discord, channel, asked_red, "Described.")
    await discord.use_menu(photo, ann, "Describe picture")
    await shown(discord, channel, asked_red, "Described.", "From the menu.")
    opened = await discord.use_menu(photo, ann, "Ask about this")
    await eventually(lambda: opened.form)
    await discord.submit(opened, {"What do you want to know?": "whose garden?"})
    await shown(discord, channel, asked_red, "Described.", "From the menu.", about_it)
    about = await newest_call(model_emulator, 4)
    await discord.use_menu(photo, ann, "Alt text")
    answers = [asked_red, "Described.", "From the menu.", about_it, "**Described by AI:** Alt text."]
    await shown(discord, channel, *answers)

    assert "which colour?" in asked.text
    assert len(asked.pictures) == 1
    assert "> which colour?" not in about.text, "it is no part of what was answered"
    assert "whose garden?" in about.text
    in_time(discord.interactions)
    assert discord.typing_events == [], "Discord shows by itself that an answer comes"


def in_time(interactions: list[Interaction]) -> None:
    assert all(used.acknowledged_at is not None and used.acknowledged_at - used.at < 3 for used in interactions)


@pytest.mark.usefixtures("bot")
async def test_every_command_answers_something(discord: DiscordEmulator) -> None:
    ann = discord.add_person("Ann")
    private = discord.dm(ann)
    needed = {"ask": {"question": "why?"}}
    for command in [one for one in discord.commands if one["type"] == 1]:
        used = await discord.use_command(private, ann, command["name"], needed.get(command["name"]))
        await eventually(partial(answer_of, used), what=command["name"])

    in_time(discord.interactions)


def answer_of(used: Interaction) -> str:
    original = used.original
    return "" if original is None or MessageFlag.LOADING in original.flags else original.text


@pytest.mark.usefixtures("bot")
async def test_personas_models_and_settings_are_suggested(discord: DiscordEmulator) -> None:
    ann, channel = discord.add_person("Ann"), discord.add_channel()
    memories = await discord.suggestions(channel, ann, "settings", "change", "memory")
    await discord.use_command(discord.dm(ann), ann, "settings", {"change": memories[2]})
    menu = await eventually(lambda: discord.visible(discord.dm(ann)))

    assert len(await discord.suggestions(channel, ann, "persona", "persona", "")) > 1
    assert len(await discord.suggestions(channel, ann, "model", "model", "")) == 1
    assert memories == ["memory", "memory 0", "memory 5", "memory 20", "memory usual"]
    assert "up to 5 earlier" in menu[0].text
    every = await discord.suggestions(channel, ann, "settings", "change", "")
    assert every[:2] == ["answers", "pictures"]
    assert len(every) == 25


@pytest.mark.usefixtures("bot")
async def test_who_installed_the_bot_for_themselves_is_answered_in_private_everywhere(
    discord: DiscordEmulator, model_emulator: ModelEmulator
) -> None:
    guild = discord.add_guild(with_bot=False)
    ann, ben = discord.add_person("Ann", guild=guild), discord.add_person("Ben", guild=guild)
    discord.install(ann)
    for number, channel in enumerate((discord.add_channel(guild=guild), discord.add_group(ann, ben))):
        photo = await discord.say(channel, ben, "my garden", files=[picture("red")])
        model_emulator.reply(Script(pieces=pieces_of("A red garden."), per_token_s=0.8), "Yes.")
        await discord.use_menu(photo, ann, "Describe picture")
        await shown(discord, channel, "A red garden.")
        await discord.use_command(channel, ann, "ask", {"question": "is it red?"})
        answers = await shown(discord, channel, "A red garden.", "> is it red?\n\nYes.")

        assert all(MessageFlag.EPHEMERAL in answer.flags for answer in answers)
        assert len(answers[0].versions) > 2, "it grew"
        call = await newest_call(model_emulator, 2 * number + 2)
        assert "A red garden." in told(call)
    in_time(discord.interactions)


@pytest.mark.parametrize("words", [0, 3])
async def test_a_private_answer_goes_on_where_it_stands_after_the_process_was_killed(
    discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path, words: int
) -> None:
    ann = discord.add_person("Ann", guild=(guild := discord.add_guild(with_bot=False)))
    ann.accepts_dms = False
    discord.install(ann)
    channel = discord.add_channel(guild=guild)
    async with start(discord, model_emulator, tmp_path) as bot:
        await discord.until_connected()
        held = Script(pieces=pieces_of("Once upon a time"), hold=asyncio.Event(), hold_after=words)
        model_emulator.reply(held, "Once upon a time there was a bot.")
        used = await discord.use_command(channel, ann, "ask", {"question": "a story!"})
        await newest_call(model_emulator, 1)
        await eventually(lambda: used.acknowledged_at and (not words or answer_of(used) == "> a story!\n\nOnce upon a"))
        await asyncio.sleep(0.5)  # What is kept of it is stored a moment after it is seen.
        await bot.kill()
        await bot.start()
        [answer] = await shown(discord, channel, "> a story!\n\nOnce upon a time there was a bot.")
        await bot.terminate()

    assert MessageFlag.EPHEMERAL in answer.flags
    assert answer.versions[-1].components == ()
    assert used.token.encode() not in (tmp_path / "glimpse.db").read_bytes()


@pytest.mark.parametrize("restarts", [False, True])
async def test_buttons_try_again_and_go_on_also_after_a_restart(
    discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path, restarts: bool
) -> None:
    ann, channel = discord.add_person("Ann"), discord.add_channel()
    plain = {"MODEL_ATTEMPTS": "1", "MODEL_PAUSE_AFTER": "0"}
    async with start(discord, model_emulator, tmp_path, **plain) as bot:
        await discord.until_connected()
        model_emulator.reply(Script(status=500))
        await discord.say(channel, ann, f"{discord.bot.mention} how many?")
        [failed] = await eventually(lambda: discord.visible(channel))
        await eventually(lambda: failed.versions[-1].components)
        if restarts:
            await bot.terminate()
            await bot.start()
            await discord.until_connected()
        model_emulator.reply(Script(pieces=pieces_of("One two three"), finish_reason="length"), "four five.")
        await discord.press(failed, ann, "Try again")
        await eventually(lambda: failed.text.startswith("One two three"), what=failed.text)
        await eventually(lambda: failed.versions[-1].components)
        await discord.press(failed, ann, "Go on")
        await eventually(lambda: len(discord.visible(channel)) == 2)
        await eventually(lambda: discord.visible(channel)[1].text == "four five.")

    in_time(discord.interactions)


async def test_settings_are_for_those_who_may_manage_the_channel(
    discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, ben, channel = discord.add_person("Ann"), discord.add_person("Ben"), discord.add_channel()
    discord.add_role("Gardeners", ann, permissions=Permission.MANAGE_CHANNELS)
    async with start(discord, model_emulator, tmp_path):
        await discord.until_connected()
        model_emulator.reply("I am here.")
        await discord.use_command(channel, ben, "alt", {"always": "on"})
        await eventually(lambda: discord.visible(channel))
        refused = discord.visible(channel)[0].text
        await discord.use_command(channel, ann, "alt", {"always": "on"})
        await eventually(lambda: len(discord.visible(channel)) == 2)

    assert refused != discord.visible(channel)[1].text


async def test_each_question_has_its_own_thread_where_the_operator_wants_that(
    discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, ben, channel = discord.add_person("Ann"), discord.add_person("Ben"), discord.add_channel()
    async with start(discord, model_emulator, tmp_path, DISCORD_THREADS="on"):
        await discord.until_connected()
        model_emulator.reply("Light.", "Less light.", "Nothing to do with the sky.")
        question = await discord.say(channel, ann, f"{discord.bot.mention} why is the sky blue?")
        thread = await eventually(lambda: question.thread)
        assert thread is not None
        await shown(discord, thread, "", "Light.")
        await discord.say(thread, ben, "and at night?")
        await shown(discord, thread, "", "Light.", "Less light.")
        other = await discord.say(channel, ben, f"{discord.bot.mention} something else")
        other_thread = await eventually(lambda: other.thread)
        assert other_thread is not None
        await shown(discord, other_thread, "", "Nothing to do with the sky.")
        call = await newest_call(model_emulator, 3)
        assert "sky" not in told(call)
        await discord.edit(question, f"{discord.bot.mention} why is the sky red?")
        await discord.delete(other)
        await eventually(lambda: [message.text for message in discord.visible(other_thread)] == [""])

    assert discord.visible(channel) == []
    assert (thread.name, other_thread.name) == ("why is the sky blue?", "something else")


async def test_where_the_bot_may_not_write_people_see_a_sign_and_read_a_private_word(
    discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, channel = discord.add_person("Ann"), discord.add_channel()
    discord.deny(channel, Permission.SEND_MESSAGES)
    async with start(discord, model_emulator, tmp_path) as bot:
        await discord.until_connected()
        question = await discord.say(channel, ann, f"{discord.bot.mention} hello?")
        await eventually(lambda: discord.visible(discord.dm(ann)))
        await asyncio.sleep(0.2)

    assert question.reactions == ["🔇"]
    assert model_emulator.calls == [], "nobody pays for an answer that nobody can read"
    assert bot.output.count("I can't answer anybody") == 1
