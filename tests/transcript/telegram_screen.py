"""What the emulated Telegram recorded, as people see it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Topic
from tests.transcript.formatted import visible_text
from tests.transcript.screen import Attached, Quoted, Screen, Shown
from tests.transcript.telegram_text import read

_FILES = {"document": "document", "animation": "animation.mp4", "video": "video.mp4", "voice": "voice.ogg"}
"""What comes as a file, and its name if it has none."""


def screen_of(
    telegram: TelegramEmulator, chat: Chat, topic: Topic | None = None, *, with_deleted: bool = False
) -> Screen:
    """A chat, or a topic of it, as it stands now."""
    here = [message for message in chat.messages.values() if message.topic is topic and _is_written(message)]
    seen = [message for message in here if with_deleted or not message.deleted]
    people = {message.sender.id for message in chat.messages.values()} | {telegram.bot_id}
    return Screen(
        title=telegram.bot.name if chat.is_private else topic.name if topic else chat.title,
        subtitle="bot" if chat.is_private else f"{len(people)} members",
        messages=[_shown(telegram, album) for album in _albums(seen)],
        is_private=chat.is_private,
        typing=telegram.bot.name if telegram.typing(chat, topic) else None,
    )


def _is_written(message: Message) -> bool:
    return not {"forum_topic_created", "migrate_to_chat_id", "migrate_from_chat_id"} & message.content.keys()


def _albums(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Messages that belong together stand together; each other one for itself."""
    for _, together in groupby(messages, lambda message: message.options.get("media_group_id", message.id)):
        yield list(together)


def _shown(telegram: TelegramEmulator, album: Sequence[Message]) -> Shown:
    first = album[0]
    return Shown(
        who=first.sender.name,
        at=datetime.fromtimestamp(first.date, UTC),
        text=read(first.text, first.entities),
        attached=[attached for message in album for attached in _attached(telegram, message)],
        quoted=_quoted(telegram, first),
        buttons=first.buttons,
        is_bot=first.sender.is_bot,
        is_edited=first.edit_date is not None,
        is_deleted=first.deleted,
    )


def _quoted(telegram: TelegramEmulator, message: Message) -> Quoted | None:
    original = message.reply_to
    if original is None or original.deleted:
        return None
    quote = message.options.get("quote", {}).get("text")
    words = " ".join((quote or visible_text(read(original.text, original.entities))).split())
    pictures = [attached for attached in _attached(telegram, original) if attached.is_picture]
    return Quoted(
        who=original.sender.name,
        text=words or ("Photo" if pictures else "File"),
        picture=pictures[0] if pictures else None,
    )


def _attached(telegram: TelegramEmulator, message: Message) -> Iterator[Attached]:
    content = message.content
    if "photo" in content:
        yield Attached(name="photo.jpg", data=_bytes(telegram, content["photo"][-1]), media_type="image/jpeg")
    elif "sticker" in content:
        yield Attached(name="sticker.webp", data=_bytes(telegram, content["sticker"]), media_type="image/webp")
    else:
        for kind in _FILES.keys() & content.keys():
            file = content[kind]
            # A client shows a picture that came as a file by its name.
            yield Attached(name=file.get("file_name", _FILES[kind]), data=_bytes(telegram, file), media_type="")


def _bytes(telegram: TelegramEmulator, file: dict[str, Any]) -> bytes:
    stored = telegram.media.by_id(file["file_id"])
    return stored.data if stored is not None else b""
