"""Marked text into messages: cut where it hurts least."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.markup.direction import MARK, begins_left_to_right
from bot.markup.flat import Flat, Kind, Measure, Span
from bot.markup.graphemes import cut_before

_LEAST = 1 / 3
"""A better kind of cut is taken if it fills at least this share of the message."""
_VISIBLE = re.compile(r"[^\s\u00ad\u200b-\u200f\u2060-\u2064\u2066-\u2069\ufeff]")
_SENTENCE_END = re.compile(r"[.!?…؟۔।]['\"”’)\]]*(?=\s)|[。！？]['\"”’」』）]*")
_NEW_IN_CODE = re.compile(r"\n(?:[ \t]*\n)+(?=[^\s)}\]])")
_BLANK_IN_CODE = re.compile(r"\n[ \t]*\n")
_LINE_IN_CODE = re.compile(r"\n")
_WORD_END = re.compile(r"\s(?=\S)")
_LONGEST_COMMAND = 65
"""With its slash: no platform takes what is longer for one."""
_TORN_NAME = re.compile(rf"/\w{{2,{_LONGEST_COMMAND}}}\Z")
_LOOKAHEAD = 2
"""So many characters behind a cut have a say in it."""
_WHOLE_LINES = frozenset({Kind.QUOTE, Kind.HEADING})
_ATOMIC = frozenset({Kind.CODE, Kind.PRE, Kind.LINK})


def _free(span: Span) -> int:
    del span
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What fits into one message."""

    length: int
    """In the unit of the measure."""
    reopening: Callable[[Span], int] = _free
    """What a span costs that goes on from the message before."""
    spans: int | None = None
    """Most spans of code and links; a message with more ends earlier. None: as many as there are."""


def split(flat: Flat, measure: Measure, room: Room) -> Iterator[Flat]:
    """Cut a text into parts, none of them blank.

    A cut is made at the end of a paragraph, else of a line, a sentence, a word, or a grapheme, if that fills at least a
    third of the part; code is not cut if it can be helped, and a heading stays with what follows.

    The cuts depend only on what stands before them and on two characters behind. Where the text is not settled yet none
    is made: what does not fit is not shown for now. So the parts but the last stay when text is appended.
    """
    return _Splitter(flat, measure, room).parts()


