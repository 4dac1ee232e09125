"""Puts the pieces of streamed tool calls together, within bounds."""

from collections.abc import Collection

from bot.ports.model import ToolCall, ToolCallDelta

MAX_CALLS = 8
"""Calls of one round that are run; the API allows more, a model that asks for more is lost."""
MAX_ARGUMENTS = 16 << 10
"""Characters of one call's arguments. What is longer is cut, and so no JSON any more."""
MAX_NAME = 64
"""Characters of a tool's name: the API's bound."""

_MAX_ID = 256


class ToolCalls:
    """Collects what one answer of the model asks for."""

    def __init__(self, *, taken: Collection[str] = ()) -> None:
        """`taken`: the ids of calls that stand in the same prompt already."""
        self._taken = taken
        self._by_index: dict[int, _Collected] = {}

    def add(self, piece: ToolCallDelta) -> None:
        """Take what came, in order."""
        call = self._by_index.get(piece.index)
        if call is None:
            if len(self._by_index) >= MAX_CALLS:
                return
            call = self._by_index[piece.index] = _Collected()
        call.add(piece)

    def whole(self) -> tuple[ToolCall, ...]:
        """The calls in the order in which they began, each with an id of its own. A name may be empty."""
        used = set(self._taken)
        calls = []
        for collected in self._by_index.values():
            id_ = collected.id if 0 < len(collected.id) <= _MAX_ID and collected.id not in used else _new_id(used)
            used.add(id_)
            calls.append(ToolCall(id=id_, name=collected.name, arguments="".join(collected.arguments)))
        return tuple(calls)


class _Collected:
    __slots__ = ("_length", "arguments", "id", "name")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self._length = 0

    def add(self, piece: ToolCallDelta) -> None:
        self.id = self.id or piece.id or ""
        self.name = self.name or (piece.name or "")[:MAX_NAME]
        arguments = piece.arguments[: MAX_ARGUMENTS - self._length]
        self._length += len(arguments)
        if arguments:
            self.arguments.append(arguments)


def _new_id(used: Collection[str]) -> str:
    # Nine letters and digits: the only form that Mistral takes.
    return next(id_ for number in range(len(used) + 1) if (id_ := f"call{number:05}") not in used)
