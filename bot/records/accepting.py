"""How a message that comes finds its turn, or the refusal of one."""

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.records.turns import Turn
from bot.sentences import Sentence


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
class Arrival:
    """How things stand when a message comes."""

    now: datetime
    ready_at: datetime
    """A turn with it is not to be started earlier: more that belongs to it may come."""
    joining: Joining
    answer: bool = True
    """Whether it may be answered. Else it is only remembered."""
    refusal: Refusal | None = None
    """What is said to it if it needs a place of its own; None if there is one."""
    defaults: ConversationSettings = NOTHING_CHOSEN
    """Where nobody chose: `answers` and `wake_word`."""


class NotPressed(enum.Enum):
    """Why the press of a button has no effect, where who pressed it is told."""

    OF_ANOTHER = enum.auto()
    """It is not theirs to press."""
    FORGOTTEN = enum.auto()
    """Nothing is known (any more) of what it stands under."""
    REFUSED = enum.auto()
    """There is no room now for what it asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What `Store.accept` or `Store.edit` did."""

    turn: Turn
    restart: bool = False
    """The turn was being answered, or was answered, and has changed: it is to be done again, in place."""
