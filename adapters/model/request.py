"""Builds request bodies: the part of the chat completions API that every compatible server understands."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from adapters.model.body import RequestBody
from adapters.model.messages import GAP, pictures_of, wire_messages
from bot.ports.model import PromptMessage, Tool
from bot.settings.parameters import ModelParameters

_NOT_SENT = frozenset({"name", "image_detail"})
_ABOUT_TOOLS = frozenset({"tools", "tool_choice", "parallel_tool_calls"})


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


def request_body(
    fixed: Mapping[str, Any], prompt: Sequence[PromptMessage], tools: Sequence[Tool] = (), *, detail: str | None
) -> RequestBody:
    """Return the JSON body of a request. Its pictures are encoded only while it is sent."""
    body = {**_with_tools(fixed, tools), "messages": wire_messages(prompt, detail=detail)}
    try:
        dumped = orjson.dumps(body)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair in what somebody wrote must not cost the answer.
        dumped = orjson.dumps(_clean(body))
    return RequestBody(dumped.split(GAP), pictures_of(prompt))


def _with_tools(fixed: Mapping[str, Any], tools: Sequence[Tool]) -> dict[str, Any]:
    """The fields with the tools of this request behind those of the configuration; the newer of a name counts."""
    functions = {tool["function"]["name"]: tool for tool in fixed.get("tools", ())}
    for tool in tools:
        function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
        functions[tool.name] = {"type": "function", "function": function}
    if functions:
        return {**fixed, "tools": list(functions.values())}
    # OpenAI refuses a choice among no tools.
    return {name: value for name, value in fixed.items() if name not in _ABOUT_TOOLS}


def _clean(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_clean(key): _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
    return value
