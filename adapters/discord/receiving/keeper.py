"""Asks the storage again and again until it does its work: Discord does not deliver twice."""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from adapters.waits import growing
from bot.errors import StorageError
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 10.0


class Keeper:
    """Outlasts an outage of the storage, which the operator is told of once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting = 0

    async def keep(self, store: Callable[[], Awaitable[T]]) -> T:
        """Call `store` until it raises no `StorageError`, with growing waits of at most 10 s."""
        try:
            return await store()
        except StorageError as error:
            # An outage lasts as long as anything waits: meanwhile other work may well get through.
            if not self._waiting:
                _log.error("Discord: what comes in waits, because it can't be stored: %s", error)
        self._waiting += 1
        try:
            result = await self._insist(store)
        finally:
            self._waiting -= 1
        if not self._waiting:
            _log.warning("Discord: what waited is stored again.")
        return result

    async def _insist(self, store: Callable[[], Awaitable[T]]) -> T:
        waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        while True:
            await self._clock.sleep(next(waits))
            with contextlib.suppress(StorageError):
                return await store()
