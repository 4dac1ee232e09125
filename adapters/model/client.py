"""The client of an OpenAI-compatible chat completions API."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from http import HTTPStatus
from typing import NoReturn

import aiohttp
import tenacity
from yarl import URL

from adapters.model import errors
from adapters.model.body import RequestBody
from adapters.model.errors import About
from adapters.model.reading import AnswerReading
from adapters.model.request import fixed_fields, request_body
from adapters.model.timeouts import ModelTimeouts
from bot.errors import ModelError
from bot.ports.clock import Clock
from bot.ports.model import ModelEvent, PromptMessage, Tool
from bot.settings.parameters import ModelParameters

__all__ = ["ModelClient", "ModelTimeouts"]

MAX_RETRY_WAIT_S = 20.0
"""Longest wait between two attempts. A server that asks for more is not asked again: the person is told when."""

_FIRST_WAIT_S = 0.5
_MAX_ERROR_BYTES = 64 << 10

_log = logging.getLogger(__name__)


class ModelClient:
    """`bot.ports.model.Model` over HTTP.

    Args:
        session: With a connector that does not limit connections: a wait for a free one would look like a slow server.
        url: The base of the API, e.g. ``https://api.aimlapi.com/v1``.
        key: Sent as a bearer token. None for servers that want none.
        parameters: What is sent with each request, the model's name among it.
        timeouts: When to give up.
        clock: For waits between attempts and the dates of servers.
        random: Spreads the attempts of many conversations.
        attempts: How often a request is sent at most, all before the first event.
        retry_for_s: How long after the first attempt another one may begin, in seconds. None: until the first byte
            is overdue. Where another server waits behind this one it should be short.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        url: str,
        key: str | None,
        parameters: ModelParameters,
        timeouts: ModelTimeouts,
        clock: Clock,
        random: random.Random,
        attempts: int = 3,
        retry_for_s: float | None = None,
    ) -> None:
        self._session = session
        self._url = URL(url.rstrip("/").removesuffix("/chat/completions") + "/chat/completions")
        self._key = key
        self._fixed = fixed_fields(parameters)
        self._detail = parameters.image_detail
        self._timeouts = timeouts
        self._http_timeout = aiohttp.ClientTimeout(total=None, sock_connect=timeouts.connect_s)
        self._clock = clock
        self._random = random
        self._attempts = attempts
        self._retry_for_s = timeouts.first_byte_s if retry_for_s is None else retry_for_s
        self._longest_wait_s = MAX_RETRY_WAIT_S if retry_for_s is None else min(MAX_RETRY_WAIT_S, retry_for_s)
        self._headers = {
            "Accept": "text/event-stream" if parameters.stream else "application/json",
            "Content-Type": "application/json",
            "User-Agent": "Glimpse",
        }
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    async def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        """Ask, and yield the answer as it is written; see `bot.ports.model.Model`."""
        fixed = self._fixed if model is None else {**self._fixed, "model": model}
        body = request_body(fixed, prompt, tools, detail=self._detail)
        about = About(request_id=request_id, key=self._key, prompt=prompt, has_tools=bool(tools))
        reading: AnswerReading = await self._retrying()(self._begin, body, about)
        try:
            events = reading.first
            while True:
                for event in events:
                    yield event
                if reading.ended:
                    break
                events = await reading.more()
            yield reading.finished()
        finally:
            reading.close()

    async def _begin(self, body: RequestBody, about: About) -> AnswerReading:
        """Send the request and read until something of the answer is there."""
        loop = asyncio.get_running_loop()
        first_byte_at = loop.time() + self._timeouts.first_byte_s
        try:
            async with asyncio.timeout_at(first_byte_at):
                response = await self._session.post(
                    self._url,
                    data=body,
                    headers={**self._headers, "X-Client-Request-Id": about.request_id},
                    allow_redirects=False,
                    timeout=self._http_timeout,
                )
        except (aiohttp.ClientError, OSError) as error:
            raise errors.broken(about, error, began=False) from error
        reading = AnswerReading(response, about, self._timeouts, self._clock, first_byte_at=first_byte_at)
        try:
            await (reading.begin() if response.status == HTTPStatus.OK else self._refuse(reading, response.status))
        except BaseException:
            reading.close()
            raise
        return reading

    async def _refuse(self, reading: AnswerReading, status: int) -> NoReturn:
        body = await reading.refusal(_MAX_ERROR_BYTES)
        raise errors.refused(reading.about, status=status, body=body, now=self._clock.now())

    def _retrying(self) -> tenacity.AsyncRetrying:
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
            return state.attempt_number >= self._attempts or passed_s >= self._retry_for_s

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
