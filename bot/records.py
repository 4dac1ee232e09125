"""What storage keeps, as the core sees it: turns, their messages and pictures, their receipts and outcomes."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, TypeAlias

from bot.events import AttachmentRef, ConversationKey, MessageId
from bot.ports.model import Usage

TurnId = NewType("TurnId", int)
"""Grows within a conversation: a later turn has a larger id."""

AttachmentId = NewType("AttachmentId", int)


class TurnState(enum.StrEnum):
    """The life of a turn: accepted → answering → delivering → one of the others, which are final."""

    ACCEPTED = "accepted"
    ANSWERING = "answering"
    DELIVERING = "delivering"
    """Its text is decided and stored; what remains is to make it stand in the chat."""
    WITHDRAWING = "withdrawing"
    """Its question was deleted; what stands of its answer is being taken back."""
    ANSWERED = "answered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    REMEMBERED = "remembered"
    """Found too late to be answered; part of the history all the same."""

    @property
    def is_final(self) -> bool:
        """Whether the turn has its outcome."""
        return self in (TurnState.ANSWERED, TurnState.FAILED, TurnState.WITHDRAWN, TurnState.REMEMBERED)


FinalState: TypeAlias = Literal[TurnState.ANSWERED, TurnState.FAILED, TurnState.WITHDRAWN, TurnState.REMEMBERED]


class DeliveryState(enum.StrEnum):
    """The receipt of one part of an answer."""

    PENDING = "pending"
    """To be sent."""
    SENDING = "sending"
    """On its way: after a crash it may or may not stand in the chat."""
    SENT = "sent"
    FAILED = "failed"
    """The platform refused it."""
    UNKNOWN = "unknown"
    """It may stand in the chat; nothing can tell, and it is not sent again."""


class Verdict(enum.StrEnum):
    """Whether a picture can be used."""

    PENDING = "pending"
    USABLE = "usable"
    UNUSABLE = "unusable"


class NoticeKind(enum.StrEnum):
    """What the bot says of its own accord. Stands where turns of commands have the command's name."""

    UNREADABLE = "unreadable"
    """A message could not be read. A reply to it, and its outcome."""
    MISSED = "missed"
    """More was said than can be caught up with. A reply to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to say that no model is asked for."""

    kind: NoticeKind
    key: ConversationKey
    is_private: bool
    """One person alone with the bot."""
    message_id: MessageId
    """What it replies to; of a reply to nothing, the newest message before it."""
    text: str
    """The whole Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One part of an answer on the platform."""

    part: int
    """Counted from 0."""
    state: DeliveryState
    message_id: MessageId | None = None
    """None until the platform has told it."""
    digest: str = ""
    """Of what stands there, or is being sent: equal digests look equal on screen."""
    sent_after: MessageId | None = None
    """For SENDING and UNKNOWN: the message is newer than this one, of this or another chat (`Chat.newest`)."""


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
    """The name of the bot's own command, or the kind of a notice; None when the model is asked."""
    reply_to: MessageId
    """The message to answer: the first of the turn. See `is_reply`."""
    accepted_at: datetime
    ready_at: datetime
    """Not to be started earlier: more that belongs to it may come."""
    text: str | None = None
    """From DELIVERING on: the whole Markdown that must stand in the chat, notes for the person included."""
    has_receipts: bool = False
    """Some of its answer may stand in the chat already."""

    @property
    def is_reply(self) -> bool:
        """Whether what stands in the chat replies to `reply_to`. Else it only comes after it."""
        return self.command != NoticeKind.MISSED


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
    """How a turn ends: the source of history, budgets and metrics."""

    state: FinalState
    text: str
    """The whole Markdown that must stand in the chat."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """When a message becomes part of a turn that exists instead of beginning one. Same conversation, same sender."""

    cap_s: float
    """A turn takes nothing more in so long after it was accepted."""
    late_picture_s: float
    """A picture without words joins a turn without pictures that was accepted so recently, even if it is being
    answered: it was forgotten, or sent behind its question."""


BUSY = "busy"
"""The trouble of a refused turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a person is told whose message finds no place in the queues. The outcome of this message, and of others."""

    text: str
    shared_for_s: float
    """What the same person says within this time, and finds no place either, has the same refusal for its outcome."""
    shared_by: int
    """At most so many messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What `Store.accept` or `Store.edit` did."""

    turn: Turn
    restart: bool = False
    """The turn was being answered, or was answered, and has changed: it is to be done again, in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A claim on turns: nobody else runs them before it ends."""

    owner: str
    until: datetime
