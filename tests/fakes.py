"""Stand-ins behind the core's ports: eyes, the web, where adapters bring things, and whatever is to be counted."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.events import ConversationKey, Event, MessageId, MessageReceived, PlatformName, Unreadable
from bot.ports.eyes import MarkedBox
from bot.ports.intake import KnownPlace, Recent
from bot.records.pictures import Box, Picture, Prepared
from bot.sentences import sentence


class Counted:
    """Passes every call on to an object with async methods, and counts those under way."""

    def __init__(self, target: object) -> None:
        self._target = target
        self.under_way = 0
        self.is_gone = False
        """Nothing reaches it any more, as after a crash."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        async def call(*args: object, **kwargs: object) -> object:
            if self.is_gone:
                raise asyncio.CancelledError
            self.under_way += 1
            try:
                return await method(*args, **kwargs)
            finally:
                self.under_way -= 1

        return call


class FakePictures:
    """`bot.ports.eyes.Eyes`: every file is a picture of 64 × 32 pixels, made of its own bytes."""

    def __init__(self, refuse: Callable[[bytes], Exception | None] = lambda _: None) -> None:
        self.prepared: list[bytes] = []
        self._refuse = refuse

    async def prepare(self, data: bytes) -> Prepared:
        error = self._refuse(data)
        if error is not None:
            raise error
        self.prepared.append(data)
        if data.startswith(b"pages"):
            pictures = tuple(self._picture(data + b"%d" % page, f"page {page}") for page in range(1, 4))
            return Prepared(pictures=pictures, origin="PDF, 5 pages", left_out=sentence("pages 4 to 5"))
        if data.startswith(b"words"):
            return Prepared(text=data.decode(), origin="text")
        return Prepared(pictures=(self._picture(data),), origin="PNG, 64×32")

    async def crop(self, data: bytes, box: Box, *, part: int = 0) -> Picture:
        return self._picture(b"crop of %s %d %d %d %d %d" % (data, part, box.left, box.top, box.right, box.bottom))

    async def mark(self, data: bytes, boxes: Sequence[MarkedBox], *, part: int = 0) -> Picture:
        labels = ",".join(marked.label for marked in boxes)
        return self._picture(b"marked %s %d %s" % (data, part, labels.encode()))

    @staticmethod
    def _picture(data: bytes, label: str = "") -> Picture:
        digest = hashlib.sha256(data).hexdigest()
        return Picture(jpeg=data, sha256=digest, width_px=64, height_px=32, label=label)


class FakeWeb:
    """`bot.ports.web.Web` with a few addresses."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception] = {}

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        found = self.files[url]
        if isinstance(found, Exception):
            raise found
        return found[:max_bytes]


class FakeIntake:
    """Keeps what adapters bring (`bot.ports.intake.Intake`)."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.aside: list[Unreadable] = []
        self.cursors: dict[str, str] = {}
        self.known_places: list[KnownPlace] = []
        self.told_missed: list[ConversationKey] = []

    async def accept(self, event: Event) -> None:
        self.events.append(event)

    async def set_aside(self, unreadable: Unreadable) -> None:
        self.aside.append(unreadable)

    async def cursor(self, name: str) -> str | None:
        return self.cursors.get(name)

    async def move_cursor(self, name: str, value: str) -> None:
        self.cursors[name] = value

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        return [place for place in self.known_places if place.key.platform == platform]

    async def recent(self, key: ConversationKey, *, since: datetime) -> Recent:
        sent = [heard.message_id for heard in self.messages if heard.key == key and heard.sent_at >= since]
        return Recent(messages=sent, pictures=())

    async def place_of(
        self, platform: PlatformName, message_id: MessageId, *, chat_id: str | None = None, turn: int | None = None
    ) -> ConversationKey | None:
        raise NotImplementedError(platform, message_id, chat_id, turn)

    async def missed(self, place: KnownPlace, *, cursor: str) -> None:
        self.told_missed.append(place.key)
        self.cursors[cursor] = place.newest

    @property
    def messages(self) -> list[MessageReceived]:
        """Of the events, those that are new messages."""
        return [event for event in self.events if isinstance(event, MessageReceived)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]
