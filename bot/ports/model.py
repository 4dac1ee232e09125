"""A model as the core sees it: a prompt goes in, a stream of events comes out."""

import enum
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class TextContent:
    """Words in a prompt."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContent:
    """Pixels in a prompt: a JPEG file, upright, without metadata."""

    jpeg: bytes = field(repr=False)
    width_px: int
    height_px: int


Content: TypeAlias = TextContent | PictureContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may ask for."""

    name: str
    """At most 64 of ``[A-Za-z0-9_-]``."""
    description: str
    parameters: Mapping[str, Any]
    """A JSON schema of type object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A function that the model asks for."""

    id: str
    name: str
    arguments: str
    """As the model wrote them: JSON, if all is well."""


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt. Pictures stand only in messages of the user (the API allows them nowhere else)."""

    role: Literal["system", "user", "assistant", "tool"]
    content: tuple[Content, ...]
    """Of a tool: one text, its result."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Of the assistant: what it asked for. Each wants a message of role ``tool`` behind it."""
    tool_call_id: str | None = None
    """Of a tool: which call it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one answer took, as the server counts. None where the server does not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    image_tokens: int | None = None
    cached_tokens: int | None = None
    cost_usd: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Of two requests together; what neither says stays unsaid."""
        return Usage(**{one.name: _sum(getattr(self, one.name), getattr(other, one.name)) for one in fields(Usage)})


def _sum(one: float | None, other: float | None) -> Any:
    return other if one is None else one if other is None else one + other


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more of the answer. Never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Some more of what the model thinks to itself. Never shown; proof that it is alive."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallDelta:
    """A piece of a tool call; pieces with the same `index` belong together."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


class FinishReason(enum.StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The last event of a whole answer."""

    reason: FinishReason
    model: str = ""
    """As the server names it."""
    usage: Usage = field(default_factory=Usage)


ModelEvent: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | Finished


class Model(Protocol):
    """A vision-language model behind some server."""

    def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        """Yield the answer as it is written, then exactly one `Finished`.

        The model may ask for `tools` in place of answering, or behind some words: see `ToolCallDelta`. `model` names
        another one of the same server than the usual one. Retries by itself before the first event only. Closing the
        generator early closes the connection, which tells the server to stop. `request_id` (at most 128 of
        ``[A-Za-z0-9._:-]``) goes to the server's log, so that an operator can find the request there.

        Raises:
            ModelError: refused, unreachable, silent, or cut off before `Finished`. `ModelError.tools_refused`
                tells that the server takes no tools.
        """
        ...
