"""What the operator reads about settings that are wrong."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.settings.variables import CONFIG_FILE, FILE_SUFFIX, Variable, variables

# Other programs' variables begin with our other words too (HTTP_PROXY, LOG_DIR): only these are surely meant for us.
_OWN_PREFIXES = ("MODEL_", "DISCORD_", "TELEGRAM_")
_SHOWN_CHARS = 60
_PLAIN: Mapping[str, str] = MappingProxyType(
    {"a valid boolean": "on or off", "a valid dictionary": "a JSON object", "a valid tuple": "a JSON list"}
)


def unknown_variables(settings: type[BaseModel], names: Iterable[str]) -> Sequence[str]:
    """One line for each of `names` that looks meant for Glimpse but is none of its variables."""
    known = variables(settings)
    known_names = {*known, *(name + FILE_SUFFIX for name in known)}
    unknown = sorted(name for name in names if name.startswith(_OWN_PREFIXES) and name not in known_names)
    return [f"{name} is not a variable of Glimpse{_suggestion(name, known)}" for name in unknown]


def problems(settings: type[BaseModel], error: ValidationError) -> Sequence[str]:
    """One line per wrong variable or unknown key: its name, what it got (never a secret), and what it wants."""
    known = {variable.path: variable for variable in variables(settings).values()}
    wanted: dict[str, list[str]] = {}
    for details in error.errors(include_url=False):
        place = tuple(str(step) for step in details["loc"])
        variable = known.get(place[:2]) or known.get(place[:1])
        if details["type"] == "extra_forbidden":
            start, wants = _unknown_key(variable, ".".join(place), known)
        else:
            start, wants = _wrong_value(variable, place, details)
        if wants not in wanted.setdefault(start, []):
            wanted[start].append(wants)
    return [f"{start}: {', or '.join(wants)}" for start, wants in wanted.items()]


def _wrong_value(variable: Variable | None, place: tuple[str, ...], details: Mapping[str, Any]) -> tuple[str, str]:
    wants = _plain(str(details["msg"]))
    if variable is None:
        return f"{'.'.join(place)} in {CONFIG_FILE}", "it must be a table"
    if details["type"] == "missing":
        return variable.name, f"{place[-1]} is missing"
    if variable.is_secret:
        inside = " of ".join(_counted(step) for step in reversed(place[len(variable.path) :]))
        return f"{variable.name} has a wrong value{inside and f' in {inside}'}, not shown here", wants
    return f"{variable.name} is {_shown(details['input'])}", wants


def _counted(step: str) -> str:
    return f"number {int(step) + 1}" if step.isdecimal() else step


def _plain(message: str) -> str:
    """A message of pydantic's in the words of somebody who sets variables."""
    message = re.sub(r", unable to .*| or instance of \w+", "", message.removeprefix("Value error, "))
    message = re.sub(r"^\w+ should", "it must", message)
    for technical, plain in _PLAIN.items():
        message = message.replace(technical, plain)
    return message


def _unknown_key(variable: Variable | None, place: str, known: Iterable[tuple[str, ...]]) -> tuple[str, str]:
    if variable is not None:
        return variable.name, f"it knows no {place.rpartition('.')[2]}"
    close = _suggestion(place, (".".join(path) for path in known))
    return f"{place} in {CONFIG_FILE}", f"there is no such setting{close}"


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(value: object) -> str:
    """A wrong value for the operator's eyes, without a password that a URL may hold."""
    text = re.sub(r"//[^/\s]*@", "//***@", value if isinstance(value, str) else json.dumps(value, default=str))
    return json.dumps(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…", ensure_ascii=False)
