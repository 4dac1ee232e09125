"""Long polling whose offset moves only after the commit."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from bot.errors import PlatformError, PlatformThrottled
from bot.events import Event
from bot.ports.chat import Accepting
from bot.ports.clock import Clock

log = logging.getLogger(__name__)

POLL_TIMEOUT_S = 50
"""How long Telegram holds a poll open when there is no news: its maximum (telegram-bot-api)."""
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0

RawUpdate: TypeAlias = dict[str, Any]
Fetch: TypeAlias = Callable[[int | None], Awaitable[Sequence[RawUpdate]]]
"""Gives the updates from an offset on (None: from the oldest unconfirmed) and so confirms those before it.
Raises `PlatformError`."""
Convert: TypeAlias = Callable[[RawUpdate], Event | None]


class Poller:
    """Hands updates on, one by one and in order. An update is confirmed to Telegram only after it was accepted."""

    def __init__(self, *, fetch: Fetch, convert: Convert, accept: Accepting, clock: Clock) -> None:
        self._fetch = fetch
        self._convert = convert
        self._accept = accept
        self._clock = clock
        self._polling = Outage("Receiving from Telegram", clock)
        self._accepting = Outage("Storing what Telegram sent", clock)
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled. What was not confirmed by then, Telegram gives again to the next poll."""
        while True:
            try:
                updates = await self._fetch(self._offset)
            except PlatformError as error:
                await self._polling.wait(error)
                continue
            self._polling.over()
            await self._take(updates)

    async def _take(self, updates: Sequence[RawUpdate]) -> None:
        for update in updates:
            event = self._converted(update)
            if event is not None and not await self._accepted(event):
                return
            self._offset = int(update["update_id"]) + 1

    def _converted(self, update: RawUpdate) -> Event | None:
        try:
            return self._convert(update)
        except Exception:
            # Any surprise in one update: those behind it must not wait for ever.
            log.exception("Telegram update %s can't be read and is left out", update.get("update_id"))
            return None

    async def _accepted(self, event: Event) -> bool:
        try:
            await self._accept(event)
        except Exception as error:  # noqa: BLE001 - whatever storage raises: the update must come again; `wait` logs it
            await self._accepting.wait(error)
            return False
        self._accepting.over()
        return True


class Outage:
    """Growing waits while something fails; one line in the log for each kind of trouble, and one when it ends."""

    def __init__(self, what: str, clock: Clock) -> None:
        """Begin in good health.

        Args:
            what: For the log: "Receiving from Telegram".
            clock: For the waits.
        """
        self._what = what
        self._clock = clock
        self._since_s: float | None = None
        self._kinds: set[type[Exception]] = set()
        self._next_wait_s = _FIRST_WAIT_S

    async def wait(self, error: Exception) -> None:
        """Take note of a failure, and wait 1 s, 2 s, 4 s ... up to 30 s, or as long as the platform demands."""
        if self._since_s is None:
            self._since_s = self._clock.monotonic_s()
        if type(error) not in self._kinds:
            log.warning("%s fails: %s. I keep trying.", self._what, error, exc_info=_unexpected(error))
            self._kinds.add(type(error))
        demanded_s = error.retry_after_s if isinstance(error, PlatformThrottled) else 0.0
        await self._clock.sleep(max(self._next_wait_s, demanded_s))
        self._next_wait_s = min(2 * self._next_wait_s, _LONGEST_WAIT_S)

    def over(self) -> None:
        """Take note of a success."""
        if self._since_s is not None:
            log.info("%s works again, after %.0f s.", self._what, self._clock.monotonic_s() - self._since_s)
            self._since_s = None
            self._kinds.clear()
            self._next_wait_s = _FIRST_WAIT_S


def _unexpected(error: Exception) -> Exception | None:
    """What is not the platform's needs its traceback."""
    return None if isinstance(error, PlatformError) else error
