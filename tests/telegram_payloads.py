"""Updates as Telegram sends them, and what the adapter reads in them."""

import json
from typing import Any

from adapters.telegram.content.entities import Identity
from adapters.telegram.convert import event_of
from bot.events import AttachmentRef, MessageReceived

ME = Identity(id=7, username="Glimpse_bot")
ANN = {"id": 11, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "pt-BR"}
BOB = {"id": 12, "is_bot": False, "first_name": "Bob"}
BOT = {"id": 7, "is_bot": True, "first_name": "Glimpse", "username": "Glimpse_bot"}
OTHER_BOT = {"id": 8, "is_bot": True, "first_name": "Robo", "username": "robo_bot"}
PRIVATE = {"id": 11, "type": "private", "first_name": "Ann"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Group"}
CHANNEL = {"id": -1002, "type": "channel", "title": "News"}
DATE = 1_790_000_000
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 100},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 853, "file_size": 90_000},
    {"file_id": "middle", "file_unique_id": "m", "width": 320, "height": 213, "file_size": 900},
]
PHOTO_REF = AttachmentRef(
    handle='{"file_id":"large","kind":"photo"}', name="", media_type="image/jpeg", size_bytes=90_000
)


def message(**fields: Any) -> dict[str, Any]:
    sender = {} if "sender_chat" in fields and fields.get("from") is None else {"from": ANN}
    return {"message_id": 5, "date": DATE, "chat": PRIVATE, **sender, **fields}


def read(kind: str = "message", **fields: Any) -> MessageReceived | None:
    # Through JSON, so that a converter that changes its input would not be noticed by the next test only.
    event = event_of(json.loads(json.dumps({"update_id": 1, kind: message(**fields)})), ME)
    assert event is None or isinstance(event, MessageReceived)
    return event


def seen(kind: str = "message", **fields: Any) -> MessageReceived:
    event = read(kind, **fields)
    assert event is not None
    return event


def entity(kind: str, text: str, part: str, **more: Any) -> dict[str, Any]:
    """The entity for `part` of `text`, in UTF-16 units as Telegram counts."""
    start = text.index(part)
    units = [len(piece.encode("utf-16-le")) // 2 for piece in (text[:start], part)]
    return {"type": kind, "offset": units[0], "length": units[1], **more}


def in_group(text: str, *entities: dict[str, Any], **more: Any) -> MessageReceived:
    return seen(chat=GROUP, text=text, entities=list(entities), **more)
