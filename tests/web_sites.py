"""A server that counts as public, under names that lead where a test says."""

import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.web.addresses import Address, is_public
from adapters.web.fetcher import PublicWeb, open_web
from bot.errors import AttachmentError
from tests.discord_bot import HastyClock

HERE = ipaddress.ip_address("127.0.0.1")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PRIVATE = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "00127.0.0.1",
    "127.0.0.1.",
    "127.0.0.0x1",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "%31%32%37.0.0.1",
    "0",
    ".".join("0000"),
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[2606:4700::1%25eth0]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[::ffff:0:7f00:1]",
    "[4000::1]",
    "[ff02::1]",
    "[2001:db8::1]",
]
"""Hosts at private addresses, in all spellings."""

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names(AbstractResolver):
    """Every name leads to the server of the test, or where the test says."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.leads: dict[str, list[str]] = {}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=self.port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.leads.get(host, ["127.0.0.1"])
        ]

    async def close(self) -> None: ...


@dataclass
class Site:
    """A server, which counts as public here under 127.0.0.1 unless a test says otherwise."""

    port: int = 0
    answers: dict[str, Answering] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    names: Names = field(default_factory=lambda: Names(0))
    clock: HastyClock = field(default_factory=HastyClock)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.host}{request.path}")
        self.headers.append(dict(request.headers))
        return await self.answers.get(request.path, says(200, PNG))(request)

    @asynccontextmanager
    async def web(self, **wanted: Any) -> AsyncIterator[PublicWeb]:
        parts: dict[str, Any] = {"clock": self.clock, "resolver": self.names, "is_public": or_here}
        async with open_web(**parts | wanted) as opened:
            yield opened

    async def fetch(self, url: str, *, max_bytes: int = 1000, **wanted: Any) -> bytes:
        async with self.web(**wanted) as opened:
            return await opened.fetch(url, max_bytes=max_bytes)


def or_here(address: Address) -> bool:
    return address == HERE or is_public(address)


def says(status: int, body: bytes = b"", **headers: str) -> Answering:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def leads_to(*locations: str) -> dict[str, Answering]:
    """A chain of redirects that begins at /0."""
    return {f"/{number}": says(302, Location=location) for number, location in enumerate(locations)}


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    """The server, on a free port of this machine."""
    site = Site()
    app = web.Application()
    app.router.add_route("GET", "/{path:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = site.names.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


async def refusal(site: Site, url: str, **wanted: Any) -> AttachmentError:
    with pytest.raises(AttachmentError) as refused:
        await site.fetch(url, **wanted)
    assert "secret" not in f"{refused.value!r}{refused.value.person}{refused.value.__cause__!r}"
    return refused.value
