"""Marks of a part as Telegram's entities."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from telegram import MessageEntity
from telegram.constants import MessageEntityType

from bot.ports.chat import Mark, MarkKind

_TYPES: Mapping[MarkKind, MessageEntityType] = MappingProxyType(
    {
        MarkKind.BOLD: MessageEntityType.BOLD,
        MarkKind.ITALIC: MessageEntityType.ITALIC,
        MarkKind.UNDERLINE: MessageEntityType.UNDERLINE,
        MarkKind.STRIKETHROUGH: MessageEntityType.STRIKETHROUGH,
        MarkKind.SPOILER: MessageEntityType.SPOILER,
        MarkKind.CODE: MessageEntityType.CODE,
        MarkKind.PRE: MessageEntityType.PRE,
        MarkKind.QUOTE: MessageEntityType.BLOCKQUOTE,
        MarkKind.LINK: MessageEntityType.TEXT_LINK,
    }
)


def message_entities(marks: Sequence[Mark]) -> list[MessageEntity]:
    """The same marks for sendMessage; offsets and lengths are in UTF-16 units on both sides."""
    return [
        MessageEntity(
            type=_TYPES[mark.kind],
            offset=mark.offset,
            length=mark.length,
            url=mark.value if mark.kind is MarkKind.LINK else None,
            language=mark.value if mark.kind is MarkKind.PRE else None,
        )
        for mark in marks
    ]
