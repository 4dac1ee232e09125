"""Text with marked stretches, written from beginning to end."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.ports.chat import MarkKind

OPAQUE = frozenset({MarkKind.CODE, MarkKind.PRE, MarkKind.LINK})
"""Nothing that Telegram finds by itself (a mention) has an effect inside of these. They never overlap here."""

_STYLES = (MarkKind.BOLD, MarkKind.ITALIC, MarkKind.STRIKETHROUGH)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A marked stretch, in code points."""

    start: int
    end: int
    kind: MarkKind
    value: str | None = None


@dataclass(slots=True)
class _Open:
    depth: int
    start: int
    value: str | None


class Canvas:
    """Collects text and marks. Keeps Telegram's rules: no kind within itself, no style across code."""

    def __init__(self) -> None:
        self.length = 0
        """In code points."""
        self.inked = 0
        """Up to where something is written that is not blank."""
        self._pieces: list[str] = []
        self._spans: list[Span] = []
        self._open: dict[MarkKind, _Open] = {}

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def spans(self) -> list[Span]:
        """In the order of their beginning."""
        return sorted(self._spans, key=lambda span: (span.start, -span.end))

    def write(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)
        if text and not text.isspace():
            self.inked = self.length

    def open(self, kind: MarkKind, value: str | None = None) -> None:
        """Begin a stretch; within one of its own kind this only counts."""
        if kind in self._open:
            self._open[kind].depth += 1
        else:
            self._open[kind] = _Open(1, self.length, value)

    def close(self, kind: MarkKind) -> None:
        """End the stretch that the matching `open` began."""
        stretch = self._open[kind]
        stretch.depth -= 1
        if stretch.depth == 0:
            del self._open[kind]
            self._mark(stretch.start, kind, stretch.value)

    def is_open(self, kind: MarkKind) -> bool:
        return kind in self._open

    def write_code(self, text: str, kind: MarkKind, value: str | None = None) -> None:
        """Write code. Styles around it pause; within a link it is only text, since the address matters more."""
        if MarkKind.LINK in self._open:
            self.write(text)
            return
        self._pause(_STYLES)
        start = self.length
        self.write(text)
        self._mark(start, kind, value)
        self._resume(_STYLES)

    def _mark(self, start: int, kind: MarkKind, value: str | None) -> None:
        if self.length > start:
            self._spans.append(Span(start, self.length, kind, value))

    def _pause(self, kinds: Iterable[MarkKind]) -> None:
        for kind in kinds:
            if kind in self._open:
                self._mark(self._open[kind].start, kind, None)

    def _resume(self, kinds: Iterable[MarkKind]) -> None:
        for kind in kinds:
            if kind in self._open:
                self._open[kind].start = self.length
