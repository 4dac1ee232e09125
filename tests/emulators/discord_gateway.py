"""The gateway: websockets that identify or resume, heartbeats, events, and faults on demand."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable

import orjson
from aiohttp import WSMsgType, web

from tests.emulators.discord_backend import Backend
from tests.emulators.discord_payloads import guild_create_payload, person_payload
from tests.emulators.discord_sessions import KNOWN_INTENTS, Connection, Intent, Op, Session
from tests.emulators.discord_world import Channel, Guild, Payload

_UNKNOWN_ERROR, _UNKNOWN_OPCODE, _DECODE_ERROR, _NOT_AUTHENTICATED, _AUTHENTICATION_FAILED = range(4000, 4005)
_ALREADY_AUTHENTICATED, _RATE_LIMITED, _INVALID_INTENTS, _DISALLOWED_INTENTS = 4005, 4008, 4013, 4014
_INVALID_SHARD, _SHARDING_REQUIRED = 4010, 4011
_ENDS_SESSION = frozenset({1000, 1001})  # Discord docs, Disconnecting: other codes leave it resumable.
_IDENTIFY_PAUSE_S = 5.0  # Discord docs, Rate Limiting of IDENTIFY: max_concurrency per 5 s.
_EVENTS_PER_MINUTE = 120  # Discord docs, Rate Limiting of the gateway.
_STOP_S = 2.0
_CONTENT_ENABLED = 1 << 19  # GATEWAY_MESSAGE_CONTENT_LIMITED (Discord docs, Application Flags).


class Gateway:
    """All websockets and sessions."""

    def __init__(self, backend: Backend, *, heartbeat_interval_s: float) -> None:
        self.identify_limit = False
        self.acknowledges = True
        self.refuses = False
        self.identifies = self.resumes = self.heartbeats = 0
        self.sessions_left = 1000  # Discord docs, Session Start Limit Object: a day's.
        self._backend = backend
        self._interval_ms = round(heartbeat_interval_s * 1000)
        self._connections: set[Connection] = set()
        self._sessions: dict[str, Session] = {}
        self.shards = self.max_concurrency = 1
        """What GET /gateway/bot recommends, and how many groups of shards may identify side by side."""
        self.guilds_per_shard = 2500  # Discord docs, Sharding.
        self._identified_at: dict[int, float] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._audible = asyncio.Event()
        self._audible.set()
        backend.publish = self._publish

    @property
    def connected(self) -> bool:
        return any(session.connection is not None for session in self._sessions.values())

    @property
    def connected_shards(self) -> set[int]:
        return {session.shard[0] for session in self._sessions.values() if session.connection is not None}

    @property
    def silent(self) -> bool:
        return not self._audible.is_set()

    @silent.setter
    def silent(self, silent: bool) -> None:
        if silent:
            self._audible.clear()
        else:
            self._audible.set()

    def close_all(self, code: int) -> None:
        """Close every connection with `code`, after what is on its way."""
        for connection in list(self._connections):
            if code in _ENDS_SESSION and connection.session is not None:
                self._sessions.pop(connection.session.id, None)
            connection.close(code)

    def abort_all(self) -> None:
        for connection in list(self._connections):
            connection.abort()

    def request_reconnect(self) -> None:
        for connection in self._connections:
            connection.send(Op.RECONNECT)

    def invalidate(self, *, resumable: bool) -> None:
        if not resumable:
            self.forget()
        for connection in self._connections:
            connection.send(Op.INVALID_SESSION, resumable)

    def forget(self) -> None:
        self._sessions.clear()

    def limits(self) -> Payload:
        """``session_start_limit`` of GET /gateway/bot."""
        return {
            "total": 1000,
            "remaining": self.sessions_left,
            "reset_after": 86_400_000,
            "max_concurrency": self.max_concurrency,
        }

    async def stop(self) -> None:
        """Close everything, and wait for it."""
        self.silent = False
        self.close_all(1001)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _STOP_S)
        self.abort_all()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one websocket until it closes. Compression is accepted in the query, and not used."""
        if self.refuses:
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False, max_msg_size=4096 * 4, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        self._connections.add(connection)
        self._idle.clear()
        writer = asyncio.create_task(connection.write(self._audible), name="discord gateway writer")
        connection.send(Op.HELLO, {"heartbeat_interval": self._interval_ms, "_trace": []})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(connection, message.data)
        finally:
            if (
                connection.closed_with is None
            ):  # Otherwise it is waiting for the client's half of the closing handshake.
                writer.cancel()
            await asyncio.wait([writer])
            self._connections.discard(connection)
            if not self._connections:
                self._idle.set()
            self._detach(connection, connection.closed_with or socket.close_code)
        return socket

    def _detach(self, connection: Connection, code: int | None) -> None:
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if code in _ENDS_SESSION:
            self._sessions.pop(session.id, None)

    def _receive(self, connection: Connection, text: str) -> None:
        try:
            frame = orjson.loads(text)
            op, data = frame["op"], frame.get("d")
        except (orjson.JSONDecodeError, KeyError, TypeError):
            self._refuse(connection, _DECODE_ERROR, "undecodable gateway frame")
            return
        if self._talks_too_much(connection):
            self._refuse(connection, _RATE_LIMITED, "more than 120 gateway frames in 60 s")
            return
        match op:
            case Op.HEARTBEAT:
                self._heartbeat(connection)
            case Op.IDENTIFY:
                self._identify(connection, data)
            case Op.RESUME:
                self._resume(connection, data)
            case _ if connection.session is None:
                self._refuse(connection, _NOT_AUTHENTICATED, f"gateway op {op} before IDENTIFY")
            case Op.PRESENCE | Op.VOICE_STATE | Op.REQUEST_MEMBERS:
                pass
            case _:
                self._refuse(connection, _UNKNOWN_OPCODE, f"unknown gateway op {op}")

    def _talks_too_much(self, connection: Connection) -> bool:
        now = time.monotonic()
        times = connection.received_at
        times.append(now)
        while times[0] < now - 60:
            times.popleft()
        return len(times) > _EVENTS_PER_MINUTE

    def _refuse(self, connection: Connection, code: int, violation: str) -> None:
        self._backend.violations.append(violation)
        connection.close(code)

    def _heartbeat(self, connection: Connection) -> None:
        self.heartbeats += 1
        if self.acknowledges:
            connection.send(Op.HEARTBEAT_ACK)

    def _identify(self, connection: Connection, data: Payload) -> None:
        if connection.session is not None:
            self._refuse(connection, _ALREADY_AUTHENTICATED, "IDENTIFY twice on one connection")
            return
        if data.get("token") != self._backend.token:
            self._refuse(connection, _AUTHENTICATION_FAILED, "IDENTIFY with an unknown token")
            return
        intents, shard = data.get("intents"), tuple(data.get("shard") or (0, 1))
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            self._refuse(connection, _INVALID_INTENTS, f"IDENTIFY with invalid intents {intents}")
        elif not 0 <= shard[0] < shard[1]:
            self._refuse(connection, _INVALID_SHARD, f"IDENTIFY with the invalid shard {shard}")
        elif len(self._guilds(shard)) > self.guilds_per_shard:
            connection.close(_SHARDING_REQUIRED)
        elif self._is_disallowed(intents):
            connection.close(_DISALLOWED_INTENTS)
        elif self._identifies_too_often(shard[0] % self.max_concurrency):
            self._backend.violations.append("IDENTIFY twice within 5 s")
            connection.send(Op.INVALID_SESSION, False)
        else:
            self._begin(connection, intents, shard)

    def _is_disallowed(self, intents: int) -> bool:
        if intents & (Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES):
            return True
        return bool(intents & Intent.MESSAGE_CONTENT) and not self._backend.content_intent

    def _identifies_too_often(self, key: int) -> bool:
        now = time.monotonic()
        too_often = self.identify_limit and now - self._identified_at.get(key, float("-inf")) < _IDENTIFY_PAUSE_S
        self._identified_at[key] = now
        return too_often

    def _guilds(self, shard: tuple[int, int]) -> list[Guild]:
        world = self._backend.world
        number, count = shard
        return [guild for guild in world.guilds.values() if world.is_in(guild) and (guild.id >> 22) % count == number]

    def _begin(self, connection: Connection, intents: int, shard: tuple[int, int]) -> None:
        self.identifies += 1
        if self.sessions_left <= 0:
            self._backend.violations.append("IDENTIFY more often than a day allows: the token is reset")
        self.sessions_left -= 1
        session = Session(id=secrets.token_hex(16), intents=intents, connection=connection, shard=shard)
        connection.session = session
        session.dispatch("READY", self._ready(session))
        if intents & Intent.GUILDS:
            world = self._backend.world
            for guild in self._guilds(shard):
                if guild.id not in world.outages:
                    session.dispatch("GUILD_CREATE", guild_create_payload(guild, world.bot))
        self._sessions[session.id] = session

    def _ready(self, session: Session) -> Payload:
        world = self._backend.world
        return {
            "v": 10,
            "user": person_payload(world.bot) | {"verified": True, "mfa_enabled": False, "flags": 0, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in self._guilds(session.shard)],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._backend.gateway_url,
            "shard": list(session.shard),
            "application": {"id": str(world.bot.id), "flags": application_flags(self._backend)},
        }

    def _resume(self, connection: Connection, data: Payload) -> None:
        if data.get("token") != self._backend.token:
            self._refuse(connection, _AUTHENTICATION_FAILED, "RESUME with an unknown token")
            return
        session = self._sessions.get(data.get("session_id", ""))
        missed = session.missed_since(data.get("seq") or 0) if session is not None else None
        if session is None or missed is None:
            connection.send(Op.INVALID_SESSION, False)
            return
        self.resumes += 1
        if session.connection is not None:
            session.connection.close(_UNKNOWN_ERROR)
        session.connection, connection.session = connection, session
        for frame in missed:
            connection.send_frame(frame)
        session.dispatch("RESUMED", {"_trace": []})

    def _publish(self, name: str, channel: Channel | None, payload: Callable[[bool], Payload]) -> None:
        guild_id = _guild_of(name, channel, payload)
        for session in list(self._sessions.values()):
            session.offer(name, channel, payload, self._backend.world.bot, guild_id=guild_id)


def _guild_of(name: str, channel: Channel | None, payload: Callable[[bool], Payload]) -> int | None:
    if channel is not None:
        return channel.guild.id if channel.guild else None
    shown = payload(False)
    number = shown.get("id") if name.startswith("GUILD_") else shown.get("guild_id")
    return int(number) if number else None


def application_flags(backend: Backend) -> int:
    """Which intents are switched on, as GET /applications/@me and READY say it."""
    return _CONTENT_ENABLED if backend.content_intent else 0
