"""The socket of the Telegram emulator: URLs, tokens, bodies, scripted faults, downloads."""

import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from tests.emulators.common import Fault, Request
from tests.emulators.telegram_api import BotApi
from tests.emulators.telegram_calls import ApiError, Params, too_many_requests

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramEmulator

_WELL_FORMED = re.compile(r"\d+:[\w-]{20,}")
_MAX_BODY = 60 << 20
_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class BotApiServer:
    """Serves ``/bot<token>/<method>`` and ``/file/bot<token>/<path>`` on a free port of 127.0.0.1."""

    def __init__(self, emulator: "TelegramEmulator", api: BotApi) -> None:
        self.url = ""
        self._emulator = emulator
        self._api = api
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        self._emulator.world.updates.close()
        await self._emulator.world.webhook.close()
        if self._runner is not None:
            self.drop()
            await self._runner.cleanup()

    def drop(self) -> None:
        """Abort every open connection, idle ones too."""
        server = self._runner.server if self._runner is not None else None
        for connection in server.connections if server is not None else ():
            if connection.transport is not None:
                connection.transport.abort()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/bot"):
            token, _, method = request.path.removeprefix("/bot").partition("/")
            return await self._handle_call(request, token, method)
        if request.path.startswith("/file/bot"):
            token, _, path = request.path.removeprefix("/file/bot").partition("/")
            return await self._handle_download(request, token, path)
        self._emulator.violations.append(f"no such address: {request.path}")
        return _error(ApiError(404, "Not Found"))

    # Methods

    async def _handle_call(self, request: web.Request, token: str, method: str) -> web.StreamResponse:
        at, path = time.monotonic(), f"/{self._api.name_of(method)}"
        response: web.Response | None
        params = await _read_params(request)
        if token != self._emulator.token:
            response = _error(ApiError(401, "Unauthorized") if _WELL_FORMED.fullmatch(token) else _not_found())
        else:
            fault = self._emulator.take_fault(request.method, path)
            response = await self._fail(fault, method, params) if fault else await self._call(method, params)
        return self._recorded(request, path, params.values, at, response)

    async def _call(self, method: str, params: Params) -> web.Response:
        try:
            result = await self._api.call(method, params)
        except ApiError as error:
            return _error(error)
        if params.is_gone():
            self._api.answer_was_lost(params, result)
        return _json({"ok": True, "result": result})

    async def _fail(self, fault: Fault, method: str, params: Params) -> web.Response | None:
        """Play a fault; None to break the connection."""
        only_slow = fault.status == 200 and fault.body is None and not fault.drop
        answer = await self._call(method, params) if fault.after_effect else None
        if answer is not None and not only_slow:
            self._lost(params, answer)
        await fault.keep_waiting()
        if not only_slow:
            return None if fault.drop else _fault_response(fault)
        if answer is None:
            return await self._call(method, params)
        if params.is_gone():
            self._lost(params, answer)
        return answer

    def _lost(self, params: Params, answer: web.Response) -> None:
        self._api.answer_was_lost(params, orjson.loads(_bytes(answer)).get("result"))

    # Files

    async def _handle_download(self, request: web.Request, token: str, link: str) -> web.StreamResponse:
        at, path = time.monotonic(), f"/file/{link}"
        response: web.Response | None
        if token != self._emulator.token:
            self._emulator.violations.append(f"{path} asked for with a wrong token")
            response = _error(ApiError(401, "Unauthorized"))
        else:
            response = await self._download(self._emulator.take_fault(request.method, path), link)
        return self._recorded(request, path, None, at, response)

    async def _download(self, fault: Fault | None, link: str) -> web.Response | None:
        if fault is not None:
            await fault.keep_waiting()
            if fault.drop:
                return None
            if fault.status != 200 or fault.body is not None:
                return _fault_response(fault)
        file = self._emulator.media.by_link(link)
        if file is None:
            return _error(_not_found())
        return web.Response(body=file.data, content_type="application/octet-stream")

    def _recorded(
        self, request: web.Request, path: str, body: Any, at: float, response: web.Response | None
    ) -> web.StreamResponse:
        status = 0 if response is None else response.status
        self._emulator.requests.append(Request(method=request.method, path=path, body=body, status=status, at=at))
        if response is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return response


async def _read_params(request: web.Request) -> Params:
    values: dict[str, Any] = dict(request.query)
    files: dict[str, tuple[str, bytes]] = {}
    match request.content_type:
        case "application/x-www-form-urlencoded":
            values.update(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        case "application/json":
            values.update(orjson.loads(await request.read()))
        case "multipart/form-data":
            for name, part in (await request.post()).items():
                if isinstance(part, web.FileField):
                    with part.file:
                        files[name] = (part.filename, part.file.read())
                else:
                    values[name] = part
    return Params(values, files=files, is_gone=lambda: request.transport is None or request.transport.is_closing())


def _fault_response(fault: Fault) -> web.Response:
    if fault.body is not None:
        return _json(fault.body, status=fault.status, headers=fault.headers)
    if fault.status == 429:
        error = too_many_requests(int(fault.headers.get("Retry-After", "1")))
    else:
        error = ApiError(fault.status, _REASONS.get(fault.status, "Error"))
    return _json(error.json(), status=fault.status, headers=fault.headers)


def _not_found() -> ApiError:
    return ApiError(404, "Not Found")


def _error(error: ApiError) -> web.Response:
    return _json(error.json(), status=error.status)


def _json(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Raw bytes are sent as they are: a fault may play a proxy's HTML page."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return web.Response(body=raw, status=status, headers=headers, content_type="application/json")


def _bytes(response: web.Response) -> bytes:
    assert isinstance(response.body, bytes)
    return response.body
