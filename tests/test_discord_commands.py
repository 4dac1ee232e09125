"""Slash commands on Discord: the real discord.py on real sockets."""

import json

import pytest

from adapters.discord.interactions.waiting import UNACKNOWLEDGED_S
from bot.commands.known import COMMANDS
from bot.errors import StorageError
from bot.events import Address, Command, Event
from tests.discord_bot import Core, part, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator


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
    assert used.acknowledged_at - used.at < UNACKNOWLEDGED_S
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
        slash = [command for command in discord_emulator.commands if command["type"] == 1]
        menu = [command["name"] for command in discord_emulator.commands if command["type"] == 3]
    async with running(discord_emulator):
        pass

    changes = [request for request in discord_emulator.requests if request.method == "PUT"]
    assert {command["name"]: command["description"] for command in slash} == dict(COMMANDS)
    assert menu == ["Describe picture", "Alt text", "Ask about this"]
    assert len(changes) == 1
    assert {json.dumps(command["contexts"]) for command in changes[0].body} == {"[0, 1, 2]"}
    assert {json.dumps(command["integration_types"]) for command in changes[0].body} == {"[0, 1]"}


async def test_commands_are_registered_again_when_discord_has_others(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator):
        discord_emulator.commands[0]["options"][0]["description"] = "As it was in an earlier version"
    async with running(discord_emulator):
        pass

    assert len([request for request in discord_emulator.requests if request.method == "PUT"]) == 2


async def test_an_application_that_only_servers_may_install_offers_its_commands_only_there(
    discord_emulator: DiscordEmulator,
) -> None:
    discord_emulator.installations = (0,)
    async with running(discord_emulator):
        pass

    assert {json.dumps(command["contexts"]) for command in discord_emulator.commands} == {"[0, 1]"}
    assert {json.dumps(command["integration_types"]) for command in discord_emulator.commands} == {"[0]"}


async def test_listening_begins_even_if_the_commands_cannot_be_registered(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    discord_emulator.fail("PUT /applications/*/commands", status=403)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(discord_emulator.add_channel(), discord_emulator.add_person(), "hello")
        await bot.hears()

    assert "written ones work" in caplog.text


async def test_the_answer_to_a_command_is_found_by_the_command(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        used = await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await eventually(lambda: used.acknowledged_at)
        thinking = await bot.chat.find(event.key, after=event.message_id, reply_to=event.message_id, known=[])
        answer = await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")
        found = await bot.chat.find(event.key, after=event.message_id, reply_to=event.message_id, known=[])

    assert (thinking, found) == (None, answer)


async def test_a_command_is_acknowledged_only_when_it_is_stored(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    acknowledged_before: list[object] = []
    async with running(discord_emulator, core=Core(lambda _: acknowledged_before.append(used.acknowledged_at))) as bot:
        used = await discord_emulator.use_command(channel, ann, "help")
        await bot.hears()
        await eventually(lambda: used.acknowledged_at)

    assert acknowledged_before == [None]


async def test_a_command_is_acknowledged_in_time_also_while_the_storage_is_down(
    discord_emulator: DiscordEmulator,
) -> None:
    def storage(_: Event) -> None:
        if used.acknowledged_at is None:
            raise StorageError("The disk is full.")

    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, core=Core(storage)) as bot:
        used = await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")

    assert used.acknowledged_at is not None
    assert UNACKNOWLEDGED_S <= used.acknowledged_at - used.at < 3
    assert [message.text for message in discord_emulator.visible(channel)] == ["Hello."]


async def test_an_answer_to_a_command_can_be_changed_and_taken_back_when_its_token_does_not_work(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        answer = await bot.chat.post(event.key, part("One"), reply_to=event.message_id, nonce="n1")
        gone = {"status": 404, "body": {"code": 10015, "message": "Unknown Webhook"}}
        discord_emulator.fail("PATCH /webhooks/*", **gone)
        await bot.chat.edit(event.key, answer, part("Two"))
        changed = [message.text for message in discord_emulator.visible(channel)]
        discord_emulator.fail("DELETE /webhooks/*", status=403, body={"code": 50001, "message": "Missing Access"})
        await bot.chat.delete(event.key, answer, instead="")

    assert (changed, discord_emulator.visible(channel)) == (["Two"], [])


async def test_a_command_that_cannot_be_taken_in_is_left_for_discord_to_refuse(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_: Event) -> None:
        raise ValueError("strange")

    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, core=Core(stumble)):
        used = await discord_emulator.use_command(channel, ann, "help")
        await eventually(lambda: "was not taken in" in caplog.text)

    assert used.acknowledged_at is None
