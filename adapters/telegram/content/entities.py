"""Telegram's marked stretches: from UTF-16 units to code points, and what in them means this bot."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from telegram import MessageEntity
from telegram.constants import MessageEntityType as Kind

from bot.commands.known import parse_command
from bot.events import Command, Entity, EntityKind

_LEFT_BEHIND = re.compile(r"\A(?:[,:;]?\s+|,)")
_NO_BLANK_BEFORE = frozenset(",.:;!?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the bot is on Telegram."""

    id: int
    username: str
    """Without ``@``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text with what its entities say."""

    raw: str
    """As it came."""
    text: str
    """Mentions of the bot taken out."""
    entities: tuple[Entity, ...]
    """In code points of `raw`."""
    is_mentioned: bool
    """Also by a command that names the bot: ``/weather@glimpse_bot``."""
    command: Command | None
    """Only the bot's own, and only at the beginning."""
    is_for_another: bool
    """It begins with a command that names another bot: ``/weather@robo_bot``."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int
    source: MessageEntity


def read(text: str, entities: Sequence[MessageEntity], me: Identity) -> Reading:
    """Understand a text by its entities alone, never by what it looks like.

    Args:
        text: As it came.
        entities: Their offsets and lengths are in UTF-16 units of `text`.
        me: The bot, whose mentions are found and taken out.
    """
    stretches = list(_stretches(text, entities))
    own = [(stretch, cut) for stretch in stretches if (cut := _own_part(text, stretch, me)) is not None]
    cuts = [cut for _, cut in own]
    said = without(text, cuts)
    firsts = [s for s in stretches if s.source.type == Kind.BOT_COMMAND and _is_first(text, s.start, cuts)]
    return Reading(
        raw=text,
        text=said,
        entities=tuple(_converted(text, stretches)),
        is_mentioned=bool(own),
        command=parse_command(said) if firsts else None,
        is_for_another=not own and any("@" in text[first.start : first.end] for first in firsts),
    )


def marked(text: str, entities: Sequence[MessageEntity]) -> tuple[Entity, ...]:
    """Those entities of a text that the core can use, in code points."""
    return tuple(_converted(text, list(_stretches(text, entities))))


def _is_first(text: str, start: int, cuts: Sequence[tuple[int, int]]) -> bool:
    """Nothing but mentions of the bot stands before."""
    return not without(text[:start], [cut for cut in cuts if cut[1] <= start])


def without(text: str, cuts: Sequence[tuple[int, int]]) -> str:
    """A text without some stretches of it, given in order, and without the blank or comma that each leaves behind."""
    if not cuts:
        return text.strip()
    kept = text[: cuts[0][0]]
    for (_, end), following in zip(cuts, [*(start for start, _ in cuts[1:]), len(text)], strict=True):
        kept = _joined(kept, text[end:following])
    return kept.strip()


def _joined(left: str, right: str) -> str:
    """``Hey `` and ``, what?`` is ``Hey, what?``; nothing and ``, what?`` is ``what?``."""
    if not left.strip():
        return _LEFT_BEHIND.sub("", right)
    if right[:1].isspace() or right[:1] in _NO_BLANK_BEFORE:
        return left.rstrip(" ") + right
    return left + right


def _stretches(text: str, entities: Sequence[MessageEntity]) -> Iterator[_Stretch]:
    if text.isascii():
        places: Sequence[int] = range(len(text) + 1)
    else:
        places = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    for entity in entities:
        start = bisect_left(places, entity.offset)
        end = bisect_left(places, entity.offset + entity.length)
        yield _Stretch(min(start, len(text)), min(end, len(text)), entity)


def _own_part(text: str, stretch: _Stretch, me: Identity) -> tuple[int, int] | None:
    """The part of a stretch that names the bot; None if it does not."""
    words = text[stretch.start : stretch.end]
    at_me = f"@{me.username.lower()}"
    match stretch.source.type:
        case Kind.MENTION if words.lower() == at_me:
            return stretch.start, stretch.end
        case Kind.TEXT_MENTION if stretch.source.user is not None and stretch.source.user.id == me.id:
            return stretch.start, stretch.end
        case Kind.BOT_COMMAND if words.lower().endswith(at_me):
            return stretch.end - len(at_me), stretch.end
        case _:
            return None


def _converted(text: str, stretches: Sequence[_Stretch]) -> Iterator[Entity]:
    for stretch in stretches:
        if (meaning := _meaning(text[stretch.start : stretch.end], stretch.source)) is not None:
            kind, target = meaning
            yield Entity(kind=kind, offset=stretch.start, length=stretch.end - stretch.start, target=target)


def _meaning(words: str, entity: MessageEntity) -> tuple[EntityKind, str | None] | None:
    user_id = None if entity.user is None else str(entity.user.id)
    meanings: dict[str, tuple[EntityKind, str | None]] = {
        Kind.MENTION: (EntityKind.MENTION, words.removeprefix("@")),
        Kind.TEXT_MENTION: (EntityKind.MENTION, user_id),
        Kind.BOT_COMMAND: (EntityKind.COMMAND, words.removeprefix("/").partition("@")[0]),
        Kind.URL: (EntityKind.LINK, words),
        Kind.TEXT_LINK: (EntityKind.LINK, entity.url),
        Kind.CUSTOM_EMOJI: (EntityKind.EMOJI, entity.custom_emoji_id),
    }
    return meanings.get(entity.type)
