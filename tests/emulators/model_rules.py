"""What the provider refuses in a chat completion request: its schema, stated again by hand and independently.

Behind the schema come the rules of OpenAI, vLLM and others for messages with tool calls, which it does not state.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tests.emulators.model_dialogue import broken_dialogue

_SIGNATURES: Mapping[str, Callable[[bytes], bool]] = {
    "image/jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/jpg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/gif": lambda data: data.startswith((b"GIF87a", b"GIF89a")),
    "image/webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
}


def picture_of(url: str) -> bytes | None:
    """The bytes of a data URL; None for another valid URL.

    Raises:
        ValueError: it is neither.
    """
    if not url.startswith("data:"):
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or " " in url:
            raise ValueError("Invalid url")
        return None
    head, comma, encoded = url.removeprefix("data:").partition(",")
    media_type, _, encoding = head.partition(";")
    if not comma or encoding != "base64" or media_type not in _SIGNATURES:
        raise ValueError("Expected data:image/(jpeg|png|gif|webp);base64,...")
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(f"Invalid base64: {error}") from error
    if not _SIGNATURES[media_type](data):
        raise ValueError(f"The data is not {media_type}")
    return data


def _check_url(url: str) -> str:
    picture_of(url)
    return url


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Open):
    type: Literal["text"]
    text: str


class _ImageUrl(_Open):
    url: Annotated[str, AfterValidator(_check_url)]
    detail: Literal["low", "high", "auto"] = "auto"


class _Image(_Open):
    type: Literal["image_url"]
    image_url: _ImageUrl


class _RefusalPart(_Open):
    type: Literal["refusal"]
    refusal: str


class _User(_Open):
    role: Literal["user"]
    content: str | list[Annotated[_Text | _Image, Field(discriminator="type")]]
    name: str = ""


class _System(_Closed):
    role: Literal["system"]
    content: str | list[_Text]
    name: str = ""


class _ToolResult(_Closed):
    role: Literal["tool"]
    content: str
    tool_call_id: str
    name: str | None = None


class _Called(_Open):
    name: str
    arguments: str


class _ToolCall(_Open):
    id: str
    type: Literal["function"]
    function: _Called


class _Assistant(_Open):
    role: Literal["assistant"]
    content: str | list[Annotated[_Text | _RefusalPart, Field(discriminator="type")]] = ""
    name: str = ""
    tool_calls: list[_ToolCall] = []
    refusal: str | None = None


_Message: TypeAlias = Annotated[_User | _System | _ToolResult | _Assistant, Field(discriminator="role")]
_Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class _StreamOptions(_Open):
    include_usage: bool


class _Function(_Closed):
    name: _Name
    parameters: dict[str, Any]
    description: str = ""
    strict: bool | None = None


class _Tool(_Closed):
    type: Literal["function"]
    function: _Function


class _Named(_Open):
    name: str


class _NamedTool(_Open):
    type: Literal["function"]
    function: _Named


class _Prediction(_Open):
    type: Literal["content"]
    content: str | list[_Text]


class _Plain(_Closed):
    type: Literal["text", "json_object"]


class _JsonSchema(_Closed):
    name: _Name
    schema_: dict[str, Any] = Field(default={}, alias="schema")
    strict: bool | None = None
    description: str = ""


class _Schema(_Closed):
    type: Literal["json_schema"]
    json_schema: _JsonSchema


class _Request(_Open):
    # A default stands for "left out": None is accepted only where the schema says nullable.
    model: str
    messages: list[_Message]
    max_completion_tokens: int = Field(default=1, ge=1)
    max_tokens: float = Field(default=1, ge=1)
    stream: bool = False
    stream_options: _StreamOptions = _StreamOptions(include_usage=False)
    tools: list[_Tool] = Field(default=[], max_length=128)
    tool_choice: Literal["none", "auto", "required"] | _NamedTool = "auto"
    parallel_tool_calls: bool = True
    temperature: float = Field(default=1, ge=0, le=2)
    top_p: float = Field(default=1, ge=0.01, le=1)
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    repetition_penalty: float | None = None
    seed: int = Field(default=1, ge=1)
    prediction: _Prediction | None = Field(default=None)
    response_format: Annotated[_Plain | _Schema, Field(discriminator="type")] = _Plain(type="text")


_REQUEST = TypeAdapter(_Request)
_NOT_NULLABLE = frozenset({"prediction"})


def refusal_of(body: object) -> str | None:
    """What the provider would say against a request's body; None when it takes it."""
    try:
        _REQUEST.validate_python(body)
    except ValidationError as error:
        return "Body validation error\n" + "\n".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors(include_url=False)
        )
    assert isinstance(body, dict)
    for name in _NOT_NULLABLE & body.keys():
        if body[name] is None:
            return f"Body validation error\n{name}: Expected object, received null"
    return broken_dialogue(body)
