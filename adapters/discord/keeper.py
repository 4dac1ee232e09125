"""Asks the storage again and again until it does its work: Discord does not deliver twice."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

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
        self._is_down = False

    async def keep(self, store: Callable[[], Awaitable[T]]) -> T:
        """Call `store` until it raises no `StorageError`, with growing waits of at most 10 s."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                result = await store()
            except StorageError as error:
                self._tell(error)
            else:
                self._tell(None)
                return result
            await self._clock.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    def _tell(self, error: StorageError | None) -> None:
        if error is not None and not self._is_down:
            _log.error("Discord: what comes in waits, because it can't be stored: %s", error)
        if error is None and self._is_down:
            _log.warning("Discord: what waited is being stored again.")
        self._is_down = error is not None
