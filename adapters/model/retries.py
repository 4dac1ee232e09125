"""When a request is sent once more: before the first event of its answer, and only where that may help."""

import logging
import random
from collections.abc import Callable

import aiohttp
import tenacity

from bot.errors import ModelError
from bot.ports.clock import Clock

MAX_RETRY_WAIT_S = 20.0
"""Longest wait between two attempts. A server that asks for more is not asked again: the person is told when."""

_FIRST_WAIT_S = 0.5

_log = logging.getLogger(__name__)


class Retries:
    """The rules for all requests to one server.

    Args:
        attempts: How often a request is sent at most.
        begin_within_s: How long after the first attempt another one may begin, in seconds.
        longest_wait_s: Between two attempts.
        clock: For the waits.
        random: Spreads the attempts of many conversations.
    """

    def __init__(
        self, *, attempts: int, begin_within_s: float, longest_wait_s: float, clock: Clock, random: random.Random
    ) -> None:
        self._attempts = attempts
        self._begin_within_s = begin_within_s
        self._longest_wait_s = longest_wait_s
        self._clock = clock
        self._random = random

    def of_one(self) -> tenacity.AsyncRetrying:
        """Those of one request, which begins now."""
        return tenacity.AsyncRetrying(
            sleep=self._clock.sleep,
            retry=tenacity.retry_if_exception(self._may_help),
            wait=self._wait_s,
            stop=self._give_up_after(self._clock.monotonic_s()),
            before_sleep=_log_attempt,
            reraise=True,
        )

    def _wait_s(self, state: tenacity.RetryCallState) -> float:
        error = _error_of(state)
        if error is not None and error.retry_after_s is not None:
            # A bit later than asked for: everybody else was told the same.
            return error.retry_after_s + self._random.uniform(0, _FIRST_WAIT_S)
        if state.attempt_number == 1 and error is not None and _was_stale(error):
            return 0.0
        longest = min(self._longest_wait_s, _FIRST_WAIT_S * 2.0**state.attempt_number)
        return self._random.uniform(longest / 2, longest)

    def _give_up_after(self, started_s: float) -> Callable[[tenacity.RetryCallState], bool]:
        def give_up(state: tenacity.RetryCallState) -> bool:
            passed_s = self._clock.monotonic_s() - started_s
            return state.attempt_number >= self._attempts or passed_s >= self._begin_within_s

        return give_up

    def _may_help(self, error: BaseException) -> bool:
        return (
            isinstance(error, ModelError)
            and error.retryable
            and (error.retry_after_s is None or error.retry_after_s <= self._longest_wait_s)
        )


def _error_of(state: tenacity.RetryCallState) -> ModelError | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if isinstance(error, ModelError) else None


def _was_stale(error: ModelError) -> bool:
    # The server had closed a kept connection just before it was used again: nothing is wrong with it.
    return isinstance(error.__cause__, aiohttp.ServerDisconnectedError | ConnectionResetError)


def _log_attempt(state: tenacity.RetryCallState) -> None:
    wait_s = state.next_action.sleep if state.next_action is not None else 0.0
    _log.warning("%s Asking again in %.1f s.", _error_of(state), wait_s)
