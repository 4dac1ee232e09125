"""A call of a Bot API method: its parameters, and how it is refused."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

_JSON = frozenset(
    {
        "allowed_updates",
        "button",
        "caption_entities",
        "commands",
        "custom_emoji_ids",
        "entities",
        "link_preview_options",
        "media",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "result",
        "results",
        "scope",
    }
)
"""Parameters that come as JSON inside of a form."""


class ApiError(Exception):
    """What the server answers instead of a result."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return {**fields, "parameters": self.parameters} if self.parameters else fields


def bad_request(description: str, **parameters: int) -> ApiError:
    return ApiError(400, f"Bad Request: {description}", **parameters)


def too_many_requests(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


class Params:
    """The parameters of one call, from a form, a query or JSON."""

    def __init__(
        self, values: Mapping[str, Any], *, files: Mapping[str, tuple[str, bytes]], is_gone: Callable[[], bool]
    ) -> None:
        """Take what came in.

        Args:
            values: By name; those that are JSON inside of a form are decoded here.
            files: Name and content of uploads, by the name of their part.
            is_gone: Whether the client has hung up meanwhile.
        """
        self.values = {name: _decoded(value) if name in _JSON else value for name, value in values.items()}
        self.files = files
        self.is_gone = is_gone

    def has(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """As the server reads numbers: what is none is 0."""
        if not self.has(name):
            return default
        try:
            return int(self.values[name])
        except (TypeError, ValueError):
            return 0

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "yes", "1"}


def _decoded(value: Any) -> Any:
    """Malformed JSON stays text, for the method to refuse."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
