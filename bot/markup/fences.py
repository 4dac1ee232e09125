"""Code blocks that an answer leaves open."""

import re

_FENCE = re.compile(r"(?P<lead>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)")
_LIST_MARK = re.compile(r"[^>\s]")


def with_closed_fence(markdown: str) -> str:
    """The text with its last code block closed, so that what is put below it is not taken for code."""
    lead = marks = ""
    for line in markdown.split("\n"):
        found = _FENCE.fullmatch(line)
        if found is None:
            continue
        if not marks:
            lead, marks = _LIST_MARK.sub(" ", found["lead"]), found["marks"]
        elif found["marks"].startswith(marks) and not found["info"].strip():
            marks = ""
    return f"{markdown}\n{lead}{marks}" if marks else markdown
