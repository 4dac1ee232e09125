"""Buttons under messages, as JSON for ``reply_markup``."""

import json
from collections.abc import Sequence
from typing import TypeAlias

from bot.events import Action
from bot.ports.parts import Button

Rows: TypeAlias = Sequence[Sequence[dict[str, str]]]

_LOOKING = "stop?"
"""Means the same as a Stop button when it is pressed, but makes a keyboard that differs: see `PROBES`."""


def keyboard(rows: Sequence[Sequence[Button]]) -> str | None:
    """An inline keyboard; None for no buttons."""
    return _markup(keys(rows)) if rows else None


def keys(rows: Sequence[Sequence[Button]]) -> Rows:
    """The rows of an inline keyboard, as Telegram knows them."""
    return [[{"text": button.label, "callback_data": _data(button)} for button in row] for row in rows]


def pressed(data: object) -> tuple[Action, str] | None:
    """What a button does, and its value; None for one that is not the bot's."""
    if not isinstance(data, str):
        return None
    action, _, value = data.partition(":")
    if data == _LOOKING:
        return Action.STOP, ""
    return (Action(action), value) if action in set(Action) else None


def _data(button: Button) -> str:
    return f"{button.action}:{button.value}" if button.value else button.action


def _markup(rows: Rows) -> str:
    return json.dumps({"inline_keyboard": rows}, separators=(",", ":"), ensure_ascii=False)


PROBES = tuple(_markup([[{"text": "Stop", "callback_data": data}]]) for data in (_LOOKING, Action.STOP))
"""One of them at least is not what a message carries already: Telegram refuses an edit that changes nothing."""
