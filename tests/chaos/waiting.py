"""Waiting for an event, but not for long."""

import asyncio
import contextlib


async def is_set_within(seconds: float, event: asyncio.Event) -> bool:
    """Wait until `event` is set, at most so long. Returns whether it is."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
