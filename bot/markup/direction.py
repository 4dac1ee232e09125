"""Text that runs from right to left, with words that don't: invisible characters keep each in its place.

Chats find out by themselves which way a line runs: as its first letter does (Unicode, UAX #9, rule P2). A line in
Arabic that begins with a word in English then runs the wrong way, and signs beside a word change their side: ``@ann``
is shown as ``ann@``.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from bot.markup.nodes import Inlines, Link, Styled, Text, Unsettled

SAMPLE = 60
"""So many code points at the beginning of a paragraph tell its direction, so that it does not turn round later."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""Hebrew, Arabic and the scripts beside them."""
MARK = "\u200f"
"""RIGHT-TO-LEFT MARK: a letter that nobody sees."""

ISOLATE = ("\u2066", "\u2069")
"""LEFT-TO-RIGHT ISOLATE, and its end, around what runs so within a text that does not."""
_STRONG = frozenset({"L", "R", "AL"})
_SIGNS_BESIDE = re.compile(
    r"(?<![\w@#/.:~$-])"
    r"(?:(?:[@#/~$.]{1,3}|--?)[A-Za-z](?:[\w./-]{0,80}[A-Za-z0-9_])?|[A-Za-z][A-Za-z0-9_.]{0,80}(?:\([^()\s]{0,80}\)|\+\+|#)"
    r"|[-+−]\d(?:[\d .,-]{0,30}\d)?)(?!\w)",
    re.ASCII,
)
"""Names, options, paths, calls, ``C++``; numbers with a sign, as of telephones."""
_COMMANDS = re.compile(r"(?<![\w/@])[/@][A-Za-z]\w*")
"""And people's names in a network: a list of them is in no language."""


def direction_of(text: Inlines, *, is_among: bool = False) -> tuple[bool, bool]:
    """Whether a text runs from right to left, as most of its first letters do, and whether that may still change.

    Args:
        text: One block's.
        is_among: It is an entry behind others that run so: then a single letter is enough.
    """
    sample = ""
    may_change = False
    for words in _words(text):
        if words is None:
            may_change = True
        elif len(sample := sample + words) >= SAMPLE:
            break
    counted = "" if sample.isascii() else _COMMANDS.sub("", sample[:SAMPLE])
    directions = [unicodedata.bidirectional(letter) for letter in counted]
    right_to_left = directions.count("R") + directions.count("AL")
    return right_to_left > (0 if is_among else directions.count("L")), may_change


def begins_left_to_right(text: str) -> bool:
    """Whether the first letter runs so."""
    letters = (one for letter in text if (one := unicodedata.bidirectional(letter)) in _STRONG)
    return list(islice(letters, 1)) == ["L"]


def _words(text: Inlines) -> Iterator[str | None]:
    """Those in a language; None stands where the text may still change."""
    for inline in text:
        match inline:
            case Text(words):
                yield words
            case Styled(inside=inside) | Link(inside=inside):
                yield from _words(inside)
            case Unsettled():
                yield None


def with_signs_isolated(text: str) -> str:
    """A text in which signs stay on their side of the word that they belong to."""
    return _SIGNS_BESIDE.sub(lambda found: found[0].join(ISOLATE), text)
