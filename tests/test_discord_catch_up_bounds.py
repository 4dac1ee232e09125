"""What catching up on Discord does not do, and what it does when things fail: the real discord.py on real sockets."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.discord_bot import EXACT, Core, HastyClock, key_of, looks, running, talked, was_running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_world import Channel, Person

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


async def test_more_than_can_be_caught_up_with_is_said_once(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core, hello = Core(), f"{discord_emulator.bot.mention} hello"
    await talked(discord_emulator, core, (channel, ann, hello))
    begun = dict(core.cursors)
    other = discord_emulator.add_channel("never talked here")
    for number in range(8):
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} {number}")
        await discord_emulator.say(other, ann, "among people")
    bounds = replace(EXACT, per_conversation=5)
    async with running(discord_emulator, core=core, catch_up=bounds) as bot:
        await bot.hears(1 + 5 + 5)
        await bot.caught_up()
        discord_emulator.invalidate_session()
        await bot.caught_up(sessions=2)
    # Killed before it wrote down that it had caught up.
    core.cursors |= begun
    async with running(discord_emulator, core=core, catch_up=bounds) as bot:
        await bot.caught_up()

    texts = [event.text for event in core.stored.values()]
    assert texts == ["hello", "3", "4", "5", "6", "7"]
    assert core.told_missed == [key_of(channel.id)]


async def test_exactly_as_much_as_can_be_caught_up_with_is_not_too_much(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core, hello = Core(), f"{discord_emulator.bot.mention} hello"
    await talked(discord_emulator, core, (channel, ann, hello))
    for _ in range(5):
        await discord_emulator.say(channel, ann, hello)
    async with running(discord_emulator, core=core, catch_up=replace(EXACT, per_conversation=5)) as bot:
        await bot.hears(6)

    assert core.told_missed == []


async def test_what_is_too_old_is_not_caught_up_with_and_that_is_said(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core, clock = Core(), HastyClock()
    await talked(discord_emulator, core, (channel, ann, f"{discord_emulator.bot.mention} hello"))
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} old")
    clock.passed_s = timedelta(days=2).total_seconds()
    async with running(discord_emulator, core=core, clock=clock, catch_up=EXACT) as bot:
        await eventually(lambda: core.told_missed)

    assert core.told_missed == [key_of(channel.id)]
    assert len(bot.events) == 1


async def test_hundreds_of_missed_messages_are_read_page_by_page(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    await was_running(discord_emulator, core)
    for number in range(230):
        await discord_emulator.say(channel, ann, str(number))
    async with running(discord_emulator, core=core, catch_up=replace(EXACT, per_conversation=500)) as bot:
        await bot.hears(230)

    assert [event.text for event in bot.events] == [str(number) for number in range(230)]
    assert len(looks(discord_emulator)) == 3


async def test_only_so_many_channels_are_looked_at_and_the_operator_is_told(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    core = Core()
    await talked(discord_emulator, core, (channel, ann, f"{discord_emulator.bot.mention} hello"))
    for place in (channel, *(discord_emulator.add_channel(f"other-{number}") for number in range(3))):
        await discord_emulator.say(place, ann, "hello")
    async with running(discord_emulator, core=core, catch_up=replace(EXACT, conversations=2)) as bot:
        await bot.hears(3)
        await bot.caught_up()

    assert looks(discord_emulator)[0] == str(channel.id)
    assert len(looks(discord_emulator)) == 2
    assert "I look back in 2 of 4 channels" in caplog.text


async def test_one_strange_message_hides_no_other(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core, hello = Core(), f"{discord_emulator.bot.mention} hello"
    await was_running(discord_emulator, core)
    await discord_emulator.say(channel, ann, hello)
    strange = await discord_emulator.say(channel, ann, hello, stickers=[{"id": "no number", "name": "x"}])
    await discord_emulator.say(channel, ann, hello)
    async with running(discord_emulator, core=core) as bot:
        await bot.hears(2)

    [kept] = core.aside
    assert (kept.id, kept.apologise_to) == (str(strange.id), key_of(channel.id))


async def test_a_discord_that_fails_for_a_while_is_asked_again(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    await was_running(discord_emulator, core)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
    discord_emulator.fail("GET /channels/*/messages", status=503, times=3)
    async with running(discord_emulator, core=core) as bot:
        await bot.hears()

    assert bot.clock.slept == [1.0, 2.0, 4.0]


async def test_a_crash_while_catching_up_leaves_nothing_out(
    discord_emulator: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    core = Core()
    await was_running(discord_emulator, core)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
    failing = discord_emulator.fail("GET /channels/*/messages", status=503, times=999)
    async with running(discord_emulator, core=core):
        await discord_emulator.say(discord_emulator.add_channel(), ann, "newer")
        await eventually(lambda: failing.times < 997)
    failing.times = 0
    async with running(discord_emulator, core=core) as bot:
        await eventually(lambda: "hello" in [event.text for event in bot.events])
