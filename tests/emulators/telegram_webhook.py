"""Updates posted to the bot instead of handed out, as the Bot API server does it (telegram-bot-api, WebhookActor)."""

import asyncio
import contextlib
import json
import time
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.emulators.telegram_updates import Update, UpdateQueue

DEFAULT_CONNECTIONS = 40
MAX_CONNECTIONS = 100
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LONGEST_DELAY_S = 60.0
_LONGEST_RETRY_AFTER_S = 3600.0
_TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One attempt to deliver an update."""

    update_id: int
    status: int
    """What the bot answered; 0 for no answer."""


@dataclass(slots=True)
class _Attempts:
    failed: int = 0
    delay_s: float = 1.0
    next_at: float = 0.0


class Webhook:
    """Posts what waits: one at a time and in order for each chat, beside those of other chats, until it is answered.

    Only a 2xx takes an update away. Anything else is tried again: at once, then after 2 s, 4 s ... up to a minute, or
    as long as a ``Retry-After`` says.
    """

    def __init__(self, updates: UpdateQueue) -> None:
        self.url = ""
        """Empty: there is none, and the bot has to poll."""
        self.secret = ""
        self.connections = DEFAULT_CONNECTIONS
        self.leads_to = ""
        """``http://127.0.0.1:PORT``: where the reverse proxy at the host of `url` leads. Empty: nobody is there."""
        self.pace = 1.0
        """Waits between attempts are multiplied by this."""
        self.posts: list[Post] = []
        self.last_error: tuple[int, str] | None = None
        """When (Unix time) and what."""
        self._updates = updates
        self._attempts: dict[Update, _Attempts] = {}
        self._under_way: dict[Update, Hashable] = {}
        self._task: asyncio.Task[None] | None = None

    def set(self, url: str, *, secret: str, connections: int) -> None:
        """Begin to post there, with everything that waits. The same values again change nothing."""
        if (url, secret, connections) == (self.url, self.secret, self.connections) and self._task is not None:
            return
        self.delete()
        self.url, self.secret, self.connections = url, secret, connections
        self._task = asyncio.create_task(self._run(), name="webhook")

    def delete(self) -> None:
        """Post no more; what was not answered waits for polls."""
        if self._task is not None:
            self._task.cancel()
        self.url, self.secret, self._task, self.last_error = "", "", None, None
        self._attempts.clear()
        self._under_way.clear()

    def info(self) -> dict[str, Any]:
        """What getWebhookInfo answers."""
        info = {"url": self.url, "has_custom_certificate": False, "pending_update_count": self._updates.pending}
        if self.url:
            info["max_connections"] = self.connections
        if self.last_error is not None:
            info["last_error_date"], info["last_error_message"] = self.last_error
        return info

    async def close(self) -> None:
        task = self._task
        self.delete()
        if task is not None:
            await asyncio.wait({task})

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, asyncio.TaskGroup() as posts:
            while True:
                self._updates.news.clear()
                for update in self._due():
                    self._under_way[update] = _queue_of(update.payload)
                    posts.create_task(self._post(session, update))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._until_next_s()):
                        await self._updates.news.wait()

    def _due(self) -> Iterator[Update]:
        busy = set(self._under_way.values())
        now = time.monotonic()
        for update in list(self._updates.waiting):
            if len(self._under_way) >= self.connections:
                return
            queue = _queue_of(update.payload)
            if queue not in busy:
                busy.add(queue)
                if self._attempts.setdefault(update, _Attempts()).next_at <= now:
                    yield update

    def _until_next_s(self) -> float | None:
        now = time.monotonic()
        later = [tried.next_at - now for update, tried in self._attempts.items() if update not in self._under_way]
        return max(0.001, min(later)) if later else None

    async def _post(self, session: aiohttp.ClientSession, update: Update) -> None:
        status, error, retry_after_s = await self._answer_of(session, update)
        self.posts.append(Post(update_id=update.update_id, status=status))
        tried = self._attempts[update]
        if error:
            self.last_error = int(time.time()), error
            self._delay(tried, retry_after_s)
        else:
            del self._attempts[update]
            self._updates.forget(update)
        del self._under_way[update]
        self._updates.news.set()

    async def _answer_of(self, session: aiohttp.ClientSession, update: Update) -> tuple[int, str, float]:
        if not self.leads_to:
            return 0, "Connection refused", 0.0
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: self.secret} if self.secret else {})
        body = json.dumps(update.payload).encode()
        address = self.leads_to + urlsplit(self.url).path
        try:
            async with session.post(address, data=body, headers=headers) as response:
                await response.read()
        except (aiohttp.ClientError, TimeoutError):
            return 0, "Connection reset by peer", 0.0
        if 200 <= response.status < 300:
            return response.status, "", 0.0
        retry_after_s = float(response.headers.get("Retry-After", 0))
        error = f"Wrong response from the webhook: {response.status} {response.reason}"
        return response.status, error, min(retry_after_s, _LONGEST_RETRY_AFTER_S)

    def _delay(self, tried: _Attempts, retry_after_s: float) -> None:
        wait_s = retry_after_s
        if retry_after_s == 0 and tried.failed:
            tried.delay_s = wait_s = min(2 * tried.delay_s, _LONGEST_DELAY_S)
        tried.failed += 1
        tried.next_at = time.monotonic() + wait_s * self.pace


def problem_with(url: str) -> str:
    """Why a server without ``--local`` takes no webhook there; empty if it does."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return "An HTTPS URL must be provided for webhook"
    if parts.port not in (None, 80, 88, 443, 8443):
        return "Webhook can be set up only on ports 80, 88, 443 or 8443"
    return ""


def _queue_of(payload: Mapping[str, Any]) -> Hashable:
    """Messages and edits of a chat wait for each other; presses of a person do (Client.cpp, webhook_queue_id)."""
    (content,) = (value for name, value in payload.items() if name != "update_id")
    return ("person", content["from"]["id"]) if "chat" not in content else ("chat", content["chat"]["id"])
