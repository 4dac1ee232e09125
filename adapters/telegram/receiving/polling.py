"""Long polling whose offset moves only after the commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, TypeAlias

from adapters.telegram.outage import Outage
from bot.errors import PlatformError, PlatformUnavailable, StorageError
from bot.ports.clock import Clock
from bot.ports.intake import Intake

log = logging.getLogger(__name__)

POLL_TIMEOUT_S = 50
"""How long Telegram holds a poll open when there is no news: its maximum (telegram-bot-api)."""
SILENCE_S = 120.0
"""Without a completed poll for so long, what is below the poll is taken for dead."""
OFFSET_LIFETIME = timedelta(days=6)
"""An offset older than this is forgotten: after a week without updates Telegram may number anew, from any number
(Bot API, Update), and an offset above the new numbers would confirm what was never read."""

RawUpdate: TypeAlias = dict[str, Any]
Fetch: TypeAlias = Callable[[int | None], Awaitable[Sequence[RawUpdate]]]
"""Gives the updates from an offset on (None: from the oldest unconfirmed) and so confirms those before it.
Raises `PlatformError`."""
Take: TypeAlias = Callable[[RawUpdate], Awaitable[None]]
"""Brings one update where it belongs. Raises `StorageError` when it must come again."""


class Poller:
    """Hands updates on: those of one chat one by one and in order, beside those of others.

    An update is confirmed to Telegram only after it, and all before it, were taken.

    The offset is kept in the store too, after each batch. It may be behind, for what comes twice changes nothing. It
    is not needed to be there, for without one Telegram begins with what was never confirmed. It goes down as well as
    up: another Bot API server has other numbers.
    """

    def __init__(
        self,
        *,
        fetch: Fetch,
        take: Take,
        chat_of: Callable[[RawUpdate], int | None],
        renew: Callable[[], Awaitable[None]],
        intake: Intake,
        cursor: str,
        clock: Clock,
    ) -> None:
        """Begin without an offset.

        Args:
            fetch: One getUpdates.
            take: What to do with each update.
            chat_of: Which chat it belongs to, as far as can be told.
            renew: Builds the connection anew, whatever state it is in.
            intake: Keeps the offset.
            cursor: Under this name.
            clock: For all waits.
        """
        self._fetch = fetch
        self._take = take
        self._chat_of = chat_of
        self._renew = renew
        self._intake = intake
        self._cursor = cursor
        self._clock = clock
        self._polling = Outage("Receiving from Telegram", clock)
        self._storing = Outage("Storing what Telegram sent", clock)
        self._offset: int | None = None
        self._moved_at = clock.now()
        self._completed_s = clock.monotonic_s()

    async def run(self) -> None:
        """Poll until cancelled. What was not confirmed by then, Telegram gives again to the next poll."""
        await self._recall()
        while True:
            try:
                updates = await self._poll()
            except PlatformError as error:
                await self._polling.wait(error)
                await self._renew_if_silent()
                continue
            self._polling.over()
            if updates:
                await self._store(updates)
            self._completed_s = self._clock.monotonic_s()

    # --- asking ---------------------------------------------------------------------------------

    async def _poll(self) -> Sequence[RawUpdate]:
        poll = asyncio.ensure_future(self._fetch(self._known_offset()))
        patience = asyncio.ensure_future(self._clock.sleep(SILENCE_S))
        try:
            await asyncio.wait({poll, patience}, return_when=asyncio.FIRST_COMPLETED)
            if poll.done():
                return poll.result()
        finally:
            patience.cancel()
            # Not waited for: what hangs may also hang when it is cancelled.
            poll.cancel()
            poll.add_done_callback(_forget)
        raise PlatformUnavailable(f"Telegram: no answer for {SILENCE_S:.0f} s; the connection is built anew.")

    async def _renew_if_silent(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._completed_s >= SILENCE_S:
            self._completed_s = now_s
            await self._renew()

    def _known_offset(self) -> int | None:
        # A clock that jumped makes it older or younger than it is: forgotten, it costs a repeat at most.
        is_young = timedelta(0) <= self._clock.now() - self._moved_at < OFFSET_LIFETIME
        return self._offset if is_young else None

    # --- keeping --------------------------------------------------------------------------------

    async def _recall(self) -> None:
        while True:
            try:
                kept = await self._intake.cursor(self._cursor)
            except StorageError as error:
                await self._storing.wait(error)
            else:
                self._storing.over()
                if kept is not None:
                    self._offset, self._moved_at = _parsed(kept)
                return

    async def _store(self, updates: Sequence[RawUpdate]) -> None:
        chats: dict[int | None, list[RawUpdate]] = {}
        for update in updates:
            chats.setdefault(self._chat_of(update), []).append(update)
        failures = filter(None, await asyncio.gather(*(self._take_in_order(chat) for chat in chats.values())))
        failed_at, error = min(failures, key=itemgetter(0), default=(None, None))
        taken = [update["update_id"] for update in updates if failed_at is None or update["update_id"] < failed_at]
        if taken:
            self._offset, self._moved_at = taken[-1] + 1, self._clock.now()
        try:
            if error is not None:
                raise error
            await self._intake.move_cursor(self._cursor, f"{self._offset} {self._moved_at.timestamp():.0f}")
        except StorageError as trouble:
            await self._storing.wait(trouble)
        else:
            self._storing.over()

    async def _take_in_order(self, updates: Sequence[RawUpdate]) -> tuple[int, StorageError] | None:
        """Take them up to the first that can't be stored, and return its id."""
        for update in updates:
            try:
                await self._take(update)
            except StorageError as error:
                return update["update_id"], error
        return None


def _parsed(kept: str) -> tuple[int, datetime]:
    offset, _, moved_at = kept.partition(" ")
    return int(offset), datetime.fromtimestamp(int(moved_at), UTC)


def _forget(poll: asyncio.Future[Sequence[RawUpdate]]) -> None:
    """Nobody looks at this result any more; asyncio would complain about an error in it."""
    if not poll.cancelled():
        poll.exception()