class _Splitter:
    def __init__(self, flat: Flat, measure: Measure, room: Room) -> None:
        self._flat = flat
        self._text = flat.text
        self._measure = measure
        self._room = room
        self._spans = _Places(flat.spans)
        self._code = _Places([span for span in flat.spans if span.kind is Kind.PRE])
        self._atoms = _Places([span for span in flat.spans if span.kind in _ATOMIC])
        self._markers = _Places([span for span in flat.spans if span.kind is Kind.MARKER])
        self._right_to_left = _Places([span for span in flat.spans if span.kind is Kind.RIGHT_TO_LEFT])
        self._heading_ends = {span.end for span in flat.spans if span.kind is Kind.HEADING}

    def parts(self) -> Iterator[Flat]:
        """See `split`."""
        start = 0
        is_last = False
        while not is_last and (start := self._first_visible(start)) < len(self._text):
            end = self._end_of_room(start)
            is_last = end >= len(self._text)
            if not is_last:
                is_last = self._flat.settled is not None and end + _LOOKAHEAD > self._flat.settled
                end = self._cut(start, end)
            part = self._part(start, end)
            if _VISIBLE.search(part.text):
                yield part
            start = end

    def _part(self, start: int, end: int) -> Flat:
        text = self._text[start:end].rstrip()
        end = start + len(text)
        spans = [
            Span(max(span.start, start) - start, min(span.end, end) - start, span.kind, span.value)
            for span in self._spans.between(start, end)
            if span.kind is not Kind.RIGHT_TO_LEFT
        ]
        if self._right_to_left.around(start) and begins_left_to_right(text.partition("\n")[0]):
            return Flat(f"{MARK}{text}", [_moved_by_mark(span) for span in spans])
        return Flat(text, spans)

    def _first_visible(self, start: int) -> int:
        """Blanks at the beginning of a part are dropped, but for the indentation of code."""
        while start < len(self._text) and self._text[start].isspace():
            if self._code.around(start, with_start=True):
                line_end = self._text.find("\n", start)
                if self._text[start : len(self._text) if line_end < 0 else line_end].strip():
                    break
            start += 1
        return start

    def _end_of_room(self, start: int) -> int:
        """How far the part may reach at most."""
        reopened = sum(self._room.reopening(span) for span in self._spans.around(start))
        mark = 1 if self._right_to_left.around(start) else 0
        most = self._measure.up_to(start) + self._room.length - reopened - mark
        places = range(len(self._text) + 1)
        end = max(start + 1, bisect_right(places, most, start + 1, key=self._measure.up_to) - 1)
        if self._room.spans is None:
            return end
        within = self._atoms.between(start, end)
        return end if len(within) <= self._room.spans else max(start + 1, within[self._room.spans].start)

    def _cut(self, start: int, end: int) -> int:
        low = start + max(1, int((end - start) * _LEAST))
        for separator in ("\n\n", "\n"):
            if (cut := self._last_line_end(separator, low, end)) is not None:
                return cut
        if (cut := self._last_in_code(low, end)) is not None:
            return cut
        for pattern in (_SENTENCE_END, _WORD_END):
            if (cut := self._last_match(pattern, low, end)) is not None:
                return cut
        return self._last_grapheme(start, end)

    def _last_line_end(self, separator: str, low: int, end: int) -> int | None:
        """The last place, at most `end`, where `separator` stands outside of blocks of code."""
        high = end + len(separator)
        while (place := self._text.rfind(separator, low, high)) >= 0:
            code = self._code.around(place, with_start=True)
            if code:
                high = code[0].start
            elif place in self._heading_ends or self._markers.around(place, with_end=True):
                high = place
            else:
                return place
        return None

    def _last_in_code(self, low: int, end: int) -> int | None:
        """The last place, at most `end`, above a line that begins something new; else above any line.

        That is the line below a blank one, and best one that is not indented: a function of its own, not half of one.
        """
        for pattern in (_NEW_IN_CODE, _BLANK_IN_CODE, _LINE_IN_CODE):
            places = [found.start() for found in pattern.finditer(self._text, low, end + 2)]
            inside = (place for place in reversed(places) if place <= end and self._code.around(place))
            if (cut := next(inside, None)) is not None:
                return cut
        return None

    def _last_match(self, pattern: re.Pattern[str], low: int, end: int) -> int | None:
        """The last place, at most `end`, where a sentence or word ends; outside of code and links if there is one."""
        places = [place for found in pattern.finditer(self._text, low, end + 2) if (place := _end_of(found)) <= end]
        allowed = [place for place in places if self._may_cut(place)]
        whole = (place for place in reversed(allowed) if not self._atoms.around(place))
        return next(whole, allowed[-1] if allowed else None)

    def _last_grapheme(self, start: int, end: int) -> int:
        place = cut_before(self._text, end)
        while place > start and not self._may_cut(place):
            place = cut_before(self._text, place - 1)
        return place if place > start else end

    def _may_cut(self, place: int) -> bool:
        if self._markers.around(place, with_end=True):
            return False  # An entry of a list would lose its words.
        return cut_before(self._text, place) == place and not self._would_change(place)

    def _would_change(self, place: int) -> bool:
        """Whether a cut here would make something else of what is beside it.

        An ``@`` or ``/`` cut off from the address or fraction that it belongs to could become a mention or a command,
        so could a part of a name in a path, and a sign behind a backslash could become markup.
        """
        if self._text[place : place + 1] in {"@", "/"} or self._text[place - 1] == "\\":
            return True
        return _TORN_NAME.search(self._text, max(0, place - _LONGEST_COMMAND), place + 1) is not None


class _Places:
    """Spans by where they are, found without a look at all of them."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._starts = [span.start for span in spans]
        self._reach = list(accumulate((span.end for span in spans), max))
        """For each span how far it or any before it goes: what ends earlier needs no look."""

    def between(self, start: int, end: int) -> list[Span]:
        """Those with something of them in this stretch, in their order."""
        first, last = bisect_right(self._reach, start), bisect_left(self._starts, end)
        return [span for span in self._spans[first:last] if span.end > start]

    def around(self, place: int, *, with_start: bool = False, with_end: bool = False) -> list[Span]:
        """Those that go on at this place; `with_start` and `with_end`: also those that begin or end there."""
        first = bisect_right(self._reach, place - with_end)
        last = bisect_left(self._starts, place + with_start)
        return [span for span in self._spans[first:last] if span.end + with_end > place]


def _moved_by_mark(span: Span) -> Span:
    """What stands at the beginning of a line stays there."""
    start = 0 if span.start == 0 and span.kind in _WHOLE_LINES else span.start + 1
    return Span(start, span.end + 1, span.kind, span.value)


def _end_of(found: re.Match[str]) -> int:
    return found.start() if found.re is _WORD_END else found.end()
