"""What a platform adapter hands to the core: one set of types for all platforms."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType, TypeAlias

PlatformName = NewType("PlatformName", str)
"""``discord``, ``telegram`` or ``console``: to store and compare, never to branch on."""

MessageId = NewType("MessageId", str)
"""Opaque outside the adapter that made it. Unique within its conversation."""

PersonId = NewType("PersonId", str)
"""Opaque outside the adapter that made it. Unique within its platform."""

NOBODY = PersonId("")
"""The sender of what the bot says of its own accord, and of what was forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationKey:
    """One place where people talk. Nothing crosses from one key to another."""

    platform: PlatformName
    chat_id: str
    """The channel, group or private chat. For a Discord thread: the thread's parent channel."""
    thread_id: str | None = None
    """The Discord thread or Telegram topic; None outside of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who wrote a message: the true sender, never the group."""

    id: PersonId
    name: str
    """As others in the chat see it. Untrusted: any characters, any length."""
    language: str | None = None
    """An IETF tag such as ``de`` or ``pt-BR``, where the platform says one."""


class Source(enum.StrEnum):
    """How a picture or file came along with a message."""

    FILE = "file"
    """Sent as a photo, a video or a file."""
    STICKER = "sticker"
    PREVIEW = "preview"
    """In an embed, or in the preview that the platform made of a link."""
    LINK = "link"
    """Behind a link in the text that leads straight to a picture. Its handle is the address."""
    AVATAR = "avatar"
    """The profile picture of somebody whom the message mentions and asks about."""
    EMOJI = "emoji"
    """A custom emoji in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRef:
    """A picture or file as the platform offered it. Not downloaded yet."""

    handle: str
    """Only the `Chat.fetch` of the adapter that made it understands this. Holds no token, and stays
    good for as long as the platform keeps the file (ids, not links that expire)."""
    source: Source = Source.FILE
    about: str = ""
    """Whose AVATAR, which EMOJI or STICKER, the title or host of a PREVIEW or LINK. Untrusted; may be empty."""
    still: str = ""
    """The handle of a smaller still picture of it, where the platform offers one: fetched when the file itself is
    too large or can't be read."""
    name: str
    """The file's name as the sender gave it; may be empty. Untrusted."""
    media_type: str
    """As the platform or the sender claims, e.g. ``image/jpeg``; may be empty. Never trusted."""
    size_bytes: int | None = None
    """As the platform claims; None when it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The message replied to, or what was forwarded, as far as the platform shows it."""

    message_id: MessageId | None
    """None where the platform does not tell (a forward)."""
    author: str | None
    """The name; None when the platform does not tell."""
    author_id: PersonId | None = None
    """Who wrote the message replied to; None when the platform does not tell, and of a forward."""
    is_own: bool
    """Written by this bot."""
    text: str
    attachments: tuple[AttachmentRef, ...] = ()
    is_hidden: bool = False
    """There is such a message, but the platform lets the bot see nothing of it: `text` and `attachments` are empty."""


class Address(enum.StrEnum):
    """Why a message is for the bot."""

    PRIVATE = "private"
    MENTION = "mention"
    ROLE_MENTION = "role_mention"
    REPLY = "reply"
    COMMAND = "command"
    WATCHED = "watched"
    """For nobody in particular, in a conversation where every picture is to be described, or every message answered."""
    WAKE_WORD = "wake_word"


class EntityKind(enum.StrEnum):
    """The kinds of `Entity` that the core can use."""

    MENTION = "mention"
    ROLE_MENTION = "role_mention"
    CHANNEL = "channel"
    COMMAND = "command"
    LINK = "link"
    EMOJI = "emoji"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A marked stretch of `MessageReceived.raw_text`, as the platform marked it."""

    kind: EntityKind
    offset: int
    """In code points of `raw_text`."""
    length: int
    """In code points of `raw_text`."""
    target: str | None = None
    """What it points to: a person's, role's, channel's or emoji's id, a command's name or a link's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of the bot's own, without its slash and without the bot's name."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """Somebody wrote something that the bot can see."""

    key: ConversationKey
    message_id: MessageId
    sender: Person
    sent_at: datetime
    """Aware, UTC, by the platform's clock."""
    is_private: bool
    """One person alone with the bot."""
    text: str
    """What was said: mentions of the bot taken out, other mentions readable (``@Ann``, ``#general``)."""
    raw_text: str
    """As it came, untouched."""
    entities: tuple[Entity, ...] = ()
    attachments: tuple[AttachmentRef, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    """The message replied to and forwarded content: at most one of each."""
    album_id: str | None = None
    """Shared by the messages of one album."""
    address: Address | None = None
    """Why it is for the bot; None when it is not."""
    command: Command | None = None
    """Set only for the bot's own commands (`bot.commands.known.COMMANDS`), and what is nearly one (``UNKNOWN``)."""
    is_catch_up: bool = False
    """Found by looking back after the bot was away. Older than the answer window it is only remembered."""
    asked_in: ConversationKey | None = None
    """Where it was said, if its conversation is a thread that begins with it: that begins with what was chosen there,
    and a picture that was posted there before belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited:
    """Somebody changed a message. It may be one that the bot has never seen, or one that did not really change."""

    message: MessageReceived
    """As it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesDeleted:
    """Somebody took messages back. The bot may never have seen them."""

    key: ConversationKey
    """Where they stood: also those that began a thread, which has their id."""
    message_ids: tuple[MessageId, ...]


class Action(enum.StrEnum):
    """What a button of the bot's does. Part of messages that outlive the process: never change a value."""

    STOP = "stop"
    """End the answer that is growing in this message."""
    RETRY = "retry"
    """Answer the same question again, in place."""
    CONTINUE = "continue"
    """Go on behind an answer that was cut off."""
    FORGET = "forget"
    """Remove this question and its answer, from the chat as far as it is the bot's, and from what is remembered."""
    CHOOSE = "choose"
    """Choose `Button.value` in the menu of settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed:
    """Somebody pressed a button on one of the bot's messages."""

    key: ConversationKey
    message_id: MessageId
    """The bot's message that carries the button, or the question that does."""
    action: Action
    value: str = ""
    turn: int | None = None
    """The turn that the button names (`bot.records.turns.TurnId`); None where it names none. Only a claim: programs can
    be made that send others. With it a button works before the bot has heard that its message stands there."""
    press_id: str
    """The platform's id of the press, unique within the platform: the same press may come twice."""
    sender: Person
    is_private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationMoved:
    """A chat has a new id (a Telegram group became a supergroup): what is stored of it belongs to the new one now."""

    old: ConversationKey
    new: ConversationKey


Event: TypeAlias = MessageReceived | MessageEdited | MessagesDeleted | ButtonPressed | ConversationMoved
"""All that an adapter can hand to the core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something that a platform sent and that its converter failed on. Kept aside for the operator."""

    platform: PlatformName
    id: str
    """The platform's id of it, such as the update id."""
    raw: str = field(repr=False)
    """As it came, as JSON. Holds people's words: for the operator's database, never for the log."""
    error: str
    """Kind and place of the failure."""
    apologise_to: ConversationKey | None = None
    """Where somebody waits for an answer to it, as far as can be told; None when nobody does or nothing is known."""
    reply_to: MessageId | None = None
    """The message that waits for its answer; None when `apologise_to` is."""
    is_private: bool = False
    """`apologise_to` is one person alone with the bot."""
    language: str = ""
    """Theirs, as the platform tells: an IETF tag, or empty."""
