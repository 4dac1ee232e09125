"""Being told to stop."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. A second signal ends the process at once."""
    stop = asyncio.Event()

    def ask_to_stop() -> None:
        if stop.is_set():
            # Asked twice: at once. What is committed is safe, and unfinished turns are resumed at the next start.
            os._exit(1)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask_to_stop)
    return stop


async def is_done_before(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do something, or give it up when told to stop. Returns whether it was done."""
    working, stopping = asyncio.create_task(work, name="start"), asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        is_done = working.done()
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.wait({working, stopping})
    if is_done:
        working.result()
    return is_done
