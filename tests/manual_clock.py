"""Time that passes when told."""

import asyncio
import heapq
import itertools
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    """Time passes only in `advance`."""

    def __init__(self, is_busy: Callable[[], bool] = lambda: False) -> None:
        """`is_busy`: something runs that time must wait for, such as a database in a thread."""
        self._is_busy = is_busy
        self.elapsed_s = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def monotonic_s(self) -> float:
        return self.elapsed_s

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        # As with a real clock some time passes, be it less than a float can add: else who waits on would wait for ever.
        until = (
            max(self.elapsed_s + seconds, math.nextafter(self.elapsed_s, math.inf)) if seconds > 0 else self.elapsed_s
        )
        heapq.heappush(self._sleepers, (until, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking sleepers at their moments, each with time to do what it does then."""
        end = self.elapsed_s + seconds
        await settle(self._is_busy)
        while self._sleepers and self._sleepers[0][0] <= end:
            self.elapsed_s, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await settle(self._is_busy)
        self.elapsed_s = end


async def settle(is_busy: Callable[[], bool] = lambda: False) -> None:
    """Let every task run until it waits for what only the test can give; `is_busy` says what else is under way."""
    rounds_at_rest = 0
    while rounds_at_rest < 3:
        for _ in range(10):
            await asyncio.sleep(0)
        rounds_at_rest = 0 if is_busy() else rounds_at_rest + 1
        await asyncio.sleep(0.0005)
