"""Turns a prompt into the API's messages, in the form that the strictest servers take.

A tool's result is plain text, and pictures stand only in messages of the user (AI/ML API's schema). The assistant's
``content`` is never null (the same schema). The arguments of earlier calls are a JSON object whatever the model wrote:
vLLM, SGLang and llama.cpp read them again, and refuse the whole conversation otherwise (public issues: vllm#43995,
sglang#28035, OpenHands/software-agent-sdk#2887).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeAlias

import orjson

from bot.ports.model import Content, PictureContent, PromptMessage, TextContent, ToolCall

GAP = b"\0"
"""Stands in the JSON for the base64 of a picture; JSON itself can't hold this byte."""

Message: TypeAlias = dict[str, Any]

_TEMPLATE_MARK = re.compile(r"<(?=[|\uff5c]\w|__media__>|(?:start|end)_of_(?:turn|image)>)|\[(?=img-\d)")
"""Where words begin that servers take for their own: who speaks, and where a picture stands.

They look for these in the whole conversation: anybody could write them, to speak as the system, or to have all that is
asked after them refused or asked about the wrong picture (public issues: vllm#57740, transformers#47217; llama.cpp
#27249; ollama PR#7849; Gemma's are in its model card).
"""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_NAME_LENGTH = 64
_URL = orjson.Fragment(b'"data:image/jpeg;base64,' + GAP + b'"')


def wire_messages(prompt: Sequence[PromptMessage], *, detail: str | None) -> list[Message]:
    """The messages of a request, each picture as a `GAP`, in the order of `pictures_of`."""
    return [_wire_message(message, detail) for message in _joined(prompt)]


def pictures_of(prompt: Sequence[PromptMessage]) -> list[bytes]:
    """The JPEG files that a prompt shows, in order."""
    return [
        part.jpeg
        for message in prompt
        if message.role == "user"
        for part in message.content
        if isinstance(part, PictureContent)
    ]


def _joined(prompt: Sequence[PromptMessage]) -> list[PromptMessage]:
    """Neighbours of one role become one message: some servers' templates want user and assistant in turns.

    Nothing is joined to a call, which its results must follow, nor to a result, which answers one call.
    """
    joined: list[PromptMessage] = []
    for message in prompt:
        content = tuple(part for part in message.content if not _is_empty(part))
        if not content and not message.tool_calls and message.role != "tool":
            continue
        last = joined[-1] if joined else None
        if last is not None and last.role == message.role != "tool" and not last.tool_calls:
            joined[-1] = replace(last, content=last.content + content, tool_calls=message.tool_calls)
        else:
            joined.append(message if content == message.content else replace(message, content=content))
    return joined


def _is_empty(part: Content) -> bool:
    return isinstance(part, TextContent) and not part.text


def _wire_message(message: PromptMessage, detail: str | None) -> Message:
    if message.role == "user":
        return {"role": "user", "content": _content(message.content, detail)}
    wire: Message = {"role": message.role, "content": _text(message.content)}
    if message.role == "tool":
        wire["tool_call_id"] = message.tool_call_id or ""
    if message.tool_calls:
        wire["tool_calls"] = [_call(call) for call in message.tool_calls]
    return wire


def _content(contents: Sequence[Content], detail: str | None) -> str | list[dict[str, Any]]:
    """Plain text where there is no picture, which the oldest servers take too; else parts, texts joined."""
    if not any(isinstance(part, PictureContent) for part in contents):
        return _text(contents)
    image: dict[str, Any] = {"url": _URL} if detail is None else {"url": _URL, "detail": detail}
    parts: list[dict[str, Any]] = []
    for is_text, group in groupby(contents, key=lambda part: isinstance(part, TextContent)):
        if is_text:
            parts.append({"type": "text", "text": _text(group)})
        else:
            parts += [{"type": "image_url", "image_url": image} for _ in group]
    return parts


def _text(contents: Iterable[Content]) -> str:
    words = "\n".join(part.text for part in contents if isinstance(part, TextContent))
    return _TEMPLATE_MARK.sub(r"\g<0>\\", words)


def _call(call: ToolCall) -> dict[str, Any]:
    name = _NOT_IN_NAMES.sub("_", call.name)[:_NAME_LENGTH] or "unknown"
    return {"id": call.id, "type": "function", "function": {"name": name, "arguments": _arguments(call.arguments)}}


def _arguments(said: str) -> str:
    try:
        return said if isinstance(orjson.loads(said), dict) else "{}"
    except orjson.JSONDecodeError:
        return "{}"
