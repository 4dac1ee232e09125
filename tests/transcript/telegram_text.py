"""Reads a Telegram message's text and entities as Telegram's clients do, independently of what the bot writes."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.transcript.formatted import BLOCKS, Kind, Node, Styled

_KINDS = {
    "bold": Kind.BOLD,
    "italic": Kind.ITALIC,
    "underline": Kind.UNDERLINE,
    "strikethrough": Kind.STRIKETHROUGH,
    "spoiler": Kind.SPOILER,
    "code": Kind.CODE,
    "pre": Kind.PRE,
    "blockquote": Kind.QUOTE,
    "expandable_blockquote": Kind.FOLDED_QUOTE,
    "text_link": Kind.LINK,
    "url": Kind.LINK,
    "email": Kind.LINK,
    "mention": Kind.MENTION,
    "text_mention": Kind.MENTION,
    "custom_emoji": Kind.EMOJI,
}
"""Everything else is shown as touchable (Bot API, MessageEntity)."""

_Entity = Mapping[str, Any]


def read(text: str, entities: Sequence[_Entity]) -> Sequence[Node]:
    """What people see.

    Args:
        text: The message's text or caption.
        entities: As the Bot API gives them, with offsets in UTF-16 units; those that cross are cut where they do.
    """
    units = text.encode("utf-16-le")
    ordered = sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return _read(units, 0, len(units) // 2, ordered)


def _read(units: bytes, start: int, end: int, entities: Sequence[_Entity]) -> Sequence[Node]:
    nodes: list[Node] = []
    waiting = list(entities)
    while waiting:
        outer = waiting.pop(0)
        first, last = max(start, outer["offset"]), min(end, _ends(outer))
        if first >= last:
            continue
        inner = [entity for entity in waiting if entity["offset"] < last]
        waiting = [*(_rest(entity, last) for entity in inner if _ends(entity) > last), *waiting[len(inner) :]]
        if start < first:
            nodes.append(_text(units, start, first))
        nodes.append(Styled(_kind(outer), _read(units, first, last, inner), _value(outer, _text(units, first, last))))
        start = last
        if _kind(outer) in BLOCKS and _text(units, last, min(end, last + 1)) == "\n":
            # A block ends its line by itself.
            start += 1
    if start < end:
        nodes.append(_text(units, start, end))
    return nodes


def _text(units: bytes, start: int, end: int) -> str:
    return units[2 * start : 2 * end].decode("utf-16-le", errors="replace")


def _ends(entity: _Entity) -> int:
    return int(entity["offset"] + entity["length"])


def _rest(entity: _Entity, start: int) -> _Entity:
    return {**entity, "offset": start, "length": _ends(entity) - start}


def _kind(entity: _Entity) -> Kind:
    return _KINDS.get(entity["type"], Kind.TOUCHABLE)


def _value(entity: _Entity, text: str) -> str:
    match entity["type"]:
        case "pre":
            return str(entity.get("language", ""))
        case "text_link":
            return str(entity["url"])
        case "text_mention":
            return str(entity["user"]["id"])
        case "url" | "email" | "mention" as found:
            scheme = {"url": "" if "://" in text else "http://", "email": "mailto:"}
            return scheme.get(found, "") + text
        case _:
            return ""
