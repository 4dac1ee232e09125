"""Tells which pieces of streamed tool calls belong together: servers disagree on it.

The API gives each call an index and each first piece an id and a name. But Ollama says index 0 for every call of a
round, Gemini says none, some gateways count on within one call, repeat the name or the id in each piece, or make a new
id for each piece; the oldest servers know one ``function_call`` only (public issue threads: ollama#15457 #7881,
openai-python#2806, smolagents#1569, agno#8879, dirac#215).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from bot.ports.model import ToolCallDelta

MAX_CALLS = 64
"""Calls of one answer that are told apart; more are not read. A round of real use has one to four."""
MAX_ARGUMENTS = 64 << 10
"""Characters of one call's arguments that are read."""


class _Open:
    """A call that may go on."""

    __slots__ = ("arguments", "id", "length", "name", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.id: str | None = None
        self.name: str | None = None
        self.arguments: list[str] = []
        self.length = 0

    @property
    def is_whole(self) -> bool:
        """Nothing can follow: its arguments are complete."""
        return bool(self.arguments) and self.arguments[-1].rstrip()[-1:] == "}" and _is_object("".join(self.arguments))


class ToolCallDeltas:
    """Turns the wire's pieces of one answer into `ToolCallDelta`, numbered from 0 in the order in which they began."""

    __slots__ = ("_by_id", "_by_index", "_calls")

    def __init__(self) -> None:
        self._calls: list[_Open] = []
        self._by_id: dict[str, _Open] = {}
        self._by_index: dict[int, _Open] = {}

    def read(self, pieces: object) -> Iterator[ToolCallDelta]:
        """Take ``tool_calls`` of a delta or message, of any shape."""
        if not isinstance(pieces, list):
            return
        for position, piece in enumerate(pieces):
            if isinstance(piece, dict):
                # Without an index, several pieces at once are told apart by their places.
                index = _index(piece.get("index"), position if len(pieces) > 1 else None)
                delta = self._piece(piece, index)
                if delta is not None:
                    yield delta

    def _piece(self, piece: Mapping[str, Any], index: int | None) -> ToolCallDelta | None:
        # A "custom" tool has its own words for the same two things.
        function = piece.get("function") or piece.get("custom")
        function = function if isinstance(function, dict) else {}
        id_, name = _word(piece.get("id")), _word(function.get("name"))
        call = self._call_of(index, id_, name)
        if call is None:
            return None
        arguments = _arguments(function)[: MAX_ARGUMENTS - call.length]
        new_id, new_name = id_ if call.id is None else None, name if call.name is None else None
        call.id, call.name = call.id or id_, call.name or name
        call.length += len(arguments)
        if arguments:
            call.arguments.append(arguments)
        if call.id is not None:
            self._by_id[call.id] = call
        return ToolCallDelta(index=call.number, id=new_id, name=new_name, arguments=arguments)

    def _call_of(self, index: int | None, id_: str | None, name: str | None) -> _Open | None:
        current = self._by_id.get(id_ or "") or self._current(index, name)
        if current is not None and not _begins_another(current, id_, name):
            return current
        if len(self._calls) >= MAX_CALLS:
            return None
        call = _Open(len(self._calls))
        self._calls.append(call)
        if index is not None:
            self._by_index[index] = call
        return call

    def _current(self, index: int | None, name: str | None) -> _Open | None:
        """The call that a piece would go on, if it is not the beginning of one."""
        newest = self._calls[-1] if self._calls else None
        if index is None:
            return newest
        # A piece without a name begins nothing, whatever its index says.
        return self._by_index.get(index, newest if name is None else None)


def _begins_another(call: _Open, id_: str | None, name: str | None) -> bool:
    if name is None or call.name is None:
        return False
    if id_ is not None and call.id is not None and id_ != call.id:
        return True
    return name != call.name or call.is_whole


def _arguments(function: Mapping[str, Any]) -> str:
    arguments = function.get("arguments") or function.get("input")
    if isinstance(arguments, dict):  # Some servers send an object instead of its JSON.
        arguments = json.dumps(arguments, separators=(",", ":"))
    return arguments if isinstance(arguments, str) else ""


def _index(value: object, otherwise: int | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False
