"""Updates on their way to the bot: numbered, kept until confirmed, handed out to one poller at a time."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
MAX_TIMEOUT_S = 50
"""The longest wait (telegram-bot-api, process_get_updates_query)."""
MAX_BATCH = 100
_MAX_AHEAD = 10
"""An offset further ahead of the newest update is taken for none (tdlib, TQueue::get)."""
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that must be asked for (Bot API, getUpdates)."""


class Conflict(Exception):
    """This poll is over because another one began."""


@dataclass(eq=False, slots=True)
class Update:
    """One update, with the id under which it was first handed out."""

    update_id: int
    payload: dict[str, Any]
    again: bool = False
    """Handed out once more although it may be confirmed already."""


@dataclass(eq=False, slots=True)
class _Poll:
    is_gone: Callable[[], bool]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


class UpdateQueue:
    """What getUpdates sees. Only a later offset takes an update away; an answer that is lost loses nothing."""

    def __init__(self, first_id: int = 500_000_001) -> None:
        self.conflict_pause_s = 3.0
        """After one 409 the next waits so long (telegram-bot-api, fail_query_conflict)."""
        self.longest_poll_s: float = MAX_TIMEOUT_S
        """Longer waits are cut to this. A test in fast time sets it lower."""
        self._next_id = first_id
        self.waiting: list[Update] = []
        """Not confirmed, in order."""
        self.news = asyncio.Event()
        """Set when something came. Who looks clears it."""
        self._allowed: frozenset[str] | None = None
        self._poll: _Poll | None = None
        self._next_conflict_at = 0.0
        self._hang = False
        self._closed = False

    @property
    def pending(self) -> int:
        return len(self.waiting)

    @property
    def polling(self) -> bool:
        return self._poll is not None and not self._poll.is_gone()

    @property
    def hang(self) -> bool:
        """While True no poll is answered, with or without news."""
        return self._hang

    @hang.setter
    def hang(self, hang: bool) -> None:
        self._hang = hang
        self._wake()

    def close(self) -> None:
        """Answer the waiting poll, and all others at once."""
        self._closed = True
        self._wake()

    def add(self, kind: str, content: dict[str, Any]) -> Update | None:
        """Queue an update; None if the bot did not ask for its kind."""
        if kind in _NOT_BY_DEFAULT if self._allowed is None else kind not in self._allowed:
            return None
        update = Update(self._next_id, {"update_id": self._next_id, kind: content})
        self._next_id += 1
        self.waiting.append(update)
        self._wake()
        return update

    def repeat(self, update: Update, *, new_id: bool) -> None:
        """Hand an update out once more, at the end of the queue."""
        update_id = self._next_id if new_id else update.update_id
        self._next_id += new_id
        self.waiting.append(Update(update_id, {**update.payload, "update_id": update_id}, again=True))
        self._wake()

    def renumber(self, next_id: int) -> None:
        """Number what comes now from anywhere, as Telegram may after a week without updates (Bot API, Update)."""
        assert not self.waiting, "there are updates"
        self._next_id = next_id

    def forget(self, update: Update) -> None:
        """The bot has taken it over a webhook."""
        if update in self.waiting:
            self.waiting.remove(update)

    def end_poll(self) -> None:
        """A webhook was set: the poll that waits is over (abort_long_poll)."""
        if self._poll is not None:
            self._poll.over = True
            self._poll.wake.set()

    def clear(self) -> None:
        """drop_pending_updates."""
        self.waiting.clear()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Choose kinds for the updates to come; an empty list is the default set, None changes nothing."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    async def poll(
        self, *, offset: int, limit: int, timeout_s: int, is_gone: Callable[[], bool]
    ) -> list[dict[str, Any]]:
        """Answer one getUpdates.

        Args:
            offset: Updates below it are confirmed now; a negative one keeps only so many of the newest.
            limit: At most so many, 1 to 100.
            timeout_s: Wait so long for news, at most `longest_poll_s`.
            is_gone: Whether the client has hung up.

        Raises:
            Conflict: another poll began; it may be held back for `conflict_pause_s` first.
        """
        self._confirm(offset)
        mine = self._take_over(is_gone)
        deadline = time.monotonic() + min(max(timeout_s, 0), self.longest_poll_s)
        try:
            while not self._closed and (self._hang or not self.waiting):
                left = None if self._hang else deadline - time.monotonic()
                if left is not None and left <= 0.0:
                    break
                await _wait(mine.wake, left)
                if mine.over:
                    await self._pause_conflict(mine)
                    raise Conflict
        finally:
            if self._poll is mine:
                self._poll = None
        return self._batch(limit)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            del self.waiting[:offset]
        elif 0 < offset <= self._next_id + _MAX_AHEAD:
            self.waiting = [u for u in self.waiting if u.update_id >= offset or u.again]

    def _take_over(self, is_gone: Callable[[], bool]) -> _Poll:
        self.end_poll()
        self._poll = _Poll(is_gone)
        return self._poll

    async def _pause_conflict(self, poll: _Poll) -> None:
        now = time.monotonic()
        if poll.is_gone():
            return
        if now < self._next_conflict_at:
            await asyncio.sleep(self.conflict_pause_s)
        else:
            self._next_conflict_at = now + self.conflict_pause_s

    def _batch(self, limit: int) -> list[dict[str, Any]]:
        batch = self.waiting[: limit if 1 <= limit <= MAX_BATCH else MAX_BATCH]
        for update in batch:
            update.again = False
        return [update.payload for update in batch]

    def _wake(self) -> None:
        self.news.set()
        if self._poll is not None:
            self._poll.wake.set()


async def _wait(wake: asyncio.Event, seconds: float | None) -> None:
    wake.clear()
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return
