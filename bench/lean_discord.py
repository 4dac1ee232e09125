"""The least bot that Discord allows: a raw gateway websocket, one streaming model call, one message."""

import asyncio
import enum
import os
from typing import Any

import aiohttp
import orjson

from bench.lean_model import LeanModel

_INTENTS = 1 << 9 | 1 << 15  # GUILD_MESSAGES, MESSAGE_CONTENT (Discord docs, Gateway Intents).


class Op(enum.IntEnum):
    """Discord docs, Gateway Opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    HELLO = 10


class Gateway:
    """One connection: identifies, keeps the heart beating, answers who mentions the bot."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._session = session
        self._socket = socket
        self._model = LeanModel(session)
        self._api = os.environ["DISCORD_API_URL"]
        self._token = os.environ["DISCORD_TOKEN"]
        self._headers = {"Authorization": f"Bot {self._token}", "Content-Type": "application/json"}
        self._sequence: int | None = None
        self._own_id = ""

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            async for frame in self._socket:
                event = orjson.loads(frame.data)
                self._sequence = event["s"] or self._sequence
                match event["op"]:
                    case Op.HELLO:
                        tasks.create_task(self._beat(event["d"]["heartbeat_interval"] / 1000))
                        await self._identify()
                    case Op.HEARTBEAT:
                        await self._send(Op.HEARTBEAT, self._sequence)
                    case Op.DISPATCH if event["t"] == "READY":
                        self._own_id = event["d"]["user"]["id"]
                    case Op.DISPATCH if event["t"] == "MESSAGE_CREATE":
                        self._hear(event["d"], tasks)

    def _hear(self, message: dict[str, Any], tasks: asyncio.TaskGroup) -> None:
        is_meant = any(mentioned["id"] == self._own_id for mentioned in message["mentions"])
        if is_meant and not message["author"].get("bot"):
            tasks.create_task(self._answer(message))

    async def _answer(self, message: dict[str, Any]) -> None:
        text = await self._model.answer(message["content"])
        url = f"{self._api}/channels/{message['channel_id']}/messages"
        body = orjson.dumps({"content": text, "allowed_mentions": {"parse": []}})
        async with self._session.post(url, data=body, headers=self._headers) as response:
            response.raise_for_status()
            await response.read()

    async def _identify(self) -> None:
        properties = {"os": "linux", "browser": "lean", "device": "lean"}
        await self._send(Op.IDENTIFY, {"token": self._token, "intents": _INTENTS, "properties": properties})

    async def _beat(self, interval_s: float) -> None:
        while True:
            await asyncio.sleep(interval_s)
            await self._send(Op.HEARTBEAT, self._sequence)

    async def _send(self, op: Op, data: Any) -> None:
        await self._socket.send_str(orjson.dumps({"op": op, "d": data}).decode())


async def main() -> None:
    """Listen and answer until killed."""
    url = f"{os.environ['DISCORD_GATEWAY_URL']}?v=10&encoding=json"
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=80)) as session,
        session.ws_connect(url, max_msg_size=0) as socket,
    ):
        await Gateway(session, socket).run()


if __name__ == "__main__":
    asyncio.run(main())
