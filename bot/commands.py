"""The bot's own commands, the same on every platform."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.events import Command

HELP = "help"
RESET = "reset"
STOP = "stop"
ALT = "alt"

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        HELP: "What I can do and how to ask",
        ALT: "Describe a picture for people who can't see it",
        STOP: "End the answer I am writing",
        RESET: "Start over: forget this conversation so far",
    }
)
"""Name to description, as the platforms' menus show them."""

LOOKING = frozenset({ALT})
"""Commands that are about pictures."""

ON, OFF = "on", "off"
"""What can stand behind ALT, in place of a picture."""

_ALIASES: Mapping[str, str] = MappingProxyType({"start": HELP})  # Telegram sends /start when a chat is opened.


def parse_command(text: str) -> Command | None:
    """Read ``/name argument`` as one of the bot's own commands; None for anything else.

    The part of the bot's name that Telegram appends (``/help@glimpse_bot``) must be taken off before.
    """
    word, *rest = text.split(maxsplit=1) or [""]
    if not word.startswith("/"):
        return None
    name = word[1:].lower()
    name = _ALIASES.get(name, name)
    return Command(name=name, argument="".join(rest).strip()) if name in COMMANDS else None
