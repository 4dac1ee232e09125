"""Gets a request through to a platform that is busy, away or uncertain."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.errors import PlatformError, PlatformThrottled, PlatformUnavailable, PlatformUncertain
from bot.events import ConversationKey
from bot.ports.clock import Clock
from bot.ports.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_WAITS_S = (0.5, 1, 2, 4, 8, 15, 30, *(60,) * 360)
"""Waits between attempts to deliver the final text: six hours of a platform that can't be reached."""

SHORTEST_WAIT_S = 0.5
"""A platform that says "too many requests, wait 0 s" again and again must not be asked a thousand times a second."""

WORTH_REMEMBERING_S = 5.0
"""Waits that a platform demands are stored from here on; shorter ones end before a restart does."""

LONGEST_REMEMBERED_S = 900.0
"""Of a stored wait. A clock that jumped back makes it look like hours; a platform that means hours says so again."""

UNDER_WAY_S = 3.0
"""How long what is on its way is waited for when its turn is cancelled."""


class Insistence:
    """Repeats what is sent, with growing waits, or as long as the platform demands."""

    def __init__(self, name: str, key: ConversationKey, store: Store, clock: Clock) -> None:
        """`name` is for the log; what is sent goes to `key`."""
        self._name = name
        self._key = key
        self._store = store
        self._clock = clock

    async def wait_as_demanded(self, until: datetime | None) -> None:
        """Wait as long as the platform wanted before the last start."""
        if until is not None and (wait_s := (until - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(min(wait_s, LONGEST_REMEMBERED_S))

    async def __call__(self, send: Callable[[], Awaitable[T]], *, repeatable: bool = True) -> T:
        """Send until it is done. With ``repeatable=False`` a send of uncertain effect is not repeated.

        Raises:
            PlatformRefused: it never will be done.
            PlatformUnavailable: the platform could not be reached for hours.
            PlatformUncertain: it may have been done.
        """
        waits = iter(RETRY_WAITS_S)
        while True:
            try:
                return await send()
            except PlatformThrottled as throttled:
                await self._pause(max(throttled.retry_after_s, SHORTEST_WAIT_S))
            except PlatformUncertain as error:
                if not repeatable:
                    raise
                await self._wait(waits, error)
            except PlatformUnavailable as error:
                await self._wait(waits, error)

    async def _pause(self, demanded_s: float) -> None:
        log.info("%s: the platform asks to wait %.0f s", self._name, demanded_s)
        if demanded_s >= WORTH_REMEMBERING_S:
            await self._store.hold(self._key, self._clock.now() + timedelta(seconds=demanded_s))
        await self._clock.sleep(demanded_s)

    async def _wait(self, waits: Iterator[float], error: PlatformError) -> None:
        wait_s = next(waits, None)
        if wait_s is None:
            raise error
        log.warning("%s: not delivered yet, next attempt in %.1f s: %s", self._name, wait_s, error)
        await self._clock.sleep(wait_s)


async def whole(request: Coroutine[Any, Any, T], on_late: Callable[[T], Awaitable[None]] | None = None) -> T:
    """Let a request that must not be cut in two come to its end, for a while also when the caller is cancelled.

    What comes only after that is told to `on_late`.
    """
    task = asyncio.ensure_future(request)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=UNDER_WAY_S)
        if task.done() and not task.cancelled() and task.exception() is None and on_late is not None:
            await on_late(task.result())
        task.cancel()
        raise
