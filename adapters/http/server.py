"""The HTTP server: says whether the bot is alive and can do its work, and takes in what platforms post."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TypeAlias

from aiohttp import web

from bot.errors import HttpUnavailable

# A request that is under way when the server closes gets so long; health checks take milliseconds.
_CLOSE_S = 1.0

MOST_BYTES = 4 << 20
"""Of what is posted; more is answered with 413. Telegram bounds all updates of one poll to this (telegram-bot-api,
Client.cpp), so that none is larger."""

Post: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""Answers a POST."""


@asynccontextmanager
async def serve_http(
    host: str,
    port: int,
    *,
    troubles: Callable[[], Mapping[str, str]],
    posts: Mapping[str, Post] = MappingProxyType({}),
) -> AsyncIterator[int]:
    """Answer while the block runs, with a small JSON body.

    ``GET /healthz`` answers 200 as long as the process can answer at all. ``GET /readyz`` answers 200 when there is
    no trouble, else 503 with the troubles: part to what is wrong with it.

    Args:
        host: The address to listen on.
        port: 0 takes any free one.
        troubles: Asked at every request; must return at once.
        posts: What answers a POST, by path.

    Yields:
        The port it listens on.

    Raises:
        HttpUnavailable: the port is taken, or the address is not this machine's.
    """
    # Whoever can reach the port could fill the log with tracebacks of requests that are no HTTP.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    runner = web.AppRunner(_application(troubles, posts), access_log=None, shutdown_timeout=_CLOSE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except (OSError, OverflowError) as error:
            raise HttpUnavailable(
                f"can't listen on {host}, port {port}: {error}. Choose others with HTTP_HOST and HTTP_PORT."
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _application(troubles: Callable[[], Mapping[str, str]], posts: Mapping[str, Post]) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        found = dict(troubles())
        status = 503 if found else 200
        return web.json_response({"status": "not ready" if found else "ready", "troubles": found}, status=status)

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    for path, answer in posts.items():
        app.router.add_post(path, answer)
    app.on_response_prepare.append(_plain_headers)
    return app


async def _plain_headers(_request: web.Request, response: web.StreamResponse) -> None:
    # aiohttp would tell its own version and Python's.
    response.headers["Server"] = "glimpse"
    response.headers["Cache-Control"] = "no-store"
