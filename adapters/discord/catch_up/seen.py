"""How far Discord has been read: it acknowledges nothing and delivers nothing twice, so the bot has to know."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from discord.utils import time_snowflake

from bot.errors import StorageError
from bot.ports.clock import Clock
from bot.ports.intake import Intake

_log = logging.getLogger(__name__)

_BELOW_MILLISECONDS = 22  # Bits; Discord docs, Snowflakes.
_PAUSE_S = 30.0
"""Between two writes. What comes in between is looked at again after a crash, and known by then."""


class SeenUntil:
    """A point in Discord's time, as a snowflake: all that is older was taken in, or needs not be.

    Args:
        intake: Where it survives restarts.
        name: Of the cursor there.
        clock: For the first start, and for the pace of writing.
    """

    def __init__(self, intake: Intake, name: str, clock: Clock) -> None:
        self._intake = intake
        self._name = name
        self._clock = clock
        self.began = 0
        """The point at the very first start: nothing older is for the bot."""
        self._newest = 0
        self._stored = 0
        self._stored_at_s = float("-inf")
        self._open: Counter[int] = Counter()

    async def load(self, *, overlap_s: float) -> None:
        """Read the point. At the very first start it is now: what was said before the bot came is not for it.

        Args:
            overlap_s: What will be taken off again by who looks back.
        """
        cursor = await self._intake.cursor(self._name)
        first = str(snowflake(self._clock.now() + timedelta(seconds=overlap_s)))
        self._stored = self._newest = int(cursor or first)
        name = f"{self._name}:began"
        began = await self._intake.cursor(name)
        self.began = int(began or self._newest)
        if not began:
            await self._intake.move_cursor(name, str(self.began))
        if not cursor:
            await self._intake.move_cursor(self._name, first)
        self._stored_at_s = self._clock.monotonic_s()

    @property
    def point(self) -> int:
        """Never later than what is being taken in or looked for."""
        return min(self._newest, min(self._open) - 1) if self._open else self._newest

    def begin(self, number: int) -> None:
        """A message has come and is being taken in."""
        self._newest = max(self._newest, number)
        self._open[number] += 1

    def hold(self, number: int) -> None:
        """Something newer than `number` may be missing."""
        self._open[number + 1] += 1

    def end(self, number: int) -> None:
        """What `begin` began is stored."""
        self._open[number] -= 1
        if self._open[number] <= 0:
            del self._open[number]

    def release(self, number: int) -> None:
        """What `hold` held back is found."""
        self.end(number + 1)

    async def save(self, *, now: bool = False) -> None:
        """Store the point, if it moved and the last time is 30 s ago or `now`. Failing is harmless: it is old then."""
        point = self.point
        if point <= self._stored or not (now or self._clock.monotonic_s() - self._stored_at_s >= _PAUSE_S):
            return
        self._stored_at_s = self._clock.monotonic_s()
        try:
            await self._intake.move_cursor(self._name, str(point))
        except StorageError as error:
            _log.debug("Discord: the cursor stays behind: %s", error)
        else:
            self._stored = point


def snowflake(moment: datetime) -> int:
    """The smallest id that Discord could give at this moment."""
    return time_snowflake(moment)


def earlier(number: int, seconds: float) -> int:
    """The snowflake so long before another one."""
    return max(0, number - (int(seconds * 1000) << _BELOW_MILLISECONDS))
