"""The model's Markdown as Telegram messages: plain text and marks, never a parse mode that can fail."""

import re
from dataclasses import replace

from adapters.telegram.limits import LIMITS, MAX_MARKS
from adapters.telegram.writing.marks import marks_of
from adapters.telegram.writing.quiet import quietened
from bot.markup.dialect import addresses
from bot.markup.flat import Flat, Kind, Measure, Span
from bot.markup.layout import Sheet, lay_out
from bot.markup.parse import cleaned, parse
from bot.markup.split import Room, split
from bot.ports.parts import Part

_SHEET = Sheet(
    bullets=("•", "◦", "▪"),
    boxes_replace_bullets=True,
    indents_by_marker=False,
    marks_quotes_in_lists=True,
    addresses_behind_misleading_links=True,
    table_width=LIMITS.table_width,
)
_OF_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")


def render(
    markdown: str,
    *,
    final: bool,
    text_length: int = LIMITS.text_length,
    table_width: int = LIMITS.table_width,
    max_marks: int = MAX_MARKS,
) -> tuple[Part, ...]:
    """Turn Markdown into messages. Pure; never raises; every visible character is shown once, in order.

    What is not shown as written: markup itself; the address of a link (it is the mark's value, and stands behind
    words that hold another) and the language of a block of code (likewise); ``[x]`` of a task list as ``☑``;
    bullets as ``•``; a rule as a line; formulas as `bot.markup.formulas` reads them; wide tables as lists. Nobody
    is notified, and only the bot's own commands can be tapped: see `quietened`.

    Args:
        markdown: Any text whatsoever.
        final: False while it grows: what is half-open at the end is shown closed. Parts but the last stay when text is
            appended.
        text_length: Longest part, in UTF-16 units.
        table_width: Widest table that is shown aligned, in letters.
        max_marks: Most marks of one part.
    """
    return _parts(
        lay_out(parse(markdown, final=final), replace(_SHEET, table_width=table_width)), text_length, max_marks
    )


def as_written(text: str, *, text_length: int = LIMITS.text_length, max_marks: int = MAX_MARKS) -> tuple[Part, ...]:
    """Cut plain text into messages, in which nothing is markup and nobody is notified. See `render`."""
    shown = cleaned(text)
    return _parts(
        Flat(shown, [Span(*found.span(), Kind.ADDRESS) for found in addresses(shown)]), text_length, max_marks
    )


def _parts(flat: Flat, text_length: int, max_marks: int) -> tuple[Part, ...]:
    quiet = quietened(flat)
    room = Room(length=text_length, spans=max_marks)
    parts = split(quiet, utf16_measure(quiet.text), room)
    return tuple(Part(part.text, marks_of(part, utf16_measure(part.text), max_marks)) for part in parts)


def utf16_measure(text: str) -> Measure:
    """Lengths in UTF-16 units."""
    return Measure(() if text.isascii() else ((found.start(), 1) for found in _OF_TWO_UNITS.finditer(text)))
