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
            run_now: Answers a command, which waits only for other commands.
            refuse: Tells the person that all queues are full.
            clock: The time.
            album_quiet_s: How long to wait for the rest of an album after each of its pictures.
        """
        self._store = store
        self._lanes = lanes
        self._clock = clock
        self._album_quiet = timedelta(seconds=album_quiet_s)
        # One after the other in each conversation too: a flood of them would crowd out the answers there.
        self._commands = Lanes(run_now, clock=clock, per_lane=0, total=0)
        self._refusals = Lanes(refuse, clock=clock, per_lane=0, total=0)

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
        await asyncio.gather(self._commands.drain(grace_s=grace_s), self._refusals.drain(grace_s=grace_s))

    def _schedule(self, turn: Turn) -> None:
        if turn.command is not None:
            self._commands.put(turn, bounded=False)
        elif not self._lanes.put(turn):
            log.warning("turn %s: queue full, the person is told to ask again", turn.id)
            self._refusals.put(turn, bounded=False)
