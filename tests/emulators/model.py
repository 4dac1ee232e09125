"""The model provider on a loopback socket: chat completions, streamed and not, refusing what its schema refuses."""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

import orjson
from aiohttp import web

from tests.emulators.common import Emulated, Fault, Request
from tests.emulators.model_abilities import Abilities
from tests.emulators.model_calls import Call, Reply, Rule, When, text_of
from tests.emulators.model_rules import refusal_of
from tests.emulators.model_script import Asks, Paced, Script, cost_headers, error_body, paced, pieces_of, steps, whole

__all__ = ["Abilities", "Asks", "Call", "ModelEmulator", "Script", "text_of"]

_PATH = "/chat/completions"
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_KEPT_STREAMS = 64


class ModelEmulator(Emulated):
    """``async with ModelEmulator() as model``: then the API is at `url`, and `reply` scripts what it says.

    `calls` holds what it accepted and began to answer, `violations` what its schema refused; what is beyond its
    `abilities` is refused too, but no violation: `requests` holds everything.
    """

    def __init__(self, *, key: str | None = "model-key", name: str = "alibaba/qwen3-vl-32b-instruct") -> None:
        """`key`: None takes any and none. `name`: the model that it has, and only that one if there are no `others`."""
        super().__init__()
        self.calls: list[Call] = []
        self.abilities = Abilities()
        self.port = 0
        self._key = key
        self._name = name
        self.others: set[str] = set()
        self._once: list[Rule] = []
        self._always: list[Rule] = [Rule(Script(), None, 1)]
        self._runner: web.AppRunner | None = None
        self._streams: dict[tuple[int, bool], tuple[Script, Paced]] = {}
        self._texts: dict[str, Script] = {}

    @property
    def url(self) -> str:
        """The base of the API, for ``MODEL_API_URL``."""
        return f"http://127.0.0.1:{self.port}/v1"

    def reply(self, *replies: Reply, when: When = None, times: int = 1) -> None:
        """Queue answers: each for one matching request, or `times`; the first that matches is used up."""
        self._once += [Rule(reply, when, times) for reply in replies]

    def reply_with(self, reply: Reply, *, when: When = None) -> None:
        """Set the answer for all matching requests that have none queued; the newest one that matches counts."""
        self._always.insert(0, Rule(reply, when, 1))

    async def start(self) -> None:
        """Listen: on the same port as before, if it was started before."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post(f"/v1{_PATH}", self._complete)
        app.router.add_route("*", "/{path:.*}", self._unknown)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection, as a server that goes away."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        return self._refuse(request, 404, f"Cannot {request.method} {request.path}")

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        fault = self.take_fault("POST", _PATH)
        if fault is not None and not fault.after_effect:
            return await self._go_wrong(request, fault)
        if self._key is not None and request.headers.get("Authorization") != f"Bearer {self._key}":
            return self._refuse(request, 401, "Unauthorized: the API key is missing or not valid")
        body, problem = _read(await request.read())
        if problem is not None:
            self.violations.append(problem)
            return self._refuse(request, 400, problem, body)
        call = _call(request, body)
        if (refusal := self._beyond_it(call)) is not None:
            return self._refuse(request, *refusal, body)
        self.calls.append(call)
        if fault is not None:
            return await self._go_wrong(request, fault, body)
        script = self._script_for(call)
        self.requests.append(Request(method="POST", path=_PATH, body=body, status=script.status))
        return await self._answer(request, call, script)

    def _beyond_it(self, call: Call) -> tuple[int, str] | None:
        if call.body["model"] not in {self._name, *self.others}:
            return 404, f"Model {call.body['model']} not found"
        return self.abilities.refusal(call)

    def _script_for(self, call: Call) -> Script:
        rule = next((rule for rule in self._once if rule.matches(call)), None)
        if rule is not None:
            rule.times -= 1
        else:
            rule = next(rule for rule in self._always if rule.matches(call))
        answer = rule.reply(call) if callable(rule.reply) else rule.reply
        if isinstance(answer, Script):
            return answer
        # One script per text, so that its bytes are built once however often it is asked for.
        if len(self._texts) > _KEPT_STREAMS:
            self._texts.clear()
        return self._texts.setdefault(answer, Script(pieces=pieces_of(answer)))

    async def _answer(self, request: web.Request, call: Call, script: Script) -> web.StreamResponse:
        try:
            if (raw := script.raw_body()) is not None:
                return _whole(request, raw, script)
            if (call.body.get("stream", False) or script.stream_instead) and not script.json_instead:
                return await self._stream(request, call, script)
            await _wait(script.hold)
            await _pause(script.first_token_s + script.per_token_s * len(script.pieces))
            call.finished = True
            return _whole(request, orjson.dumps(whole(script)), script, cost_headers(script))
        except asyncio.CancelledError:
            call.disconnected = True
            raise
        except ConnectionResetError as error:
            call.disconnected = True
            # As aiohttp ends whom nobody listens to any more; anything else it would log as a fault of ours.
            raise asyncio.CancelledError from error

    async def _stream(self, request: web.Request, call: Call, script: Script) -> web.StreamResponse:
        stream = self._paced(script, with_usage=_wants_usage(call.body))
        response = web.StreamResponse(
            headers=_headers(request, {"Content-Type": "text/event-stream", **script.headers})
        )
        if script.gzip:
            response.enable_compression(web.ContentCoding.gzip)
        await response.prepare(request)
        await _write_pieces(response, call, script, stream)
        if script.silent_after is not None:
            await _stay_silent(response, script)
        if script.cut_after is not None:
            _cut(request)
            return response
        await response.write(stream.ending if script.error_after is None else stream.error)
        call.last_sent_at = time.monotonic()
        if script.hang:
            await _stay_silent(response, script)
        await response.write_eof()
        call.finished = True
        return response

    def _paced(self, script: Script, *, with_usage: bool) -> Paced:
        key = (id(script), with_usage)
        kept = self._streams.get(key)
        if kept is None:
            if len(self._streams) > _KEPT_STREAMS:
                self._streams.clear()
            # The script is kept too: while it lives nothing else can have its id.
            kept = self._streams[key] = (script, paced(script, with_usage=with_usage))
        return kept[1]

    def _refuse(self, request: web.Request, status: int, message: str, body: Any = None) -> web.Response:
        self.requests.append(Request(method=request.method, path=_short(request.path), body=body, status=status))
        return web.Response(
            status=status,
            body=orjson.dumps(error_body(status, message, request.path)),
            headers=_headers(request, {"Content-Type": "application/json; charset=utf-8"}),
        )

    async def _go_wrong(self, request: web.Request, fault: Fault, body: Any = None) -> web.Response:
        await fault.keep_waiting()
        status = 0 if fault.drop else fault.status
        self.requests.append(Request(method="POST", path=_PATH, body=body, status=status))
        if fault.drop:
            _cut(request)
        answer = fault.body if fault.body is not None else error_body(fault.status, "Scripted fault")
        headers = {"Content-Type": "application/json", **fault.headers}
        return web.Response(status=fault.status, body=orjson.dumps(answer), headers=_headers(request, headers))


def _call(request: web.Request, body: dict[str, Any]) -> Call:
    assert request.transport is not None
    return Call(
        body=body,
        headers={name: value for name, value in request.headers.items() if name.lower() != "authorization"},
        client_port=request.transport.get_extra_info("peername")[1],
    )


async def _write_pieces(response: web.StreamResponse, call: Call, script: Script, stream: Paced) -> None:
    await _pause(script.first_token_s)
    pieces = steps(script, stream)
    if script.per_token_s == 0 and script.hold is None:
        call.first_sent_at = time.monotonic()
        await response.write(b"".join((stream.opening, *(piece for _, piece in pieces))))
        return
    await response.write(stream.opening)
    begun = time.monotonic()
    for number, piece in pieces:
        if number == script.hold_after:
            await _wait(script.hold)
        # By the time since the start, so that the pace holds on a busy machine.
        await _pause(begun + number * script.per_token_s - time.monotonic())
        call.first_sent_at = call.first_sent_at or time.monotonic()
        await response.write(piece)
    if script.hold_after >= len(pieces):
        await _wait(script.hold)


async def _stay_silent(response: web.StreamResponse, script: Script) -> None:
    while True:
        await asyncio.sleep(3600 if script.keep_alive_s is None else script.keep_alive_s)
        await response.write(b": keep-alive\n\n")


async def _wait(hold: asyncio.Event | None) -> None:
    if hold is not None:
        await hold.wait()


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


def _cut(request: web.Request) -> None:
    assert isinstance(request.transport, asyncio.Transport)
    request.transport.close()


def _read(raw: bytes) -> tuple[Any, str | None]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return None, f"Body is not JSON: {error}"
    return body, refusal_of(body)


def _wants_usage(body: Mapping[str, Any]) -> bool:
    return bool(body.get("stream_options", {}).get("include_usage", False))


def _short(path: str) -> str:
    return path.removeprefix("/v1")


def _headers(request: web.Request, more: Mapping[str, str]) -> dict[str, str]:
    headers = {"x-inference-id": "inference-1", **more}
    client_id = request.headers.get("X-Client-Request-Id", "")
    return headers | {"x-client-request-id": client_id} if _CLIENT_ID.fullmatch(client_id) else headers


def _whole(
    request: web.Request, body: bytes, script: Script, more: Mapping[str, str] | Sequence[tuple[str, str]] = ()
) -> web.Response:
    headers = {"Content-Type": "application/json; charset=utf-8", **dict(more), **script.headers}
    response = web.Response(status=script.status, body=body, headers=_headers(request, headers))
    if script.gzip:
        response.enable_compression(web.ContentCoding.gzip)
    return response
