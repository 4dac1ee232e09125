"""The least bot that Telegram allows: a raw long poll, one streaming model call, one message."""

import asyncio
import os
from typing import Any

import aiohttp
import orjson

from bench.lean_model import LeanModel

_POLL_S = 50
_HEADERS = {"Content-Type": "application/json"}


async def main() -> None:
    """Poll and answer until killed."""
    api = f"{os.environ['TELEGRAM_API_URL']}/bot{os.environ['TELEGRAM_TOKEN']}"
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=_POLL_S + 30)) as session,
        asyncio.TaskGroup() as answers,
    ):
        model = LeanModel(session)
        offset = 0
        while True:
            for update in await call(session, f"{api}/getUpdates", offset=offset, timeout=_POLL_S):
                offset = update["update_id"] + 1
                message = update.get("message", {})
                if "text" in message:
                    answers.create_task(answer(session, api, model, message))


async def answer(session: aiohttp.ClientSession, api: str, model: LeanModel, message: dict[str, Any]) -> None:
    text = await model.answer(message["text"])
    await call(session, f"{api}/sendMessage", chat_id=message["chat"]["id"], text=text)


async def call(session: aiohttp.ClientSession, url: str, **parameters: Any) -> Any:
    async with session.post(url, data=orjson.dumps(parameters), headers=_HEADERS) as response:
        response.raise_for_status()
        return orjson.loads(await response.read())["result"]


if __name__ == "__main__":
    asyncio.run(main())
