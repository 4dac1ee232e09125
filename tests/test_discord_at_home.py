"""The bot as its own process on Discord: in every kind of place, with all that people can ask it there."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.discord_at_home import answer_of, in_time, newest_call, picture, shown, told
from tests.emulators.common import eventually
from tests.emulators.discord import ChannelKind, DiscordEmulator
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Person
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.end_to_end import start
from tests.people import DiscordPeople
from tests.process import BotProcess


@pytest.fixture
async def discord(discord_emulator: DiscordEmulator) -> AsyncIterator[DiscordEmulator]:
    yield discord_emulator
    assert discord_emulator.pings == []


@pytest.fixture
async def bot(discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path) -> AsyncIterator[BotProcess]:
    async with start(DiscordPeople(discord), model_emulator, tmp_path) as process:
        await discord.until_connected()
        yield process


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
    link = f"<https://discord.com/channels/{discord.guild.id}/{channel.id}/{photo.id}>"
    asked_red, about_it = "> which colour?\n\nAsked.", f"> whose garden?\n> {link}\n\nAbout it."
    from_menu = f"> {link}\n\nFrom the menu."
    await discord.use_command(channel, ann, "ask", {"question": "which colour?", "picture": picture("red")})
    await shown(discord, channel, asked_red)
    asked = await newest_call(model_emulator, 1)
    await discord.use_command(channel, ann, "describe", {"picture": picture("blue")})
    await shown(discord, channel, asked_red, "Described.")
    await discord.use_menu(photo, ann, "Describe picture")
    await shown(discord, channel, asked_red, "Described.", from_menu)
    opened = await discord.use_menu(photo, ann, "Ask about this")
    await eventually(lambda: opened.form)
    await discord.submit(opened, {"What do you want to know?": "whose garden?"})
    await shown(discord, channel, asked_red, "Described.", from_menu, about_it)
    about = await newest_call(model_emulator, 4)
    await discord.use_menu(photo, ann, "Alt text")
    answers = [asked_red, "Described.", from_menu, about_it, "**Described by AI:** Alt text."]
    await shown(discord, channel, *answers)

    assert "which colour?" in asked.text
    assert len(asked.pictures) == 1
    assert "> which colour?" not in about.text, "it is no part of what was answered"
    assert "whose garden?" in about.text
    in_time(discord.interactions)
    assert discord.typing_events == [], "Discord shows by itself that an answer comes"


@pytest.mark.usefixtures("bot")
async def test_every_command_answers_something(discord: DiscordEmulator) -> None:
    ann = discord.add_person("Ann")
    private = discord.dm(ann)
    needed = {"ask": {"question": "why?"}}
    for command in [one for one in discord.commands if one["type"] == 1]:
        used = await discord.use_command(private, ann, command["name"], needed.get(command["name"]))
        await eventually(partial(answer_of, used), what=command["name"])

    in_time(discord.interactions)


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
        link = f"<https://discord.com/channels/{'@me' if number else guild.id}/{channel.id}/{photo.id}>"
        described = f"> {link}\n\nA red garden."
        await shown(discord, channel, described)
        await discord.use_command(channel, ann, "ask", {"question": "is it red?"})
        answers = await shown(discord, channel, described, "> is it red?\n\nYes.")

        assert all(MessageFlag.EPHEMERAL in answer.flags for answer in answers)
        assert len(answers[0].versions) > 2, "it grew"
        call = await newest_call(model_emulator, 2 * number + 2)
        assert "A red garden." in told(call)
    in_time(discord.interactions)
