"""What was missed on Discord comes before what is said now, however sessions come and go."""

import asyncio
from dataclasses import replace

from tests.discord_bot import EXACT, Core, HastyClock, looks, running, talked, was_running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_world import Channel, Person


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
    hold = asyncio.Event()
    slow = discord_emulator.fail("GET /channels/*/messages", status=200, hold=hold)
    async with running(discord_emulator, core=core) as bot:
        await eventually(lambda: slow.times == 0)
        await discord_emulator.say(discord_emulator.add_channel(), ann, "elsewhere")
        await bot.hears()
        hold.set()
        await bot.hears(2)

    assert [event.text for event in bot.events] == ["elsewhere", "missed"]


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
