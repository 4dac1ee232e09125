"""Ends the bot again and again in a soak, and starts it again."""

import asyncio
import contextlib
import random
import signal
from collections import Counter

from tests.chaos.waiting import is_set_within
from tests.emulators.telegram import TelegramEmulator
from tests.process import BotProcess

_HOW = {"SIGKILL": 80, "SIGTERM": 15, "SIGTERM twice": 5}
"""How often, in percent."""


class Kills:
    """`counts` tells how often the bot was ended in which way."""

    def __init__(
        self, dice: random.Random, bot: BotProcess, telegram: TelegramEmulator, *, every_s: tuple[float, float]
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._dice = dice
        self._bot = bot
        self._telegram = telegram
        self._every_s = every_s

    async def play(self, *, until: asyncio.Event) -> None:
        """At the end the bot runs."""
        while not await is_set_within(self._dice.uniform(*self._every_s), until):
            (how,) = self._dice.choices(list(_HOW), list(_HOW.values()))
            await self._end(how)
            self.counts[how] += 1
            self._telegram.bot_forgot()
            await asyncio.sleep(self._dice.choice((0.0, 0.0, 0.0, 2.0)))
            await self._bot.start()

    async def end_nicely(self) -> None:
        """End it for good."""
        assert await self._bot.terminate() == 0
        self.counts["SIGTERM at the end"] += 1

    async def _end(self, how: str) -> None:
        match how:
            case "SIGKILL":
                await self._bot.kill()
            case "SIGTERM":
                assert await self._bot.terminate() == 0
            case _:
                self._bot.send(signal.SIGTERM)
                await asyncio.sleep(0.05)
                with contextlib.suppress(ProcessLookupError):  # The first one was enough.
                    self._bot.send(signal.SIGTERM)
                await self._bot.wait()
