"""python-telegram-bot's requests over aiohttp: one HTTP stack for all adapters, and failures told apart."""

import asyncio
import contextlib
import io
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeAlias

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

READ_TIMEOUT_S = 30.0
"""For one whole request. Telegram usually answers within 0.2 s; the library's own 5 s are too short on a bad line."""
UPLOAD_TIMEOUT_S = 120.0
"""The same for a request with a file: 1 MB takes 80 s at 100 kbit/s."""
_CONNECT_TIMEOUT_S = 10.0
_LETTING_GO_S = 5.0
_JSON: Mapping[str, str] = MappingProxyType({"Content-Type": "application/json"})
_DEFAULT_RETRY_AFTER_S = 5.0
_MOST_BYTES = 16 << 20
"""Of one answer. A hundred of the longest updates are a tenth of it; a broken proxy may never stop sending."""
_RAISED_BY_PTB = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    }
)

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_MAYBE_SENT = (aiohttp.ClientError, OSError, TimeoutError)

Timeout: TypeAlias = Any
"""Seconds, None for no limit, or the library's private "use your default"."""


class NotConnected(NetworkError):
    """Nothing was sent: no such host, refused, no TLS, or no connection in time."""


class Broken(NetworkError):
    """It broke after sending, or the server failed (5xx, no JSON): the request may have been carried out."""


class FloodWait(TelegramError):
    """429: too many requests.

    Stands for the library's `RetryAfter`, which warns of a deprecation unless an environment variable is set.
    """

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"Too many requests: retry after {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API.

    No error raised here holds the address of the request, since that contains the bot's token.
    """

    __slots__ = ("_pool_size", "_read_timeout_s", "_session")

    def __init__(self, *, pool_size: int, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        """Prepare a pool that is opened by `initialize`.

        Args:
            pool_size: At most so many connections; further requests wait for one.
            read_timeout_s: For one whole request that brings no file and names no time-out of its own.
        """
        self._pool_size = pool_size
        self._read_timeout_s = read_timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """Open between `initialize` and `shutdown`."""
        if self._session is None or self._session.closed:
            raise NotConnected("The connection to Telegram is closed")
        return self._session

    @property
    def read_timeout(self) -> float:
        return self._read_timeout_s

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def renew(self) -> None:
        """Begin with fresh connections, in whatever state the old ones are. What they were doing breaks."""
        old, self._session = self._session, None
        await self.initialize()
        if old is not None:
            # What hangs may hang here too; it is left behind then.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LETTING_GO_S):
                    await old.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        write_timeout: Timeout = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the base class's; part of the whole here
        connect_timeout: Timeout = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - as above
        pool_timeout: Timeout = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - as above
    ) -> tuple[int, bytes]:
        """Send one request; the answer of a failed one is turned into an error here or by the base class.

        Raises:
            NotConnected: nothing was sent.
            Broken: sent, but without a usable answer.
            FloodWait: 429.
            BadRequest: another 4xx that the base class has no error for.
        """
        body, headers = _encoded(request_data)
        usual_s = self._read_timeout_s if isinstance(body, bytes) else UPLOAD_TIMEOUT_S
        total = usual_s if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        timeout = aiohttp.ClientTimeout(total=total, connect=_CONNECT_TIMEOUT_S)
        try:
            async with self.session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                status, payload = response.status, await _read(response)
        # "from None": these errors can hold the address.
        except _NEVER_SENT as error:
            raise NotConnected(_in_words(error)) from None
        except _MAYBE_SENT as error:
            raise Broken(_in_words(error)) from None
        _raise_for_status(status, payload)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the base class does, but without putting the payload into the log.

        Raises:
            Broken: not what the Bot API answers.
        """
        answer = _json_object(payload)
        if answer is None or ("result" not in answer and answer.get("ok", True)):
            raise Broken("the answer is not the Bot API's")
        return answer


def _encoded(request_data: RequestData | None) -> tuple[bytes | aiohttp.FormData, Mapping[str, str]]:
    """The body of a request: JSON, or a form if it brings a file."""
    if request_data is None or not request_data.contains_files:
        # The library's own form fields take aiohttp 0.1 to 0.25 ms of CPU to encode for a long text, JSON 0.003 ms.
        return orjson.dumps(request_data.parameters if request_data is not None else {}), _JSON
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in (request_data.multipart_data or {}).items():
        # As a stream, for aiohttp writes bytes in one go, in which nobody else gets the event loop.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=media_type)
    return form, {}


async def _read(response: aiohttp.ClientResponse) -> bytes:
    payload = bytearray()
    async for chunk in response.content.iter_any():
        payload += chunk
        if len(payload) > _MOST_BYTES:
            raise Broken("the answer is far too long")
    return bytes(payload)


def _raise_for_status(status: int, payload: bytes) -> None:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Broken(f"the server answered {status}")
    answer = _json_object(payload)
    wait_s = _retry_after_s(answer or {})
    if status == HTTPStatus.TOO_MANY_REQUESTS or wait_s is not None:
        raise FloodWait(_DEFAULT_RETRY_AFTER_S if wait_s is None else wait_s)
    if answer is None or status not in _RAISED_BY_PTB:
        raise BadRequest(f"the server answered {status}, and not as the Bot API does")


def _json_object(payload: bytes) -> dict[str, Any] | None:
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None


def _retry_after_s(answer: dict[str, Any]) -> float | None:
    match answer.get("parameters"):
        case {"retry_after": (int() | float()) as seconds}:
            return max(0.0, float(seconds))
        case _:
            return None


def _in_words(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{type(error).__name__}: {error.os_error.strerror or type(error.os_error).__name__}"
    return type(error).__name__


async def closed(*requests: AiohttpRequest) -> None:
    """Close pools, all of them even if one fails."""
    await asyncio.gather(*(request.shutdown() for request in requests), return_exceptions=True)
