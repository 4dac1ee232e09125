"""Links are fetched from public addresses alone: real sockets, and a resolver that says where names lead."""

import asyncio
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


@pytest.fixture
async def site() -> AsyncIterator[Site]:
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


async def test_a_file_of_a_public_server_arrives_whole(site: Site) -> None:
    assert await site.fetch("http://pictures.example/a.png?x=1#y") == PNG
    assert site.asked == ["pictures.example/a.png"]
    assert site.headers[0]["Accept-Encoding"] == "identity"


async def test_redirects_between_public_servers_are_followed_without_cookies(site: Site) -> None:
    site.answers = {"/0": says(302, Location="//other.example/a.png", Set_Cookie="id=1; Path=/; Domain=example")}

    assert await site.fetch("http://pictures.example/0") == PNG
    assert site.asked == ["pictures.example/0", "other.example/a.png"]
    assert not any({"Cookie", "Authorization"} & headers.keys() for headers in site.headers)


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


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_private_address_is_not_connected_to_however_it_is_written(site: Site, host: str) -> None:
    # The second one is where the server of this test really listens, as far as the spelling has room for a port.
    for place in (host, f"{host}:{site.port}"):
        await refusal(site, f"http://{place}/secret", is_public=is_public, resolver=None)

    assert site.asked == []


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_redirect_to_a_private_address_is_not_followed(site: Site, host: str) -> None:
    site.answers = leads_to(f"http://{host}/secret")
    here = f"http://127.0.0.1:{site.port}/0"

    error = await refusal(site, here, trusted=[here], is_public=is_public, resolver=None)

    assert error.person in {"it is kept where I may not fetch it", "its link is broken"}
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "address", [host.strip("[]").replace("%25", "%") for host in PRIVATE if "." in host or ":" in host]
)
async def test_a_name_that_leads_to_a_private_address_is_not_connected_to(site: Site, address: str) -> None:
    site.names.leads["rebound.example"] = [address]

    error = await refusal(site, "http://rebound.example/secret", is_public=is_public)

    assert site.names.asked == ["rebound.example"]
    assert error.person == "it is kept where I may not fetch it"
    assert site.asked == []


async def test_of_a_names_addresses_only_the_public_ones_are_used(site: Site) -> None:
    site.names.leads["mixed.example"] = ["127.0.0.2", "::1", "10.0.0.1", "127.0.0.1"]

    assert await site.fetch("http://mixed.example/a.png") == PNG


async def test_an_address_is_asked_once_more_right_before_the_connection(site: Site) -> None:
    said: list[Address] = []

    def public_at_first(address: Address) -> bool:
        said.append(address)
        return len(said) == 1

    error = await refusal(site, "http://rebound.example/secret", is_public=public_at_first)

    assert error.person == "it is kept where I may not fetch it"
    assert said == [HERE, HERE]
    assert site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pictures.example/secret",
        "//pictures.example/secret",
        "ftp://pictures.example/secret",
        "file:///etc/secret",
        "data:image/png;base64,secret",
        "http://",
        "http://user:secret@pictures.example/",
        "http://secret@pictures.example/",
        "http://:secret@pictures.example/",
        "http://pictures.example:8080/secret",
        "http://pictures.example:22/secret",
        "http://pictures.example:0/secret",
        "http://pictures.example:99999/secret",
        "http://[secret]/",
        "http://[::1/secret",
        "http://pictures.example\\@127.0.0.1/secret",
        "http://" + "a" * 2_100 + "/secret",
        "http://a b/secret",
        "\x00",
    ],
)
async def test_what_is_no_plain_address_of_the_web_is_refused_before_anything_is_sent(site: Site, url: str) -> None:
    await refusal(site, url)

    assert site.asked == []


async def test_port_443_and_80_are_both_fetched_from_under_either_scheme(site: Site) -> None:
    assert await site.fetch("http://pictures.example:443/a.png") == PNG
    assert await site.fetch("http://pictures.example:80/a.png") == PNG


