"""The client of an OpenAI-compatible chat completions API."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Sequence
from http import HTTPStatus
from typing import NoReturn

import aiohttp
from yarl import URL

from adapters.model import errors
from adapters.model.body import RequestBody
from adapters.model.errors import About
from adapters.model.reading import AnswerReading
from adapters.model.request import fixed_fields, request_body
from adapters.model.retries import MAX_RETRY_WAIT_S, Retries
from adapters.model.timeouts import ModelTimeouts
from bot.ports.clock import Clock
from bot.ports.model import ModelEvent, PromptMessage, Tool
from bot.settings.parameters import ModelParameters

_MAX_ERROR_BYTES = 64 << 10


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
        self._retries = Retries(
            attempts=attempts,
            begin_within_s=timeouts.first_byte_s if retry_for_s is None else retry_for_s,
            longest_wait_s=MAX_RETRY_WAIT_S if retry_for_s is None else min(MAX_RETRY_WAIT_S, retry_for_s),
            clock=clock,
            random=random,
        )
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
        reading: AnswerReading = await self._retries.of_one()(self._begin, body, about)
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
        with contextlib.ExitStack() as unread:
            unread.callback(reading.close)
            await (reading.begin() if response.status == HTTPStatus.OK else self._refuse(reading, response.status))
            unread.pop_all()
        return reading

    async def _refuse(self, reading: AnswerReading, status: int) -> NoReturn:
        body = await reading.refusal(_MAX_ERROR_BYTES)
        raise errors.refused(reading.about, status=status, body=body, now=self._clock.now())
