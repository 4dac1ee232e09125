"""A task that lives exactly as long as a block of code."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Self

log = logging.getLogger(__name__)


class Background:
    """``async with Background(...)``: runs beside the block and is cancelled at its end.

    An exception of the work ends the work and not the block. It is logged when it happens: nobody awaits its result.
    """

    def __init__(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        self._task = asyncio.create_task(work, name=name)
        self._task.add_done_callback(_log_failure)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})


def _log_failure(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error("%s: stopped by an error that nobody expected", task.get_name(), exc_info=error)
