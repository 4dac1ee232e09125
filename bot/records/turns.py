"""Turns: one addressed message each, or several that belong together, and their one outcome."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, TypeAlias

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.events import NOBODY, ConversationKey, MessageId, PersonId
from bot.ports.model import Usage
from bot.ports.parts import Button
from bot.records.notices import NoticeKind
from bot.records.pictures import PostedPicture

TurnId = NewType("TurnId", int)
"""Grows within a conversation: a later turn has a larger id."""

Buttons: TypeAlias = tuple[tuple[Button, ...], ...]
"""Rows of them, as in `bot.ports.parts.Part`."""


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

    @property
    def is_taken_back(self) -> bool:
        """Whether its question is gone, and its answer too, or soon."""
        return self in (TurnState.WITHDRAWING, TurnState.WITHDRAWN)


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
    def history_of(self) -> PersonId | None:
        """Whose history it is part of; None for one that all in the conversation share."""
        return self.sender if self.settings.is_per_person else None

    @property
    def is_reply(self) -> bool:
        """Whether what stands in the chat replies to `reply_to`. Else it only comes after it."""
        return bool(self.reply_to) and self.command not in (NoticeKind.MISSED, NoticeKind.HEARING)


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
class Lease:
    """A claim on turns: nobody else runs them before it ends."""

    owner: str
    until: datetime
