"""What a Telegram for tests consists of, and how the Bot API writes it as JSON."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.emulators.telegram_text import Entity, utf16_length, utf16_slice
from tests.emulators.telegram_updates import Update

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user: somebody, or a bot."""

    id: int
    name: str
    username: str | None = None
    language: str | None = None
    is_bot: bool = False

    def json(self) -> Json:
        fields: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            fields["username"] = self.username
        if self.language:
            fields["language_code"] = self.language
        return fields


ANONYMOUS = Person(id=1087968824, name="Group", username="GroupAnonymousBot", is_bot=True)
"""Stands in for an administrator who writes as the group (Bot API, Message)."""


@dataclass(eq=False, slots=True, kw_only=True)
class Chat:
    """A private chat, a group or a channel, as the bot knows it."""

    id: int
    kind: Literal["private", "group", "supergroup", "channel"]
    title: str
    owner: Person
    """The person of a private chat, the creator of a group."""
    forum: bool = False
    admin: bool = False
    """The bot is an administrator."""
    admins: "list[Person]" = field(default_factory=list)
    """Administrators besides the creator and the bot."""
    muted: bool = False
    without_photos: bool = False
    """The bot may write there, but send no photos."""
    without_documents: bool = False
    without_reactions: bool = False
    """Its administrators allow no reactions."""
    membership: Literal["member", "kicked"] = "member"
    upgraded_to: int | None = None
    """The id of the supergroup that a basic group became."""
    last_bot: Person | None = None
    """Which bot spoke last: in privacy mode it is meant by a command without a bot's name."""
    elsewhere: bool = False
    """The bot is not in it."""
    topics: "dict[int, Topic]" = field(default_factory=dict)
    messages: "dict[int, Message]" = field(default_factory=dict)
    """Everything ever written, by id, also what was deleted."""
    own: "list[Message]" = field(default_factory=list)
    """The bot's messages of these, in order."""

    @property
    def is_private(self) -> bool:
        return self.kind == "private"

    def json(self) -> Json:
        if self.is_private:
            fields: Json = {"id": self.id, "type": "private", "first_name": self.title}
            return {**fields, "username": self.owner.username} if self.owner.username else fields
        fields = {"id": self.id, "type": self.kind, "title": self.title}
        return {**fields, "is_forum": True} if self.forum else fields


