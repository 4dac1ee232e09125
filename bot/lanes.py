"""When turns run: in order within a conversation, side by side between conversations."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.events import ConversationKey
from bot.ports.clock import Clock
from bot.records import Turn, TurnId

log = logging.getLogger(__name__)

Answer: TypeAlias = Callable[[Turn], Awaitable[None]]
"""Brings one turn to its outcome. Handles its own errors; one that escapes is logged here."""

_Lane: TypeAlias = dict[TurnId, Turn]  # In order of arrival; the first one is the next to run.


class Lanes:
    """One queue per conversation. Only a cache: the store knows every turn without an outcome."""

    def __init__(self, answer: Answer, *, clock: Clock, per_lane: int, total: int) -> None:
        """Bounds: `per_lane` turns wait in one conversation, `total` in all."""
        self._answer = answer
        self._clock = clock
        self._per_lane = per_lane
        self._total = total
        self._waiting = 0
        self._lanes: dict[ConversationKey, _Lane] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def put(self, turn: Turn, *, bounded: bool = True) -> bool:
        """Queue a turn, or take the later `ready_at` of one that waits already.

        Returns:
            False when the conversation's queue, or all of them together, are full. ``bounded=False`` (turns
            resumed at start) always finds a place.
        """
        lane = self._lanes.get(turn.key)
        if lane is not None and turn.id in lane:
            lane[turn.id] = turn
            return True
        if bounded and (self._waiting >= self._total or (lane is not None and len(lane) >= self._per_lane)):
            return False
        self._waiting += 1
        if lane is not None:
            lane[turn.id] = turn
            return True
        self._lanes[turn.key] = {turn.id: turn}
        worker = asyncio.create_task(self._run(turn.key), name=f"lane {turn.key.platform}")
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)
        return True

    async def drain(self, *, grace_s: float | None = None) -> int:
        """Wait until every lane is empty, at most `grace_s` seconds; then cancel what still runs.

        Returns:
            How many conversations were cut short. Their turns are resumed at the next start.
        """
        if not self._workers:
            return 0
        _, late = await asyncio.wait(self._workers, timeout=grace_s)
        for worker in late:
            worker.cancel()
        if late:
            await asyncio.wait(late)
        return len(late)

    async def _run(self, key: ConversationKey) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                turn = next(iter(lane.values()))
                wait_s = (turn.ready_at - self._clock.now()).total_seconds()
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
                    continue  # It may have moved: more of the album came.
                del lane[turn.id]
                self._waiting -= 1
                await self._one(turn)
        finally:
            # No await since the lane was found empty, so nothing can have been put into it unseen.
            self._waiting -= len(lane)
            del self._lanes[key]

    async def _one(self, turn: Turn) -> None:
        try:
            await self._answer(turn)
        except Exception:
            # One turn must never stop the lane behind it. It stays unfinished in the store: resumed at the next start.
            log.exception("turn %s: left unfinished; it will be taken up again at the next start", turn.id)
