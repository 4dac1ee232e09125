"""Gets a request through to a platform that is busy, away or uncertain."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from bot.delivery.pace import Pace
from bot.errors import PlatformError, PlatformThrottled, PlatformUnavailable, PlatformUncertain
from bot.ports.clock import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_WAITS_S = (0.5, 1, 2, 4, 8, 15, 30, *(60,) * 360)
"""Waits between attempts to deliver the final text: six hours of a platform that can't be reached."""


class Insistence:
    """Repeats what is sent, with growing waits, or as long as the platform demands."""

    def __init__(self, name: str, pace: Pace, clock: Clock) -> None:
        """`name` is for the log; `pace` is that of the answer that is sent."""
        self._name = name
        self._pace = pace
        self._clock = clock

    async def __call__(self, send: Callable[[], Awaitable[T]], *, repeatable: bool = True) -> T:
        """Send until it is done. With ``repeatable=False`` a send of uncertain effect is not repeated.

        Raises:
            PlatformRefused: it never will be done.
            PlatformUnavailable: the platform could not be reached for hours.
            PlatformUncertain: it may have been done.
        """
        waits = iter(RETRY_WAITS_S)
        while True:
            await self._pace.passed()
            try:
                return await send()
            except PlatformThrottled as throttled:
                log.info("%s: the platform asks to wait %.0f s", self._name, throttled.retry_after_s)
                await self._pace.demand(throttled.retry_after_s)
            except PlatformUncertain as error:
                if not repeatable:
                    raise
                await self._wait(waits, error)
            except PlatformUnavailable as error:
                await self._wait(waits, error)

    async def _wait(self, waits: Iterator[float], error: PlatformError) -> None:
        wait_s = next(waits, None)
        if wait_s is None:
            raise error
        log.warning("%s: not delivered yet, next attempt in %.1f s: %s", self._name, wait_s, error)
        await self._clock.sleep(wait_s)


async def whole(request: Coroutine[Any, Any, T], on_late: Callable[[T], Awaitable[None]] | None = None) -> T:
    """Let a request that must not be cut in two come to its end, also when the caller is cancelled. Twice cuts it.

    What comes only after that is told to `on_late`.
    """
    task = asyncio.ensure_future(request)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            # It has an end of its own: every request of an adapter's has its time-out.
            await asyncio.wait({task})
            if not task.cancelled() and task.exception() is None and on_late is not None:
                await on_late(task.result())
        finally:
            task.cancel()
        raise
