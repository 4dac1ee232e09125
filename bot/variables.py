"""How the fields of a settings class meet the environment: names, secret files, and what to say when a value is wrong."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.errors import SettingsError

FILE_SUFFIX = "_FILE"
"""``NAME_FILE`` holds the path of a file with the value of ``NAME`` (container secrets)."""

CONFIG_FILE = "glimpse.toml"

# Other programs' variables begin with our other words too (HTTP_PROXY, LOG_DIR): only these are surely meant for us.
_OWN_PREFIXES = ("MODEL_", "DISCORD_", "TELEGRAM_")
_SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One environment variable and the field it sets."""

    name: str
    """E.g. ``MODEL_API_URL``."""
    path: tuple[str, ...]
    """The section and the field, or the field alone: also its place in the TOML file."""
    field: FieldInfo

    @property
    def is_secret(self) -> bool:
        return SecretStr in _types(self.field)

    @property
    def is_text(self) -> bool:
        """Its value is taken as it stands, also when it looks like JSON."""
        return _types(self.field) <= {str, SecretStr, type(None)}


def variables(settings: type[BaseModel]) -> Mapping[str, Variable]:
    """All variables of a settings class whose sections are models of their own, by name."""
    return {variable.name: variable for variable in _walk(settings)}


def _walk(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[Variable]:
    for name, field in model.model_fields.items():
        here = (*path, name)
        if not path and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _walk(field.annotation, here)
        else:
            yield Variable(name="_".join(here).upper(), path=here, field=field)


def _types(field: FieldInfo) -> set[Any]:
    return set(get_args(field.annotation)) or {field.annotation}


class VariablesSource(PydanticBaseSettingsSource):
    """Reads the known variables, and no others, from layers of the environment; the first layer wins.

    `EnvSettingsSource` would take every ``HTTP_...`` for ours, and ``HTTP_PROXY`` would stop the start.
    """

    def __init__(self, settings: type[BaseSettings], layers: Sequence[Mapping[str, str | None]]) -> None:
        super().__init__(settings)
        self._layers = layers

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: `__call__` reads whole variables."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        problems: list[str] = []
        for variable in variables(self.settings_cls).values():
            try:
                value = self._read(variable)
            except SettingsError as error:
                problems += error.problems
                continue
            if value is not None:
                section = values.setdefault(variable.path[0], {}) if len(variable.path) > 1 else values
                section[variable.path[-1]] = value
        if problems:
            raise SettingsError(problems)
        return values

    def _read(self, variable: Variable) -> Any:
        for layer in self._layers:
            value = _from_layer(layer, variable.name)
            if value is not None:
                return _decode(variable, value)
        return None


def _from_layer(layer: Mapping[str, str | None], name: str) -> str | None:
    value, file = _set(layer, name), _set(layer, name + FILE_SUFFIX)
    if value is not None and file is not None:
        raise SettingsError([f"{name} and {name}{FILE_SUFFIX} are both set: leave one of them out"])
    return value if file is None else _from_file(name + FILE_SUFFIX, Path(file))


def _set(layer: Mapping[str, str | None], name: str) -> str | None:
    value = layer.get(name)
    return value if value and not value.isspace() else None


def _from_file(name: str, file: Path) -> str:
    try:
        value = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError([f'{name} is "{file}": it can\'t be read ({error.strerror})']) from None
    except UnicodeDecodeError:
        raise SettingsError([f'{name} is "{file}": it must hold UTF-8 text']) from None
    if not value:
        raise SettingsError([f'{name} is "{file}": the file is empty'])
    return value


def _decode(variable: Variable, value: str) -> Any:
    if variable.is_text or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise SettingsError([f"{variable.name} is {_shown(value)}: it is not valid JSON ({error})"]) from None


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, in sections too: an empty value counts as not set."""
    kept = {key: without_empty(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    return {key: value for key, value in kept.items() if value != ""}


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
        if details["type"] == "extra_forbidden" and place not in known:
            start, wants = _unknown_key(place, settings)
        else:
            start, wants = _wrong_value(known.get(place[:2]) or known.get(place[:1]), place, details)
        if wants not in wanted.setdefault(start, []):
            wanted[start].append(wants)
    return [f"{start}: {', or '.join(wants)}" for start, wants in wanted.items()]


def _wrong_value(variable: Variable | None, place: tuple[str, ...], details: Mapping[str, Any]) -> tuple[str, str]:
    message = re.sub(r", unable to .*", "", str(details["msg"]).removeprefix("Value error, "))
    wants = message.replace("Input should be", "it must be").replace("Input should have", "it must have")
    if variable is None:
        return f"{'.'.join(place)} in {CONFIG_FILE}", wants
    if variable.is_secret:
        return f"{variable.name} has a wrong value, not shown here", wants
    return f"{variable.name} is {_shown(details['input'])}", wants


def _unknown_key(place: tuple[str, ...], settings: type[BaseModel]) -> tuple[str, str]:
    # A key inside of a value (a tool's description, say) is not ours to compare with.
    paths = {".".join(variable.path) for variable in variables(settings).values()}
    return f"{'.'.join(place)} in {CONFIG_FILE}", f"there is no such setting{_suggestion('.'.join(place), paths)}"


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(value: object) -> str:
    """A wrong value for the operator's eyes, without a password that a URL may hold."""
    text = re.sub(r"//[^/\s]*@", "//***@", value if isinstance(value, str) else json.dumps(value, default=str))
    return json.dumps(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…", ensure_ascii=False)
