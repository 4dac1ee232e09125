"""Text with marked stretches: a tree laid out, before a platform's own marks or signs."""

import enum
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate


class Kind(enum.StrEnum):
    """What a stretch is."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKETHROUGH = "strikethrough"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"
    LINK = "link"
    HEADING = "heading"
    ADDRESS = "address"
    MARKER = "marker"
    """What begins an entry of a list."""
    RIGHT_TO_LEFT = "right to left"
    """A text whose lines run so, whichever way their first letters do."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A marked stretch, in code points. Spans nest: none begins in another and ends behind it."""

    start: int
    end: int
    kind: Kind
    value: str = ""
    """The address of a LINK, the language of a PRE, the level of a HEADING."""


@dataclass(frozen=True, slots=True)
class Flat:
    """Text and its spans, in the order of their beginning, the outer one first."""

    text: str
    spans: Sequence[Span] = ()
    settled: int | None = None
    """So many code points will stay, with their spans, whatever is appended to the Markdown. None: nothing will be."""


class Measure:
    """How long a text is in a platform's unit."""

    def __init__(self, extra: Iterable[tuple[int, int]]) -> None:
        """`extra`: places of code points that are longer than one unit, ascending, and by how much they are."""
        self._places, lengths = [], []
        for place, length in extra:
            self._places.append(place)
            lengths.append(length)
        self._sums = [0, *accumulate(lengths)]

    def up_to(self, place: int) -> int:
        """The length of what stands before `place`, a number of code points."""
        return place + self._sums[bisect_left(self._places, place)]


class Canvas:
    """Collects text and spans, from beginning to end."""

    def __init__(self, signs: Callable[[Kind, str], tuple[str, str]]) -> None:
        """`signs`: what is written before and behind a stretch, for platforms that can't mark it."""
        self.length = 0
        self.settled: int | None = None
        self._signs = signs
        self._pieces: list[str] = []
        self._spans: list[Span | None] = []
        """By their beginning; None for one that is open."""
        self._open: list[tuple[int, Kind, int, str]] = []

    def flat(self) -> Flat:
        """What was written."""
        spans = [span for span in self._spans if span is not None]
        return Flat("".join(self._pieces), sorted(spans, key=lambda span: (span.start, -span.end)), self.settled)

    def write(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)

    def open(self, kind: Kind, value: str = "") -> None:
        """Begin a stretch, which the matching `close` ends."""
        self.write(self._signs(kind, value)[0])
        self._open.append((len(self._spans), kind, self.length, value))
        self._spans.append(None)

    def close(self) -> None:
        """End the stretch that was begun last."""
        number, kind, start, value = self._open.pop()
        if self.length > start:
            self._spans[number] = Span(start, self.length, kind, value)
        self.write(self._signs(kind, value)[1])

    def is_open(self, kind: Kind) -> bool:
        return any(kind is opened for _, opened, _, _ in self._open)

    def unsettle(self) -> None:
        """What is written from here on may change. Only the first time counts."""
        if self.settled is None:
            self.settled = self.length
