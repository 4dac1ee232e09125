"""What model servers refuse in the order of messages once tools are used, in the words of those that check it best."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def broken_dialogue(body: Mapping[str, Any]) -> str | None:
    """What is wrong with the calls, results and choice of a request whose form is right; None when nothing is."""
    if "tool_choice" in body and not body.get("tools"):
        return "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."
    return _wrong_arguments(body["messages"]) or _wrong_order(body["messages"])


def _wrong_order(messages: Sequence[Mapping[str, Any]]) -> str | None:
    waiting: set[str] = set()
    seen: set[str] = set()
    for number, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return (
                    f"messages.{number}: messages with role 'tool' must be a response to a preceding message "
                    "with 'tool_calls'"
                )
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return (
                f"messages.{number}: An assistant message with 'tool_calls' must be followed by tool messages "
                f"responding to each 'tool_call_id'. These did not have response messages: {sorted(waiting)}"
            )
        ids = [call["id"] for call in message.get("tool_calls", [])]
        if len(set(ids)) < len(ids) or seen & set(ids) or "" in ids:
            return f"messages.{number}: Duplicate or empty value for 'tool_call_id'"
        seen.update(ids)
        waiting = set(ids)
    return f"These 'tool_calls' did not have response messages: {sorted(waiting)}" if waiting else None


def _wrong_arguments(messages: Sequence[Mapping[str, Any]]) -> str | None:
    for number, message in enumerate(messages):
        for call in message.get("tool_calls", []):
            try:
                arguments = json.loads(call["function"]["arguments"])
            except json.JSONDecodeError as error:
                return f"messages.{number}: {error}"
            if not isinstance(arguments, dict):
                return f"messages.{number}: tool call arguments must be a JSON object"
    return None
