"""What comes from Discord while the storage is away: the real discord.py on real sockets."""

import pytest

from adapters.discord.receiving.lanes import MOST_IN_LANE
from bot.errors import StorageError
from bot.events import Event
from tests.discord_bot import Core, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator


class FlakyStorage:
    def __init__(self) -> None:
        self.is_down = True
        self.tries = 0

    def __call__(self, _: Event) -> None:
        self.tries += 1
        if self.is_down:
            raise StorageError("The disk is full.")


async def test_what_comes_while_the_storage_is_down_is_kept_and_stored_in_order(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    storage = FlakyStorage()
    async with running(discord_emulator, core=Core(storage)) as bot:
        for number in range(3):
            await discord_emulator.say(channel, ann, str(number))
        await eventually(lambda: storage.tries > 6)
        storage.is_down = False
        await bot.hears(3)

    assert [event.text for event in bot.events] == ["0", "1", "2"]
    assert bot.clock.slept[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0]
    assert caplog.text.count("The disk is full") == 1
    assert caplog.text.count("stored again") == 1


async def test_what_is_too_much_to_keep_is_caught_up_with_later(
    discord_emulator: DiscordEmulator,
) -> None:
    texts = [str(number) for number in range(MOST_IN_LANE + 50)]
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    storage = FlakyStorage()
    async with running(discord_emulator, core=Core(storage)) as bot:
        for text in texts:
            await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} {text}")
        await eventually(lambda: storage.tries > 6)
        storage.is_down = False
        await eventually(lambda: len(bot.core.stored) == len(texts))
        await discord_emulator.say(channel, ann, "the end")
        await eventually(lambda: bot.events[-1].text == "the end")

    assert [event.text for event in bot.core.stored.values()] == texts


async def test_what_was_not_stored_before_the_end_is_found_by_the_next_start(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    storage = FlakyStorage()
    core = Core(storage)
    async with running(discord_emulator, core=core):
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
        await eventually(lambda: storage.tries > 3)
    storage.is_down = False
    async with running(discord_emulator, core=core) as restarted:
        event = await restarted.hears()

    assert (event.text, event.is_catch_up) == ("hello", True)
