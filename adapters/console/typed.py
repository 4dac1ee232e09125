"""What a terminal has in place of files and buttons: their text, and what to type."""

from collections.abc import Mapping
from types import MappingProxyType

from adapters.console.render import harmless
from bot.commands.known import CONTINUE, FORGET, RETRY, SETTINGS
from bot.commands.menus import PAGE
from bot.events import Action
from bot.ports.parts import Button, Part

_COMMANDS: Mapping[Action, str] = MappingProxyType({Action.RETRY: f"/{RETRY}", Action.CONTINUE: f"/{CONTINUE}"})


def whole(part: Part) -> str:
    """The text of a part, of its file, and the commands that do what its buttons would."""
    below = [harmless(part.document.text).rstrip("\n")] if part.document else []
    below += [f"  {words}" for row in part.buttons for words in map(_in_words, row) if words]
    return "\n".join([part.text.rstrip("\n"), *below]) + "\n" if below else part.text


def _in_words(button: Button) -> str:
    command = _COMMANDS.get(button.action, "")
    if button.action is Action.CHOOSE:
        page, _, choice = button.value.rpartition(":")
        words = " ".join((choice,) if page == PAGE else (page, choice))
        command = f"/{SETTINGS} {words}" if page else f"/{FORGET} {choice}"
    return f"{command}  ({button.label})" if command else ""
