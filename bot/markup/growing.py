"""Text that is still being written: what is half-open at its end is closed, and what may still change is told apart."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.balance_pairs import link_pairs
from markdown_it.rules_inline.state_inline import Delimiter

from bot.markup.block_rules import MOST_FORMULA_LINES, is_delimiter_begun
from bot.markup.delimiters import closing_tex, code_end, find_from, may_open_formula, open_formula
from bot.markup.dialect import label_end, parser

_SHORT = 24
"""A longer line is what it is: a paragraph's, a list's, ... The number of an entry takes at most 11 code points."""
_NO_WORDS = re.compile(r"[^\w]*")
_CONTAINERS = r"[\s>]*(?:(?:[-+*]|\d{1,9}[.)])(?:\s+\[[ xX]\](?=\s))?[\s>]*)*"
_BEGINS_WITH_LETTER = re.compile(rf"{_CONTAINERS}[^\W\d_]")
_HEADER_BEGUN = re.compile(rf"{_CONTAINERS}\|")
_FENCE_BEGUN = re.compile(rf"{_CONTAINERS}(?:```|~~~)")
_FORMULA_BEGUN = re.compile(rf"{_CONTAINERS}(?:\\\[|\$\$)")

_LONGEST_UNFINISHED = 1500
"""Longer than any link."""
_MOST_STYLES = 20
"""So many can be open with sense."""
_UNFINISHED_RUN = re.compile(r"(?:(?:\\(?=[*_~$]))?[*_~`$]++ *+)++\\?\Z|\\\Z")
_UNFINISHED_BOX = re.compile(r"\A\[[ xX]?\]?\Z")
_LABEL = r"[^\[\]\n]*+(?:\[[^\[\]\n]*+\][^\[\]\n]*+)*+"
_UNFINISHED_ESCAPE = re.compile(r"()\\\Z")
"""Of a backtick: whether it is one depends on what stands before."""
_UNFINISHED_LINK = re.compile(rf"!?\[({_LABEL})\]\((?:(?:[^()\s]|\([^()\s]*+\)?+)*+|\S+\s+\"[^\"\n]*\"?)\Z")
_UNFINISHED_LABEL = re.compile(
    rf"(?<![A-Za-z0-9_)\]\\])!?\[(?=[^\s\]]|\]?\Z)({_LABEL}(?:\[[^\[\]\n]*+)?)\]?\Z|(?<![^\s\[])()!\Z"
)
_UNFINISHED_ADDRESS = re.compile(r"(?<!\\)<()(?=(?:h|ht|htt|https?(?::[^\s<>]*)?)?\Z)", re.IGNORECASE)
_UNFINISHED_PRICE = re.compile(r"(?<![^\W_])\$\d[\w.,]*+(?:\s*[-+*/=])?\Z")
"""Or formula."""
# A picture in a link is in two labels.
_UNFINISHED = (
    _UNFINISHED_ESCAPE,
    _UNFINISHED_LINK,
    _UNFINISHED_LABEL,
    _UNFINISHED_LABEL,
    _UNFINISHED_ADDRESS,
    _UNFINISHED_PRICE,
)
_BACKTICKS = re.compile("`+")
_VERBATIM = re.compile(r"`+|\\[(\[]|\$")
_SIGNS = "$_*~"
_TILDE = ord("~")
_TAIL = re.compile(r"(?:https?:\S*|h(?:tt?(?:ps?)?)?|\\\w*|<\S*|[^\w\s]+)?\Z", re.IGNORECASE)
"""What the next character may change: an address, a mention, signs."""


def unsettled_line(lines: Sequence[str]) -> int:
    """The first line of a growing text that may still become something else: a list, a table, a block of code, ..."""
    last = len(lines) - 1
    if last > 0 and is_delimiter_begun(lines[last]) and _HEADER_BEGUN.match(lines[last - 1]):
        return min(last - 1, _formula_line(lines))
    return min(last if _may_change(lines[last]) else last + 1, _formula_line(lines))


def _may_change(line: str) -> bool:
    if _BEGINS_WITH_LETTER.match(line):
        return False
    others = (_HEADER_BEGUN.match, _FENCE_BEGUN.match, _NO_WORDS.fullmatch)
    return len(line) <= _SHORT or any(matches(line) for matches in others)


def _formula_line(lines: Sequence[str]) -> int:
    """Where a block begins that may be a formula, or become one when it is closed."""
    first = len(lines)
    last = len(lines) if lines[-1].strip() else len(lines) - 1
    for number in reversed(range(max(0, last - MOST_FORMULA_LINES - 1), last)):
        if not lines[number].strip():
            break
        if _FORMULA_BEGUN.match(lines[number]):
            first = number
    return first


def closed(text: str, changeable_from: int) -> tuple[str, str]:
    """Close what is open at the end of a growing block's text.

    Args:
        text: The block's text so far.
        changeable_from: What stands here or later may change for other reasons.

    Returns:
        What will stay whatever is appended, and the rest, closed. Each can be parsed by itself.
    """
    run = _UNFINISHED_RUN.search(text, max(0, len(text) - _LONGEST_UNFINISHED))
    begun = _UNFINISHED_BOX.sub("", text[: run.start()] if run else text).rstrip(" ")
    scan = _scan(begun)
    shown, unfinished_from = _without_unfinished(begun, scan)
    start = min([unfinished_from, changeable_from, *scan.open])
    if shown != begun:
        whole = scan.whole
        scan = _scan(shown)
        scan.whole += whole
    start = scan.whole_from(min([start, *scan.open]))
    # What signs mean depends on what follows them.
    if not shown.startswith("\n", start):
        start = scan.whole_from(len(shown[:start].rstrip(_SIGNS)))
    start = len(shown[:start].rstrip())
    styles = scan.styles[::-1] if len(scan.styles) <= _MOST_STYLES else []
    return shown[:start], "".join([shown[start : scan.end].rstrip(), scan.closing, *styles])


def _without_unfinished(text: str, scan: "_Scan") -> tuple[str, int]:
    """The text without what only makes sense together with what follows, and from where it may change."""
    starts = [len(text)]
    shown = text
    for unfinished in _UNFINISHED:
        found = scan.search(unfinished, shown)
        if found and found.start() < scan.verbatim_from:
            kept = next(filter(None, found.groups()), "")
            shown = shown[: found.start()] + kept + shown[found.end() :]
            starts.append(found.start())
    tail = _TAIL.search(shown, max(0, len(shown) - _LONGEST_UNFINISHED))
    return shown, min(starts if tail is None else [*starts, tail.start()])


@dataclass(slots=True)
class _Scan:
    """What a text consists of, by places in it."""

    end: int
    """Up to where it makes sense."""
    whole: list[tuple[int, int]] = field(default_factory=list)
    """Stretches that can't be parted, those of styles included."""
    open: list[int] = field(default_factory=list)
    """What has no end yet."""
    closing: str = ""
    """Of code or a formula."""
    verbatim_from: int = sys.maxsize
    """Where these begin."""
    styles: list[str] = field(default_factory=list)
    """What closes those that are open, the outer ones first."""

    def search(self, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
        """The first match, near the end of the text, that does not begin within what can't be parted."""
        place = max(0, len(text) - _LONGEST_UNFINISHED)
        near = [(start, end) for start, end in self.whole if end > place]
        while (found := pattern.search(text, place)) is not None:
            place = max((end for start, end in near if start < found.start() < end), default=-1)
            if place < 0:
                return found
        return None

    def whole_from(self, start: int) -> int:
        """The last place at or before `start` where nothing is torn apart."""
        while (outer := min((s for s, e in self.whole if s < start < e), default=start)) < start:
            start = outer
        return start


def _scan(text: str) -> _Scan:
    scan = _Scan(len(text))
    state = StateInline(text, parser(), {}, [])
    places: dict[int, int] = {}
    words, *rules = parser().inline.ruler.getRules("")
    while state.pos < state.posMax:
        if words(state, False):
            continue
        start, known = state.pos, len(state.delimiters)
        if _ends_open(scan, state):
            break
        if not any(rule(state, False) for rule in rules):
            if text[start] == "[" and _may_become_link(state):
                scan.open.append(start - (text[start - 1 : start] == "!"))
            elif text[start] in "\\$" and may_open_formula(text, start):
                scan.open.append(start)
            state.append_pending(text[start])
            state.pos += 1
        elif len(state.delimiters) == known:
            is_address = text[start] == ":"  # It begins before its colon.
            scan.whole.append((state.pos - len(state.tokens[-1].content) if is_address else start, state.pos))
            if text[start] in "[!" and _may_end_within(state, start):
                scan.open.append(start)
        for delimiter in state.delimiters[known:]:
            places[delimiter.token] = start
            start += _width(delimiter)
    link_pairs(state)
    _add_styles(scan, state.delimiters, places)
    return scan


def _ends_open(scan: _Scan, state: StateInline) -> bool:
    """Whether code or a formula begins here that has no end yet, and so takes the rest of the text."""
    text, start = state.src, state.pos
    if text[start] == "`":
        run = _BACKTICKS.match(text, start)
        if run is None or code_end(text, run[0], run.end(), state.env) >= 0:
            return False
        scan.closing = run[0]
    elif text[start] not in "\\$" or (closing := open_formula(text, start)) is None:
        return False
    elif (tex := closing_tex(text[start + len(closing) :])) is not None:
        scan.end = start + len(closing)
        scan.closing = tex + closing
    else:
        scan.end = start
    if scan.closing:
        scan.verbatim_from = start
    scan.open.append(start)
    return True


def _may_end_within(state: StateInline, start: int) -> bool:
    """Whether code or a formula that begins in this link may come to go on behind it."""
    place = start
    while (found := _VERBATIM.search(state.src, place, state.pos)) is not None:
        place = code_end(state.src, found[0], found.end(), state.env) if found[0][0] == "`" else -1
        if place < 0:
            return True
    return False


def _may_become_link(state: StateInline) -> bool:
    end = label_end(state, state.pos)
    if end < 0 or end + 1 == len(state.src):
        return True
    return state.src[end + 1] == "(" and find_from(state.src, ")", end, state.env) < 0


def _add_styles(scan: _Scan, delimiters: list[Delimiter], places: dict[int, int]) -> None:
    number = 0
    while number < len(delimiters):
        opener = delimiters[number]
        if opener.end >= 0:
            closer = delimiters[opener.end]
            scan.whole.append((places[opener.token], places[closer.token] + _width(closer)))
            number = opener.end
        elif opener.open:
            scan.open.append(places[opener.token])
            scan.styles.append(chr(opener.marker) * _width(opener))
        number += 1


def _width(delimiter: Delimiter) -> int:
    return 2 if delimiter.marker == _TILDE else 1
