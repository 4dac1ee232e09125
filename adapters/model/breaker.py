"""Leaves a model server alone for a while after it failed again and again, and then tries it with a single request."""

import enum
import logging
import random
from typing import NamedTuple

from adapters.model.errors import in_words
from bot.errors import ModelError, ModelTrouble
from bot.ports.clock import Clock
from bot.sentences import NO_SENTENCE, Sentence, sentence

MAX_PAUSE_S = 120.0
"""Longest time for which a server is left alone, unless it asked for longer itself: so soon its recovery is noticed."""

ITS_OWN_FAULT = frozenset(
    {
        ModelTrouble.UNAVAILABLE,
        ModelTrouble.TIMEOUT,
        ModelTrouble.CUT_OFF,
        ModelTrouble.BUSY,
        ModelTrouble.BAD_RESPONSE,
        ModelTrouble.KEY,
        ModelTrouble.CREDITS,
        ModelTrouble.NOT_FOUND,
    }
)
"""Troubles that the next request to the same server will most likely have too, whatever it asks."""

PASSING = frozenset({ModelTrouble.UNAVAILABLE, ModelTrouble.TIMEOUT, ModelTrouble.CUT_OFF, ModelTrouble.BUSY})
"""Troubles that pass by themselves: asking later makes sense."""

_JITTER = 0.2

_log = logging.getLogger(__name__)


class _Failure(NamedTuple):
    """What stays known of the last error. The error itself holds on to the request, with all its pictures."""

    operator: str
    trouble: ModelTrouble
    person: Sentence


class _State(enum.Enum):
    CLOSED = enum.auto()
    OPEN = enum.auto()
    HALF_OPEN = enum.auto()


class Breaker:
    """A circuit breaker for one model server.

    Closed it lets everything through. After `failures` failures in a row it opens: nothing is let through for
    `pause_s`, or as long as the server asked for. Then it is half open: one request is let through as a probe. The
    first word of its answer closes the breaker, its failure opens it again for twice as long, up to `MAX_PAUSE_S`. The
    pause is back at its first length only after a whole answer.

    Each request calls `enter`, and then with its ticket what became of it. What a request from before the last change
    of state brings tells nothing new and is passed over. The operator reads one line when an outage begins and one
    when it is over.
    """

    def __init__(
        self, label: str, *, clock: Clock, random: random.Random, failures: int = 5, pause_s: float = 10.0
    ) -> None:
        """`label` is what the operator calls the server; with 0 `failures` the breaker never opens."""
        self._label = label
        self._clock = clock
        self._random = random
        self._limit = failures
        self._first_pause_s = pause_s
        self._state = _State.CLOSED
        self._ticket = 0
        self._failures = 0
        self._pauses = 0
        self._open_until_s = 0.0
        self._last = _Failure("", ModelTrouble.UNAVAILABLE, NO_SENTENCE)

    def enter(self) -> int | None:
        """Ask to send a request. Returns its ticket, or None: the server is left alone, and `refusal` says why."""
        if self._state is _State.CLOSED:
            return self._ticket
        if self._state is _State.HALF_OPEN or self._clock.monotonic_s() < self._open_until_s:
            return None
        self._change(_State.HALF_OPEN)
        return self._ticket

    def began(self, ticket: int) -> None:
        """The answer has begun."""
        if ticket == self._ticket and self._state is _State.HALF_OPEN:
            self._change(_State.CLOSED, ticket=ticket)
            self._failures = 0
            _log.info("%s answers again.", self._label)

    def succeeded(self, ticket: int) -> None:
        """The server did its part: a whole answer, or a refusal that is due to the request."""
        self.began(ticket)
        if ticket == self._ticket:
            self._failures = self._pauses = 0

    def failed(self, ticket: int, error: ModelError) -> None:
        """The server did not do its part."""
        if ticket != self._ticket or not self._limit:
            return
        self._last = _Failure(str(error), error.trouble, error.person)
        self._failures += 1
        was_probe = self._state is _State.HALF_OPEN
        if not was_probe and self._failures < self._limit:
            return
        pause_s = self._next_pause_s(error)
        self._open_until_s = self._clock.monotonic_s() + pause_s
        self._change(_State.OPEN)
        if not was_probe:
            _log.warning(
                "%s failed %s times in a row. It is left alone for %.0f s, then tried until it answers. Last: %s",
                self._label,
                self._failures,
                pause_s,
                error,
            )

    def left(self, ticket: int) -> None:
        """The request was given up before the server did anything. The next one is the probe instead."""
        if ticket == self._ticket and self._state is _State.HALF_OPEN:
            self._change(_State.OPEN)

    def refusal(self) -> ModelError:
        """The error instead of a request: like the last one, but it tells when it makes sense to ask again."""
        is_probed = self._state is _State.HALF_OPEN
        wait_s = self._first_pause_s if is_probed else max(1.0, self._open_until_s - self._clock.monotonic_s())
        is_passing = self._last.trouble in PASSING
        person = sentence("The model has problems at the moment. Please try again in {time}.", time=in_words(wait_s))
        return ModelError(
            f"{self._label} is left alone for {wait_s:.0f} s. Last: {self._last.operator}",
            trouble=self._last.trouble,
            person=person if is_passing else self._last.person,
            retryable=is_passing,
            retry_after_s=wait_s,
        )

    def _change(self, state: _State, *, ticket: int | None = None) -> None:
        # A probe that closes the breaker goes on and reports its end too: its ticket stays good.
        self._state = state
        self._ticket = self._ticket + 1 if ticket is None else ticket

    def _next_pause_s(self, error: ModelError) -> float:
        pause_s = min(MAX_PAUSE_S, self._first_pause_s * 2.0**self._pauses)
        self._pauses = min(self._pauses + 1, 20)
        pause_s *= self._random.uniform(1 - _JITTER, 1 + _JITTER)
        return max(pause_s, error.retry_after_s or 0.0)