@dataclass(eq=False, slots=True, kw_only=True)
class Topic:
    """A topic of a forum or of a private chat. General is none: it is told by the absence of a topic."""

    id: int
    """The id of its service message, and its message_thread_id."""
    chat: Chat
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message looked like from some time on."""

    text: str
    entities: tuple[Entity, ...]
    at: float
    """`time.monotonic` seconds."""


@dataclass(eq=False, slots=True, kw_only=True)
class Message:
    """One message of anybody's, the bot's too."""

    id: int
    chat: Chat
    sender: Person
    date: int
    content: Json
    """The fields that say what it is: ``text`` and ``entities``, ``photo`` and ``caption``, ..."""
    topic: Topic | None = None
    thread_id: int | None = None
    """message_thread_id: the topic, or the first message of a chain of replies in a supergroup."""
    reply_to: "Message | None" = None
    options: Json = field(default_factory=dict)
    """Other fields: ``quote``, ``external_reply``, ``forward_origin``, ``media_group_id``, ``reply_markup``, ..."""
    reaction: str | None = None
    """The bot's."""
    deleted: bool = False
    acknowledged: bool = True
    """False while the bot can't know how it looks: the answer to its last call was lost."""
    edit_date: int | None = None
    versions: list[Version] = field(default_factory=list)
    """The first is how it was sent; each edit that changed it adds one."""
    inline_id: str = ""
    """Of an inline message: one of the bot's in a chat that it is not in."""
    update: Update | None = None
    """The newest update about it, if the bot was sent one."""

    @property
    def message_id(self) -> int:
        """`id`, under the name that the Bot API gives it."""
        return self.id

    @property
    def text(self) -> str:
        """Its text or caption, as on screen now."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[Entity]:
        """With offsets in UTF-16 units, those included that Telegram found by itself."""
        found: list[Entity] = self.content.get("entities") or self.content.get("caption_entities") or []
        return found

    @property
    def buttons(self) -> list[str]:
        """What stands on its inline buttons now, row by row."""
        return [button["text"] for button in self._buttons]

    @property
    def presses(self) -> list[str]:
        """What its inline buttons send when they are pressed."""
        return [button["callback_data"] for button in self._buttons]

    @property
    def _buttons(self) -> list[Json]:
        rows = self.options.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def marked(self, entity: Mapping[str, Any]) -> str:
        """The stretch of its text that an entity marks."""
        return utf16_slice(self.text, entity["offset"], entity["length"])

    def set_content(self, content: Json) -> None:
        self.content = content
        self.versions.append(Version(text=self.text, entities=tuple(self.entities), at=time.monotonic()))

    def json(self, *, with_reply: bool = True) -> Json:
        """The Bot API's Message. A message replied to is shown without its own reply, as the Bot API says."""
        fields: Json = {
            "message_id": self.id,
            "from": self.sender.json(),
            "chat": self.chat.json(),
            "date": self.date,
        }
        if "sender_chat" in self.options:
            # "For backward compatibility" (Bot API, Message, from); a channel's post has none.
            fields["from"] = ANONYMOUS.json()
            if self.chat.kind == "channel":
                del fields["from"]
        if self.edit_date is not None:
            fields["edit_date"] = self.edit_date
        if self.thread_id is not None:
            fields["message_thread_id"] = self.thread_id
        if self.topic is not None:
            fields["is_topic_message"] = True
        reply_to = self.shown_reply if with_reply else None
        if reply_to is not None:
            fields["reply_to_message"] = reply_to.json(with_reply=False)
        return {**fields, **self.options, **self.content}

    @property
    def shown_reply(self) -> "Message | None":
        """What reply_to_message shows: without an explicit reply a topic's service message, as the server does."""
        reply_to = self.reply_to
        if reply_to is None and "external_reply" not in self.options and self.topic is not None:
            reply_to = self.chat.messages.get(self.topic.id)
        return None if reply_to is None or reply_to is self or reply_to.deleted else reply_to


@dataclass(slots=True, kw_only=True)
class ChatAction:
    """One sendChatAction as people see it."""

    chat: Chat
    topic: Topic | None
    action: str
    since: float
    """`time.monotonic` seconds."""
    until: float
    """5 s later, or when a message of the bot arrived."""


_RIGHTS = [
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
]


def member_json(person: Person, status: str) -> Json:
    """A ChatMember."""
    fields: dict[str, Json] = {
        "kicked": {"until_date": 0},
        "creator": {"is_anonymous": False},
        "administrator": dict.fromkeys(_RIGHTS, False),
    }
    return {"user": person.json(), "status": status, **fields.get(status, {})}


def origin_of(message: Message, *, hidden: bool = False) -> Json:
    """The MessageOrigin of a forward or an external reply."""
    if "forward_origin" in message.options:
        origin: Mapping[str, Any] = message.options["forward_origin"]
        return dict(origin)
    if hidden:
        return {"type": "hidden_user", "date": message.date, "sender_user_name": message.sender.name}
    return {"type": "user", "date": message.date, "sender_user": message.sender.json()}


def quote_of(replied: Message, quote: str) -> Json:
    """The TextQuote of a part of a message that a person picked."""
    before, found, _ = replied.text.partition(quote)
    assert found, f"{quote!r} is not in {replied.text!r}"
    return {"text": quote, "position": utf16_length(before), "is_manual": True}


def external_reply_to(replied: Message) -> Json:
    """An ExternalReplyInfo: origin and media, but no text."""
    media = {
        name: value
        for name, value in replied.content.items()
        if name not in {"text", "entities", "caption", "caption_entities"}
    }
    known = {} if replied.chat.is_private else {"chat": replied.chat.json(), "message_id": replied.id}
    return {"origin": origin_of(replied), **known, **media}
