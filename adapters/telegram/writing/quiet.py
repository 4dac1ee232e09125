"""Text in which Telegram finds nobody to notify, and no command but the bot's own."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.commands.known import COMMANDS
from bot.markup.dialect import is_link
from bot.markup.flat import Flat, Kind, Span

_QUIET = "\u2060"
"""WORD JOINER: not visible, and no part of a username or command."""
# Telegram may not know a letter that Python knows, and then finds a mention behind it: only ASCII is sure.
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@\w")
_COMMAND = re.compile(r"(?<![\w/<>])/([A-Za-z0-9_]{1,64})(?![\w/])")
"""What Telegram takes for a command, or a little more (Bot API, MessageEntity: bot_command)."""
_COMMAND_BEGUN = re.compile(r"(?<![\w/<>])/(?!/)")
"""Within an address it is none, until the address is cut."""
_STANDS_ALONE = re.compile(r"(?<![^\s(\"'“‘«\[\u2066])/\w+(?=[^\w\s/]{0,2}(?:\s|\Z))")
"""Also in the isolate that it gets within a text from right to left; see `bot.markup.direction`."""
_MAY_GO_ON = re.compile(r"/\w{0,65}[^\w\s]{0,2}\Z")
"""It may still become another command, or none."""
_OPAQUE = frozenset({Kind.CODE, Kind.PRE, Kind.LINK})
"""In these Telegram finds neither."""


def quietened(flat: Flat) -> Flat:
    """Keep Telegram from finding mentions, and commands that the bot does not have.

    Addresses that hold an ``@``, or what cut off were a command, become links; other ``@`` get a joiner. A command
    that stands alone, such as ``/etc``, becomes code, so that it is copied as it is; the slash of ``(a+b)/2a`` gets a
    joiner.
    """
    if "@" not in flat.text and "/" not in flat.text:
        return flat
    spans = [_linked(span, flat.text) for span in flat.spans]
    joints = [found.start() + 1 for found in _outside(_MENTION, flat.text, spans, _OPAQUE)]
    edges = sorted({place for span in spans for place in (span.start, span.end)})
    for found in _outside(_COMMAND, flat.text, spans, _OPAQUE | {Kind.ADDRESS}):
        if found[1] in COMMANDS:
            continue
        is_whole = bisect_left(edges, found.end()) <= bisect_right(edges, found.start())
        if is_whole and _STANDS_ALONE.match(flat.text, found.start()):
            spans.append(Span(*found.span(), Kind.CODE))
        else:
            joints.append(found.start() + 1)
    spans.sort(key=lambda span: (span.start, -span.end))
    return _with_joiners(Flat(flat.text, spans, _settled(flat)), sorted(joints))


def _outside(
    pattern: re.Pattern[str], text: str, spans: Sequence[Span], kinds: frozenset[Kind]
) -> Iterator[re.Match[str]]:
    """What Telegram finds outside of spans of these kinds."""
    opaque = [span for span in spans if span.kind in kinds]
    number = 0
    for found in pattern.finditer(text):
        while number < len(opaque) and opaque[number].end <= found.start():
            number += 1
        if number == len(opaque) or _is_before(found, opaque[number]):
            yield found


def _is_before(found: re.Match[str], span: Span) -> bool:
    """Not found is what is half in a mark. Addresses are not marked: of what overlaps the first is found."""
    return found.start() < span.start if span.kind is Kind.ADDRESS else found.end() <= span.start


def _settled(flat: Flat) -> int | None:
    if flat.settled is None:
        return None
    may_go_on = _MAY_GO_ON.search(flat.text, 0, flat.settled)
    return flat.settled if may_go_on is None else may_go_on.start()


def _linked(span: Span, text: str) -> Span:
    url = text[span.start : span.end]
    if span.kind is Kind.ADDRESS and ("@" in url or _COMMAND_BEGUN.search(url)) and is_link(url):
        return replace(span, kind=Kind.LINK, value=url)
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
