"""Tables as aligned lines for a fixed-width font."""

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

_WIDEST = 30
"""Columns are padded to at most so many cells of the screen; longer texts stick out."""


def laid_out(rows: Sequence[Sequence[str]], aligns: Sequence[str]) -> str:
    """A table as text.

    Args:
        rows: The first is the header.
        aligns: ``right`` or anything else (left), one for each column.
    """
    columns = list(zip_longest(*rows, fillvalue=""))
    widths = [max(1, min(_WIDEST, max(map(width, column)))) for column in columns]
    lines = [_line(row, widths, aligns) for row in rows]
    lines.insert(1, "-+-".join("-" * cells for cells in widths))
    return "\n".join(lines)


def width(text: str) -> int:
    """In cells of a fixed-width font: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _line(row: Sequence[str], widths: Sequence[int], aligns: Sequence[str]) -> str:
    cells = []
    for text, cell_width, align in zip_longest(row, widths, aligns, fillvalue=""):
        padding = " " * max(0, int(cell_width or 0) - width(str(text)))
        cells.append(f"{padding}{text}" if align == "right" else f"{text}{padding}")
    return " | ".join(cells).rstrip()
