"""Where a long text is cut into messages: at a paragraph, line, sentence, word or grapheme, in that order. Pure.

A cut depends only on what stands before it and on the one character after it, so that parts already shown stay as
they are while the text grows.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from adapters.discord.fences import LONGEST_LINE, Fence, after_line
from adapters.discord.styles import Styles, style_changes, styles_at
from adapters.graphemes import cut_before

_SENTENCE_END = re.compile(r"""[.!?…][]"'”’)*_~`]*\s(?=\S)|[。！？](?=\S)""")
_WORD_END = re.compile(r"\s(?=\S)")
_MEANS_SOMETHING_AT_A_START = frozenset("`~#>-+*_|")
"""Not to begin a message with in the middle of a line: it would become a fence, heading, quote or list."""
_FENCE_LIKE = re.compile(r"[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]+|>)*(?:```|~~~)")
_WORTH_IT = 0.5
"""A better kind of cut is taken if it fills at least this share of the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where to cut, and what is open there."""

    at: int
    fence: Fence | None = None
    styles: Styles = ()


@dataclass(slots=True)
class _Window:
    """The stretch from the last cut to the limit, read line by line."""

    text: str
    start: int
    end: int
    fence: Fence | None
    styles: Styles
    paragraph: int = -1
    """The last good place between paragraphs."""
    line: int = -1
    """The last good place between lines."""
    line_starts: list[int] = field(default_factory=list)
    fences: list[Fence | None] = field(default_factory=list)
    """What is open at each of `line_starts`."""
    plain_since: int = 0
    """Where the last code block before `end` ended."""


def find_cut(text: str, start: int, room: int, fence: Fence | None, styles: Styles) -> Cut:
    """Choose the end of one message.

    Args:
        text: The whole text; longer than ``start + room``.
        start: Where the message begins.
        room: The most code points it may take.
        fence: The code block that is open at `start`.
        styles: The styles that are open at `start`.
    """
    window = _Window(text=text, start=start, end=start + room, fence=fence, styles=styles, plain_since=start)
    _read_lines(window)
    least = start + int(room * _WORTH_IT)
    if window.paragraph >= least:
        return Cut(at=window.paragraph)
    if window.line >= least:
        return _cut_at(window, window.line, None)
    changes = style_changes(text, window.plain_since, window.end, window.styles)
    for pattern in (_SENTENCE_END, _WORD_END):
        places = [found.end() for found in pattern.finditer(text, least, window.end + 1)]
        allowed = [place for place in places if place <= window.end and _is_allowed(window, place)]
        whole = [place for place in allowed if not styles_at(changes, place)]
        if allowed:
            return _cut_at(window, (whole or allowed)[-1], changes)
    return _cut_at(window, _any_place(window), changes)


def _read_lines(window: _Window) -> None:
    text, place, fence = window.text, window.start, window.fence
    is_heading = False
    window.line_starts.append(place)
    window.fences.append(fence)
    # A line that an earlier cut began in its middle is no fence, whatever it looks like.
    is_whole = place == 0 or text[place - 1] == "\n"
    while (stop := text.find("\n", place, window.end)) >= 0:
        line = text[place:stop]
        now = after_line(fence, line) if is_whole or fence else None
        opens = now is not None and now is not fence
        if opens and place > window.start and not is_heading:
            window.paragraph = place
        if now is None and fence is not None:
            window.plain_since, window.styles = stop + 1, ()
        if line.strip():
            is_heading = now is None and fence is None and line.lstrip().startswith("#")
        # A heading is not parted from what it is about, nor the opening of a code block from its code.
        if now is None and not is_heading and (fence is not None or not line.strip()):
            window.paragraph = stop + 1
        if not opens and not is_heading:
            window.line = stop + 1
        place, fence, is_whole = stop + 1, now, True
        window.line_starts.append(place)
        window.fences.append(fence)


def _cut_at(window: _Window, place: int, changes: list[tuple[int, Styles]] | None) -> Cut:
    fence = window.fences[bisect_right(window.line_starts, place) - 1]
    if fence is not None:
        return Cut(at=place, fence=fence)
    if place < window.plain_since:
        return Cut(at=place)
    changes = changes or style_changes(window.text, window.plain_since, window.end, window.styles)
    return Cut(at=place, styles=styles_at(changes, place))


def _is_allowed(window: _Window, place: int) -> bool:
    text = window.text
    line_start = window.line_starts[bisect_right(window.line_starts, place) - 1]
    may_be_fence = place - line_start <= LONGEST_LINE and _FENCE_LIKE.match(text, line_start, place + 1)
    return (
        place > window.start
        and text[place] not in _MEANS_SOMETHING_AT_A_START
        and text[place - 1] != "\\"
        and not may_be_fence
    )


def _any_place(window: _Window) -> int:
    """Between two graphemes, as late as possible."""
    place = window.end
    while place > window.start + (window.end - window.start) // 2:
        place = cut_before(window.text, place)
        if _is_allowed(window, place):
            return place
        place -= 1
    return max(cut_before(window.text, window.end), window.start + 1)
