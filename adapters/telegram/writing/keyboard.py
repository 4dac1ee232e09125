"""Buttons under messages, as JSON for ``reply_markup``."""

import json
from collections.abc import Sequence
from typing import TypeAlias

from bot.events import Action
from bot.ports.parts import Button
from bot.ports.tokens import Meaning, read_token, token_of

Rows: TypeAlias = Sequence[Sequence[dict[str, str]]]

_LOOKING = "stop?"
"""Means the same as a Stop button when it is pressed, but makes a keyboard that differs: see `PROBES`."""


def keyboard(rows: Sequence[Sequence[Button]]) -> str | None:
    """An inline keyboard; None for no buttons."""
    return _markup(keys(rows)) if rows else None


def keys(rows: Sequence[Sequence[Button]]) -> Rows:
    """The rows of an inline keyboard, as Telegram knows them."""
    return [[{"text": button.label, "callback_data": token_of(button)} for button in row] for row in rows]


def pressed(data: object) -> Meaning | None:
    """What a button means; None for one that is not the bot's."""
    if data == _LOOKING:
        return Meaning(Action.STOP, "", None)
    return read_token(data) if isinstance(data, str) else None


def _markup(rows: Rows) -> str:
    return json.dumps({"inline_keyboard": rows}, separators=(",", ":"), ensure_ascii=False)


PROBES = tuple(_markup([[{"text": "Stop", "callback_data": data}]]) for data in (_LOOKING, Action.STOP))
"""One of them at least is not what a message carries already: Telegram refuses an edit that changes nothing."""
