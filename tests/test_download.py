"""Downloads that stay within their bounds, from a real local server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from adapters.download import FileGone, download
from bot.errors import AttachmentError
from tests.discord_bot import HastyClock

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FileServer:
    """Answers each request with the next of `answers`, and the last one for ever."""

    url: str = ""
    answers: list[Answering] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    clock: HastyClock = field(default_factory=HastyClock)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        return await (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(request)

    async def get(self, *, max_bytes: int = 1000, path: str = "/bot-secret/file.png") -> bytes:
        async with aiohttp.ClientSession() as session:
            return await download(
                session,
                self.url + path,
                max_bytes=max_bytes,
                allowed_hosts=frozenset({"127.0.0.1"}),
                clock=self.clock,
            )


@pytest.fixture
async def files() -> AsyncIterator[FileServer]:
    server = FileServer()
    app = web.Application()
    app.router.add_route("GET", "/{path:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


def says(status: int, body: bytes = b"", **headers: str) -> Answering:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return answer


def streams(chunks: int, *, breaks_off: bool = False) -> Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(chunks):
            await response.write(b"x" * 100)
        if breaks_off and request.transport is not None:
            request.transport.abort()
        return response

    return answer


async def test_a_file_arrives_whole(files: FileServer) -> None:
    files.answers = [says(200, b"data")]

    assert await files.get() == b"data"


@pytest.mark.parametrize("answer", [says(200, b"x" * 1001), streams(11), streams(1_000_000)])
async def test_a_file_over_the_cap_is_not_read_to_its_end(files: FileServer, answer: Answering) -> None:
    files.answers = [answer]

    with pytest.raises(AttachmentError) as refused:
        await files.get(max_bytes=1000)

    assert refused.value.person == "it is larger than 1 KB"
    assert len(files.asked) == 1


async def test_the_cap_itself_is_allowed(files: FileServer) -> None:
    files.answers = [streams(10)]

    assert len(await files.get(max_bytes=1000)) == 1000


async def test_large_caps_are_told_in_megabytes(files: FileServer) -> None:
    files.answers = [says(200, b"x" * (2 * 1024 * 1024 + 1))]

    with pytest.raises(AttachmentError) as refused:
        await files.get(max_bytes=2 * 1024 * 1024)

    assert refused.value.person == "it is larger than 2 MB"


@pytest.mark.parametrize("passing", [says(500), says(503), says(429), says(408), streams(3, breaks_off=True)])
async def test_what_may_pass_is_tried_again(files: FileServer, passing: Answering) -> None:
    files.answers = [passing, passing, says(200, b"data")]

    assert await files.get() == b"data"
    assert files.clock.slept == [0.5, 1.0]


async def test_three_failures_are_enough(files: FileServer) -> None:
    files.answers = [says(502)]

    with pytest.raises(AttachmentError, match="502"):
        await files.get()

    assert len(files.asked) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_is_gone_is_told_apart_and_not_tried_again(files: FileServer, status: int) -> None:
    files.answers = [says(status)]

    with pytest.raises(FileGone) as gone:
        await files.get()

    assert gone.value.person == "it is no longer there"
    assert len(files.asked) == 1


async def test_a_redirect_on_the_same_host_is_followed(files: FileServer) -> None:
    files.answers = [says(302, Location="/elsewhere.png"), says(200, b"data")]

    assert await files.get() == b"data"
    assert files.asked == ["/bot-secret/file.png", "/elsewhere.png"]


@pytest.mark.parametrize(
    "location", ["http://localhost:1/a", "http://169.254.169.254/", "//[::1]/a", "file:///etc/passwd", "http://127.1/"]
)
async def test_a_redirect_to_another_host_is_not_followed(files: FileServer, location: str) -> None:
    files.answers = [says(302, Location=location)]

    with pytest.raises(AttachmentError):
        await files.get()

    assert len(files.asked) == 1


async def test_redirects_in_a_circle_end(files: FileServer) -> None:
    files.answers = [says(302, Location="/again")]

    with pytest.raises(AttachmentError):
        await files.get()

    assert len(files.asked) == 4


@pytest.mark.parametrize(
    "url", ["", "http://", "http://127.0.0.1:99999999/bot-secret", "ftp://127.0.0.1/bot-secret", "\x00"]
)
async def test_a_broken_address_is_an_attachment_error(files: FileServer, url: str) -> None:
    files.url = ""

    with pytest.raises(AttachmentError) as refused:
        await files.get(path=url)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "answer", [says(404), says(500), says(302, Location="http://evil.example/bot-secret"), says(418)]
)
async def test_the_address_shows_in_no_error(files: FileServer, answer: Answering) -> None:
    files.answers = [answer]

    with pytest.raises(AttachmentError) as failed:
        await files.get()

    assert "secret" not in f"{failed.value!r}{failed.value.person}{failed.value.__cause__!r}"


async def test_a_server_that_is_not_there_is_an_attachment_error_after_retries(files: FileServer) -> None:
    files.url = "http://127.0.0.1:1"

    with pytest.raises(AttachmentError) as failed:
        await files.get()

    assert failed.value.person == "it could not be downloaded"
    assert len(files.clock.slept) == 2
