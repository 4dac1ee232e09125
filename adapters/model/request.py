"""Builds request bodies: the part of the chat completions API that every compatible server understands."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import orjson

from bot.parameters import ModelParameters
from bot.ports.model import Content, PictureContent, PromptMessage, TextContent

_Message: TypeAlias = dict[str, Any]

_NOT_SENT = frozenset({"name", "image_detail"})


def fixed_fields(parameters: ModelParameters) -> dict[str, Any]:
    """Return what every request of this configuration has in common: all but the messages."""
    # By name: a subclass of the settings may hold more, such as the key.
    sent = set(ModelParameters.model_fields) - _NOT_SENT
    if parameters.max_completion_tokens is not None and "max_tokens" not in parameters.model_fields_set:
        sent.remove("max_tokens")
    if not parameters.stream:
        sent.remove("stream_options")
    dumped = parameters.model_dump(mode="json", by_alias=True, exclude_none=True, include=sent)
    return {"model": parameters.name} | dumped


def encode_body(fixed: Mapping[str, Any], prompt: Sequence[PromptMessage], *, detail: str | None) -> bytes:
    """Return the JSON body of a request.

    Blocks for some milliseconds per megabyte of pictures.
    """
    body = {**fixed, "messages": _messages(prompt, detail)}
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair in what somebody wrote must not cost the answer.
        return orjson.dumps(_clean(body))


def _messages(prompt: Sequence[PromptMessage], detail: str | None) -> list[_Message]:
    # Neighbours of one role become one message: some servers' templates want user and assistant in turns.
    said = [(message.role, part) for message in prompt for part in message.content if not _is_empty(part)]
    return [
        {"role": role, "content": _content([part for _, part in group], detail)}
        for role, group in groupby(said, key=lambda role_and_part: role_and_part[0])
    ]


def _is_empty(part: Content) -> bool:
    return isinstance(part, TextContent) and not part.text


def _content(contents: Sequence[Content], detail: str | None) -> str | list[dict[str, Any]]:
    """Plain text where there is no picture, which the oldest servers take too; else parts, texts joined."""
    parts: list[dict[str, Any]] = []
    for is_text, group in groupby(contents, key=lambda part: isinstance(part, TextContent)):
        if is_text:
            parts.append(
                {"type": "text", "text": "\n".join(part.text for part in group if isinstance(part, TextContent))}
            )
        else:
            parts += [_picture(part, detail) for part in group if isinstance(part, PictureContent)]
    return str(parts[0]["text"]) if len(parts) == 1 and parts[0]["type"] == "text" else parts


def _picture(picture: PictureContent, detail: str | None) -> dict[str, Any]:
    image = {"url": f"data:image/jpeg;base64,{b64encode(picture.jpeg).decode('ascii')}"}
    if detail is not None:
        image["detail"] = detail
    return {"type": "image_url", "image_url": image}


def _clean(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_clean(key): _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
    return value
