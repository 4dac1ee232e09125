"""When turns run: in order within a conversation, side by side between conversations."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.errors import StorageError
from bot.events import ConversationKey
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


@dataclass(slots=True)
class _Lane:
    waiting: dict[TurnId, Turn] = field(default_factory=dict)
    """In order; the first one is the next to run."""
    running: TurnId | None = None
    task: asyncio.Task[bool] | None = None
    """Answers `running`."""

    def cut_short(self) -> None:
        """Cancel the answering, but once only: what it sends right now is to come to its end."""
        if self.task is not None and not self.task.cancelling():
            self.task.cancel()


class Lanes:
    """One queue per conversation. Only a cache: the store knows every turn without an outcome."""

    def __init__(self, answer: Answer, *, clock: Clock, readiness: Readiness, per_lane: int, total: int) -> None:
        """Bounds: `per_lane` turns wait in one conversation, `total` in all."""
        self._answer = answer
        self._clock = clock
        self._readiness = readiness
        self._per_lane = per_lane
        self._total = total
        self._waiting = 0
        self._lanes: dict[ConversationKey, _Lane] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def ahead_of(self, key: ConversationKey) -> int:
        """How many turns a new one of this conversation would wait for."""
        lane = self._lanes.get(key)
        return len(lane.waiting) + (lane.running is not None) if lane else 0

    def is_full(self, key: ConversationKey) -> bool:
        """Whether the conversation's queue, or all of them together, have no place left."""
        lane = self._lanes.get(key)
        return self._waiting >= self._total or (lane is not None and len(lane.waiting) >= self._per_lane)

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
        lane = self._lanes.get(turn.key)
        if lane is not None and turn.id in lane.waiting:
            lane.waiting[turn.id] = turn
            return True
        if bounded and self.is_full(turn.key):
            return False
        lane = lane or self._open(turn.key)
        lane.waiting[turn.id] = turn
        self._waiting += 1
        return True

    def redo(self, turn: Turn, *, yields: bool = False) -> None:
        """Run a turn that has changed before all others of its conversation, even if it runs right now.

        One that `yields` is only before its sender's own: else who has answers done again and again holds up the rest.
        """
        lane = self._lanes.get(turn.key) or self._open(turn.key)
        self._waiting += turn.id not in lane.waiting
        waiting = [other for other in lane.waiting.values() if other.id != turn.id]
        is_behind = (place for place, other in enumerate(waiting) if not yields or other.sender == turn.sender)
        waiting.insert(next(is_behind, len(waiting)), turn)
        lane.waiting = {one.id: one for one in waiting}
        if lane.running == turn.id:
            lane.cut_short()

    def drop(self, turn: Turn) -> None:
        """Leave a turn to another queue, even if it runs right now."""
        lane = self._lanes.get(turn.key)
        if lane is None:
            return
        self._waiting -= lane.waiting.pop(turn.id, None) is not None
        if lane.running == turn.id:
            lane.running = None
            lane.cut_short()

    async def drain(self, *, grace_s: float | None = None) -> int:
        """Wait until every lane is empty, at most `grace_s` seconds; then cancel what still runs.

        Returns:
            How many conversations were cut short. Their turns are resumed at the next start.
        """
        if not self._workers:
            return 0
        _, late = await asyncio.wait(self._workers, timeout=grace_s)
        for timeout in (UNDER_WAY_S, None):
            # The second time it is cut in the middle of a request.
            under_way = {worker for worker in late if not worker.done()}
            for worker in under_way:
                worker.cancel()
            if under_way:
                await asyncio.wait(under_way, timeout=timeout)
        return len(late)

    def _open(self, key: ConversationKey) -> _Lane:
        lane = self._lanes[key] = _Lane()
        worker = asyncio.create_task(self._run(key, lane), name=f"lane {key.platform}")
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)
        return lane

    async def _run(self, key: ConversationKey, lane: _Lane) -> None:
        try:
            while lane.waiting:
                turn = next(iter(lane.waiting.values()))
                wait_s = (turn.ready_at - self._clock.now()).total_seconds()
                if wait_s > 0:
                    # A clock that jumps back must not hold a turn for hours: it waits at most as long as it was to.
                    await self._clock.sleep(min(wait_s, (turn.ready_at - turn.accepted_at).total_seconds()))
                    if lane.waiting.get(turn.id) is not turn:
                        continue  # It has changed: more of the album came.
                lane.waiting.pop(turn.id, None)
                self._waiting -= 1
                await self._one(lane, turn)
        finally:
            # No await since the lane was found empty, so nothing can have been put into it unseen.
            self._waiting -= len(lane.waiting)
            del self._lanes[key]

    async def _one(self, lane: _Lane, turn: Turn) -> None:
        wait_s = FIRST_WAIT_S
        lane.running = turn.id
        try:
            while lane.running == turn.id and turn.id not in lane.waiting:
                lane.task = asyncio.create_task(self._answered(turn), name=f"turn {turn.id}")
                if await lane.task:
                    return
                await self._clock.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        except asyncio.CancelledError:
            worker = asyncio.current_task()
            if worker is not None and worker.cancelling():
                raise
            # Only the turn was cancelled: it waits in front to be done again, or another queue has it.
        finally:
            lane.running = lane.task = None

    async def _answered(self, turn: Turn) -> bool:
        """Whether the lane may go on."""
        try:
            await self._answer(turn)
        except StorageError as error:
            self._readiness.trouble("answering", error)
            return False
        except Exception:
            # One turn must never stop the lane behind it. It stays unfinished: resumed at the next start.
            log.exception("turn %s: left unfinished; it will be taken up again at the next start", turn.id)
        else:
            self._readiness.fine("answering")
        return True
