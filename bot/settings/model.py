"""The operator's choices about models and their servers."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.settings.parameters import ModelParameters
from bot.settings.types import Count, ModelUrl, Seconds, Section, Token
from bot.settings.variables import without_empty

DEFAULT_MODEL_API_URL = "https://api.aimlapi.com/v1"


class ModelFallback(Section):
    """Another model to ask, or the same one on another server."""

    name: Annotated[str, Field(min_length=1)]
    """Which model, as the server calls it."""
    api_url: ModelUrl | None = None
    """As `MODEL_API_URL`; None for the same server."""
    api_key: Token | None = None
    """The key of that server; None for `MODEL_API_KEY` on the same server, and for no key on another one."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: object) -> object:
        return without_empty(values, depth=1) if isinstance(values, Mapping) else values


class _ModelServer(Section):
    api_url: ModelUrl = DEFAULT_MODEL_API_URL
    """An OpenAI-compatible API, up to and without `/chat/completions`"""
    api_key: Token | None = None
    """The key of that API. Without a key and with the default address the built-in offline model answers"""
    connect_s: Seconds = 10.0
    """Longest wait for a connection to the API, in seconds"""
    first_byte_s: Seconds = 120.0
    """Longest wait for the first byte of an answer, in seconds"""
    silence_s: Seconds = 60.0
    """Longest silence in the middle of an answer, in seconds"""
    idle_s: Seconds = 180.0
    """Longest time in which nothing but signs of life comes, in seconds"""
    attempts: Count = 3
    """How often one question is sent to the API, as long as no text has come"""
    pause_after: Annotated[int, Field(ge=0)] = 5
    """Failures in a row after which the server is left alone for a while; `0` means never"""
    pause_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    """How long it is left alone at first, in seconds; twice as long each time, up to 120"""
    choices: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(max_length=19)] = ()
    """Further models of the same server that people can choose with `/model`: a list of names"""
    fallbacks: tuple[ModelFallback, ...] = ()
    """Models or servers to ask instead when the first one fails, in order: a list of `name`, `api_url`, `api_key`"""


class ModelSettings(ModelParameters, _ModelServer):
    """How to reach the model, and what to ask of it."""

    self_test: bool = True
    """Whether the API is asked about a small known picture at start, to learn if it can see: `on` or `off`"""

    @property
    def parameters(self) -> ModelParameters:
        """What goes into requests, without the key and the rest; what was set stays told from what is default."""
        chosen = self.model_fields_set & ModelParameters.model_fields.keys()
        return ModelParameters(**{name: getattr(self, name) for name in chosen})

    @field_validator("fallbacks")
    @classmethod
    def _needs_a_first_one(cls, fallbacks: tuple[ModelFallback, ...], known: ValidationInfo) -> object:
        is_offline = known.data.get("api_url") == DEFAULT_MODEL_API_URL and known.data.get("api_key") is None
        if fallbacks and is_offline and "api_key" in known.data:
            raise ValueError("there must be a first model to fall back from: set MODEL_API_KEY or MODEL_API_URL too")
        return fallbacks
