"""Growing waits while something fails, and no more than two lines about it."""

import logging

from adapters.telegram.errors import is_conflict
from adapters.waits import growing
from bot.errors import GlimpseError, PlatformRefused, PlatformThrottled
from bot.ports.clock import Clock

log = logging.getLogger(__name__)

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0
CONFLICT_CALM_S = 90.0
"""Two pollers take turns, and each gets something now and then. The other one is gone when nothing was refused for
longer than a poller waits between attempts (30 s here and in python-telegram-bot) and a poll takes."""


class Outage:
    """Notes failures; says one line in the log for each kind of trouble, and one when it ends."""

    def __init__(self, what: str, clock: Clock) -> None:
        """Begin in good health.

        Args:
            what: For the log: "Receiving from Telegram".
            clock: For the waits.
        """
        self._what = what
        self._clock = clock
        self._since_s: float | None = None
        self._failed_s = 0.0
        self._calm_s = 0.0
        self._said: set[tuple[type[GlimpseError], str]] = set()
        self._waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)

    async def wait(self, error: GlimpseError) -> None:
        """Take note of a failure, and wait 1 s, 2 s, 4 s ... up to 30 s, or as long as the platform demands."""
        self.note(error)
        demanded_s = error.retry_after_s if isinstance(error, PlatformThrottled) else 0.0
        await self._clock.sleep(max(next(self._waits), demanded_s))

    def note(self, error: GlimpseError) -> None:
        """Take note of a failure that somebody else waits for."""
        self._failed_s = self._clock.monotonic_s()
        if self._since_s is None:
            self._since_s = self._failed_s
        if is_conflict(error):
            self._calm_s = CONFLICT_CALM_S
        kind = type(error), error.remedy if isinstance(error, PlatformRefused) else ""
        if kind not in self._said:
            self._said.add(kind)
            log.warning("%s fails: %s. I keep trying.", self._what, str(error).rstrip("."))

    def over(self) -> None:
        """Take note of a success."""
        if self._since_s is None or self._clock.monotonic_s() - self._failed_s < self._calm_s:
            return
        log.info("%s works again, after %.0f s.", self._what, self._clock.monotonic_s() - self._since_s)
        self._since_s = None
        self._calm_s = 0.0
        self._said.clear()
        self._waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)
