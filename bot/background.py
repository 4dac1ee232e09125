"""A task that lives exactly as long as a block of code."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Self


class Background:
    """``async with Background(...)``: runs beside the block and is cancelled at its end.

    An exception of the task that is not its cancellation is raised at the end of the block, unless the
    block itself raised.
    """

    def __init__(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        self._task = asyncio.create_task(work, name=name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})
        with contextlib.suppress(asyncio.CancelledError):
            error = self._task.exception()
            if error is not None and kind is None:
                raise error