async def test_configured_servers_are_trusted_by_host_and_port_and_their_neighbours_are_not(site: Site) -> None:
    trusted = [f"http://127.0.0.1:{site.port}/api/v10"]

    fetched = await site.fetch(
        f"http://127.0.0.1:{site.port}/a.png", trusted=trusted, is_public=is_public, resolver=None
    )
    assert fetched == PNG
    for port in (site.port + 1, 80):
        await refusal(site, f"http://127.0.0.1:{port}/secret", trusted=trusted, is_public=is_public, resolver=None)
    await refusal(site, f"http://localhost:{site.port}/secret", trusted=trusted, is_public=is_public, resolver=None)
    assert len(site.asked) == 1


async def test_three_redirects_are_followed_and_a_fourth_is_not(site: Site) -> None:
    site.answers = leads_to("/1", "/2", "/a.png")
    assert await site.fetch("http://pictures.example/0") == PNG

    site.answers = leads_to("/1", "/2", "/3", "/a.png")
    assert (await refusal(site, "http://pictures.example/0")).person == "its link leads nowhere"


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><title>secret</title>",
        b"\xef\xbb\xbf\n <!-- hello -->\n<HTML lang=en>",
        b"<head><meta charset=utf-8>",
    ],
)
@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "image/png"])
async def test_a_web_page_is_refused_in_words_whatever_it_calls_itself(
    site: Site, page: bytes, media_type: str
) -> None:
    site.answers["/page.png"] = says(200, page, Content_Type=media_type)

    error = await refusal(site, "http://pictures.example/page.png")

    assert error.person == "its link leads to a web page, not to a picture"


async def test_a_file_made_of_comments_costs_no_time(site: Site) -> None:
    site.answers["/comments"] = says(200, b"<!---->" * 140)

    assert await site.fetch("http://pictures.example/comments") == b"<!---->" * 140


async def test_a_file_over_the_cap_is_not_read_to_its_end(site: Site) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(1000))

    site.answers["/endless"] = endless

    assert (await refusal(site, "http://pictures.example/endless")).person == "it is larger than 1 KB"


async def test_a_file_that_would_grow_when_unpacked_is_refused(site: Site) -> None:
    site.answers["/bomb"] = says(200, b"\x1f\x8b", Content_Encoding="gzip")

    assert "odd form" in (await refusal(site, "http://pictures.example/bomb")).person


async def test_a_server_that_drips_is_left_after_the_deadline(site: Site) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.01)

    site.answers["/drip"] = drip

    assert (await refusal(site, "http://pictures.example/drip", deadline_s=0.1)).person == "its server took too long"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_is_not_handed_out_is_told_and_not_tried_again(site: Site, status: int) -> None:
    site.answers["/gone"] = says(status)

    assert "not there" in (await refusal(site, "http://pictures.example/gone")).person
    assert len(site.asked) == 1


async def test_what_may_pass_is_tried_again(site: Site) -> None:
    answers = [says(503), says(200, PNG)]

    async def at_last(request: web.Request) -> web.StreamResponse:
        return await answers.pop(0)(request)

    site.answers["/a.png"] = at_last

    assert await site.fetch("http://pictures.example/a.png") == PNG
    assert site.clock.slept == [0.5]


async def test_a_name_that_leads_nowhere_is_an_error_in_words(site: Site) -> None:
    site.names.leads["nowhere.example"] = []

    assert (await refusal(site, "http://nowhere.example/secret")).person == "it could not be downloaded"


async def test_one_host_is_asked_for_two_files_at_once_and_others_do_not_wait_for_it(site: Site) -> None:
    now, most = {"slow.example": 0}, 0
    free = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        nonlocal most
        now["slow.example"] += 1
        most = max(most, now["slow.example"])
        await free.wait()
        now["slow.example"] -= 1
        return web.Response(body=PNG)

    site.answers["/slow"] = slow
    async with site.web() as opened, asyncio.TaskGroup() as group:
        waiting = [group.create_task(opened.fetch("http://slow.example/slow", max_bytes=1000)) for _ in range(6)]
        assert await opened.fetch("http://quick.example/a.png", max_bytes=1000) == PNG
        free.set()

    assert [task.result() for task in waiting] == [PNG] * 6
    assert most == 2


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("8.8.8.8", True),
        ("1.1.1.1", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::8.8.8.8", True),
        ("192.0.2.1", False),
        ("203.0.113.1", False),
        ("2001:2::1", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_public_is_what_anybody_could_reach(address: str, wanted: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is wanted
