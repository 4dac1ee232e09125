"""What people did on Discord while the bot was away, as it reaches the core: the real discord.py on real sockets."""

import asyncio

from bot.events import Address
from tests.discord_bot import EXACT, Core, HastyClock, key_of, looks, running, talked, was_running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_world import Channel, Person

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


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
