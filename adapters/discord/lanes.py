"""Work in order within a channel, and channels independent of each other."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Self, TypeAlias

_log = logging.getLogger(__name__)

Job: TypeAlias = Callable[[], Awaitable[None]]
"""Must not raise."""

_GRACE_S = 2.0
"""For what was received before the end: storing it takes milliseconds."""


class Lanes:
    """A queue per channel that lives only while there is something in it.

    discord.py runs a task per event, in which messages of one channel could overtake each other. Leaving the
    ``async with`` block lets what was put in before finish for 2 s.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

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

    def put(self, channel_id: int, job: Job) -> None:
        """Run `job` after all that was put for this channel before. Returns at once."""
        if channel_id in self._waiting:
            self._waiting[channel_id].append(job)
            return
        self._waiting[channel_id] = deque([job])
        task = asyncio.create_task(self._drain(channel_id), name=f"discord lane {channel_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, channel_id: int) -> None:
        waiting = self._waiting[channel_id]
        try:
            while waiting:
                await waiting.popleft()()
        finally:
            del self._waiting[channel_id]
