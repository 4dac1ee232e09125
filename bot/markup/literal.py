"""Plain text as Markdown: it is shown as it stands. Pure."""

import re

from bot.markup.dialect import ESCAPABLE, addresses

_SIGNS = re.compile(f"[{re.escape(''.join(sorted(ESCAPABLE)))}]")
_LINK_OR_NUMBER = re.compile(r"(?<=\])(?=\()|(?<=^\d)(?=\))|(?<=^\d\d)(?=\))")
_WORD_JOINER = "\u2060"
"""Nobody sees it. It stands where a backslash would be shown: see `bot.markup.dialect`."""


def literal(line: str) -> str:
    """One line of somebody's as Markdown without styles, links with names, or blocks.

    Bare addresses stay links, and formulas can be read, as anywhere.
    """
    pieces, place = [], 0
    for found in addresses(line):
        pieces += [_escaped(line[place : found.start()]), found[0]]
        place = found.end()
        # A backslash would be taken for the end of the address.
        pieces.append(line[place : place + 1])
        place += 1
    return "".join([*pieces, _escaped(line[place:])])


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", _LINK_OR_NUMBER.sub(_WORD_JOINER, text))
