"""Gateway sessions: who may have which event, and the replay of what a connection missed."""

import asyncio
import collections
import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tests.emulators.discord_permissions import Permission, permissions_in
from tests.emulators.discord_world import Channel, Payload, Person

_REPLAYED = 5_000  # Discord keeps "a few minutes" of events; a bound is needed, the number is made up.


class Op(enum.IntEnum):
    """Discord docs, Gateway Opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Intent(enum.IntFlag):
    """Discord docs, Gateway Intents."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


KNOWN_INTENTS = (1 << 26) - 1


@dataclass(frozen=True, slots=True)
class Close:
    """In a connection's queue: close with this code once all before it is sent."""

    code: int


class Connection:
    """One websocket. What is sent goes through a queue, so that events keep their order and nobody waits."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.closed_with: int | None = None
        """The code, once this side has begun to close."""
        self.received_at: collections.deque[float] = collections.deque()
        self._transport = transport
        self._queue: asyncio.Queue[str | Close] = asyncio.Queue()

    def send(self, op: Op, data: Any = None) -> None:
        self.send_frame(orjson.dumps({"op": int(op), "d": data, "s": None, "t": None}).decode())

    def send_frame(self, frame: str) -> None:
        self._queue.put_nowait(frame)

    def close(self, code: int) -> None:
        self._queue.put_nowait(Close(code))

    def abort(self) -> None:
        """Cut it without a closing handshake."""
        if self._transport is not None:
            self._transport.abort()

    async def write(self, audible: asyncio.Event) -> None:
        """Send what is queued, while `audible`, until closed."""
        while True:
            item = await self._queue.get()
            await audible.wait()
            if isinstance(item, Close):
                self.closed_with = item.code
                await self.socket.close(code=item.code)
                return
            try:
                await self.socket.send_str(item)
            except ConnectionError:
                return


@dataclass(kw_only=True, eq=False)
class Session:
    """What IDENTIFY begins and RESUME continues."""

    id: str
    intents: int
    connection: Connection | None
    shard: tuple[int, int] = (0, 1)
    """Which, of how many."""
    sequence: int = 0
    history: collections.deque[tuple[int, str]] = field(default_factory=lambda: collections.deque(maxlen=_REPLAYED))

    def dispatch(self, name: str, payload: Payload) -> None:
        """Number an event, keep it for a resume, and send it if anybody is connected."""
        self.sequence += 1
        event = {"op": int(Op.DISPATCH), "d": payload, "s": self.sequence, "t": name}
        frame = orjson.dumps(event).decode()
        self.history.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send_frame(frame)

    def missed_since(self, sequence: int) -> list[str] | None:
        """The frames after `sequence`; None if they are not all kept."""
        oldest = self.history[0][0] if self.history else self.sequence + 1
        if not oldest - 1 <= sequence <= self.sequence:
            return None
        return [frame for number, frame in self.history if number > sequence]

    def has(self, guild_id: int | None) -> bool:
        """Whether this shard is told of a guild; only the first one is of private chats (Discord docs, Sharding)."""
        number, count = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % count)

    def offer(
        self,
        name: str,
        channel: Channel | None,
        payload: Callable[[bool], Payload],
        bot: Person,
        *,
        guild_id: int | None,
    ) -> None:
        """Dispatch an event if this session's intents and the bot's permissions let it through."""
        if self.intents & _needed(name, channel) != _needed(name, channel):
            return
        if not self.has(guild_id):
            return
        if channel is None or Permission.VIEW_CHANNEL in permissions_in(channel, bot):
            self.dispatch(name, payload(bool(self.intents & Intent.MESSAGE_CONTENT)))


def _needed(name: str, channel: Channel | None) -> int:
    if name == "INTERACTION_CREATE":
        return 0
    if name.startswith("MESSAGE_"):
        return Intent.DIRECT_MESSAGES if channel is not None and channel.is_dm else Intent.GUILD_MESSAGES
    return Intent.GUILDS
