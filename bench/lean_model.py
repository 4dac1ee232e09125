"""What both lean bots share: one streaming chat completion without history, read line by line."""

import os

import aiohttp
import orjson

_DATA = b"data: "
_DONE = b"[DONE]"


class LeanModel:
    """The model that ``MODEL_API_URL``, ``MODEL_API_KEY`` and ``MODEL_NAME`` name."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._url = os.environ["MODEL_API_URL"] + "/chat/completions"
        self._name = os.environ["MODEL_NAME"]
        self._headers = {
            "Authorization": f"Bearer {os.environ['MODEL_API_KEY']}",
            "Content-Type": "application/json",
        }

    async def answer(self, question: str) -> str:
        """Ask, and return the whole answer once it is written."""
        body = {"model": self._name, "stream": True, "messages": [{"role": "user", "content": question}]}
        pieces = []
        async with self._session.post(self._url, data=orjson.dumps(body), headers=self._headers) as response:
            response.raise_for_status()
            async for line in response.content:
                if not line.startswith(_DATA):
                    continue
                data = line[len(_DATA) :].strip()
                if data == _DONE:
                    break
                pieces += [choice["delta"].get("content") or "" for choice in orjson.loads(data)["choices"]]
        return "".join(pieces)
