"""What settings are made of: sections, and what their values may be, each with the words that say so."""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from bot.choices import WAKE_WORD_LENGTH, is_visible


class Section(BaseModel):
    """A group of settings: a word before the first ``_`` of variables, a table in TOML."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


def _url(value: str, schemes: Sequence[str]) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname or " " in value:
        raise ValueError(f"it must be an address that begins with {' or '.join(f'{name}://' for name in schemes)}")
    if parts.query or parts.fragment:
        raise ValueError("it must be an address without ? and #")
    return value.rstrip("/")


def _http_url(value: str) -> str:
    return _url(value, ("https", "http"))


def _gateway_url(value: str) -> str:
    return _url(value, ("wss", "ws"))


def _model_url(value: str) -> str:
    if value.rstrip("/").endswith("/chat/completions"):
        raise ValueError("it must be the address before /chat/completions, e.g. http://localhost:11434/v1")
    return _http_url(value)


def _database_url(value: str) -> str:
    if not re.fullmatch(r"sqlite\+aiosqlite:///.+", value):
        raise ValueError("it must look like sqlite+aiosqlite:///data/glimpse.db (SQLite is the only database so far)")
    return value


def _token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("it must be one word of plain ASCII characters, as it was given to you")
    return value


def _telegram_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
        raise ValueError("it must look like 123456:ABC-def, as @BotFather gave it to you")
    return value


def _absolute_path(value: str) -> str:
    if not PurePath(value).is_absolute():
        raise ValueError("it must be a folder's whole path, from the root on")
    return value


def _access(value: str) -> str:
    if value == "closed":
        raise ValueError("it must be open: closed is not supported yet, so anyone who can reach the bot can use it")
    return value


def _persona_name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{1,30}", value):
        raise ValueError("a name must be 1 to 30 of a-z, 0-9, _ and -")
    if value == "usual":
        raise ValueError("no name may be usual: that is how people choose none of them")
    return value


def _wake_word(value: str) -> str:
    if not is_visible(value):
        raise ValueError("it must have a letter, a number or an emoji that people can write")
    return value.strip()


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


HttpUrl: TypeAlias = Annotated[str, AfterValidator(_http_url)]
AbsolutePath: TypeAlias = Annotated[str, AfterValidator(_absolute_path)]
GatewayUrl: TypeAlias = Annotated[str, AfterValidator(_gateway_url)]
ModelUrl: TypeAlias = Annotated[str, AfterValidator(_model_url)]
DatabaseUrl: TypeAlias = Annotated[str, AfterValidator(_database_url)]
Token: TypeAlias = Annotated[SecretStr, AfterValidator(_token)]
TelegramToken: TypeAlias = Annotated[SecretStr, AfterValidator(_telegram_token)]
Access: TypeAlias = Annotated[Literal["open", "closed"], AfterValidator(_access)]
LogLevel: TypeAlias = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
PersonaName: TypeAlias = Annotated[str, AfterValidator(_persona_name)]
Personas: TypeAlias = Annotated[dict[PersonaName, Annotated[str, Field(min_length=1)]], Field(max_length=19)]
WakeWord: TypeAlias = Annotated[str, Field(min_length=2, max_length=WAKE_WORD_LENGTH), AfterValidator(_wake_word)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000_000)]
Amount: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000_000_000_000)]
"""Of bytes or tokens: as much as there is means a petabyte, which a database can still count."""
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=31_536_000, allow_inf_nan=False)]
"""At most a year: so far back there is a date."""
