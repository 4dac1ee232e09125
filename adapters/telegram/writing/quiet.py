"""Text in which Telegram finds nobody to notify."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from bot.markup.dialect import is_link
from bot.markup.flat import Flat, Kind, Span

_QUIET = "\u2060"
"""WORD JOINER: not visible, and no part of a username."""
# Telegram may not know a letter that Python knows, and then finds a mention behind it: only ASCII is sure.
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@(?=\w)")
_OPAQUE = frozenset({Kind.CODE, Kind.PRE, Kind.LINK})
"""In these Telegram finds no mention."""


def quietened(flat: Flat) -> Flat:
    """Keep Telegram from finding mentions: addresses that hold an ``@`` become links, other ``@`` get a joiner."""
    if "@" not in flat.text:
        return flat
    spans = [_linked(span, flat.text) for span in flat.spans]
    opaque = [span for span in spans if span.kind in _OPAQUE]
    joints = []
    number = 0
    for found in _MENTION.finditer(flat.text):
        while number < len(opaque) and opaque[number].end <= found.start():
            number += 1
        # A mention half in code is none that Telegram finds.
        if number == len(opaque) or opaque[number].start > found.end():
            joints.append(found.end())
    return _with_joiners(Flat(flat.text, spans, flat.settled), joints)


def _linked(span: Span, text: str) -> Span:
    url = text[span.start : span.end]
    if span.kind is Kind.ADDRESS and "@" in url and is_link(url):
        return Span(span.start, span.end, Kind.LINK, url)
    return span


def _with_joiners(flat: Flat, joints: Sequence[int]) -> Flat:
    if not joints:
        return flat
    places = [0, *joints, len(flat.text)]
    joined = _QUIET.join(flat.text[start:end] for start, end in pairwise(places))
    moved = [
        Span(
            span.start + bisect_right(joints, span.start),
            span.end + bisect_right(joints, span.end - 1),
            span.kind,
            span.value,
        )
        for span in flat.spans
    ]
    settled = None if flat.settled is None else flat.settled + bisect_right(joints, flat.settled)
    return Flat(joined, moved, settled)
