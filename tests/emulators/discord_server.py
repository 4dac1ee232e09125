"""The socket: reads requests, lets scripted faults and rate limits have their say, and writes down what happened."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

import orjson
from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from multidict import CIMultiDict

from tests.emulators.common import Emulated, Fault, Request
from tests.emulators.discord_backend import Backend
from tests.emulators.discord_errors import Answer, ApiError, invalid_form, too_many_requests, usual_error
from tests.emulators.discord_gateway import Gateway
from tests.emulators.discord_limits import Limits, Toll
from tests.emulators.discord_requests import MAX_BYTES, Upload, read_upload, to_call
from tests.emulators.discord_rest_application import ApplicationRoutes
from tests.emulators.discord_rest_messages import MessageRoutes
from tests.emulators.discord_routes import Match, Routed, Routes

_API = "/api/v10"
_USUAL_HEADERS = {"Via": "1.1 google"}
"""Without it discord.py takes a 429 for a ban by Cloudflare."""


class DiscordServer:
    """One port for REST, gateway and CDN."""

    def __init__(self, emulated: Emulated, backend: Backend, gateway: Gateway, more: Iterable[Routed]) -> None:
        self.limits = Limits()
        self._emulated = emulated
        self._backend = backend
        self._gateway = gateway
        self._routes = Routes()
        sources: list[Routed] = [MessageRoutes(backend), ApplicationRoutes(backend, gateway), *more]
        for source in sources:
            self._routes.add(source.routes())
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        server = web.Server(self._serve, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self._backend.base_url = self._backend.links.base_url = f"http://{host}:{port}"
        self._backend.gateway_url = f"ws://{host}:{port}/gateway"

    async def stop(self) -> None:
        await self._gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith(_API):
            return await self._rest(request, path.removeprefix(_API))
        if self._backend.files.has(path):
            return await self._download(request)
        if path.rstrip("/") == "/gateway":
            return await self._gateway.handle(request)
        self._violated(f"unknown address {request.method} {path}")
        return _response(usual_error(404))

    async def _rest(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        match = self._routes.match(request.method, path)
        if match is None:
            self._violated(f"unknown route {request.method} {path}")
            self._note(request.method, path, None, 404)
            return _response(Answer({"message": "404: Not Found", "code": 0}, 404))
        try:
            upload = await read_upload(request)
        except web.HTTPRequestEntityTooLarge:
            self._note(request.method, match.path, None, 413)
            return _response(ApiError(413, 40005, "Request entity too large").answer)
        toll = self.limits.take(match.route, _major(match))
        answer = self._judge(request, match, toll) or await self._faulty_answer(request, match, upload)
        self._note(request.method, match.path, upload.recorded, 0 if answer is None else answer.status)
        if answer is None:
            return _cut(request)
        return _response(answer, toll.headers)

    def _judge(self, request: web.BaseRequest, match: Match, toll: Toll) -> Answer | None:
        """What is refused before the route is looked at: who is nobody, and who asks too often."""
        if match.needs_login and request.headers.get("Authorization") != f"Bot {self._backend.token}":
            self._violated(f"{request.method} {match.path} with a wrong or malformed Authorization header")
            return usual_error(401)
        if toll.retry_after_s > 0:
            return too_many_requests(toll.retry_after_s, scope=toll.scope)
        return None

    async def _faulty_answer(self, request: web.BaseRequest, match: Match, upload: Upload) -> Answer | None:
        """The answer, with the fault scripted for it; None when the connection is to be cut."""
        fault = self._emulated.take_fault(request.method, match.path)
        if fault is None:
            return self._answer(match, upload)
        passes = not fault.drop and fault.status < 400
        early = self._answer(match, upload) if fault.after_effect else None
        await fault.keep_waiting()
        if fault.drop:
            return None
        if passes and fault.body is None:
            return early or self._answer(match, upload)
        return _scripted(fault)

    def _answer(self, match: Match, upload: Upload) -> Answer:
        try:
            return match.handler(to_call(match, upload))
        except ApiError as refused:
            error = refused
        except (KeyError, ValueError, TypeError, AttributeError) as broken:
            error = invalid_form("body", "BASE_TYPE_INVALID", f"Not understood: {broken!r}")
        if error.is_clients_fault:
            self._violated(f"{match.route} refused: {orjson.dumps(error.answer.body).decode()}")
        return error.answer

    async def _download(self, request: web.BaseRequest) -> web.StreamResponse:
        fault = self._emulated.take_fault(request.method, request.path)
        if fault is not None:
            await fault.keep_waiting()
        served = self._backend.files.find(request.path, request.query, raw_path=request.path_qs.partition("?")[0])
        status = fault.status if fault and fault.status >= 400 else 200
        if served is None:
            status = 404
        dropped = fault is not None and fault.drop
        self._note(request.method, request.path, None, 0 if dropped else status)
        if served is not None and fault is not None and dropped and fault.after_effect:
            return await _half(request, served.data)
        if dropped:
            return _cut(request)
        if served is None or status != 200:
            return web.Response(status=status, text="This content is no longer available.")
        return web.Response(body=served.data, headers={"Content-Type": served.media_type})

    def _note(self, method: str, path: str, body: Any, status: int) -> None:
        self._emulated.requests.append(Request(method=method, path=path, body=body, status=status))

    def _violated(self, rule: str) -> None:
        self._emulated.violations.append(rule)


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BYTES)


def _response(answer: Answer, headers: dict[str, str] | None = None) -> web.Response:
    """As Discord sends it: with the content type *exactly* ``application/json``, or no body at all."""
    everything = CIMultiDict(_USUAL_HEADERS | (headers or {}))
    everything.update(answer.headers)
    for name in [name for name, value in everything.items() if not value]:
        del everything[name]
    if answer.body is None:
        return web.Response(status=answer.status, headers=everything)
    if isinstance(answer.body, str):
        everything.setdefault("Content-Type", "text/html; charset=utf-8")
        return web.Response(status=answer.status, headers=everything, body=answer.body.encode())
    everything.setdefault("Content-Type", "application/json")
    return web.Response(status=answer.status, headers=everything, body=orjson.dumps(answer.body))


def _scripted(fault: Fault) -> Answer:
    usual = usual_error(fault.status)
    body = usual.body if fault.body is None else fault.body
    return Answer(body, fault.status, usual.headers | fault.headers)


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.BaseRequest, data: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(data))})
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        await response.write(data[: len(data) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _major(match: Match) -> str:
    """The part of a path that has buckets of its own (Discord docs, Rate Limits: top-level resources)."""
    return f"{match.ids[0] if match.ids else ''}{match.token}"
