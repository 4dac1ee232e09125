"""One careful download, as platforms' files and links need it: capped, retried, and only from where it is allowed."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from yarl import URL

from bot import texts
from bot.errors import AttachmentError
from bot.ports.clock import Clock
from bot.sentences import sentence

_ATTEMPTS = 3
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 4.0
_MAX_REDIRECTS = 3
PATIENT = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=20)
_CHUNK_BYTES = 64 * 1024
_HEADERS = {"Accept-Encoding": "identity"}  # files are compressed already, and a cap must count what is sent
_FORBIDDEN = sentence("it is kept where I may not fetch it")
_GONE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


Route: TypeAlias = Callable[[URL], aiohttp.ClientSession]
"""Which session fetches an address: asked for each hop. Raises `AttachmentError` where none may; see `forbidden`."""
Check: TypeAlias = Callable[[aiohttp.ClientResponse], None]
"""Looks at the headers before anything of the file is read. Raises `AttachmentError`."""


class AddressRefused(OSError):
    """For resolvers and sockets below aiohttp: this must not be connected to, now and later."""


class FileGone(AttachmentError):
    """Nothing is to be had at this address: deleted, or the link ran out. A fresh link may help."""


class FileNotReached(AttachmentError):
    """A failure that may be over soon."""


def forbidden(operator: str) -> AttachmentError:
    """The error for an address that must not be fetched."""
    return AttachmentError(operator, person=_FORBIDDEN)


def too_large(max_bytes: int) -> AttachmentError:
    """The error for a file over `max_bytes`, whether it was found before or during the download."""
    return AttachmentError(f"larger than {max_bytes} bytes", person=texts.too_large(max_bytes))


async def download(
    session: aiohttp.ClientSession, url: str | URL, *, max_bytes: int, allowed_hosts: frozenset[str], clock: Clock
) -> bytes:
    """Fetch one file, in pieces, reading at most `max_bytes` of it.

    Failures that may pass (no connection, a time-out, a cut, 408, 429, 5xx) are tried 3 times in all. At most
    3 redirects are followed, none to a host outside `allowed_hosts`. No error holds the address, since
    Telegram's contain the bot's token.

    Args:
        session: Any session; its own time-outs are not used.
        url: Untrusted, http or https. A `URL` made with ``encoded=True`` is asked for letter by letter.
        max_bytes: Of the whole file.
        allowed_hosts: Names without ports.
        clock: For the waits between attempts: 0.5 s, then 1 s.

    Raises:
        FileGone: 401, 403, 404 or 410.
        FileNotReached: not to be had after the retries.
        AttachmentError: too large, or not allowed.
    """

    def route(target: URL) -> aiohttp.ClientSession:
        if target.scheme not in {"http", "https"} or target.host not in allowed_hosts:
            raise forbidden(f"host {target.host!r} is not one of the platform's")
        return session

    return await download_along(route, url, max_bytes=max_bytes, clock=clock)


async def download_along(
    route: Route,
    url: str | URL,
    *,
    max_bytes: int,
    clock: Clock,
    times: aiohttp.ClientTimeout = PATIENT,
    check: Check = lambda _: None,
) -> bytes:
    """`download`, with `route` deciding what may be fetched; `times` is for each hop of each attempt."""
    attempts = AsyncRetrying(
        sleep=clock.sleep,
        retry=retry_if_exception_type(FileNotReached),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(multiplier=_FIRST_WAIT_S, max=_LONGEST_WAIT_S),
        reraise=True,
    )
    return await attempts(_follow, route, url, max_bytes, times, check)


async def _follow(route: Route, url: str | URL, max_bytes: int, times: aiohttp.ClientTimeout, check: Check) -> bytes:
    try:
        target = URL(url)
        for _ in range(_MAX_REDIRECTS + 1):
            session = route(target)
            async with session.get(target, allow_redirects=False, timeout=times, headers=_HEADERS) as response:
                location = response.headers.get("Location")
                if not (HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST and location):
                    return await _read(response, max_bytes, check)
                target = target.join(URL(location))
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, AddressRefused):
            raise forbidden(str(error.os_error)) from None
        raise _failed(error) from None
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError, OSError) as error:
        # "from None" here and beside: these errors' texts can hold the address.
        raise _failed(error) from None
    except (aiohttp.ClientError, ValueError) as error:
        raise AttachmentError(
            f"download failed: {type(error).__name__}", person=sentence("its link is broken")
        ) from None
    raise AttachmentError("download failed: too many redirects", person=sentence("its link leads nowhere"))


def _failed(error: Exception) -> FileNotReached:
    return FileNotReached(f"download failed: {type(error).__name__}", person=sentence("it could not be downloaded"))


async def _read(response: aiohttp.ClientResponse, max_bytes: int, check: Check) -> bytes:
    status = response.status
    if status in _GONE:
        raise FileGone(f"the file server answered {status}", person=sentence("it is no longer there"))
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise FileNotReached(f"the file server answered {status}", person=sentence("it could not be downloaded"))
    if status != HTTPStatus.OK:
        raise AttachmentError(f"the file server answered {status}", person=sentence("it could not be downloaded"))
    check(response)
    if (response.content_length or 0) > max_bytes:
        raise too_large(max_bytes)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > max_bytes:
            raise too_large(max_bytes)
        # A fast server never makes the loop wait, and others need their turn.
        await asyncio.sleep(0)
    return bytes(body)
