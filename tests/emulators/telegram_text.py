"""Text as the Bot API server treats it: UTF-16 units, entities found and entities given, and the trimming."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from itertools import accumulate
from typing import Any

MAX_TEXT = 4096
"""Longest text of a message, in UTF-16 units after entity parsing (Bot API, sendMessage)."""
MAX_CAPTION = 1024
"""The same for a caption (Bot API, sendPhoto)."""
MAX_ENTITIES = 100
"""Entities over this number are ignored (not documented, but known: core.telegram.org/api/entities)."""

GIVEN_TYPES = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    }
)
"""What a sender may mark."""
FOUND_TYPES = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
"""What the server finds by itself; a bot that gives them is not refused, but they have no effect."""
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})  # Nothing is found inside of these.

# Telegram links bare domains of every top-level domain, so that "main.py" becomes a link; these stand for all.
_TLDS = "com|org|net|io|dev|app|me|de|fr|uk|eu|info|py|sh|rs|ai"
_FINDERS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "url",
        ".",
        re.compile(rf"(?:https?://[^\s<>\"]*[^\s<>\".,;:!?)'\]]|\b[\w-]+(?:\.[\w-]+)*\.(?:{_TLDS})\b(?:/[^\s<>]*)?)"),
    ),
    ("email", "@", re.compile(r"\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b", re.IGNORECASE)),
    ("mention", "@", re.compile(r"(?<![\w@/])@[a-zA-Z0-9_]{3,32}(?![\w@])")),
    ("bot_command", "/", re.compile(r"(?<![\w/<>@])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/])")),
    ("hashtag", "#", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
    ("cashtag", "$", re.compile(r"(?<![\w$])\$[A-Z]{1,8}\b")),
)
_UNWANTED = str.maketrans({**dict.fromkeys([*range(9), *range(11, 32)], " "), "\r": None})

_LINK = re.compile(r"(?:https?://|tg://|ton://|mailto:|tel:)?[^\s/]+\.?[^\s]*", re.IGNORECASE)

Entity = dict[str, Any]


class EntityRefused(Exception):
    """The server refuses the whole request for one entity; the text is its description of why."""


def utf16_length(text: str) -> int:
    """Length in UTF-16 units: 2 for each character outside of the Basic Multilingual Plane."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """A stretch of a text by UTF-16 offset and length; half a pair becomes U+FFFD."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", errors="replace")


def find_entities(text: str) -> list[Entity]:
    """What Telegram marks by itself in a text, in order. Of two that overlap, the first kind in `_FINDERS` stays."""
    found: list[tuple[int, int, str]] = []
    for kind, needed, pattern in _FINDERS:
        for match in pattern.finditer(text) if needed in text else ():
            start, end = match.span()
            if all(end <= other_start or start >= other_end for other_start, other_end, _ in found):
                found.append((start, end, kind))
    return [
        {"offset": utf16_length(text[:start]), "length": utf16_length(text[start:end]), "type": kind}
        for start, end, kind in sorted(found)
    ]


def merge_entities(text: str, given: Sequence[Entity]) -> list[Entity]:
    """The given entities and those that the server finds outside of code and links, in order."""
    opaque = [(e["offset"], e["offset"] + e["length"]) for e in given if e["type"] in _OPAQUE]
    found = [
        entity
        for entity in find_entities(text)
        if all(entity["offset"] + entity["length"] <= start or entity["offset"] >= end for start, end in opaque)
    ]
    return sorted([*given, *found], key=lambda entity: (entity["offset"], -entity["length"]))


def check_entities(text: str, given: Any, violations: list[str], known_ids: Callable[[int], bool]) -> list[Entity]:
    """The entities that take effect, of those that a bot gave with a text; what is wrong goes to `violations`.

    Raises:
        EntityRefused: the server refuses the request: not a list of objects, out of the text, or half a pair.
    """
    if not isinstance(given, list) or not all(isinstance(entity, Mapping) for entity in given):
        raise EntityRefused("can't parse MessageEntity: expected an Array of Objects")
    if len(given) > MAX_ENTITIES:
        violations.append(f"{len(given)} entities; all over {MAX_ENTITIES} are ignored")
    cuts = _cuts(text)
    kept = []
    for entity in given[:MAX_ENTITIES]:
        _check_bounds(entity, cuts)
        if (trouble := _trouble(entity, known_ids)) is None:
            kept.append(dict(entity))
        else:
            violations.append(f"entity {dict(entity)!r}: {trouble}")
    return kept


def _cuts(text: str) -> Container[int]:
    """The UTF-16 offsets at which a text may be cut."""
    if text.isascii():
        return range(len(text) + 1)
    return {0, *accumulate(2 if character > "\uffff" else 1 for character in text)}


def _check_bounds(entity: Mapping[str, Any], cuts: Container[int]) -> None:
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or offset < 0:
        raise EntityRefused(f"receive an entity with incorrect offset {offset}")
    if not isinstance(length, int) or length < 0:
        raise EntityRefused(f"receive an entity with incorrect length {length}")
    if offset not in cuts or offset + length not in cuts:
        raise EntityRefused(
            f"entity beginning at UTF-16 offset {offset} with length {length} ends after the end of the text"
            " or in a middle of a UTF-16 symbol"
        )


def _trouble(entity: Mapping[str, Any], known_ids: Callable[[int], bool]) -> str | None:
    """Why the server drops an entity without refusing the request; None if it does not."""
    kind = entity.get("type")
    if kind not in GIVEN_TYPES:
        return "the server finds these itself" if kind in FOUND_TYPES else "no such type"
    if entity["length"] == 0:
        return "nothing to mark"
    if "language" in entity and kind != "pre":
        return "only pre has a language"
    match kind:
        case "text_link":
            url = entity.get("url")
            return None if isinstance(url, str) and _LINK.fullmatch(url) else "not a link"
        case "text_mention":
            user = entity.get("user")
            return None if isinstance(user, Mapping) and known_ids(user.get("id", 0)) else "mentions nobody"
        case _:
            return "only text_link has a url" if "url" in entity else None


def trimmed(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """A text without control characters and outer blanks, and its entities moved along (TDLib, fix_formatted_text).

    Blanks at the beginning stay from where the first entity begins; those at the end always go.
    """
    if "\r" in text:
        entities = [_without_returns(text, entity) for entity in entities]
    text = text.translate(_UNWANTED).rstrip(" \n")
    blank = len(text) - len(text.lstrip(" \n"))
    blank = min(blank, *(entity["offset"] for entity in entities)) if entities else blank
    text = text[blank:]
    end = utf16_length(text) + blank
    moved = [
        {**entity, "offset": entity["offset"] - blank, "length": min(entity["length"], end - entity["offset"])}
        for entity in entities
    ]
    return text, [entity for entity in moved if entity["length"] > 0]


def _without_returns(text: str, entity: Entity) -> Entity:
    offset, length = entity["offset"], entity["length"]
    before = utf16_slice(text, 0, offset).count("\r")
    inside = utf16_slice(text, offset, length).count("\r")
    return {**entity, "offset": offset - before, "length": length - inside}
