"""Tables for narrow screens: aligned lines where they fit, else a list of rows in words."""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from bot.markup.direction import RIGHT_TO_LEFT
from bot.markup.nodes import (
    Address,
    Image,
    Inline,
    Inlines,
    Item,
    Link,
    List,
    Paragraph,
    Style,
    Styled,
    Table,
    Text,
    plain,
)

_BETWEEN = "  "
_JOINER = "\u200d"
_AS_EMOJI = "\ufe0f"
"""What stands before it is shown as a picture, e.g. a heart."""
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})
_BETWEEN_FACTS = " · "


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
    lines.insert(1, _BETWEEN.join("-" * cells for cells in widths))
    return "\n".join(lines)


def in_words(table: Table) -> List:
    """For each row an entry of one paragraph: its first cell, and then the others, each behind its column's header."""
    header, *rows = table.rows
    items = tuple(
        Item(
            line=table.line + 2 + number,
            is_apart=table.is_apart and number == 0,
            blocks=(Paragraph(line=table.line + 2 + number, is_apart=False, inside=told),),
        )
        for number, row in enumerate(rows or [()])
        if (told := tuple(_told(header, row, keeps_headers=number == 0)))
    )
    return List(line=table.line, is_apart=table.is_apart, items=items)


def cells(text: str) -> int:
    """The width in a fixed-width font: wide characters and emoji take two cells, what joins the one before none."""
    if text.isascii():
        return len(text)
    width = last = 0
    before = ""
    for character in text:
        if character == _AS_EMOJI:
            width, last = width + 2 - last, 2
        elif before != _JOINER and not _is_joined(character):
            last = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            width += last
        before = character
    return width


def _is_joined(character: str) -> bool:
    return unicodedata.category(character) in _NO_WIDTH or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones


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


def _told(header: Sequence[Inlines], row: Sequence[Inlines], *, keeps_headers: bool) -> Iterator[Inline]:
    """A row that ends early is told as far as it goes, unless some headers would not be told at all."""
    told = [*zip_longest(header, row, fillvalue=())]
    for column, (name, value) in enumerate(told if keeps_headers else told[: len(row)]):
        if column:
            yield Text(_BETWEEN_FACTS)
        if name:
            yield from (*name, Text(": "))
        yield from _bold(value) if column == 0 else value


def _bold(value: Inlines) -> Inlines:
    has_styles = any(isinstance(inline, Styled) for inline in value)
    return value if has_styles or not value else (Styled(Style.BOLD, value),)
