"""What the emulated Telegram recorded, as people see it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Topic
from tests.transcript.formatted import visible_text
from tests.transcript.screen import VIEWER, Attached, Quoted, Screen, Shown
from tests.transcript.telegram_text import read

_FILES = {"document": "document", "animation": "animation.mp4", "video": "video.mp4", "voice": "voice.ogg"}
"""What comes as a file, and its name if it has none."""


def screen_of(
    telegram: TelegramEmulator, chat: Chat, topic: Topic | None = None, *, with_deleted: bool = False
) -> Screen:
    """A chat, or a topic of it, as it stands now."""
    here = [message for message in chat.messages.values() if message.topic is topic]
    seen = [message for message in here if with_deleted or not message.deleted]
    people = {message.sender.id for message in chat.messages.values()} | {telegram.bot_id}
    return Screen(
        title=topic.name if topic else telegram.bot.name if chat.is_private else chat.title,
        subtitle=_subtitle(telegram, chat, topic, len(people)),
        messages=[*(_shown(telegram, album) for album in _albums(seen)), *_drafted(telegram, chat, topic)],
        viewer=chat.owner.name if chat.is_private else VIEWER,
        is_private=chat.is_private,
        is_thread=topic is not None,
        typing=telegram.bot.name if telegram.typing(chat, topic) else None,
    )


def _subtitle(telegram: TelegramEmulator, chat: Chat, topic: Topic | None, people: int) -> str:
    if topic is not None:
        return f"topic in {telegram.bot.name if chat.is_private else chat.title}"
    return "bot" if chat.is_private else f"{people} members"


def _albums(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Messages that belong together stand together; each other one for itself."""
    for _, together in groupby(messages, lambda message: message.options.get("media_group_id", message.id)):
        yield list(together)


def _shown(telegram: TelegramEmulator, album: Sequence[Message]) -> Shown:
    first = album[0]
    if said := _service(first):
        return Shown(who="", at=datetime.fromtimestamp(first.date, UTC), text=[said], is_service=True)
    return Shown(
        who=first.sender.name,
        at=datetime.fromtimestamp(first.date, UTC),
        text=read(first.text, first.entities),
        attached=[attached for message in album for attached in _attached(telegram, message)],
        quoted=_quoted(telegram, first),
        origin=_from_where(first),
        buttons=[[button["text"] for button in row] for row in _keyboard(first)],
        reactions=[first.reaction] if first.reaction else [],
        is_bot=first.sender.is_bot,
        # Clients leave that out where a bot wrote (ChatMessageCell.java of Telegram for Android).
        is_edited=first.edit_date is not None and not (first.sender.is_bot or "via_bot" in first.options),
        is_deleted=first.deleted,
    )


def _drafted(telegram: TelegramEmulator, chat: Chat, topic: Topic | None) -> Iterator[Shown]:
    """What the bot is writing, if it shows that as a draft."""
    if (draft := telegram.drafts.shown(chat, topic)) is not None:
        now = datetime.fromtimestamp(telegram.world.clock(), UTC)
        text = read(draft.texts[-1], draft.entities)
        yield Shown(who=telegram.bot.name, at=now, text=text, is_bot=True, is_draft=True)


def _service(message: Message) -> str:
    """What Telegram itself says, in the words of its clients."""
    match message.content:
        case {"forum_topic_created": {"name": name}}:
            return f"{message.sender.name} created the topic “{name}”"
        case {"new_chat_members": [{"first_name": name}]}:
            return f"{message.sender.name} added {name}"
        case {"migrate_to_chat_id": _} | {"migrate_from_chat_id": _}:
            return "The group was upgraded to a supergroup"
        case _:
            return ""


def _keyboard(message: Message) -> Sequence[Sequence[Mapping[str, str]]]:
    rows: Sequence[Sequence[Mapping[str, str]]] = message.options.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _from_where(message: Message) -> str | None:
    match message.options:
        case {"forward_origin": origin}:
            return f"Forwarded from {_origin(origin)}"
        case {"via_bot": {"username": name}}:
            return f"via @{name}"
        case _:
            return None


def _origin(origin: Mapping[str, Any]) -> str:
    match origin:
        case {"sender_user": {"first_name": str(name)}} | {"sender_user_name": str(name)} | {"chat": {"title": name}}:
            return str(name)
        case _:
            return "somebody"


def _quoted(telegram: TelegramEmulator, message: Message) -> Quoted | None:
    quote = message.options.get("quote", {}).get("text", "")
    if outside := message.options.get("external_reply"):
        return Quoted(who=_origin(outside["origin"]), text=" ".join(quote.split()) or "Message from another chat")
    original = message.reply_to
    if original is None or original.deleted:
        return None
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
