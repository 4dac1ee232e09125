"""Fenced code blocks, line by line. Pure.

Looser than CommonMark, because models are and Discord is: a fence may be indented, quoted or begin a list item.
"""

import re
from dataclasses import dataclass

_MARKER = re.compile(
    r"(?P<lead>[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]+|>)*)(?P<marks>`{3,16}|~{3,16})(?P<info>[^`\n]{0,40})"
)
_LONGEST_LEAD = 24
_LIST_MARKS = re.compile(r"[^>\s]")

LONGEST_OPENING = _LONGEST_LEAD + 16 + 40 + 1
LONGEST_CLOSING = 1 + _LONGEST_LEAD + 16
LONGEST_LINE = LONGEST_OPENING + 16
"""No line beyond this is a fence, whatever follows."""


@dataclass(frozen=True, slots=True)
class Fence:
    """An open code block."""

    lead: str
    """What stands before the marks: indentation and quote signs."""
    marks: str
    info: str
    """The language, as written."""

    @property
    def opening(self) -> str:
        """What opens the block again in another message."""
        return f"{self.lead}{self.marks}{self.info}\n"

    @property
    def closing(self) -> str:
        """What closes it after its last line."""
        return f"\n{self.lead}{self.marks}"

    def is_closed_by(self, line: str) -> bool:
        marks = self._content(line).strip()
        return len(marks) >= len(self.marks) and set(marks) == {self.marks[0]}

    def may_become_closing(self, line: str) -> bool:
        """Whether `line` is the beginning of a closing line, still being written."""
        marks = self._content(line).strip()
        return bool(marks) and set(marks) == {self.marks[0]}

    def _content(self, line: str) -> str:
        return line.lstrip("> \t") if ">" in self.lead else line

    def is_left_by(self, line: str) -> bool:
        """Whether the quote that holds the block ends before `line`."""
        return ">" in self.lead and not line.lstrip().startswith(">")


def opened_by(line: str) -> Fence | None:
    """The code block that a whole line opens, if it does."""
    if "```" not in line and "~~~" not in line:
        return None
    found = _MARKER.fullmatch(line)
    if found is None or len(found["lead"]) > _LONGEST_LEAD:
        return None
    return Fence(_LIST_MARKS.sub(" ", found["lead"]), found["marks"], found["info"].rstrip())


def after_line(fence: Fence | None, line: str) -> Fence | None:
    """The open code block after one more whole line."""
    if fence is None or fence.is_left_by(line):
        return opened_by(line)
    return None if fence.is_closed_by(line) else fence
