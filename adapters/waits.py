"""Waits between attempts at something that may work later."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from bot.errors import PlatformError, PlatformRefused
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

T = TypeVar("T")


def growing(first_s: float, longest_s: float) -> Iterator[float]:
    """Endless: each twice as long as the one before, up to the longest."""
    wait_s = first_s
    while True:
        yield wait_s
        wait_s = min(2 * wait_s, longest_s)


async def until_reached(ask: Callable[[], Awaitable[T]], clock: Clock, waits: Iterator[float]) -> T:
    """Ask a platform until it answers.

    Args:
        ask: Raises `PlatformError`.
        clock: For the waits.
        waits: Between two attempts, in seconds; endless.

    Raises:
        PlatformRefused: asking again will not help.
    """
    while True:
        try:
            return await ask()
        except PlatformRefused:
            raise
        except PlatformError as error:
            _log.debug("%s I will try again.", error)
        await clock.sleep(next(waits))
