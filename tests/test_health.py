"""`/healthz`, asked over real sockets."""

import asyncio
import socket

import aiohttp
import pytest

from adapters.http.server import serve_http
from bot.errors import HttpUnavailable


async def test_a_living_bot_answers_200() -> None:
    async with (
        serve_http("127.0.0.1", 0, troubles=dict) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/healthz") as response,
    ):
        assert response.status == 200
        assert await response.json() == {"status": "alive"}


async def test_readiness_tells_what_is_wrong_and_when_it_is_over() -> None:
    troubles = {"storage": "the disk is full"}
    async with serve_http("127.0.0.1", 0, troubles=lambda: troubles) as port, aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            assert response.status == 503
            assert await response.json() == {"status": "not ready", "troubles": {"storage": "the disk is full"}}
        async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
            assert response.status == 200, "restarting would not help"
        troubles.clear()
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            assert response.status == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("POST", "/healthz", 405)])
async def test_other_paths_and_methods_are_refused(method: str, path: str, status: int) -> None:
    async with (
        serve_http("127.0.0.1", 0, troubles=dict) as port,
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{port}{path}") as response,
    ):
        assert response.status == status


@pytest.mark.parametrize("path", ["/healthz", "/nothing"])
async def test_no_header_tells_versions_and_nothing_is_cached(path: str) -> None:
    async with (
        serve_http("127.0.0.1", 0, troubles=dict) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        assert response.headers["Server"] == "glimpse"
        assert response.headers["Cache-Control"] == "no-store"


async def test_requests_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with (
        serve_http("127.0.0.1", 0, troubles=dict) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/healthz"),
    ):
        pass
    assert "healthz" not in caplog.text


async def test_a_taken_port_is_named_with_the_variables_that_change_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HttpUnavailable, match=rf"127\.0\.0\.1, port {port}.*HTTP_HOST and HTTP_PORT"):
            async with serve_http("127.0.0.1", port, troubles=dict):
                pass


async def test_a_foreign_address_is_explained() -> None:
    with pytest.raises(HttpUnavailable, match=r"can't listen on 192\.0\.2\.1"):
        async with serve_http("192.0.2.1", 0, troubles=dict):
            pass


async def test_the_port_is_free_again_afterwards() -> None:
    async with serve_http("127.0.0.1", 0, troubles=dict) as port:
        pass
    async with serve_http("127.0.0.1", port, troubles=dict) as again:
        assert again == port


async def test_an_open_connection_does_not_delay_the_end() -> None:
    async with asyncio.timeout(20):
        async with serve_http("127.0.0.1", 0, troubles=dict) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()


async def test_what_is_no_http_is_refused_without_filling_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with serve_http("127.0.0.1", 0, troubles=dict) as port:
        for nonsense in (b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", b"\0\x1b[31m\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(nonsense)
            assert b" 400 " in await reader.readline()
            writer.close()

    assert caplog.records == []
