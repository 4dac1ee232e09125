"""Where a text may be cut without tearing apart what a person sees as one character. Pure."""

import unicodedata

_JOINER = "\u200d"
_ALWAYS_JOINED = frozenset({"\u200c", _JOINER, "\uff9e", "\uff9f"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
_VIRAMA = 9
"""The combining class of the signs that tie two Indic consonants together."""
_LONGEST_CLUSTER = 128
"""A longer "character" is an attack on screens, and is cut anywhere."""
_REGIONALS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""Letters of flags."""
_LONGEST_ROW = 8192
"""So many letters of flags are counted, to know which two belong together. More than fit into a message."""


def cut_before(text: str, at: int) -> int:
    """Find the last place at or before `at` where no grapheme cluster is torn.

    Nearly Unicode's UAX #29, extended grapheme clusters; where this differs it joins more, which is harmless here.

    Args:
        text: Any text.
        at: An index into it, in code points.

    Returns:
        An index in code points; `at` itself where a cluster of over 128 code points leaves no choice.
    """
    for index in range(at, max(0, at - _LONGEST_CLUSTER), -1):
        if index >= len(text) or not _are_joined(text, index):
            return index
    return at


def _are_joined(text: str, index: int) -> bool:
    """Whether the code points before and at `index` belong together."""
    before, after = text[index - 1], text[index]
    if after < "\u0300":
        return before == _JOINER or (before == "\r" and after == "\n")
    return (
        before == _JOINER
        or _extends(after)
        or unicodedata.combining(before) == _VIRAMA
        or _in_hangul_syllable(before, after)
        or (after in _REGIONALS and _regionals_before(text, index) % 2 == 1)
    )


def _extends(char: str) -> bool:
    return (
        char in _ALWAYS_JOINED
        or unicodedata.category(char) in _MARKS
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags: the flags of England, Scotland, Wales
    )


def _regionals_before(text: str, index: int) -> int:
    row = text[max(0, index - _LONGEST_ROW) : index]
    return len(row) - len(row.rstrip(_REGIONALS))


def _in_hangul_syllable(before: str, after: str) -> bool:
    is_later_jamo = "\u1160" <= after <= "\u11ff"
    is_korean = "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"
    leads = "\u1100" <= before <= "\u115f"
    return (is_korean and is_later_jamo) or (leads and ("\u1100" <= after <= "\u115f" or "\uac00" <= after <= "\ud7a3"))
