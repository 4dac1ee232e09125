"""What can be said to the model server besides the conversation: typed, with the provider's own bounds.

Names and bounds are those of AI/ML API, chat completions for ``alibaba/qwen3-vl-32b-instruct`` (OpenAPI).
Only what is set is sent: None means that the server decides.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_TOOLS = 128
MAX_STOP_SEQUENCES = 4

FunctionName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
JsonObject: TypeAlias = dict[str, Any]


def _unset(value: object) -> object:
    # A default can't be taken back by an empty variable, which counts as not set.
    return None if isinstance(value, str) and value.strip().lower() in {"none", "null"} else value


def _text(value: object) -> object:
    # A variable such as MODEL_STOP=7 is read as JSON first and arrives as a number.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_Count: TypeAlias = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_unset)]
_Penalty: TypeAlias = Annotated[Annotated[float, Field(ge=-2, le=2)] | None, BeforeValidator(_unset)]
_Number: TypeAlias = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(_unset)]
_Temperature: TypeAlias = Annotated[Annotated[float, Field(ge=0, le=2)] | None, BeforeValidator(_unset)]
_TopP: TypeAlias = Annotated[Annotated[float, Field(ge=0.01, le=1)] | None, BeforeValidator(_unset)]
_Stop: TypeAlias = Annotated[
    str | Annotated[tuple[str, ...], Field(max_length=MAX_STOP_SEQUENCES)] | None, BeforeValidator(_text)
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StreamOptions(_Part):
    """What else a stream carries."""

    include_usage: bool


class Function(_Part):
    """A function that the model may ask for."""

    name: FunctionName
    parameters: JsonObject
    """A JSON Schema object."""
    description: str | None = None
    strict: bool | None = None


class Tool(_Part):
    """The one kind of tool there is."""

    type: Literal["function"] = "function"
    function: Function


class NamedFunction(_Part):
    """Which function a `NamedTool` means."""

    name: str


class NamedTool(_Part):
    """A tool choice that forces one function."""

    type: Literal["function"] = "function"
    function: NamedFunction


class PredictedText(_Part):
    """A piece of a `Prediction`."""

    type: Literal["text"] = "text"
    text: str


class Prediction(_Part):
    """Text that the answer will mostly repeat, which makes it faster."""

    type: Literal["content"] = "content"
    content: str | tuple[PredictedText, ...]


class TextFormat(_Part):
    """Plain text, as without any format."""

    type: Literal["text"]


class JsonObjectFormat(_Part):
    """Any JSON object."""

    type: Literal["json_object"]


class JsonSchema(_Part):
    """What a `JsonSchemaFormat` must match."""

    name: FunctionName
    schema_: JsonObject | None = Field(default=None, alias="schema")
    strict: bool | None = None
    description: str | None = None


class JsonSchemaFormat(_Part):
    """JSON that matches a schema."""

    type: Literal["json_schema"]
    json_schema: JsonSchema


ResponseFormat: TypeAlias = Annotated[TextFormat | JsonObjectFormat | JsonSchemaFormat, Field(discriminator="type")]


class ModelParameters(BaseModel):
    """The request's parameters. Sampling defaults: Qwen3-VL README, recommended values for Instruct models."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    name: Annotated[str, Field(min_length=1)] = "alibaba/qwen3-vl-32b-instruct"
    """Which model, as the server calls it"""
    max_tokens: _Count = 4096
    """Longest answer, in tokens"""
    # Set because this model's schema has no default and sibling models stop at 512.
    # Left out where only `max_completion_tokens` was set: some servers refuse both together.
    max_completion_tokens: _Count = None
    """The same, counting what the model thinks to itself too"""
    stream: bool = True
    """Whether the answer is sent as it is written"""
    stream_options: StreamOptions | None = StreamOptions(include_usage=True)
    """What else a stream carries; sent only with `MODEL_STREAM`"""
    tools: Annotated[tuple[Tool, ...], Field(max_length=MAX_TOOLS)] | None = None
    """Functions that the model may ask for beside the bot's own, at most 128; the bot can't run them"""
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    """Whether the model may, must or must not ask for one: `none`, `auto`, `required` or one by name"""
    parallel_tool_calls: bool | None = None
    """Whether it may ask for several at once"""
    temperature: _Temperature = 0.7
    """How freely words are chosen, 0 to 2"""
    top_p: _TopP = 0.8
    """Share of the likeliest words to choose from, 0.01 to 1"""
    stop: _Stop = None
    """Text at which the answer ends, or up to 4 of them as a JSON list"""
    frequency_penalty: _Penalty = None
    """How much words are avoided that were used often, -2 to 2"""
    presence_penalty: _Penalty = 1.5
    """How much words are avoided that were used at all, -2 to 2"""
    repetition_penalty: _Number = None
    """How much repetitions are avoided; the provider gives no bounds"""
    seed: _Count = None
    """Makes answers repeatable where the server can, 1 or more"""
    prediction: Prediction | None = None
    """Text that answers will mostly repeat, which makes them faster"""
    response_format: ResponseFormat | None = None
    """Plain text, any JSON, or JSON that matches a schema"""
    image_detail: Literal["low", "high", "auto"] | None = None
    """How closely the server is to look at each picture: `low`, `high` or `auto`"""
