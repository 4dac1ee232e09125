"""What Discord sent and nobody could read: kept aside for the operator, with a word to who waits. Pure."""

import hashlib
import json
import traceback
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from discord.utils import snowflake_time

from adapters.discord.limits import DISCORD
from adapters.discord.places import Place, of_message
from bot.events import Unreadable

_SECRETS = frozenset({"token"})
_STALE = timedelta(hours=1)
"""Nobody waits any more for an answer to what was said so long ago."""


def unreadable(
    payload: Mapping[str, Any], error: Exception, *, place: Place | None, bot_id: int, now: datetime
) -> Unreadable:
    """Describe a payload that could not be read. Nothing about its shape is taken for granted.

    Args:
        payload: As it came.
        error: What reading it raised.
        place: Where it was said; None for anything but a new message.
        bot_id: The bot's own user id.
        now: To tell whether somebody still waits.
    """
    raw = json.dumps({name: value for name, value in payload.items() if name not in _SECRETS}, default=str)
    number = snowflake_in(payload, "id")
    waits = place is not None and _is_for_the_bot(payload, place, bot_id) and _is_fresh(number, now)
    return Unreadable(
        platform=DISCORD,
        id=str(number or hashlib.sha256(raw.encode()).hexdigest()[:16]),
        raw=raw,
        error=_kind_and_place(error),
        apologise_to=place.key if waits and place else None,
        reply_to=of_message(number) if waits and number else None,
        is_private=bool(waits and place and place.is_private),
    )


def snowflake_in(payload: Mapping[str, Any], name: str) -> int | None:
    """An id in a payload; None if there is none."""
    value = payload.get(name)
    return int(value) if isinstance(value, str | int) and str(value).isdecimal() else None


def _is_for_the_bot(payload: Mapping[str, Any], place: Place, bot_id: int) -> bool:
    author = payload.get("author")
    if not isinstance(author, Mapping) or author.get("bot") or "webhook_id" in payload:
        return False
    return place.is_private or any(
        isinstance(person, Mapping) and snowflake_in(person, "id") == bot_id for person in _list(payload, "mentions")
    )


def _list(payload: Mapping[str, Any], name: str) -> list[Any]:
    value = payload.get(name)
    return value if isinstance(value, list) else []


def _is_fresh(number: int | None, now: datetime) -> bool:
    return number is not None and snowflake_time(number) > now - _STALE


def _kind_and_place(error: Exception) -> str:
    # Without the error's text, which can hold what people wrote.
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
