r"""Blocks that CommonMark does not know: tables, formulas, and what is nested too deep."""

import re
import sys

from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit

from bot.markup.delimiters import BLOCK_ENDS, closing_tex, is_formula

DEEPEST = 20
"""Levels of lists and quotes (a list counts twice). What is deeper is kept as written."""
MOST_FORMULA_LINES = 40
LONGEST_HEADER = 500
"""Code points of a table's first line. A wider table is for no chat."""
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_DELIMITER_BEGUN = re.compile(r"[|:\- \t]*")


def _may_be_header(line: str) -> bool:
    """Whether a table may begin with this line.

    In each line the first ``|`` must be there, which GitHub lets be left out: else no line would be sure to be none
    while it grows.
    """
    return line.startswith("|") and len(line) <= LONGEST_HEADER


def is_delimiter_begun(line: str) -> bool:
    """Whether this may become the second line of a table."""
    return _DELIMITER_BEGUN.fullmatch(line) is not None


def cells_of(line: str) -> list[str]:
    """The cells of a table's row, as written."""
    cells = escapedSplit(line.strip())
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return [cell.strip() for cell in cells]


def too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """All that is left of a container is one paragraph. The parser itself would drop it."""
    if silent or state.level < DEEPEST:
        return False
    line = start
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
    state.push("paragraph_open", "p", 1).map = [start, line]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, line, state.blkIndent, False).strip()
    token.map = [start, line]
    token.info = "as written"
    state.push("paragraph_close", "p", -1)
    state.line = line
    return True


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """One token for a whole table; its lines are its content.

    Unlike the parser's own rule this keeps all cells of a row, however many there are, and adds none. While the text
    grows, the first line that begins with a ``|`` makes a table.
    """
    header = _line(state, start)
    if not _may_be_header(header) or state.is_code_block(start):
        return False
    aligns = _aligns(state, start, end, header)
    if aligns is None:
        return False
    if silent:
        return True
    line = min(start + 2, end)
    while line < end and not _ends_table(state, line, end):
        line += 1
    lines = [header, *(_line(state, row) for row in range(start + 2, line))]
    if header.strip("| \t"):
        token = state.push("table", "table", 0)
        token.content = "\n".join(lines)
        token.map = [start, line]
        token.attrs = {"aligns": " ".join(aligns)}
    state.line = line
    return True


def _aligns(state: StateBlock, start: int, end: int, header: str) -> list[str] | None:
    """For each column ``left`` or ``right``, from the line below the header; None if there is no table."""
    columns = len(cells_of(header))
    delimiter = _line(state, start + 1) if start + 1 < end else ""
    if _is_last(state, start, end) and is_delimiter_begun(delimiter):
        is_first = start == 0 or not _line(state, start - 1).startswith("|")
        if is_first:
            return ["left"] * columns
    if start + 1 >= end or state.sCount[start + 1] < state.blkIndent or state.is_code_block(start + 1):
        return None
    if not _DELIMITER.fullmatch(delimiter) or len(marks := cells_of(delimiter)) != columns:
        return None
    return ["right" if mark.endswith(":") and not mark.startswith(":") else "left" for mark in marks]


def _is_last(state: StateBlock, line: int, end: int) -> bool:
    """Whether the text still grows, and only one more line may have been begun below this one."""
    lines: int = state.env.get("growing_lines", sys.maxsize)
    return line + 1 >= lines or (line + 2 >= lines and (line + 1 < end or not state.src.rpartition("\n")[2].strip()))


def _ends_table(state: StateBlock, line: int, end: int) -> bool:
    if not _line(state, line).startswith("|") or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return True
    return any(rule(state, line, end, True) for rule in state.md.block.ruler.getRules("blockquote"))


def formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""Lines from ``$$`` or ``\[`` to the line that ends with its counterpart; without one it is a paragraph."""
    opening = _line(state, start)[:2]
    if opening not in BLOCK_ENDS or state.is_code_block(start):
        return False
    found = _formula_lines(state, start, end, BLOCK_ENDS[opening])
    if found is None or not is_formula(found[1]):
        return False
    if not silent:
        token = state.push("formula_block", "", 0)
        token.content = found[1]
        token.map = [start, found[0]]
        state.line = found[0]
    return True


def _formula_lines(state: StateBlock, start: int, end: int, closing: str) -> tuple[int, str] | None:
    """The line behind the formula, and what is in it."""
    lines: list[str] = []
    text = _line(state, start)[2:]
    for line in range(start, end):
        if line > start:
            text = _line(state, line)
            if state.isEmpty(line) or state.sCount[line] < state.blkIndent or len(lines) > MOST_FORMULA_LINES:
                return None
        place = text.find(closing)
        if place >= 0:
            return (line + 1, "\n".join([*lines, text[:place]])) if not text[place + 2 :].strip() else None
        lines.append(text)
    is_growing = end + 1 >= state.env.get("growing_lines", sys.maxsize)
    tex = closing_tex("\n".join(lines)) if is_growing else None
    return None if tex is None else (end, tex)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
