r"""Where formulas and code begin and end within a block's text."""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

Memory: TypeAlias = MutableMapping[Any, Any]
"""Lives as long as a text is being parsed: what was looked for in vain is not looked for again."""

LONGEST_FORMULA = 2000
"""Code points; what is longer was not meant as one."""

ENDS: Mapping[str, str] = MappingProxyType({"\\(": "\\)", "\\[": "\\]", "$$": "$$"})
"""How a formula ends that begins so; one of single dollars is told by `_DOLLARS`."""
BLOCK_ENDS: Mapping[str, str] = MappingProxyType({"\\[": "\\]", "$$": "$$"})
"""How lines end that are a formula and begin so."""

_DOLLARS = re.compile(r"\$(?=[^\s$])([^$\n]{0,299}[^\s$\\])\$(?![A-Za-z0-9$])")
"""As Pandoc has it: no blank inside of the dollars and no digit behind them, else these are prices."""
_LONE_DOLLAR = re.compile(r"\$(?:[^\s$][^$\n]{0,299})?\Z")
_OPEN_DOLLAR = re.compile(
    r"\$(?=[A-Za-z\\{(|]|\d[\d.,]*(?:\s*[-+=*/]?\s*\\[A-Za-z]|(?:\s*[-+=*/]\s*)?[A-Za-z]{0,2}[\^_]))[^$\n]*\Z"
)
_UNFINISHED_COMMAND = re.compile(r"(?:\\(?:begin|end)\{[A-Za-z*]*\}?(?:\{[lcr|]*\}?)?|\\[A-Za-z]*|[\^_{\s$])+\Z")
_OF_WORDS = re.compile(r"\w\s+[A-Za-z]{2}|[A-Za-z]{2}\s+\w")
_OF_PRICES = re.compile(r"\d[^=+<>*/\\^_{}|-]*\s[^=+<>*/\\^_{}|-]*")
_OF_TEX = re.compile(r"[\\^_{}=]")


@dataclass(frozen=True, slots=True)
class Found:
    """A formula in a text."""

    tex: str
    """Without its delimiters."""
    end: int
    """Behind them."""


def formula_at(text: str, start: int, limit: int, memory: Memory) -> Found | None:
    """The formula that begins at `start`, if one does.

    Args:
        text: One block's text.
        start: Where to look.
        limit: It ends before here.
        memory: See `Memory`.
    """
    if text[start] not in "\\$":
        return None
    opening = text[start : start + 2]
    closing = ENDS.get(opening)
    if closing is not None:
        end = find_from(text, closing, start + 2, memory)
        tex = text[start + 2 : end]
        found = Found(tex, end + 2) if 0 < end <= limit - 2 else None
    elif opening[0] == "$" and not text[start - 1 : start].isalnum():
        dollars = _DOLLARS.match(text, start, limit)
        found = Found(dollars[1], dollars.end()) if dollars else None
    else:
        found = None
    return found if found and len(found.tex) <= LONGEST_FORMULA and is_formula(found.tex) else None


def is_formula(tex: str) -> bool:
    """Whether this was meant as a formula: a few signs, or commands of TeX, and no prose."""
    if not tex.strip() or _OF_PRICES.fullmatch(tex):
        return False
    return _OF_TEX.search(tex) is not None or _OF_WORDS.search(tex) is None


def open_formula(text: str, start: int) -> str | None:
    """What would close the formula that begins at `start` and has no end yet; None if none does."""
    if not may_open_formula(text, start):
        return None
    if (closing := ENDS.get(text[start : start + 2])) is not None:
        rest = text[start + 2 :]
        return closing if not rest.strip() or is_formula(rest) else None
    return "$" if _OPEN_DOLLAR.match(text, start) and is_formula(text[start + 1 :]) else None


def may_open_formula(text: str, start: int) -> bool:
    """Whether what begins at `start` and has no end yet may become a formula."""
    if len(text) - start > LONGEST_FORMULA + 4:
        return False
    if (closing := ENDS.get(text[start : start + 2])) is not None:
        return text.find(closing, start + 2) < 0
    is_single = text[start] == "$" and not text[start - 1 : start].isalnum()
    return is_single and _LONE_DOLLAR.match(text, start) is not None


def closing_tex(tex: str) -> str | None:
    """A formula that is still being written, so that it can be read; None if nothing of it can."""
    whole = _UNFINISHED_COMMAND.sub("", tex)
    return whole + "}" * (whole.count("{") - whole.count("}")) if whole.strip() else None


def code_end(text: str, run: str, place: int, memory: Memory) -> int:
    """The end of the code that begins with this run of backticks before `place`; -1 if it has none."""
    if place >= memory.get((run, text), len(text) + 1):
        return -1
    found = re.compile(rf"(?<!`){run}(?!`)").search(text, place)
    if found is None:
        memory[run, text] = place
        return -1
    return found.end()


def find_from(text: str, closing: str, place: int, memory: Memory) -> int:
    """Like `str.find`, but thousands of vain searches cost as much as one."""
    if place >= memory.get((closing, text), len(text) + 1):
        return -1
    found = text.find(closing, place)
    if found < 0:
        memory[closing, text] = place
    return found
