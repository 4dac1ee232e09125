"""What people did on Discord while the bot was away, as it reaches the core: the real discord.py on real sockets."""

import asyncio
from dataclasses import replace

import pytest

from bot.events import Address, MessageEdited, MessageReceived, MessagesDeleted
from tests.discord_bot import EXACT, Core, HastyClock, key_of, looks, running, talked, was_running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_permissions import Permission
from tests.emulators.discord_world import Channel, Person

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


@pytest.fixture
def ann(discord_emulator: DiscordEmulator) -> Person:
    return discord_emulator.add_person("Ann")


@pytest.fixture
def channel(discord_emulator: DiscordEmulator) -> Channel:
    return discord_emulator.add_channel()


async def test_a_mention_during_a_restart_is_found_with_its_photo(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    await was_running(discord_emulator, core)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} look", files=[PNG])
    async with running(discord_emulator, core=core) as bot:
        event = await bot.hears()
        data = await bot.chat.fetch(event.attachments[0], max_bytes=1000)

    assert (event.text, event.address, event.is_catch_up) == ("look", Address.MENTION, True)
    assert data == PNG.data


async def test_at_its_very_first_start_the_bot_looks_at_nothing_older(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
    await asyncio.sleep(0.002)
    async with running(discord_emulator, catch_up=EXACT) as bot:
        await bot.caught_up()

    assert (bot.events, looks(discord_emulator)) == ([], [])


async def test_a_crash_right_after_the_first_start_loses_nothing(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    async with running(discord_emulator, core=core):
        begun = dict(core.cursors)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
    # It was killed before it wrote down how far it had come.
    core.cursors = begun
    async with running(discord_emulator, core=core) as bot:
        await bot.hears()


async def test_private_chats_threads_and_other_channels_are_caught_up_with_in_order(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    thread, private = discord_emulator.add_thread(channel), discord_emulator.dm(ann)
    await talked(discord_emulator, core, (private, ann, "hello"))
    for place in (channel, thread, private):
        for number in range(3):
            await discord_emulator.say(place, ann, f"{discord_emulator.bot.mention} {number}")
    async with running(discord_emulator, core=core) as bot:
        await bot.hears(10)

    keys: dict[int, list[str]] = {place.id: [] for place in (channel, thread, private)}
    for event in bot.events[1:]:
        keys[int(event.key.thread_id or event.key.chat_id)].append(event.text)
    assert keys == {place.id: ["0", "1", "2"] for place in (channel, thread, private)}
    [of_thread] = {event.key.chat_id for event in bot.events if event.key.thread_id}
    assert of_thread == str(channel.id)
    assert [event.is_private for event in bot.events if event.key == key_of(private.id)] == [True] * 4


async def test_what_came_first_in_a_private_chat_that_the_bot_does_not_know_is_found_with_what_comes_next(
    discord_emulator: DiscordEmulator, ann: Person
) -> None:
    core, private = Core(), discord_emulator.dm(ann)
    await was_running(discord_emulator, core)
    await discord_emulator.say(private, ann, "anybody there?")
    async with running(discord_emulator, core=core, catch_up=EXACT) as bot:
        await bot.caught_up()
        assert bot.events == []
        for text in ("hello?", "hm"):
            await discord_emulator.say(private, ann, text)
        await bot.hears(3)

    assert [event.text for event in core.messages] == ["anybody there?", "hello?", "hm"]
    assert len(looks(discord_emulator)) == 1


async def test_what_came_first_in_a_private_chat_is_found_also_after_sessions_in_which_nobody_wrote_there(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core, private = Core(), discord_emulator.dm(ann)
    await was_running(discord_emulator, core)
    await discord_emulator.say(private, ann, "anybody there?")
    await talked(discord_emulator, core, (channel, ann, "elsewhere"))
    async with running(discord_emulator, core=core, catch_up=EXACT):
        await discord_emulator.say(private, ann, "hello?")
        await eventually(lambda: len(core.messages) == 3)

    assert [event.text for event in core.messages] == ["elsewhere", "anybody there?", "hello?"]


async def test_an_archived_thread_is_looked_at_after_a_long_absence(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core, clock = Core(), HastyClock()
    thread = discord_emulator.add_thread(channel)
    await talked(discord_emulator, core, (thread, ann, f"{discord_emulator.bot.mention} hello"))
    await discord_emulator.say(thread, ann, f"{discord_emulator.bot.mention} and now?")
    discord_emulator.archive(thread)
    clock.passed_s = 2 * 3600
    async with running(discord_emulator, core=core, clock=clock) as bot:
        event = await bot.hears(2)

    assert (event.key.chat_id, event.key.thread_id) == (str(channel.id), str(thread.id))


async def test_channels_in_which_nothing_happened_cost_no_request(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    for number in range(20):
        quiet = discord_emulator.add_channel(f"quiet-{number}")
        await discord_emulator.say(quiet, ann, "long ago")
    await talked(discord_emulator, core, (channel, ann, "not for the bot"))
    await discord_emulator.say(channel, ann, "neither is this")
    async with running(discord_emulator, core=core, catch_up=EXACT) as bot:
        await bot.hears(2)
        await bot.caught_up()

    assert looks(discord_emulator) == [str(channel.id)]


async def test_a_session_that_could_not_be_resumed_is_caught_up_with(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} before")
        await bot.hears()
        await bot.caught_up()
        discord_emulator.forget_sessions()
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} in the gap")
        await discord_emulator.disconnect(4000)
        event = await bot.hears(2)

    assert (event.text, event.is_catch_up) == ("in the gap", True)
    assert discord_emulator.identifies == 2


async def test_a_session_that_ends_before_it_was_caught_up_with_leaves_nothing_out(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    await was_running(discord_emulator, core)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} missed")
    async with running(discord_emulator, core=core, catch_up=replace(EXACT, servers_quiet_s=0.1)) as bot:
        await discord_emulator.say(discord_emulator.add_channel(), ann, "elsewhere")
        await bot.hears()
        discord_emulator.invalidate_session()
        await eventually(lambda: "missed" in [event.text for event in bot.events])

    assert discord_emulator.identifies == 3


async def test_a_resumed_session_needs_no_catching_up(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    async with running(discord_emulator) as bot:
        await bot.caught_up()
        before = len(looks(discord_emulator))
        await discord_emulator.disconnect(4000)
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} in the gap")
        event = await bot.hears()

    assert (event.text, event.is_catch_up) == ("in the gap", False)
    assert len(looks(discord_emulator)) == before


async def test_what_was_missed_comes_before_what_is_said_now(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    await was_running(discord_emulator, core)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} missed")
    discord_emulator.fail("GET /channels/*/messages", status=200, delay_s=0.1)
    async with running(discord_emulator, core=core) as bot:
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} now")
        await bot.hears(2)
        await bot.caught_up()

    assert [(event.text, event.is_catch_up) for event in bot.events] == [("missed", True), ("now", False)]


async def test_what_was_missed_comes_first_also_if_discord_does_not_show_it_at_once(
    discord_emulator: DiscordEmulator, ann: Person
) -> None:
    core, private = Core(), discord_emulator.dm(ann)
    await talked(discord_emulator, core, (private, ann, "hello"))
    await discord_emulator.say(private, ann, "missed")
    failing = discord_emulator.fail("GET /channels/*/messages", status=503, times=999)
    async with running(discord_emulator, core=core, clock=HastyClock(takes_s=0.2)):
        await eventually(lambda: failing.times < 999)
        await discord_emulator.say(private, ann, "now")
        await eventually(lambda: failing.times < 997)
        failing.times = 0
        await eventually(lambda: len(core.stored) == 3)

    assert [message.text for message in core.stored.values()] == ["hello", "missed", "now"]


async def test_a_discord_that_never_shows_what_was_missed_is_waited_for_a_minute_only(
    discord_emulator: DiscordEmulator, ann: Person
) -> None:
    core, private = Core(), discord_emulator.dm(ann)
    await talked(discord_emulator, core, (private, ann, "hello"))
    await discord_emulator.say(private, ann, "missed")
    failing = discord_emulator.fail("GET /channels/*/messages", status=503, times=999)
    async with running(discord_emulator, core=core) as bot:
        await eventually(lambda: failing.times < 999)
        await discord_emulator.say(private, ann, "now")
        await bot.hears(2)
        assert bot.clock.passed_s >= 60
        failing.times = 0
        await bot.hears(3)

    assert [event.text for event in bot.events] == ["hello", "now", "missed"]


async def test_an_old_message_that_discord_repeats_hides_none_of_those_after_it(
    discord_emulator: DiscordEmulator, ann: Person
) -> None:
    core, private = Core(), discord_emulator.dm(ann)
    await talked(discord_emulator, core, (private, ann, "hello"))
    missed = [await discord_emulator.say(private, ann, text) for text in ("missed", "missed too")]
    slow = discord_emulator.fail("GET /channels/*/messages", status=200, delay_s=0.1)
    async with running(discord_emulator, core=core):
        discord_emulator.repeat(missed[0])
        await discord_emulator.say(private, ann, "now")
        await eventually(lambda: len(core.stored) == 4)

    assert slow.times == 0
    assert [message.text for message in core.stored.values()] == ["hello", "missed", "missed too", "now"]


async def test_catching_up_delays_nobody_else(discord_emulator: DiscordEmulator, channel: Channel, ann: Person) -> None:
    core = Core()
    await was_running(discord_emulator, core)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} missed")
    slow = discord_emulator.fail("GET /channels/*/messages", status=200, delay_s=0.5)
    async with running(discord_emulator, core=core) as bot:
        await eventually(lambda: slow.times == 0)
        await discord_emulator.say(discord_emulator.add_channel(), ann, "elsewhere")
        await eventually(lambda: bot.events, within_s=0.4)
        await bot.hears(2)

    assert [event.text for event in bot.events] == ["elsewhere", "missed"]


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


async def test_events_that_come_twice_are_the_cores_matter(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(channel, ann, "hello")
        discord_emulator.repeat(said)
        await bot.hears(2)

    assert bot.events[0] == bot.events[1]


async def test_a_server_whose_outage_ends_later_is_caught_up_with_then(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    guild = discord_emulator.add_guild()
    late = discord_emulator.add_channel("late", guild=guild)
    discord_emulator.join(guild, ann)
    await was_running(discord_emulator, core)
    await discord_emulator.say(late, ann, f"{discord_emulator.bot.mention} hello")
    discord_emulator.set_outage(guild)
    async with running(discord_emulator, core=core) as bot:
        await bot.caught_up()
        before = len(bot.events)
        discord_emulator.set_outage(guild, ended=True)
        await bot.hears()

    assert before == 0
