"""Time that passes faster, so that an outage of ten minutes takes seconds."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class FastClock:
    """`bot.ports.clock.Clock` at `speed` times the pace of real time, from the real time on."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = datetime.now(UTC)
        self._began_s = time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._passed_s())

    def monotonic_s(self) -> float:
        return self._began_s + self._passed_s()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    def _passed_s(self) -> float:
        return (time.monotonic() - self._began_s) * self._speed
