"""Work in order within a channel, and channels independent of each other."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Self, TypeAlias

_log = logging.getLogger(__name__)

Job: TypeAlias = Callable[[], Awaitable[None]]

_GRACE_S = 2.0
"""For what was received before the end: storing it takes milliseconds."""

MOST_IN_LANE = 100
MOST_IN_ALL = 2000
"""Events that wait, a few kB each. Only an outage of the storage, or of Discord's API, makes them wait at all."""


class Lanes:
    """A queue per channel that lives only while there is something in it.

    discord.py runs a task per event, in which messages of one channel could overtake each other. Leaving the
    ``async with`` block lets what was put in before finish for 2 s.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, deque[tuple[str, Job]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=_GRACE_S)
        for task in late:
            task.cancel()
        if late:
            _log.warning("Discord: %d channels had events that were not taken in before the end.", len(late))
            await asyncio.wait(late)

    @property
    def are_crowded(self) -> bool:
        """Whether so much waits that nothing should be added that can come later."""
        return self._count >= MOST_IN_ALL // 2

    def put(self, channel_id: int, what: str, job: Job, *, bounded: bool = True) -> bool:
        """Run `job` after all that was put for this channel before. Returns at once.

        Args:
            channel_id: Whose lane.
            what: For the log if it raises: "message 42".
            job: What to do.
            bounded: Refuse it when too much waits.

        Returns:
            False if it was refused.
        """
        waiting = self._waiting.get(channel_id)
        if bounded and (self._count >= MOST_IN_ALL or len(waiting or ()) >= MOST_IN_LANE):
            return False
        self._count += 1
        if waiting is not None:
            waiting.append((what, job))
            return True
        self._waiting[channel_id] = deque([(what, job)])
        task = asyncio.create_task(self._drain(channel_id), name=f"discord lane {channel_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _drain(self, channel_id: int) -> None:
        waiting = self._waiting[channel_id]
        try:
            while waiting:
                what, job = waiting.popleft()
                await _run(what, job)
                self._count -= 1
        finally:
            del self._waiting[channel_id]


async def _run(what: str, job: Job) -> None:
    try:
        await job()
    except Exception:  # noqa: BLE001 - one event that can't be converted or stored must not stop those behind it
        _log.exception("Discord: %s was not taken in.", what)
