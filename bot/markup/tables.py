"""Tables for narrow screens: aligned lines where they fit, else a list of rows in words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from bot.markup.nodes import Address, Image, Inlines, Item, Link, List, Paragraph, Style, Styled, Table, Text, plain

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""Hebrew, Arabic and the scripts beside them."""

_BETWEEN = " | "
PHONE_CELLS = 35
"""A phone is most often 360 dp wide (StatCounter), of which chats leave some 300 to a text, and a letter of a
fixed-width font of 14 sp takes 8.4 of them (0.6 em). What is wider is wrapped, and then nobody can read it."""


def aligned(table: Table, width: int) -> str | None:
    """The table as lines for a fixed-width font; None if it must be told in words.

    That is: it is wider than `width` cells of the screen, or holds links (nobody can follow them in code), or a
    script that runs from right to left (its columns would change places).
    """
    rows = [["".join(plain(cell)) for cell in row] for row in table.rows]
    columns = list(zip_longest(*rows, fillvalue=""))
    widths = [max(1, *map(cells, column)) for column in columns]
    if sum(widths) + len(_BETWEEN) * (len(widths) - 1) > width:
        return None
    if any(_has_link(cell) for row in table.rows for cell in row):
        return None
    if any(RIGHT_TO_LEFT.search(cell) for row in rows for cell in row):
        return None
    lines = [_line(row, widths, table.aligns) for row in rows]
    lines.insert(1, "-+-".join("-" * cells for cells in widths))
    return "\n".join(lines)


def in_words(table: Table) -> List:
    """For each row an entry: its first cell, and below it the others, each behind the header of its column."""
    header, *rows = table.rows
    if not rows:
        rows = [()]
    entries = [tuple(_entry(header, row, number)) for number, row in enumerate(rows)]
    line = table.line
    items = [
        Item(
            line=line + 2 + number,
            is_apart=table.is_apart and number == 0,
            blocks=(first, *_below(others, line + 2 + number)),
        )
        for number, (first, *others) in enumerate(filter(None, entries))
    ]
    return List(line=line, is_apart=table.is_apart, items=tuple(items))


def cells(text: str) -> int:
    """The width in a fixed-width font: wide characters take two cells, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _has_link(inlines: Inlines) -> bool:
    return any(
        isinstance(inline, Link | Image | Address) or (isinstance(inline, Styled) and _has_link(inline.inside))
        for inline in inlines
    )


def _line(row: Sequence[str], widths: Sequence[int], aligns: Sequence[str]) -> str:
    shown = []
    for text, width, align in zip_longest(row, widths, aligns[: len(widths)], fillvalue=""):
        padding = " " * (int(width or 0) - cells(str(text)))
        shown.append(f"{padding}{text}" if align == "right" else f"{text}{padding}")
    return _BETWEEN.join(shown).rstrip()


def _entry(header: Sequence[Inlines], row: Sequence[Inlines], number: int) -> Iterator[Paragraph]:
    for column, (name, value) in enumerate(zip_longest(header, row, fillvalue=())):
        if column >= len(row) and number > 0:
            return  # The row ends here. That the first one is complete keeps all headers.
        label = (*name, Text(": ")) if name else ()
        yield Paragraph(line=0, is_apart=False, inside=(*label, *(_bold(value) if column == 0 else value)))


def _bold(value: Inlines) -> Inlines:
    has_styles = any(isinstance(inline, Styled) for inline in value)
    return value if has_styles or not value else (Styled(Style.BOLD, value),)


def _below(others: Sequence[Paragraph], line: int) -> Iterator[List]:
    if others:
        items = tuple(Item(line=line, is_apart=False, blocks=(other,)) for other in others)
        yield List(line=line, is_apart=False, items=items)
