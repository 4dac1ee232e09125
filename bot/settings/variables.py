"""How the fields of a settings class meet the environment: their names, the layers, secret files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.errors import SettingsError

FILE_SUFFIX = "_FILE"
"""``NAME_FILE`` holds the path of a file with the value of ``NAME`` (container secrets)."""

CONFIG_FILE = "glimpse.toml"


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
        """Its value is, or holds, a secret."""
        return _holds_secret(self.field.annotation)

    @property
    def is_text(self) -> bool:
        """Its value is taken as it stands, also when it looks like JSON."""
        return self.types <= {str, SecretStr, type(None)}

    @property
    def types(self) -> set[Any]:
        """What its value may be in the end."""
        return _types(self.field.annotation)


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


def _types(annotation: Any) -> set[Any]:
    # Unions and Annotated are opened, lists and the like are not.
    origin = get_origin(annotation)
    if origin is Annotated:
        return _types(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return {type_ for member in get_args(annotation) for type_ in _types(member)}
    return {annotation}


def _holds_secret(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_holds_secret(field.annotation) for field in annotation.model_fields.values())
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


class VariablesSource(PydanticBaseSettingsSource):
    """Reads the known variables, and no others, from layers of the environment; the first layer wins.

    `EnvSettingsSource` would take every ``HTTP_...`` for ours, and ``HTTP_PROXY`` would stop the start.
    """

    def __init__(self, settings: type[BaseSettings], layers: Sequence[Mapping[str, str | None]]) -> None:
        super().__init__(settings)
        self._layers = layers

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used, though the base class wants it: `__call__` reads whole variables."""
        return field.default, field_name, False

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
    return (layer.get(name) or "").strip() or None


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
    if variable.is_text or value[0] not in "[{":
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        if str in variable.types:
            return value
        raise SettingsError([f"{variable.name} is not valid JSON: {error}"]) from None


def without_empty(values: Mapping[str, Any], *, depth: int = 2) -> dict[str, Any]:
    """Leave out what is empty, in sections too (`depth` 2): an empty value counts as not set."""
    deeper = depth - 1
    return {
        key: without_empty(value, depth=deeper) if isinstance(value, Mapping) and deeper else value
        for key, value in values.items()
        if value != ""
    }
