"""From the model's Markdown to Discord's messages. Pure.

Discord shows Markdown itself, but another one: it knows no tables, formulas or pictures elsewhere, underlines and hides
what CommonMark leaves alone, and takes other signs for lists and links. So it gets what the model meant, written anew.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from adapters.discord.limits import LIMITS
from adapters.discord.writing.markup import overhead, written
from bot.markup.dialect import addresses
from bot.markup.flat import Flat, Kind, Measure, Span
from bot.markup.layout import Sheet, lay_out
from bot.markup.parse import cleaned, parse
from bot.markup.split import Room, split
from bot.ports.parts import Part

_SHEET = Sheet(closes_up_headings=True, table_width=LIMITS.table_width)
_RESERVE = 2
"""For an escape at the beginning of a message that was none in the middle of a line."""
_MAY_BE_ESCAPED = re.compile(r"[\\*_~|`<\[@#\n]|\]\(|://")
_LINE_END = re.compile("\n")
_BACKTICK = re.compile("`")


def render(
    markdown: str, *, final: bool, text_length: int = LIMITS.text_length, table_width: int = LIMITS.table_width
) -> tuple[Part, ...]:
    """Turn Markdown into messages. Pure; never raises; every visible character is shown once, in order.

    Styles, blocks of code (with their language), quotes and links that go on in the next message are closed and opened
    again. Links unfold no previews. Blank text gives no parts.

    Args:
        markdown: Any text whatsoever.
        final: False while it grows: what is half-open at the end is shown closed. Parts but the last stay when text is
            appended.
        text_length: Longest part, in code points.
        table_width: Widest table that is shown aligned, in letters.
    """
    flat = lay_out(parse(markdown, final=final), replace(_SHEET, table_width=table_width))
    room = Room(length=text_length - _RESERVE, reopening=overhead)
    return tuple(Part(written(part)) for part in split(flat, _measure(flat), room))


def as_written(text: str) -> str:
    """A plain text as a message in which nothing is markup, and no link unfolds a preview. At most twice as long."""
    shown = cleaned(text)
    return written(Flat(shown, [Span(*found.span(), Kind.ADDRESS) for found in addresses(shown)]))


def _measure(flat: Flat) -> Measure:
    """Code points with all escapes and signs that there could be: the text that is sent is never longer."""
    return Measure(sorted([*_escapes(flat), *((span.start, overhead(span)) for span in flat.spans)]))


def _escapes(flat: Flat) -> Iterator[tuple[int, int]]:
    place = 0
    for span in flat.spans:
        if span.kind is Kind.PRE:
            yield from ((found.start(), 1) for found in _MAY_BE_ESCAPED.finditer(flat.text, place, span.start))
            yield from ((found.start(), 1) for found in _BACKTICK.finditer(flat.text, span.start, span.end))
            place = span.end
        elif span.kind is Kind.QUOTE:
            yield from ((found.start(), 2) for found in _LINE_END.finditer(flat.text, span.start, span.end))
    yield from ((found.start(), 1) for found in _MAY_BE_ESCAPED.finditer(flat.text, place))
