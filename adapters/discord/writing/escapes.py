"""Which characters of a message's text Discord would take for markup, and so get a backslash."""

import re
from collections.abc import Iterator, Sequence

from bot.markup.flat import Flat, Kind, Span

_CANDIDATE = re.compile(r"[\\*_~|`<\[@]|(?<=\])\(|(?<=http|ttps):(?=//)", re.IGNORECASE)
_LINE_MARK = re.compile(r" *(?:(?P<sign>>|#{1,3}(?=\s|\Z)|-(?=#? )|[*+](?= ))|\d+(?P<dot>\.)(?= ))")
"""What would begin a quote, heading, small text or list."""
_OF_DISCORD = re.compile(r"<(?:[@#]|[^ >]*:|/[^>\n]*:)|@(?:everyone|here)")
"""Mentions, emoji, times, addresses."""
_UP_TO_BLANK = re.compile("<[^ >]*")
_AS_IT_IS = frozenset({Kind.CODE, Kind.PRE, Kind.ADDRESS})


def escaped_places(part: Flat) -> Sequence[int]:
    """Where a backslash goes, ascending. In code and addresses it is to be ignored."""
    return sorted({*_line_marks(part), *_Signs(part).places()})


def _line_marks(part: Flat) -> Iterator[int]:
    starts = [0, *(found.end() for found in re.finditer("\n", part.text))]
    starts += [span.end for span in part.spans if span.kind is Kind.MARKER]
    for start in starts:
        if (found := _LINE_MARK.match(part.text, start)) is not None:
            yield found.start(found.lastgroup or 0)


class _Signs:
    def __init__(self, part: Flat) -> None:
        self._text = part.text
        self._spans = part.spans
        self._edges = {place for span in part.spans for place in (span.start, span.end)} | {len(part.text)}
        self._addresses = [span.start for span in part.spans if span.kind in (Kind.ADDRESS, Kind.LINK)]
        self._has_label = any("](" in as_it_is(span, part.text) for span in part.spans)
        # An underscore there could end a style that one in a word before it began.
        self._keeps_words = not any("_" in as_it_is(span, part.text) + span.value for span in part.spans)

    def places(self) -> Iterator[int]:
        for found in _CANDIDATE.finditer(self._text):
            if self._is_markup(found[0], found.start()):
                yield found.start()

    def _is_markup(self, sign: str, place: int) -> bool:
        before, after = self._text[place - 1 : place], self._text[place + 1 : place + 2]
        is_at_edge = place in self._edges or place + 1 in self._edges
        match sign:
            case "\\":
                is_plain = not is_at_edge and (after.isspace() or _is_ascii_word(after))
            case "_":
                is_plain = not is_at_edge and self._keeps_words and _is_ascii_word(before) and _is_ascii_word(after)
            case "~" | "|":
                is_plain = not is_at_edge and sign not in (before, after)
            case "*":
                is_plain = before.isspace() and after.isspace() and not self._is_in(Kind.ITALIC, place)
            case "[":
                is_plain = not self._has_label
            case "<" | "@":
                is_plain = not _OF_DISCORD.match(self._text, place) and not self._leads_to_address(place)
            case _:
                is_plain = False
        return not is_plain

    def _leads_to_address(self, place: int) -> bool:
        stretch = _UP_TO_BLANK.match(self._text, place)
        return stretch is not None and any(place < start <= stretch.end() for start in self._addresses)

    def _is_in(self, kind: Kind, place: int) -> bool:
        return any(span.kind is kind and span.start <= place < span.end for span in self._spans)


def as_it_is(span: Span, text: str) -> str:
    """What is written without escapes because of a span."""
    return text[span.start : span.end] if span.kind in _AS_IT_IS else ""


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()
