"""When turns run: one person's in order, side by side with those of other conversations."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from bot.errors import StorageError
from bot.events import ConversationKey, PersonId
from bot.ports.clock import Clock
from bot.readiness import Readiness
from bot.records.turns import Turn, TurnId

log = logging.getLogger(__name__)

Answer: TypeAlias = Callable[[Turn], Awaitable[None]]
"""Brings one turn to its outcome, or leaves it unfinished when cancelled. Handles its own errors but `StorageError`."""

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0

UNDER_WAY_S = 3.0
"""How long, at the end, what is on its way to a platform is waited for."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    turn: Turn
    patience: asyncio.Task[None]
    """Done when the turn is ready."""


@dataclass(slots=True)
class _Lane:
    waiting: dict[TurnId, _Waiting] = field(default_factory=dict)
    """In order."""
    running: dict[asyncio.Task[None], Turn] = field(default_factory=dict)

    def turns(self) -> Iterator[Turn]:
        """Those that run, then those that wait, in order."""
        yield from self.running.values()
        for one in self.waiting.values():
            yield one.turn

    def next_ones(self) -> Iterator[_Waiting]:
        """Those that wait for no other: for their sender's own, or for any where all share the conversation.

        A change of that setting counts for turns that come after it. They wait for those before it.
        """
        ahead = {turn.sender for turn in self.running.values()}
        for one in list(self.waiting.values()):
            is_shared = one.turn.history_of is None
            if not ahead or (not is_shared and one.turn.sender not in ahead):
                yield one
            elif is_shared:
                return
            ahead.add(one.turn.sender)

    def insert(self, new: _Waiting, *, before_all: bool) -> None:
        """Let one wait before all others, or else only before its sender's own."""
        waiting = list(self.waiting.values())
        is_behind = (place for place, one in enumerate(waiting) if before_all or one.turn.sender == new.turn.sender)
        waiting.insert(next(is_behind, len(waiting)), new)
        self.waiting = {one.turn.id: one for one in waiting}

    def take_out(self, turn_id: TurnId) -> None:
        """Let a turn neither wait nor run here any longer."""
        if turn_id in self.waiting:
            self.waiting.pop(turn_id).patience.cancel()
        for task, turn in self.running.items():
            if turn.id == turn_id:
                _cut_short(task)


