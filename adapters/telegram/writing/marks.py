"""Spans of a text as Telegram's marks, and marks as entities."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from telegram.constants import MessageEntityType

from bot.markup.flat import Flat, Kind, Measure, Span
from bot.ports.parts import Mark, MarkKind

_KINDS: Mapping[Kind, MarkKind] = MappingProxyType(
    {
        Kind.LINK: MarkKind.LINK,
        Kind.PRE: MarkKind.PRE,
        Kind.CODE: MarkKind.CODE,
        Kind.QUOTE: MarkKind.QUOTE,
        Kind.BOLD: MarkKind.BOLD,
        Kind.STRIKETHROUGH: MarkKind.STRIKETHROUGH,
        Kind.ITALIC: MarkKind.ITALIC,
    }
)
_MAIN_HEADING = (MarkKind.BOLD, MarkKind.UNDERLINE)
_HEADING = (MarkKind.BOLD,)
_LOWER_HEADING = (MarkKind.BOLD, MarkKind.ITALIC)
_IMPORTANCE = (*dict.fromkeys(_KINDS.values()), MarkKind.UNDERLINE)
"""Of too many marks in a part, the last of these kinds go first. Links, code and blocks never go: the part ends
earlier instead, since an address would be lost and a mention in code would ping."""
_CODE = frozenset({MarkKind.CODE, MarkKind.PRE})
_STYLES = frozenset({MarkKind.BOLD, MarkKind.ITALIC, MarkKind.UNDERLINE, MarkKind.STRIKETHROUGH})

_TYPES: Mapping[MarkKind, str] = MappingProxyType(
    {
        MarkKind.BOLD: MessageEntityType.BOLD.value,
        MarkKind.ITALIC: MessageEntityType.ITALIC.value,
        MarkKind.UNDERLINE: MessageEntityType.UNDERLINE.value,
        MarkKind.STRIKETHROUGH: MessageEntityType.STRIKETHROUGH.value,
        MarkKind.SPOILER: MessageEntityType.SPOILER.value,
        MarkKind.CODE: MessageEntityType.CODE.value,
        MarkKind.PRE: MessageEntityType.PRE.value,
        MarkKind.QUOTE: MessageEntityType.BLOCKQUOTE.value,
        MarkKind.LINK: MessageEntityType.TEXT_LINK.value,
    }
)
_VALUES: Mapping[MarkKind, str] = MappingProxyType({MarkKind.LINK: "url", MarkKind.PRE: "language"})
"""Under which name the Bot API wants `Mark.value`."""


def marks_of(part: Flat, measure: Measure, most: int) -> tuple[Mark, ...]:
    """The spans of one message as marks; the least important are left out if there are too many.

    They keep Telegram's rules: no kind within itself, no style across code, no code within a link (Bot API,
    MessageEntity). `measure` gives lengths in UTF-16 units.
    """
    marks = []
    for span, kind in _visible(part.spans):
        offset = measure.up_to(span.start)
        value = span.value if kind in _VALUES else ""
        marks.append(Mark(kind, offset, measure.up_to(span.end) - offset, value or None))
    if len(marks) > most:
        marks = sorted(marks, key=lambda mark: (_IMPORTANCE.index(mark.kind), mark.offset))[:most]
    return tuple(sorted(marks, key=lambda mark: (mark.offset, -mark.length)))


def entities_of(marks: Sequence[Mark]) -> list[dict[str, Any]] | None:
    """The same marks for sendMessage, None for none; offsets and lengths are in UTF-16 units on both sides."""
    return [_entity(mark) for mark in marks] or None


def _visible(spans: Sequence[Span]) -> Iterator[tuple[Span, MarkKind]]:
    """What can be marked, with its kind. Spans nest and come in the order of their beginning."""
    known = [(span, kind) for span in spans for kind in _kinds_of(span)]
    open_until: dict[MarkKind, int] = {}
    for number, (span, kind) in enumerate(known):
        is_in_link = kind in _CODE and span.start < open_until.get(MarkKind.LINK, 0)
        if span.start < open_until.get(kind, 0) or is_in_link:
            continue
        open_until[kind] = span.end
        if kind in _STYLES:
            inner = (other for other, _ in known[number + 1 :])
            yield from ((piece, kind) for piece in _around_code(span, inner))
        else:
            yield span, kind


def _kinds_of(span: Span) -> Sequence[MarkKind]:
    """Telegram knows no headings (Bot API, MessageEntity): their levels are told apart by styles."""
    if span.kind is not Kind.HEADING:
        return [_KINDS[span.kind]] if span.kind in _KINDS else []
    match span.value:
        case "1":
            return _MAIN_HEADING
        case "2":
            return _HEADING
        case _:
            return _LOWER_HEADING


def _around_code(style: Span, inner: Iterator[Span]) -> Iterator[Span]:
    start = style.start
    link_end = 0
    for span in inner:
        if span.start >= style.end:
            break
        if span.kind is Kind.LINK:
            link_end = span.end
        if span.kind in (Kind.CODE, Kind.PRE) and span.start >= link_end:
            if start < span.start:
                yield Span(start, span.start, style.kind)
            start = span.end
    if start < style.end:
        yield Span(start, style.end, style.kind)


def _entity(mark: Mark) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": _TYPES[mark.kind], "offset": mark.offset, "length": mark.length}
    if mark.value and mark.kind in _VALUES:
        entity[_VALUES[mark.kind]] = mark.value
    return entity
