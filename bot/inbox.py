"""Takes events in: stored first, then queued."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.events import Event
from bot.lanes import Lanes
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.records import Turn

log = logging.getLogger(__name__)


class Inbox:
    """What adapters hand their events to (`bot.ports.chat.Accepting`)."""

    def __init__(
        self,
        store: Store,
        lanes: Lanes,
        *,
        run_now: Callable[[Turn], Awaitable[None]],
        refuse: Callable[[Turn], Awaitable[None]],
        clock: Clock,
        album_quiet_s: float,
    ) -> None:
        """Wire it up.

        Args:
            store: Where events become durable.
            lanes: Where turns wait for their answer.
            run_now: Answers a command, which waits for nobody.
            refuse: Tells the person that all queues are full.
            clock: The time.
            album_quiet_s: How long to wait for the rest of an album after each of its pictures.
        """
        self._store = store
        self._lanes = lanes
        self._run_now = run_now
        self._refuse = refuse
        self._clock = clock
        self._album_quiet = timedelta(seconds=album_quiet_s)
        self._side_tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, event: Event) -> None:
        """Return once the event is committed; a repeat and what is not for the bot change nothing."""
        now = self._clock.now()
        ready_at = now + self._album_quiet if event.album_id else now
        turn = await self._store.accept(event, now=now, ready_at=ready_at)
        if turn is not None:
            self._schedule(turn)

    async def resume(self) -> int:
        """Queue every turn that an earlier run left without an outcome. Returns how many."""
        turns = await self._store.unfinished()
        for turn in turns:
            self._lanes.put(turn, bounded=False)
        return len(turns)

    async def drain(self, *, grace_s: float | None = None) -> None:
        """Wait for the commands and refusals under way, at most `grace_s` seconds; then cancel them.

        What is cancelled has no outcome yet: it is resumed at the next start.
        """
        if not self._side_tasks:
            return
        _, late = await asyncio.wait(self._side_tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _schedule(self, turn: Turn) -> None:
        if turn.command is not None:
            self._aside(self._run_now(turn), turn)
        elif not self._lanes.put(turn):
            log.warning("turn %s: queue full, the person is told to ask again", turn.id)
            self._aside(self._refuse(turn), turn)

    def _aside(self, work: Awaitable[None], turn: Turn) -> None:
        async def logged() -> None:
            try:
                await work
            except Exception:
                # Nobody awaits this task's result, so its failure is told here.
                log.exception("turn %s: left unfinished; it will be taken up again at the next start", turn.id)

        task = asyncio.create_task(logged(), name=f"turn {turn.id}")
        self._side_tasks.add(task)
        task.add_done_callback(self._side_tasks.discard)
