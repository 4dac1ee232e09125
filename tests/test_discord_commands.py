"""Slash commands on Discord: the real discord.py on real sockets."""

import json

import pytest

from bot.commands import COMMANDS
from bot.events import Address, Command
from tests.discord_bot import part, running
from tests.emulators.discord import DiscordEmulator, File

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


async def test_a_command_is_acknowledged_at_once_and_answered_through_its_token(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann", locale="de")
    async with running(discord_emulator) as bot:
        used = await discord_emulator.use_command(channel, ann, "reset")
        event = await bot.hears()
        answer = await bot.chat.post(event.key, part("Done."), reply_to=event.message_id, nonce="n1")
        again = await bot.chat.post(event.key, part("Done."), reply_to=event.message_id, nonce="n1")
        await bot.chat.post(event.key, part("More."), reply_to=event.message_id, nonce="n2")

    assert (event.message_id, event.address, event.command) == (f"i{used.id}", Address.COMMAND, Command(name="reset"))
    assert (event.text, event.sender.name, event.sender.language) == ("/reset", "Ann", "de")
    assert used.acknowledged_at is not None
    assert used.acknowledged_at - used.at < 1
    assert used.original is not None
    assert answer == again == str(used.original.id)
    assert [message.text for message in discord_emulator.visible(channel)] == ["Done.", "More."]


async def test_an_answer_to_a_command_can_be_edited(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        answer = await bot.chat.post(event.key, part("One"), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, answer, part("Two"))

    assert [message.text for message in discord_emulator.visible(channel)] == ["Two"]


async def test_a_command_is_answered_plainly_when_its_token_is_gone(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        bot.clock.passed_s += 15 * 60
        await bot.chat.post(event.key, part("Late."), reply_to=event.message_id, nonce="n1")
        await discord_emulator.use_command(channel, ann, "help")
        lost = await bot.hears(2)
    async with running(discord_emulator, listens=False) as restarted:
        await restarted.chat.post(lost.key, part("After a restart."), reply_to=lost.message_id, nonce="n2")

    assert [message.text for message in discord_emulator.visible(channel)] == ["Late.", "After a restart."]


async def test_a_command_that_could_not_be_acknowledged_is_answered_all_the_same(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    discord_emulator.fail("POST /interactions/*/callback", status=404, body={"code": 10062, "message": "Unknown"})
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")

    assert [message.text for message in discord_emulator.visible(channel)] == ["Hello."]
    assert "10062" in caplog.text


async def test_commands_in_a_thread_belong_to_the_thread(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(channel)
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(thread, ann, "reset")
        event = await bot.hears()

    assert (event.key.chat_id, event.key.thread_id) == (str(channel.id), str(thread.id))


async def test_commands_are_registered_once_and_again_only_when_they_differ(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator):
        registered = {command["name"]: command["description"] for command in discord_emulator.commands}
    async with running(discord_emulator):
        pass

    changes = [request for request in discord_emulator.requests if request.method == "PUT"]
    assert registered == dict(COMMANDS)
    assert len(changes) == 1
    assert {json.dumps(command["contexts"]) for command in changes[0].body} == {"[0, 1]"}


async def test_listening_begins_even_if_the_commands_cannot_be_registered(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    discord_emulator.fail("PUT /applications/*/commands", status=403)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(discord_emulator.add_channel(), discord_emulator.add_person(), "hello")
        await bot.hears()

    assert "written ones work" in caplog.text
