"""Marks of a part as Telegram's entities."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from telegram.constants import MessageEntityType

from bot.ports.chat import Mark, MarkKind

_TYPES: Mapping[MarkKind, str] = MappingProxyType(
    {
        MarkKind.BOLD: MessageEntityType.BOLD.value,
        MarkKind.ITALIC: MessageEntityType.ITALIC.value,
        MarkKind.UNDERLINE: MessageEntityType.UNDERLINE.value,
        MarkKind.STRIKETHROUGH: MessageEntityType.STRIKETHROUGH.value,
        MarkKind.SPOILER: MessageEntityType.SPOILER.value,
        MarkKind.CODE: MessageEntityType.CODE.value,
        MarkKind.PRE: MessageEntityType.PRE.value,
        MarkKind.QUOTE: MessageEntityType.BLOCKQUOTE.value,
        MarkKind.LINK: MessageEntityType.TEXT_LINK.value,
    }
)
_VALUES: Mapping[MarkKind, str] = MappingProxyType({MarkKind.LINK: "url", MarkKind.PRE: "language"})
"""Under which name the Bot API wants `Mark.value`."""


def entities_of(marks: Sequence[Mark]) -> list[dict[str, Any]] | None:
    """The same marks for sendMessage, None for none; offsets and lengths are in UTF-16 units on both sides."""
    return [_entity(mark) for mark in marks] or None


def _entity(mark: Mark) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": _TYPES[mark.kind], "offset": mark.offset, "length": mark.length}
    if mark.value and mark.kind in _VALUES:
        entity[_VALUES[mark.kind]] = mark.value
    return entity
