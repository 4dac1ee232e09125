"""Bold, italic, struck out and inline code: what is still open at some place of a text. Pure."""

import re
from collections.abc import Sequence
from typing import TypeAlias

Styles: TypeAlias = tuple[str, ...]
"""The delimiters that are open, outermost first. No one twice."""

LONGEST = len("***__~~```")  # each of * ** _ __ ~~ and one run of at most three backticks
_MOST_BACKTICKS = 3

_TOKEN = re.compile(
    r"\\."
    r"|`+|\*+|_+|~~"
    # The end of a paragraph, list item, heading or quote ends its styles.
    r"|\n(?=[ \t]*(?:\n|[-*+][ \t]|\d+[.)][ \t]|\#{1,6}[ \t]|>))",
    re.DOTALL,
)


def style_changes(text: str, start: int, end: int, styles: Styles) -> list[tuple[int, Styles]]:
    """Follow the styles from `start`, where `styles` are open, to `end`.

    Nearly CommonMark's rules; what is never closed counts as open, since a growing text can't tell.

    Returns:
        Each place where they change and what is open from there, in order; the first is `start`.
    """
    changes = [(start, styles)]
    for token in _TOKEN.finditer(text, start, end):
        changed = _after(styles, token[0], text, token)
        if changed != styles:
            styles = changed
            changes.append((token.end(), styles))
    return changes


def styles_at(changes: Sequence[tuple[int, Styles]], place: int) -> Styles:
    """What is open at `place`."""
    return next(styles for start, styles in reversed(changes) if start <= place)


def _after(styles: Styles, token: str, text: str, found: re.Match[str]) -> Styles:
    if token[0] == "\n":
        return ()
    code = next((style for style in styles if style[0] == "`"), None)
    if code is not None:
        # In code a backslash is only a backslash: `C:\\` ends here.
        return tuple(style for style in styles if style != code) if token in (code, f"\\{code}") else styles
    if token[0] == "`":
        return (*styles, token) if len(token) <= _MOST_BACKTICKS else styles
    if token[0] == "\\":
        return styles
    before = text[found.start() - 1] if found.start() else " "
    after = text[found.end()] if found.end() < len(text) else " "
    return _after_delimiter(styles, token, before, after)


def _after_delimiter(styles: Styles, run: str, before: str, after: str) -> Styles:
    if run[0] == "_" and before.isalnum() and after.isalnum():
        return styles
    singles = _split(run)
    if not before.isspace() and any(single in styles for single in singles):
        return tuple(style for style in styles if style not in singles)
    if after.isspace():
        return styles
    return (*styles, *(single for single in singles if single not in styles))


def _split(run: str) -> Styles:
    """``***`` is ``**`` and ``*``; longer runs are no style."""
    match len(run):
        case 1 | 2:
            return (run,)
        case 3:
            return (run[:2], run[0])
        case _:
            return ()
