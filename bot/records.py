"""What storage keeps, as the core sees it: turns, their messages and pictures, their receipts and outcomes."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from bot.events import AttachmentRef, ConversationKey, MessageId
from bot.ports.model import Usage

TurnId = NewType("TurnId", int)
"""Grows within a conversation: a later turn has a larger id."""

AttachmentId = NewType("AttachmentId", int)


class TurnState(enum.StrEnum):
    """The life of a turn: accepted → answering → one of the others, which are final."""

    ACCEPTED = "accepted"
    ANSWERING = "answering"
    ANSWERED = "answered"
    FAILED = "failed"


class DeliveryState(enum.StrEnum):
    """The receipt of one part of an answer."""

    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """It may stand in the chat; nothing can tell."""


class Verdict(enum.StrEnum):
    """Whether a picture can be used."""

    PENDING = "pending"
    USABLE = "usable"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One part of an answer on the platform."""

    part: int
    """Counted from 0."""
    state: DeliveryState
    message_id: MessageId | None = None
    """None while it is being sent for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A stored attachment of a message, or of the message that one quotes."""

    id: AttachmentId
    ref: AttachmentRef
    quoted: bool
    """It belongs to the message replied to or forwarded, not to the message itself."""
    verdict: Verdict
    reason: str = ""
    """For UNUSABLE: `AttachmentError.person`."""
    sha256: str | None = None
    """For USABLE: the prepared picture's content hash, in hex."""
    width_px: int = 0
    """Of the prepared picture."""
    height_px: int = 0
    origin: str = ""
    """What arrived, in words for the prompt: e.g. ``PNG, 4032×3024``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuote:
    """What a message quoted, as history needs it."""

    author: str | None
    is_own: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as history needs it."""

    message_id: MessageId
    sender: str
    """The name at the time."""
    text: str
    quoted: tuple[StoredQuote, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """In the order of the message; those of what it quotes come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn to be answered."""

    id: TurnId
    key: ConversationKey
    state: TurnState
    attempts: int
    """How often an answer was begun before."""
    is_private: bool
    """One person alone with the bot."""
    command: str | None
    """The name of the bot's own command; None when the model is asked."""
    reply_to: MessageId
    """The message to answer: the first of the turn."""
    accepted_at: datetime
    ready_at: datetime
    """Not to be started earlier: more that belongs to it may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One turn as history: what was said to the bot, and what it answered."""

    turn_id: TurnId
    messages: tuple[StoredMessage, ...]
    """Oldest first; at least one."""
    answer: str | None
    """None when there was none (it failed, or is being written)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a turn ended: the source of history, budgets and metrics."""

    state: Literal[TurnState.ANSWERED, TurnState.FAILED]
    answer: str | None
    """What the model said (also in part); None when it said nothing. Notes for the person are not in it."""
    trouble: str = ""
    """A short code when something went wrong: a `ModelTrouble`, or the core's own."""
    detail: str = ""
    """For the operator: the error's text."""
    finish_reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    started_at: datetime
    first_text_at: datetime | None = None
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A prepared picture: what `bot.picture_decoding.prepare` makes of any file."""

    jpeg: bytes = field(repr=False)
    sha256: str
    """Of `jpeg`, in hex."""
    width_px: int
    height_px: int
    origin: str
    """What arrived, in words: e.g. ``PNG, 4032×3024``."""
