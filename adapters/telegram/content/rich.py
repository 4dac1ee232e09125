"""Rich messages: text and media in nested blocks, which the library hands on as they came (Bot API, RichMessage)."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from telegram import Animation, Document, Message, PhotoSize, Video

Media: TypeAlias = Sequence[PhotoSize] | Animation | Document | Video

_TEXTS = frozenset({"text", "summary", "credit"})
"""Fields that hold a RichText: a string, an object with another RichText in it, or a list of these."""


def words(message: Message) -> str:
    """All text of a rich message, a line for each piece; empty for other messages."""
    return "\n".join(filter(None, _lines(_blocks(message))))


def media(message: Message) -> Iterator[Media]:
    """Its photos, each in all its sizes, videos, animations and documents, in order."""
    for block in _nodes(_blocks(message)):
        match block:
            case {"type": "photo", "photo": [_, *_] as sizes}:
                yield PhotoSize.de_list(sizes, None)
            case {"type": "video", "video": dict(video)}:
                yield Video.de_json(video, None)
            case {"type": "animation", "animation": dict(animation)}:
                yield Animation.de_json(animation, None)
            case {"type": "document", "document": dict(document)}:
                yield Document.de_json(document, None)


def links(message: Message) -> Iterator[str]:
    """The addresses that its text leads to, in order."""
    for node in _nodes(_blocks(message)):
        if isinstance(url := node.get("url"), str):
            yield url


def _blocks(message: Message) -> Any:
    return message.api_kwargs.get("rich_message")


def _lines(node: Any) -> Iterator[str]:
    match node:
        case dict():
            for name, value in node.items():
                if name in _TEXTS:
                    yield _inline(value)
                else:
                    yield from _lines(value)
        case list():
            for item in node:
                yield from _lines(item)


def _inline(text: Any) -> str:
    match text:
        case str():
            return text
        case list():
            return "".join(map(_inline, text))
        case {"text": inner} | {"alternative_text": inner}:
            return _inline(inner)
        case _:
            return ""


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object at any depth, those further out first."""
    match node:
        case dict():
            yield node
            for value in node.values():
                yield from _nodes(value)
        case list():
            for item in node:
                yield from _nodes(item)
