"""What the headers of Discord's answers say of how much each channel still takes (docs, Rate Limits).

discord.py reads them for its own waits and shows them to nobody: when a bucket is empty it waits inside of the request
that emptied it. So what can be left out has to know before.
"""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp

from adapters.newest import Newest
from bot.ports.clock import Clock
from bot.ports.limits import Headroom

_MESSAGES = re.compile(r"/channels/(\d+)/messages(?:/\d+)?$")
_WRITES = ("POST", "PATCH")
_MOST_CHANNELS = 1024
_FULL = 1000
"""Left of a bucket that is full again: more than anybody asks for."""


@dataclass(slots=True)
class _Channel:
    buckets: dict[str, tuple[int, float]] = field(default_factory=dict)
    """By method: how many requests are left, until when."""
    refusals: int = 0


class Headrooms:
    """Those of all channels; of at most 1024, the longest known ones are forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._channels: Newest[int, _Channel] = Newest(_MOST_CHANNELS)

    def trace(self) -> aiohttp.TraceConfig:
        """For the client whose requests are to be watched."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._answered)
        return trace

    def of(self, channel_id: int) -> Headroom | None:
        """The least that any bucket of the channel's has left; None while nothing was heard."""
        channel = self._channels.get(channel_id)
        if channel is None:
            return None
        now_s = self._clock.monotonic_s()
        left, resets_at_s = min(
            (bucket for bucket in channel.buckets.values() if bucket[1] > now_s), default=(_FULL, now_s)
        )
        return Headroom(left=left, resets_at_s=resets_at_s, refusals=channel.refusals)

    async def _answered(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        del session, context
        found = _MESSAGES.search(params.url.path)
        if found is None or params.method not in _WRITES:
            return
        headers = params.response.headers
        is_refused = params.response.status == HTTPStatus.TOO_MANY_REQUESTS
        try:
            left = 0 if is_refused else int(headers["X-RateLimit-Remaining"])
            for_s = float(headers["Retry-After" if is_refused else "X-RateLimit-Reset-After"])
        except (KeyError, ValueError):
            return
        channel = self._channel(int(found[1]))
        channel.buckets[params.method] = left, self._clock.monotonic_s() + for_s
        channel.refusals += is_refused

    def _channel(self, channel_id: int) -> _Channel:
        if channel_id not in self._channels:
            self._channels[channel_id] = _Channel()
        return self._channels[channel_id]
