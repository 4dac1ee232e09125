"""Where a text may be cut without taking a character apart that people see as one."""

import unicodedata

_JOINER = "\u200d"
_VIRAMA = 9
"""Combining class of the signs that join Indic letters (Unicode, UnicodeData)."""
_CONTINUING = frozenset({"Mn", "Mc", "Me", "Cf", "Sk"})
"""Categories of what belongs to the character before it: marks, joiners, tags, skin tones (`_is_skin_tone`)."""


def may_cut(text: str, position: int) -> bool:
    """Whether a cut before ``text[position]`` keeps every visible character whole.

    After Unicode's rules for grapheme clusters (UAX #29), without a table of its own: combining marks, emoji joined by
    U+200D, skin tones, flags, Hangul syllables, Indic conjuncts, CR LF. It may find a cluster where there is none,
    never the other way round for these.
    """
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if before.isascii() and after.isascii():
        return after != "@" and not (before == "\r" and after == "\n")
    if before == _JOINER or _continues(after) or unicodedata.combining(before) == _VIRAMA:
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        return _flag_letters_before(text, position) % 2 == 0
    return not (_is_jamo(before) and _is_jamo(after))


def _continues(character: str) -> bool:
    if character == "@":  # Cut off from an address, it could become the mention of somebody.
        return True
    category = unicodedata.category(character)
    return category in _CONTINUING and (category != "Sk" or "\U0001f3fb" <= character <= "\U0001f3ff")


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, position: int) -> int:
    start = position
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return position - start


def _is_jamo(character: str) -> bool:
    """A letter of a Hangul syllable, or a syllable that letters may follow."""
    return "\u1100" <= character <= "\u11ff" or "\ua960" <= character <= "\ua97f" or "\ud7b0" <= character <= "\ud7ff"
