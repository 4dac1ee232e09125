"""What storage keeps, as the core sees it: turns, their messages and pictures, their receipts and outcomes."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, TypeAlias

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.events import AttachmentRef, ConversationKey, MessageId, PersonId
from bot.ports.chat import Button
from bot.ports.model import Usage
from bot.sentences import NO_SENTENCE, Sentence

TurnId = NewType("TurnId", int)
"""Grows within a conversation: a later turn has a larger id."""

AttachmentId = NewType("AttachmentId", int)

NOBODY = PersonId("")
"""The sender of what the bot says of its own accord, and of what was forgotten."""

Buttons: TypeAlias = tuple[tuple[Button, ...], ...]
"""Rows of them, as in `bot.ports.chat.Part`."""


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
    """Found too late to be answered, or said to nobody; part of the history all the same."""

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


class Place(enum.StrEnum):
    """Where an attachment stands, seen from the message that it is stored with."""

    OWN = "own"
    QUOTED = "quoted"
    """In the message replied to (or beside it in its album), or in what was forwarded."""
    BEFORE = "before"
    """In a message that was posted in the same conversation shortly before, to nobody in particular."""


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
    HEARING = "hearing"
    """What is said to nobody is heard from now on. A reply to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to say that no model is asked for."""

    kind: NoticeKind
    key: ConversationKey
    is_private: bool
    """One person alone with the bot."""
    message_id: MessageId
    """What it replies to; of a reply to nothing, the newest message before it."""
    text: Sentence
    """The whole Markdown, said in the conversation's language."""
    language: str = ""
    """Where none is chosen there: an IETF tag, or empty for English."""


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
class View:
    """One prepared picture of an attachment."""

    sha256: str
    """Of its JPEG file, in hex."""
    width_px: int
    height_px: int
    label: str = ""
    """Which part of the attachment it shows: ``page 2``, ``at 0:03``. Empty for a still picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A stored attachment of a message, or of the message that one quotes."""

    id: AttachmentId
    """Grows within a conversation. The model calls the picture by it."""
    ref: AttachmentRef
    place: Place
    author: str = ""
    """Who posted it, for BEFORE."""
    author_id: PersonId = NOBODY
    """The same, and who posted what is QUOTED, where the platform tells."""
    verdict: Verdict
    reason: Sentence = NO_SENTENCE
    """For UNUSABLE: `AttachmentError.person`."""
    original: str | None = None
    """The content hash of the file as it came, in hex; None while it was not fetched."""
    views: tuple[View, ...] = ()
    """For USABLE: what the model is shown of it. One for a still picture, more for frames and pages."""
    text: str = ""
    """For USABLE: the words of a text file."""
    origin: str = ""
    """What arrived, in words for the prompt: e.g. ``PNG, 4032×3024``."""
    left_out: Sentence = NO_SENTENCE
    """For USABLE: what of it is not among the views, in words for the person; empty when it is shown whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuote:
    """What a message quoted, as history needs it."""

    author: str | None
    is_own: bool
    text: str
    is_hidden: bool = False
    """The platform let the bot see nothing of it."""
    message_id: MessageId | None = None
    """None where the platform did not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as history needs it."""

    message_id: MessageId
    sender: str
    """The name at the time."""
    sender_id: PersonId = NOBODY
    text: str
    quoted: tuple[StoredQuote, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """In the order of the message; those of what it quotes come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPicture:
    """A picture of an answer."""

    sha256: str
    """Of its JPEG file, in hex."""
    caption: str
    """Plain text, at most 1,000 characters: what is to be seen, shown with it and told to those who can't see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button under a menu that somebody pressed, and whose effect is still to come."""

    by: PersonId
    value: str
    """Of the button."""


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
    """The message to answer: the first of the turn. Empty where the chat moved and it stayed behind. See `is_reply`."""
    accepted_at: datetime
    ready_at: datetime
    """Not to be started earlier: more that belongs to it may come."""
    text: str | None = None
    """From DELIVERING on: the whole Markdown that must stand in the chat, notes for the person included."""
    has_receipts: bool = False
    """Some of its answer may stand in the chat already."""
    pictures: tuple[PostedPicture, ...] = ()
    """From DELIVERING on: the pictures that must stand in the chat behind `text`."""
    argument: str = ""
    """What stands behind the command's name."""
    sender: PersonId = NOBODY
    """Who said it."""
    language: str = ""
    """The sender's, as the platform tells: an IETF tag, or empty."""
    about: MessageId | None = None
    """For a command: the message that it replies to."""
    settings: ConversationSettings = NOTHING_CHOSEN
    """Of the conversation."""
    buttons: Buttons = ()
    """From DELIVERING on: those under its last text."""
    presses: tuple[Press, ...] = ()
    """Of those of a command's menu, oldest first: what is still to be done."""

    @property
    def said_in(self) -> str:
        """The language in which the bot's own sentences are said to it: an IETF tag, or empty for English."""
        return self.settings.language or self.language

    @property
    def is_reply(self) -> bool:
        """Whether what stands in the chat replies to `reply_to`. Else it only comes after it."""
        return bool(self.reply_to) and self.command not in (NoticeKind.MISSED, NoticeKind.HEARING)


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
    pictures: tuple[PostedPicture, ...] = ()
    """What must stand in the chat behind it: stored with `Store.keep_picture` before."""
    buttons: Buttons = ()
    """Under its last text."""
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
    """A small JPEG file made by one of the picture workers: upright, 8-bit sRGB, without metadata."""

    jpeg: bytes = field(repr=False)
    sha256: str
    """Of `jpeg`, in hex."""
    width_px: int
    height_px: int
    label: str = ""
    """As in `View`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the model is shown of one file: pictures, or text, never nothing."""

    pictures: tuple[Picture, ...] = ()
    text: str = ""
    """The words of a text file."""
    origin: str
    """What arrived, in words: e.g. ``PNG, 4032×3024``, ``PDF, 120 pages``."""
    left_out: Sentence = NO_SENTENCE
    """What of it is not shown, in words that can follow "I looked only at a part of picture 2:". Empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A region of a picture, relative to its upright width and height: 0 to 1000, as the model counts."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was said in a conversation, as far as the model is still shown it."""

    exchanges: tuple[Exchange, ...]
    """Oldest first; the last one is the question."""
    pixels_from: AttachmentId = AttachmentId(0)
    """Attachments before this one are no longer shown as pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """When a message becomes part of a turn that exists instead of beginning one. Same conversation, same sender."""

    cap_s: float
    """A turn takes nothing more in so long after it was accepted."""
    late_picture_s: float
    """A picture without words joins a turn without pictures that was accepted so recently, even if it is being
    answered: it was forgotten, or sent behind its question."""
    before_s: float = 0.0
    """So long a picture that was posted to nobody belongs to the next question without one. 0: never."""


BUSY = "busy"
"""The trouble of a refused turn."""

OVERHEARD = "overheard"
"""The trouble of a turn that is REMEMBERED because it was said to nobody in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a person is told whose message finds no place in the queues. The outcome of this message, and of others."""

    text: Sentence
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
