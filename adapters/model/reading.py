"""One answer being read: its connection, its time limits, its end."""

import asyncio

import aiohttp

from adapters.model import errors, troubles
from adapters.model.errors import About
from adapters.model.stream import AnswerParser
from adapters.model.timeouts import ModelTimeouts
from bot.ports.clock import Clock
from bot.ports.model import Finished, ModelEvent

_DRAIN_S = 0.1
"""For the last bytes after the end mark. With them the connection can serve the next request."""


class AnswerReading:
    """Reads the body of a response. Must be closed, which closes the connection unless the body was read to its end."""

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        about: About,
        timeouts: ModelTimeouts,
        clock: Clock,
        *,
        first_byte_at: float,
    ) -> None:
        """`first_byte_at` is in the event loop's time."""
        self.about = about.with_headers(response.headers)
        self.first: list[ModelEvent] = []
        """What `begin` has read."""
        self.ended = False
        """Nothing more will come."""
        self._response = response
        self._timeouts = timeouts
        self._clock = clock
        self._parser = AnswerParser(self.about)
        self._loop = asyncio.get_running_loop()
        self._first_byte_at: float | None = first_byte_at
        self._stopped_at: float | None = None
        self._progress_s = clock.monotonic_s()

    async def begin(self) -> None:
        """Read until there are events, or the end.

        Raises:
            ModelError: as `more`.
        """
        while not self.first and not self.ended:
            self.first = await self.more()
        if not self.first:
            self._parser.check()

    async def more(self) -> list[ModelEvent]:
        """Wait for the next packet. The events may be none: then ask again, unless it has `ended`.

        Raises:
            ModelError: the answer broke off, or is no answer.
        """
        self._parser.check()
        try:
            async with asyncio.timeout_at(self._give_up_at()):
                packet = await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            return self._broken(error)
        self._first_byte_at = None
        if not packet:
            self.ended = True
            return self._parser.close()
        events = self._parser.feed(packet)
        self._watch(events)
        if self._parser.done:
            await self._drain()
            self.ended = True
            events += self._parser.close()
        return events

    def finished(self) -> Finished:
        """The last event.

        Raises:
            ModelError: the answer is not whole.
        """
        self._parser.check()
        return self._parser.finished(self.about.headers)

    async def refusal(self, max_bytes: int) -> bytes:
        """Read the start of an error's body. One that breaks off or does not end is as good as what came of it."""
        body = b""
        try:
            async with asyncio.timeout_at(self._give_up_at()):
                while len(body) < max_bytes and (packet := await self._response.content.readany()):
                    body += packet
        except (aiohttp.ClientError, OSError):
            pass
        return body[:max_bytes]

    def close(self) -> None:
        """Close the connection at once, if it is still in use."""
        self._response.close()

    def _give_up_at(self) -> float:
        if self._first_byte_at is not None:
            return self._first_byte_at
        if self._stopped_at is not None:
            return self._stopped_at + self._timeouts.trailer_s
        return self._loop.time() + self._timeouts.silence_s

    def _broken(self, error: Exception) -> list[ModelEvent]:
        if self._parser.stopped:
            self.ended = True
            return []
        if isinstance(error, TimeoutError) and self._first_byte_at is None:
            raise self.about.error(troubles.SILENT) from error
        raise errors.broken(self.about, error, began=self._parser.began) from error

    def _watch(self, events: list[ModelEvent]) -> None:
        """Note progress, so that a server can't keep a person waiting for ever with keep-alives."""
        if self._parser.stopped:
            now = self._loop.time()
            self._stopped_at = self._stopped_at or now
            self.ended = now - self._stopped_at > self._timeouts.trailer_s
        now_s = self._clock.monotonic_s()
        if events:
            self._progress_s = now_s
        elif now_s - self._progress_s > self._timeouts.idle_s:
            raise self.about.error(troubles.SILENT if self._parser.began else troubles.TIMEOUT)

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(_DRAIN_S):
                while await self._response.content.readany():
                    pass
        except (aiohttp.ClientError, OSError):
            self._response.close()
