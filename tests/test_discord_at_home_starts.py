"""The bot as its own process on Discord, started as a test needs it: once more, with settings, without rights."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord_at_home import answer_of, in_time, newest_call, shown, told
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, Permission
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.end_to_end import start
from tests.people import DiscordPeople
from tests.stored import interactions_in, receipts_in


@pytest.fixture
async def discord(discord_emulator: DiscordEmulator) -> AsyncIterator[DiscordEmulator]:
    yield discord_emulator
    assert discord_emulator.pings == []


@pytest.mark.parametrize("words", [0, 3])
async def test_a_private_answer_goes_on_where_it_stands_after_the_process_was_killed(
    discord: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path, words: int
) -> None:
    ann = discord.add_person("Ann", guild=(guild := discord.add_guild(with_bot=False)))
    ann.accepts_dms = False
    discord.install(ann)
    channel = discord.add_channel(guild=guild)
    async with start(DiscordPeople(discord), model_emulator, tmp_path) as bot:
        await discord.until_connected()
        held = Script(pieces=pieces_of("Once upon a time"), hold=asyncio.Event(), hold_after=words)
        model_emulator.reply(held, "Once upon a time there was a bot.")
        used = await discord.use_command(channel, ann, "ask", {"question": "a story!"})
        await newest_call(model_emulator, 1)
        await eventually(lambda: used.acknowledged_at and (not words or answer_of(used) == "> a story!\n\nOnce upon a"))
        await eventually(lambda: (receipts_in if words else interactions_in)(tmp_path) == 1)
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
    async with start(DiscordPeople(discord), model_emulator, tmp_path, **plain) as bot:
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
    async with start(DiscordPeople(discord), model_emulator, tmp_path):
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
    async with start(DiscordPeople(discord), model_emulator, tmp_path, DISCORD_THREADS="on"):
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
    async with start(DiscordPeople(discord), model_emulator, tmp_path) as bot:
        await discord.until_connected()
        question = await discord.say(channel, ann, f"{discord.bot.mention} hello?")
        await eventually(lambda: discord.visible(discord.dm(ann)))
        await asyncio.sleep(0.2)

    assert question.reactions == ["🔇"]
    assert model_emulator.calls == [], "nobody pays for an answer that nobody can read"
    assert bot.output.count("I can't answer anybody") == 1
