"""What people can choose from while they type an option of a command. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from discord.app_commands import Choice

Choices: TypeAlias = Mapping[str, Sequence[str]]
"""By the command's name: what can stand behind it."""

_MOST, _LONGEST = 25, 100  # Discord docs, Autocomplete and Application Command Option Choice.


def suggestions(data: Mapping[str, Any], choices: Choices) -> list[Choice[str]]:
    """At most 25 of the choices that have in them what was typed so far, those that begin with it first."""
    typed = next((str(option.get("value", "")) for option in data.get("options", ()) if option.get("focused")), "")
    known = [name for name in choices.get(str(data.get("name")), ()) if len(name) <= _LONGEST]
    fitting = [name for name in known if typed.casefold() in name.casefold()]
    fitting.sort(key=lambda name: not name.casefold().startswith(typed.casefold()))
    return [Choice(name=name, value=name) for name in fitting[:_MOST]]
