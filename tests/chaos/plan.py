"""What happens in a soak, drawn from its seed: who asks what where, what the model is like, what people take back."""

import enum
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from tests.chaos.ledger import Question
from tests.chaos.moods import WEIGHTS, Mood

_LONG_SHARE = 0.04
"""Of the answers: these take several messages."""
_LONG = 900
_REFUSED_SHARE = 0.5
"""Of the photos."""
_LONGEST_CUT = 100
"""Words of an answer that may be cut, or get a note about a picture: the note then stands in the same message."""


class Room(enum.StrEnum):
    """What kind of place people talk in."""

    PRIVATE = "private"
    GROUP = "group"
    SIDE_ROOM = "thread or topic"
    APART = "group where each person has a conversation of their own"


class Kind(enum.StrEnum):
    """What somebody says."""

    TEXT = "text"
    PHOTO = "photo"
    ALBUM = "album"
    STOP = "stop"
    RESET = "reset"

    @property
    def is_command(self) -> bool:
        return self in (Kind.STOP, Kind.RESET)


_KINDS: Mapping[Kind, int] = MappingProxyType({Kind.TEXT: 93, Kind.PHOTO: 3, Kind.STOP: 3, Kind.RESET: 1})
"""How often, in percent. An album comes last: until it is complete, whatever else its sender says joins it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that somebody says, and what becomes of it."""

    question: Question
    kind: Kind
    who: str
    after_s: float
    """So long after the line before it."""
    mood: Mood
    is_addressed: bool
    repeated_after_s: float | None
    """The platform tells the bot once more."""
    changed_after_s: float | None
    deleted_after_s: float | None
    """Only where the platform tells bots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """All that is said in one conversation."""

    platform: str
    room: Room
    people: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How large a soak is."""

    messages: int
    conversations: int
    pause_s: float
    """Between two lines of one conversation, on average."""
    killed_every_s: tuple[float, float]
    """At least, at most."""


FULL = Extent(messages=2000, conversations=40, pause_s=5.0, killed_every_s=(3.0, 10.0))
SHORT = Extent(messages=60, conversations=12, pause_s=1.5, killed_every_s=(1.5, 4.0))


def plan(seed: int, extent: Extent) -> Sequence[Talk]:
    """The same seed gives the same plan."""
    dice = random.Random(f"plan {seed}")
    each = extent.messages // extent.conversations
    talks = []
    for number in range(extent.conversations):
        platform = ("discord", "telegram")[number % 2]
        room = list(Room)[number // 2 % len(Room)]
        people = [f"Ann{number}"] if room is Room.PRIVATE else [f"{name}{number}" for name in ("Ann", "Bob", "Cleo")]
        lines = [
            _line(dice, number * each + count + 1, platform, room, dice.choice(people), extent.pause_s)
            for count in range(each)
        ]
        lines[-1] = _as_album(lines[-1])
        talks.append(Talk(platform=platform, room=room, people=people, lines=lines))
    return talks


def _line(dice: random.Random, number: int, platform: str, room: Room, who: str, pause_s: float) -> Line:
    def sometimes(share: float) -> float | None:
        return dice.uniform(0.0, 5.0) if dice.random() < share else None

    (kind,) = dice.choices(list(_KINDS), list(_KINDS.values()))
    words = _LONG if dice.random() < _LONG_SHARE else dice.randint(3, 60)
    deleted_after_s = sometimes(0.05)
    changed_after_s = sometimes(0.06)
    repeated_after_s = sometimes(0.08)
    (mood,) = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
    if words > _LONGEST_CUT:
        mood = dice.choice((Mood.WELL, Mood.SLOW))
    if kind is Kind.PHOTO and dice.random() < _REFUSED_SHARE:
        mood, words = Mood.BLIND, min(words, _LONGEST_CUT)
    is_addressed = room is Room.PRIVATE or dice.random() > 0.05
    return Line(
        question=Question(
            number=number,
            words=words,
            who=who,
            command=kind if kind.is_command else "",
            queue=who if room is Room.APART else "",
        ),
        kind=kind,
        who=who,
        # Sometimes several at once.
        after_s=0.0 if dice.random() < 0.1 else dice.expovariate(0.9 / pause_s),
        mood=mood,
        is_addressed=is_addressed or kind.is_command,
        repeated_after_s=None if kind.is_command else repeated_after_s,
        changed_after_s=changed_after_s if deleted_after_s is None and not kind.is_command else None,
        deleted_after_s=deleted_after_s if platform == "discord" and not kind.is_command else None,
    )


def _as_album(line: Line) -> Line:
    question = replace(line.question, words=min(line.question.words, _LONGEST_CUT), command="")
    return replace(
        line, question=question, kind=Kind.ALBUM, mood=Mood.BLIND_TO_MANY, is_addressed=True, changed_after_s=None
    )
