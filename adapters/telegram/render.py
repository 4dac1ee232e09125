"""The model's Markdown as Telegram messages: plain text and marks, never a parse mode that can fail."""

import logging
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from markdown_it.rules_block.table import escapedSplit

from adapters.telegram import dialect
from adapters.telegram.canvas import OPAQUE, Span
from adapters.telegram.limits import LIMITS, MAX_MARKS
from adapters.telegram.paint import paint
from adapters.telegram.split import split
from bot.ports.chat import MarkKind, Part

log = logging.getLogger(__name__)

_QUIET = "\u2060"
"""WORD JOINER: not visible, and no part of a username."""
# Telegram may not know a letter that Python knows, and then finds a mention behind it: only ASCII is sure.
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@(?=\w)")
_DELIMITER_BEGUN = re.compile(r"[\s|:-]*")


def render(
    markdown: str, *, final: bool, text_length: int = LIMITS.text_length, max_marks: int = MAX_MARKS
) -> tuple[Part, ...]:
    """Turn Markdown into messages. Pure; never raises; every visible character is shown once, in order.

    What is not shown as written: markup itself; the address of a link (it is the mark's value) and the language of a
    block of code (likewise); ``[x]`` of a task list as ``☑``; bullets as ``•``; a rule as a line. Mentions get an
    invisible joiner behind their ``@``, so that nobody is notified.

    Parts but the last stay when text is appended, unless the appended text changes the meaning of an unfinished
    paragraph or table that began in an earlier part: a ``*`` there may find its counterpart later, and a longer cell
    widens its column.

    Args:
        markdown: Any text whatsoever.
        final: False while it grows: what is half-open at the end is shown closed.
        text_length: Longest part, in UTF-16 units.
        max_marks: Most marks of one part.
    """
    source = _cleaned(markdown)
    if not final:
        source = _with_table_begun(source)
    try:
        canvas = paint(dialect.parse(source, growing=not final), source.split("\n"))
        text, spans = _quietened(canvas.text, canvas.spans)
    except dialect.TooDeep:
        text, spans = _quietened(source, [])
    except Exception:
        # An answer must not be lost to a text that the parser can't bear: it is shown as written.
        log.exception("An answer can't be formatted and is shown as written")
        text, spans = _quietened(source, [])
    return tuple(split(text, spans, text_length=text_length, max_marks=max_marks))


def as_written(text: str, *, text_length: int = LIMITS.text_length, max_marks: int = MAX_MARKS) -> tuple[Part, ...]:
    """Cut plain text into messages, in which nothing is markup and nobody is notified. See `render`."""
    shown, spans = _quietened(_cleaned(text), [])
    return tuple(split(shown, spans, text_length=text_length, max_marks=max_marks))


def _cleaned(markdown: str) -> str:
    """One kind of line break, and no half of a surrogate pair (U+FFFD instead)."""
    whole = markdown.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def _with_table_begun(source: str) -> str:
    """A table whose second line is not there yet, or not whole, gets it, so that it is a table at once."""
    before, _, last = source.rpartition("\n")
    if before and _DELIMITER_BEGUN.fullmatch(last):
        before, _, header = before.rpartition("\n")
    else:
        header = last
    header = header.strip()
    if not header.startswith("|") or before.rpartition("\n")[2].lstrip().startswith("|"):
        return source
    if not header.strip("| "):
        return before
    cells = escapedSplit(header.removeprefix("|").removesuffix("|"))
    lines = [before] if before else []
    return "\n".join([*lines, header, "|" + "---|" * len(cells)])


def _quietened(text: str, spans: Sequence[Span]) -> tuple[str, Sequence[Span]]:
    """Keep Telegram from finding mentions: addresses that hold an ``@`` become links, other ``@`` get a joiner."""
    if "@" not in text:
        return text, spans
    opaque = [span for span in spans if span.kind in OPAQUE]
    found = [link for match in dialect.addresses(text) if (link := _linked(match, spans)) is not None]
    opaque += found
    joints = [m.end() for m in _MENTION.finditer(text) if _is_free(m.start(), m.end() + 1, opaque)]
    return _with_joiners(text, sorted([*spans, *found], key=lambda span: (span.start, -span.end)), joints)


def _linked(address: re.Match[str], spans: Sequence[Span]) -> Span | None:
    """The mark for an address that holds an ``@``; None if it needs none or can't have one."""
    start, end = address.span()
    for span in spans:
        if start < span.start < end:
            end = span.start
        elif span.start <= start < span.end < end:
            end = span.end
    url = address.string[start:end]
    is_new = _is_free(start, end, [span for span in spans if span.kind in OPAQUE])
    return Span(start, end, MarkKind.LINK, url) if "@" in url and is_new and dialect.is_link(url) else None


def _is_free(start: int, end: int, spans: Sequence[Span]) -> bool:
    """No span covers or cuts this stretch. A mention half in code is none that Telegram finds."""
    return all(span.end <= start or span.start >= end for span in spans)


def _with_joiners(text: str, spans: Sequence[Span], joints: Sequence[int]) -> tuple[str, Sequence[Span]]:
    if not joints:
        return text, spans
    places = [0, *joints, len(text)]
    joined = _QUIET.join(text[start:end] for start, end in pairwise(places))
    moved = [
        Span(
            span.start + bisect_right(joints, span.start),
            span.end + bisect_right(joints, span.end - 1),
            span.kind,
            span.value,
        )
        for span in spans
    ]
    return joined, moved
