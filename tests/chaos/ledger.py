"""What became of each question, read from the emulated platforms' record alone.

Every word of an answer says which question it belongs to, which version of it, and which word it is: ``q17v0-3``.
"""

import enum
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.events import Action

_ASKED = re.compile(r"\bask (\d+)v(\d+)\b")
_WORD = re.compile(r"\bq(\d+)v(\d+)-(\d+)\b")
_NOTES = ("My answer breaks off here", "(Stopped.)")
_UNSEEN = re.compile(
    r"\s*\*?\(I could (?:not look at|see only the preview of) (?:the )?picture(?: \d+)?(?::|, because) [^)]*\)\*?"
)
_BUSY = "I can't take this one on"
_OF_COMMANDS = ("Done: I start over", "I stop.", "There is no answer here right now")


def asked_in(text: str) -> tuple[int, int]:
    """Number and version of the question that a prompt ends with. Those before it had no answer.

    Raises:
        IndexError: there is none.
    """
    number, version = _ASKED.findall(text)[-1]
    return int(number), int(version)


def numbers_in(text: str) -> set[int]:
    """The questions and answers that a text speaks of."""
    return {int(number) for number, *_ in (*_ASKED.findall(text), *_WORD.findall(text))}


def answer_to(number: int, *, version: int = 0, words: int) -> str:
    """What the model says to question `number` after it was changed `version` times."""
    return " ".join(f"q{number}v{version}-{word}" for word in range(words))


def pieces_of(answer: str) -> list[str]:
    """About forty pieces, however long it is."""
    words = answer.split(" ")
    step = max(1, len(words) // 40)
    texts = [" ".join(words[start : start + step]) for start in range(0, len(words), step)]
    return [f"{text} " for text in texts[:-1]] + texts[-1:]


class Fate(enum.StrEnum):
    """How a question ended."""

    WHOLE = "answered whole"
    SENTENCE = "answered with an error sentence"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    DUPLICATED = "duplicated"
    UNFINISHED = "unfinished"

    @property
    def is_promised(self) -> bool:
        return self in (Fate.WHOLE, Fate.SENTENCE, Fate.WITHDRAWN)


@dataclass(kw_only=True)
class Question:
    """An addressed message, or a command, as the test knows it."""

    number: int
    words: int
    """Of its answer."""
    who: str = ""
    """Asked it."""
    command: str = ""
    """``stop``, without a slash."""
    queue: str = ""
    """Of the questions of one place, those with the same are answered in order."""
    version: int = 0
    """How often it was changed."""
    is_deleted: bool = False
    message: Any = None
    """The emulator's record of it, once it was said."""

    def yields_to(self, other: "Question") -> bool:
        """Changed while it is answered, it is done again behind what others have asked."""
        return self.version > 0 and self.who != other.who

    @property
    def text(self) -> str:
        return f"ask {self.number}v{self.version}"

    @property
    def answer(self) -> str:
        return answer_to(self.number, version=self.version, words=self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message of the bot's, as it stands in the chat now."""

    id: int
    text: str
    first_text: str
    """As it stood there first."""
    reply_to: int | None
    """A message, or the use of a command."""
    can_stop: bool
    """It still carries a Stop button."""

    @property
    def words(self) -> list[tuple[int, int, int]]:
        """Question, version and number of each word."""
        return [(int(question), int(version), int(word)) for question, version, word in _WORD.findall(self.text)]


def shown(messages: Iterable[Any]) -> list[Shown]:
    """The emulators' messages of the bot's (`tests.people.People.answers`)."""
    return [
        Shown(
            id=message.id,
            text=message.text,
            first_text=message.versions[0].text,
            reply_to=_replied_to(message),
            can_stop=_can_stop(message),
        )
        for message in messages
    ]


def _replied_to(message: Any) -> int | None:
    # Only Discord's record tells of a command's use.
    what = message.reply_to or getattr(message, "interaction", None)
    return None if what is None else what.id


def _can_stop(message: Any) -> bool:
    # Telegram's record has options; else it is Discord's.
    buttons = message.options.get("reply_markup") if hasattr(message, "options") else message.versions[-1].components
    return Action.STOP.value in str(buttons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The ledger of one place."""

    fates: Mapping[int, Fate]
    """By the number of the question."""
    strays: Sequence[Shown]
    """Messages of the bot's that belong to no question."""
    out_of_order: Sequence[tuple[int, int]]
    """Numbers of neighbours whose answers stand the other way round."""


def account(questions: Sequence[Question], messages: Sequence[Shown]) -> Account:
    """Judge one place: the questions asked there, in order, and all that the bot shows there."""
    numbers = {question.message.id: question.number for question in questions}
    answers: dict[int, list[Shown]] = {question.number: [] for question in questions}
    strays = []
    for message in messages:
        belongs = {word[0] for word in message.words} or {numbers.get(message.reply_to or 0, -1)}
        number = belongs.pop()
        if belongs or number not in answers:
            strays.append(message)
        else:
            answers[number].append(message)
    strays = [stray for stray in strays if not _is_of_a_command(stray, questions, answers)]
    queues: dict[str, list[tuple[Question, int]]] = {question.queue: [] for question in questions}
    for question in questions:
        found = answers[question.number]
        # Neither a command nor a refusal waits for the answers before it.
        if found and not question.command and _BUSY not in found[0].first_text:
            queues[question.queue].append((question, found[0].id))
    return Account(
        fates={question.number: fate_of(question, answers[question.number]) for question in questions},
        strays=strays,
        out_of_order=[
            (one.number, other.number)
            for places in queues.values()
            for (one, here), (other, there) in pairwise(places)
            if here > there and not one.yields_to(other)
        ],
    )


def _is_of_a_command(stray: Shown, questions: Sequence[Question], answers: Mapping[int, list[Shown]]) -> bool:
    """Give it to the first command without an answer: on Discord it is a plain message when the token is gone."""
    waiting = (answers[question.number] for question in questions if question.command)
    found = next((place for place in waiting if not place), None)
    if found is None or stray.reply_to is not None or not stray.text.startswith(_OF_COMMANDS):
        return False
    found.append(stray)
    return True


def fate_of(question: Question, messages: Sequence[Shown]) -> Fate:
    """Judge one question by the messages that belong to it, oldest first."""
    if not messages:
        return _fate_without_words(question)
    words = [word for message in messages for word in message.words]
    counted = Counter(words)
    if (counted and max(counted.values()) > 1) or (len(messages) > 1 and not all(m.words for m in messages)):
        return Fate.DUPLICATED
    if question.is_deleted or any(message.can_stop for message in messages):
        return Fate.UNFINISHED
    text = " ".join(message.text for message in messages)
    if text.startswith(_OF_COMMANDS) if question.command else _UNSEEN.sub("", text) == question.answer:
        return Fate.WHOLE
    is_current = words == [(question.number, question.version, word) for word in range(len(words))]
    if is_current and (not words or any(note in text for note in _NOTES)):
        return Fate.SENTENCE
    return Fate.UNFINISHED


def _fate_without_words(question: Question) -> Fate:
    if question.is_deleted:
        return Fate.WITHDRAWN
    # Discord itself tells the person that the bot did not respond.
    is_told = question.command and getattr(question.message, "acknowledged_at", 0.0) is None
    return Fate.SENTENCE if is_told else Fate.LOST


def totals(fates: Iterable[Fate]) -> Mapping[Fate, int]:
    """How many of each, none left out."""
    return dict.fromkeys(Fate, 0) | Counter(fates)
