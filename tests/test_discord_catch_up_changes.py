"""What was edited and deleted on Discord while the bot was away is told, and nothing else is taken for it."""

import asyncio

import pytest

from bot.events import MessageEdited, MessageReceived, MessagesDeleted
from tests.discord_bot import EXACT, Core, looks, running, talked
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_permissions import Permission
from tests.emulators.discord_world import Channel, Person


async def test_what_is_known_is_brought_again_only_if_it_changed(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    hello = f"{discord_emulator.bot.mention} hello"
    _, changed = await talked(discord_emulator, core, (channel, ann, hello), (channel, ann, hello))
    await discord_emulator.edit(changed, f"{hello} again")
    async with running(discord_emulator, core=core) as bot:
        edited = await bot.notices(MessageEdited)
        await bot.caught_up()

    assert (edited.message.message_id, edited.message.text) == (str(changed.id), "hello again")
    assert edited.message.is_catch_up
    assert len(bot.core.events) == 3


async def test_an_edit_that_was_told_when_it_happened_is_not_told_again(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    async with running(discord_emulator, core=core, catch_up=EXACT) as bot:
        await bot.caught_up()
        asked = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} one")
        await discord_emulator.edit(asked, f"{discord_emulator.bot.mention} two")
        await bot.notices(MessageEdited)
        await asyncio.sleep(0.002)
        await discord_emulator.say(channel, ann, "the end")
        await bot.hears(2)
    async with running(discord_emulator, core=core, catch_up=EXACT) as bot:
        await bot.caught_up()

    assert len(core.events) == 3


async def test_messages_deleted_while_the_bot_was_away_are_told(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core, private = Core(), discord_emulator.dm(ann)
    hello = f"{discord_emulator.bot.mention} hello"
    gone, kept, only = await talked(
        discord_emulator, core, (channel, ann, hello), (channel, ann, hello), (private, ann, hello)
    )
    await discord_emulator.delete(gone)
    await discord_emulator.delete(only)
    async with running(discord_emulator, core=core) as bot:
        await bot.notices(MessagesDeleted, 2)

    told = {event.message_ids for event in bot.core.events if isinstance(event, MessagesDeleted)}
    assert told == {(str(gone.id),), (str(only.id),)}
    assert list(bot.core.stored) == [str(kept.id)]


async def test_used_commands_are_not_taken_for_deleted(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    async with running(discord_emulator, core=core) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await bot.chat.post(event.key, bot.chat.render("Hi", final=True)[0], reply_to=event.message_id, nonce="n1")
    discord_emulator.requests.clear()
    async with running(discord_emulator, core=core) as bot:
        await bot.caught_up()

    assert [type(event) for event in bot.core.events] == [MessageReceived]
    assert looks(discord_emulator) == [str(channel.id)]


@pytest.mark.parametrize("permission", [Permission.READ_MESSAGE_HISTORY, Permission.VIEW_CHANNEL])
async def test_where_the_bot_may_not_read_it_asks_nothing_and_takes_nothing_for_deleted(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person, permission: Permission
) -> None:
    core = Core()
    await talked(discord_emulator, core, (channel, ann, f"{discord_emulator.bot.mention} hello"))
    await discord_emulator.say(channel, ann, "more")
    discord_emulator.deny(channel, permission)
    async with running(discord_emulator, core=core) as bot:
        await bot.caught_up()

    assert len(bot.core.events) == 1
    assert looks(discord_emulator) == []


async def test_an_empty_history_alone_proves_nothing(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    await talked(discord_emulator, core, (channel, ann, f"{discord_emulator.bot.mention} hello"))
    discord_emulator.fail("GET /channels/*/messages", status=200, body=[])
    async with running(discord_emulator, core=core) as bot:
        await bot.caught_up()

    assert len(bot.core.events) == 1
