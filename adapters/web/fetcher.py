"""Fetches what people link to, from public addresses alone."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from adapters.download import FileGone, download_along, forbidden
from adapters.web.addresses import address_of, is_public
from adapters.web.guard import IsPublic, PublicResolver, guarded_sockets
from bot.errors import AttachmentError
from bot.ports.clock import Clock
from bot.sentences import sentence

DEADLINE_S = 30.0
"""For one file, with all redirects and attempts."""
LONGEST_URL = 2_048
"""Characters of an address."""

_CONNECTIONS = 8
_CONNECTIONS_PER_HOST = 2
_PORTS = frozenset({80, 443})
_TIMEOUT = aiohttp.ClientTimeout(total=DEADLINE_S, sock_connect=5, sock_read=10)
_HEADERS = {"User-Agent": "Glimpse (self-hosted chat bot)", "Accept": "image/*, application/pdf;q=0.9, */*;q=0.5"}
_NAME = re.compile(r"(?:[a-z0-9_-]+\.)*(?!\d+\.?$|0x[0-9a-f]*\.?$)[a-z0-9_-]+\.?", re.IGNORECASE)
"""A name that no software reads as an address: WHATWG URL, "ends in a number"."""
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_LOOK_AT = 1_000
"""Bytes of a file in which a web page would show itself."""


class PublicWeb:
    """`bot.ports.web.Web`. Holds no cookies, sends no credentials, and looks at every hop anew.

    Only http and https on ports 80 and 443 are spoken. At most 2 files at once come from one host, and 8 in all.
    """

    def __init__(
        self,
        public: aiohttp.ClientSession,
        anywhere: aiohttp.ClientSession,
        *,
        trusted: Collection[str],
        is_public: IsPublic,
        clock: Clock,
        deadline_s: float,
    ) -> None:
        """Use `open_web`."""
        self._public = public
        self._anywhere = anywhere
        self._trusted = frozenset(_place(URL(url)) for url in trusted)
        self._is_public = is_public
        self._clock = clock
        self._deadline_s = deadline_s

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """Download a file from a public address; see `bot.ports.web.Web`."""
        if len(url) > LONGEST_URL:
            raise AttachmentError("the address is too long", person=sentence("its link is broken"))
        try:
            async with asyncio.timeout(self._deadline_s):
                data = await download_along(
                    self._route, url, max_bytes=max_bytes, clock=self._clock, times=_TIMEOUT, check=_check
                )
        except TimeoutError:
            raise AttachmentError("the download took too long", person=sentence("its server took too long")) from None
        except FileGone as error:
            raise AttachmentError(
                str(error), person=sentence("it is not there, or its server does not let me have it")
            ) from None
        if _PAGE.match(data[:_LOOK_AT]):
            raise _page()
        return data

    def _route(self, target: URL) -> aiohttp.ClientSession:
        """The session for one hop.

        Raises:
            AttachmentError: it may not be fetched.
        """
        if target.scheme not in {"http", "https"} or target.user is not None or target.password is not None:
            raise forbidden("only plain http and https addresses without credentials are fetched")
        if _place(target) in self._trusted:
            return self._anywhere
        host = target.raw_host or ""
        address = address_of(host)
        if target.port not in _PORTS:
            raise forbidden("only ports 80 and 443 are fetched from")
        if not (_NAME.fullmatch(host) if address is None else self._is_public(address)):
            raise forbidden("the address is not public")
        return self._public


@asynccontextmanager
async def open_web(
    *,
    clock: Clock,
    trusted: Collection[str] = (),
    resolver: AbstractResolver | None = None,
    is_public: IsPublic = is_public,
    deadline_s: float = DEADLINE_S,
) -> AsyncIterator[PublicWeb]:
    """The web, with connections of its own.

    Args:
        clock: For the waits between attempts.
        trusted: Addresses of servers whose host and port may be fetched from wherever they are.
        resolver: Finds the addresses of names; None for the system's.
        is_public: Which addresses may be connected to.
        deadline_s: Longest time for one file, in seconds.
    """
    async with AsyncExitStack() as stack:
        guarded = aiohttp.TCPConnector(
            resolver=PublicResolver(resolver or aiohttp.ThreadedResolver(), is_public),
            socket_factory=guarded_sockets(is_public),
            use_dns_cache=False,
            force_close=True,
            limit=_CONNECTIONS,
            limit_per_host=_CONNECTIONS_PER_HOST,
        )
        open_one = aiohttp.TCPConnector(force_close=True, limit=_CONNECTIONS, limit_per_host=_CONNECTIONS_PER_HOST)
        public = await stack.enter_async_context(_session(guarded))
        anywhere = await stack.enter_async_context(_session(open_one))
        yield PublicWeb(public, anywhere, trusted=trusted, is_public=is_public, clock=clock, deadline_s=deadline_s)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_HEADERS,
        # A file that grows when it is unpacked would pass the cap; none was asked for.
        auto_decompress=False,
        trust_env=False,
    )


def _place(url: URL) -> tuple[str, int | None]:
    return url.raw_host or "", url.port


def _check(response: aiohttp.ClientResponse) -> None:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise AttachmentError(
            "the file is compressed against the request", person=sentence("its server sent it in an odd form")
        )
    if response.content_type in {"text/html", "application/xhtml+xml"}:
        raise _page()


def _page() -> AttachmentError:
    return AttachmentError(
        "the link leads to a web page", person=sentence("its link leads to a web page, not to a picture")
    )
