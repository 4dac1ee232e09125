"""Notices when a text goes round in circles, as models sometimes do until their limit of tokens."""

import math

MAX_PERIOD = 2_000
"""Longest cycle that is noticed, in characters (code points, as everywhere here)."""

STEP = 512
"""So many new characters are collected before the text is looked at again."""

REPEATS = 6
"""A cycle must come at least so often."""
WORDS_LENGTH = 3_000
"""A cycle with letters must go on for so long: 100 times the same sentence, when somebody asks for it, is shorter."""
SYMBOLS_LENGTH = 10_000
"""The same without letters: 3,000 emoji of up to three characters each, grids and tables of zeros are shorter."""
BLANK_LENGTH = 800
"""The same with nothing but white space, which nobody asks for."""

_WINDOW = MAX_PERIOD * REPEATS
_NEEDLE = 64
_CANDIDATES = 32
_KEPT_REPEATS = 3
_KEPT_LENGTH = 60


class Repetition:
    """Is fed a text piece by piece, and tells when its end only repeats itself.

    Exact cycles alone count: lists, tables and code whose lines differ in a character never do, and neither does a
    model that counts while it repeats itself.

    Costs some microseconds per `STEP` characters and keeps at most `MAX_PERIOD` × `REPEATS` of them.
    """

    __slots__ = ("_new", "_new_length", "_tail")

    def __init__(self) -> None:
        self._tail = ""
        self._new: list[str] = []
        self._new_length = 0

    def feed(self, piece: str) -> bool:
        """Take some more. True when the end of all that was fed goes round in circles; asked every `STEP` characters.

        It is the end that counts, also of a long piece: a text that has found its way out of a cycle is fine.
        """
        self._new.append(piece)
        self._new_length += len(piece)
        if self._new_length < STEP:
            return False
        self._tail = (self._tail + "".join(self._new))[-_WINDOW:]
        self._new.clear()
        self._new_length = 0
        return _period(self._tail) is not None


def trimmed(text: str) -> str:
    """Return a text that `Repetition` has found to go round in circles with a few rounds of them.

    White space may have been taken off its ends meanwhile. A text without circles comes back as it is.
    """
    # Somewhat less than `feed` wants will do, since some of it may have been white space.
    period = _period(text[-_WINDOW:], share=0.75)
    if period is None:
        return text
    cycle = text[-period:]
    start = len(text) - period
    while text.endswith(cycle, 0, start):
        start -= period
    rounds = max(_KEPT_REPEATS, math.ceil(_KEPT_LENGTH / period))
    kept = text[: start + rounds * period]
    # The end of the text is somewhere in the middle of a round: better the end of a line or of a word.
    for end in "\n", " ":
        if end in cycle:
            return kept[: kept.rindex(end)].rstrip()
    return kept


def _period(tail: str, *, share: float = 1.0) -> int | None:
    """The length of the cycle at the end of a text, if it goes on for long enough."""
    length = len(tail)
    if length < BLANK_LENGTH * share:
        return None
    needle = tail[-_NEEDLE:]
    lowest, end = max(0, length - MAX_PERIOD - _NEEDLE), length - 1
    for _ in range(_CANDIDATES):
        found = tail.rfind(needle, lowest, end)
        if found < 0:
            return None
        period = length - _NEEDLE - found
        wanted = int(_wanted(tail[-period:]) * share)
        if wanted <= length and tail[-wanted:-period] == tail[period - wanted :]:
            return period
        end = found + _NEEDLE - 1
    return None


def _wanted(cycle: str) -> int:
    if cycle.isspace():
        return BLANK_LENGTH
    if any(map(str.isalpha, cycle)):
        return max(WORDS_LENGTH, REPEATS * len(cycle))
    return SYMBOLS_LENGTH
