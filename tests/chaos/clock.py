"""Time that passes faster, so that an outage of ten minutes takes seconds."""

import asyncio
import time
from datetime import UTC, datetime


class FastClock:
    """`bot.ports.clock.Clock` whose waits are over `speed` times sooner.

    The date is the real one: the emulated platforms date their messages by it.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
