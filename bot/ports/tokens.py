"""What a platform keeps of a button, in one word. Part of messages that outlive the process: old ones stay readable."""

import re
from dataclasses import dataclass

from bot.events import Action
from bot.ports.parts import Button

_TOKEN = re.compile(r"(?P<action>[a-z]+)(?:@(?P<turn>\d{1,18}))?(?::(?P<value>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a pressed button is for. Who pressed it may have written it: see `bot.events.ButtonPressed.turn`."""

    action: Action
    value: str
    turn: int | None


def token_of(button: Button) -> str:
    """Such as ``choose@17:memory:5``: at most 66 of ``[a-z0-9@_:.-]``, and 64 up to the turn 10^16."""
    turn = "" if button.turn is None else f"@{button.turn}"
    value = f":{button.value}" if button.value else ""
    return f"{button.action}{turn}{value}"


def read_token(token: str) -> Meaning | None:
    """What `token_of` was given; None for what is no button of the bot's."""
    read = _TOKEN.fullmatch(token)
    if read is None or read["action"] not in set(Action):
        return None
    return Meaning(Action(read["action"]), read["value"] or "", int(read["turn"]) if read["turn"] else None)