class Lanes:
    """One queue per conversation. Only a cache: the store knows every turn without an outcome.

    Where each person has a conversation of their own, turns of several people run at a time.
    """

    def __init__(
        self, answer: Answer, *, clock: Clock, readiness: Readiness, per_lane: int, total: int, at_once: int = 1
    ) -> None:
        """Bounds: `per_lane` turns wait in one conversation, `total` in all; `at_once` run in one conversation."""
        self._answer = answer
        self._clock = clock
        self._readiness = readiness
        self._per_lane = per_lane
        self._total = total
        self._at_once = at_once
        self._lanes: dict[ConversationKey, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ahead_of(self, key: ConversationKey, sender: PersonId) -> int:
        """How many turns must end before a new one of this person begins, at least.

        Whether people share the conversation is told by the newest turn there.
        """
        turns = list(self._lanes[key].turns()) if key in self._lanes else []
        if not turns or turns[-1].history_of is None:
            return len(turns)
        own = sum(turn.sender == sender for turn in turns)
        return max(own, len(turns) - self._at_once + 1)

    def is_full(self, key: ConversationKey) -> bool:
        """Whether the conversation's queue, or all of them together, have no place left."""
        lane = self._lanes.get(key)
        is_crowded = lane is not None and len(lane.waiting) >= self._per_lane
        return is_crowded or sum(len(one.waiting) for one in self._lanes.values()) >= self._total

    def holds(self, turn: Turn) -> bool:
        """Whether it waits here."""
        lane = self._lanes.get(turn.key)
        return lane is not None and turn.id in lane.waiting

    def put(self, turn: Turn, *, bounded: bool = True) -> bool:
        """Queue a turn, or take the changed version of one that waits already.

        Returns:
            False when there is no place. ``bounded=False`` always finds one: for turns that were promised one, and
            those resumed at start.
        """
        if bounded and not self.holds(turn) and self.is_full(turn.key):
            return False
        waiting = self._lane(turn.key).waiting
        if turn.id in waiting:
            waiting[turn.id].patience.cancel()
        waiting[turn.id] = self._with_patience(turn)
        return True

    def redo(self, turn: Turn, *, yields: bool = False) -> None:
        """Run a turn that has changed before all others of its conversation, even if it runs right now.

        One that `yields` is only before its sender's own: else who has answers done again and again holds up the rest.
        """
        lane = self._lane(turn.key)
        lane.take_out(turn.id)
        lane.insert(self._with_patience(turn), before_all=not yields)

    def drop(self, turn: Turn) -> None:
        """Leave a turn to another queue, even if it runs right now."""
        if turn.key in self._lanes:
            self._lanes[turn.key].take_out(turn.id)

    async def drain(self, *, grace_s: float | None = None) -> int:
        """Wait until every lane is empty, at most `grace_s` seconds; then cancel what still runs.

        Returns:
            How many conversations were cut short. Their turns are resumed at the next start.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        late = len(self._lanes)
        for lane in self._lanes.values():
            lane.waiting.clear()
        for task in self._tasks:
            _cut_short(task)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=UNDER_WAY_S)
        for task in self._tasks:
            task.cancel()  # In the middle of a request.
        if self._tasks:
            await asyncio.wait(self._tasks)
        return late

    def _lane(self, key: ConversationKey) -> _Lane:
        return self._lanes.setdefault(key, _Lane())

    def _with_patience(self, turn: Turn) -> _Waiting:
        # Also one that is ready begins a moment later: what is queued together with it may have to go before it.
        patience = self._started(self._until_ready(turn), name=f"patience of turn {turn.id}")
        patience.add_done_callback(lambda _: self._begin_next(turn.key))
        return _Waiting(turn, patience)

    async def _until_ready(self, turn: Turn) -> None:
        wait_s = (turn.ready_at - self._clock.now()).total_seconds()
        if wait_s > 0:
            # A clock that jumps back must not hold a turn for hours: it waits at most as long as it was to.
            await self._clock.sleep(min(wait_s, (turn.ready_at - turn.accepted_at).total_seconds()))

    def _begin_next(self, key: ConversationKey) -> None:
        lane = self._lanes.get(key)
        if lane is None:
            return
        for one in lane.next_ones():
            if one.patience.done() and len(lane.running) < self._at_once:
                del lane.waiting[one.turn.id]
                task = self._started(self._run(one.turn), name=f"turn {one.turn.id}")
                lane.running[task] = one.turn
                task.add_done_callback(partial(self._ended, key))
        if not lane.waiting and not lane.running:
            del self._lanes[key]

    def _ended(self, key: ConversationKey, task: asyncio.Task[None]) -> None:
        del self._lanes[key].running[task]
        self._begin_next(key)

    def _started(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, turn: Turn) -> None:
        wait_s = FIRST_WAIT_S
        while not await self._is_answered(turn):
            await self._clock.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _is_answered(self, turn: Turn) -> bool:
        """Whether the lane may go on."""
        try:
            await self._answer(turn)
        except StorageError as error:
            self._readiness.trouble("answering", error)
            return False
        except Exception:
            # One turn must never stop those behind it. It stays unfinished: resumed at the next start.
            log.exception("turn %s: left unfinished; it will be taken up again at the next start", turn.id)
        else:
            self._readiness.fine("answering")
        return True


def _cut_short(task: asyncio.Task[None]) -> None:
    """Cancel it, but once only: what it sends right now is to come to its end."""
    if not task.cancelling():
        task.cancel()
