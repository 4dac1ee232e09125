"""Marked text into messages: cut where it hurts least, marks closed and reopened."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from adapters.graphemes import cut_before
from adapters.telegram.canvas import OPAQUE, Span
from bot.ports.chat import Mark, MarkKind, Part

_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*(?=\s)|[。！？]['\"”’」』）]*")
_IMPORTANCE = (
    MarkKind.LINK,
    MarkKind.PRE,
    MarkKind.CODE,
    MarkKind.QUOTE,
    MarkKind.BOLD,
    MarkKind.STRIKETHROUGH,
    MarkKind.ITALIC,
)
"""Of too many marks in a part, the last of these kinds go first. Links, code and blocks never go: the part ends
earlier instead, since an address would be lost and a mention in code would ping."""


def split(text: str, spans: Sequence[Span], *, text_length: int, max_marks: int) -> list[Part]:
    """Cut a text into parts.

    The cuts depend only on what stands before them and on the character behind, so that parts but the last stay when
    text is appended. A cut is made at the end of a paragraph, else of a line, a sentence, a word, or a grapheme, if
    that fills at least a quarter of the part; a block of code that begins after that quarter is not cut if it fits into
    the next part.

    Args:
        text: Without lone surrogates.
        spans: Of the whole text, sorted by beginning. Those of `OPAQUE` kinds do not overlap.
        text_length: Longest part, in UTF-16 units.
        max_marks: Most marks of one part.
    """
    return _Splitter(text.rstrip(), spans, text_length, max_marks).parts()


class _Splitter:
    def __init__(self, text: str, spans: Sequence[Span], text_length: int, max_marks: int) -> None:
        self._text = text
        self._spans = spans
        self._text_length = text_length
        self._max_marks = max_marks
        self._blocks = [span for span in spans if span.kind is MarkKind.PRE]
        self._opaque = [span for span in spans if span.kind in OPAQUE]
        self._units = _utf16_places(text)

    def parts(self) -> list[Part]:
        parts = []
        start = 0
        while (start := self._first_visible(start)) < len(self._text):
            end = self._end_of_room(start)
            if end < len(self._text):
                end = self._cut(start, end)
            if (part := self._part(start, end)) is not None:
                parts.append(part)
            start = end
        return parts

    def _first_visible(self, start: int) -> int:
        """Blanks at the beginning of a part are dropped, but for the indentation of code."""
        while start < len(self._text) and self._text[start].isspace():
            line_end = self._text.find("\n", start)
            is_code = any(block.start <= start < block.end for block in self._blocks)
            if is_code and (line_end < 0 or self._text[start:line_end].strip()):
                break
            start += 1
        return start

    def _end_of_room(self, start: int) -> int:
        """How far the part may reach at most."""
        end = bisect_right(self._units, self._units[start] + self._text_length) - 1
        within = [span for span in self._opaque if span.end > start and span.start < end]
        return end if len(within) <= self._max_marks else within[self._max_marks].start

    def _cut(self, start: int, end: int) -> int:
        low = start + max(1, (end - start) // 4)
        for separator, outside_code in (("\n\n", True), ("\n", True), ("\n\n", False), ("\n", False)):
            if (cut := self._last(separator, low, end, outside_code=outside_code)) is not None:
                return cut
        sentence = next(
            (m.end() for m in reversed([*_SENTENCE_END.finditer(self._text, low, end + 1)]) if m.end() <= end), None
        )
        if sentence is not None and self._may_cut(sentence):
            return sentence
        word = self._last(" ", low, end, outside_code=False)
        return self._last_grapheme(start, end) if word is None else word

    def _last(self, separator: str, low: int, end: int, *, outside_code: bool) -> int | None:
        """The last place, at most `end`, where `separator` stands; never inside a block of code if `outside_code`."""
        high = end + len(separator)
        while (place := self._text.rfind(separator, low, high)) >= 0:
            block = next((b for b in self._blocks if b.start < place < b.end), None) if outside_code else None
            if block is None:
                return place if self._may_cut(place) else None
            high = block.start
        return None

    def _last_grapheme(self, start: int, end: int) -> int:
        place = cut_before(self._text, end)
        while place > start and not self._may_cut(place):
            place = cut_before(self._text, place - 1)
        return place if place > start else end

    def _may_cut(self, place: int) -> bool:
        # An @ cut off from the address that it belongs to could become the mention of somebody.
        return self._text[place : place + 1] != "@" and cut_before(self._text, place) == place

    def _part(self, start: int, end: int) -> Part | None:
        text = self._text[start:end].rstrip()
        if not any(character.isprintable() and not character.isspace() for character in text):
            return None
        end = start + len(text)
        spans = [
            Span(max(span.start, start), min(span.end, end), span.kind, span.value)
            for span in self._spans
            if span.start < end and span.end > start
        ]
        if len(spans) > self._max_marks:
            spans = sorted(sorted(spans, key=_rank)[: self._max_marks], key=lambda span: (span.start, -span.end))
        return Part(text, tuple(self._mark(span, start) for span in spans))

    def _mark(self, span: Span, start: int) -> Mark:
        units = self._units
        return Mark(span.kind, units[span.start] - units[start], units[span.end] - units[span.start], span.value)


def _utf16_places(text: str) -> Sequence[int]:
    """For each code point, and the end, its offset in UTF-16 units."""
    if text.isascii() or max(text) <= "\uffff":
        return range(len(text) + 1)
    return [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]


def _rank(span: Span) -> tuple[int, int]:
    return _IMPORTANCE.index(span.kind), span.start
