"""Tables too large to be read in a message, as files that a spreadsheet opens."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from bot.markup.nodes import Block, Inlines, List, Quote, Table, plain
from bot.markup.parse import parse
from bot.markup.tables import aligned

MOST_TOLD = 24
"""Values that can be compared when they are told in words: six rows of four. A table with more comes as a file too."""
MOST_SHEETS = 3
"""Files of one answer."""

_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
_MAY_BE_TABLE = re.compile(r"(?m)^[ \t>]*\|")
_MAY_BE_CALCULATED = re.compile(r"[=@\t]|[-+](?![\d.,\s%-]*\Z)")


def sheets(markdown: str, *, width: int) -> Sequence[str]:
    """The large tables of an answer that can't be aligned within `width` cells, as CSV; at most `MOST_SHEETS`.

    With a byte order mark, and an apostrophe before what a spreadsheet would calculate (OWASP, "CSV Injection").
    """
    if _MAY_BE_TABLE.search(markdown) is None:
        return []
    found = (table for table in _tables(parse(markdown, final=True).settled) if _is_too_large(table, width))
    return [_csv(table) for table, _ in zip(found, range(MOST_SHEETS), strict=False)]


def _tables(blocks: Sequence[Block]) -> Iterator[Table]:
    for block in blocks:
        match block:
            case Table():
                yield block
            case Quote(blocks=inside):
                yield from _tables(inside)
            case List(items=items):
                for item in items:
                    yield from _tables(item.blocks)


def _is_too_large(table: Table, width: int) -> bool:
    return sum(map(len, table.rows[1:])) > MOST_TOLD and aligned(table, width) is None


def _csv(table: Table) -> str:
    lines = io.StringIO(_BYTE_ORDER_MARK, newline="")
    lines.seek(0, io.SEEK_END)
    csv.writer(lines).writerows([_value(cell) for cell in row] for row in table.rows)
    return lines.getvalue()


def _value(cell: Inlines) -> str:
    text = "".join(plain(cell))
    return f"'{text}" if _MAY_BE_CALCULATED.match(text) else text
