"""Finds tool calls that a server left standing in the text, as Qwen and others write them.

SGLang without ``--tool-call-parser`` and servers whose parser gives up pass them on: people would read JSON.
"""

import orjson

MAX_HELD = 64 << 10
"""Characters that are held back at most until a call is whole; more of them are text after all."""

_BEGINNING = "<tool_call>"
_END = "</tool_call>"


class WrittenCalls:
    """Takes the text of an answer apart. What may be the beginning of a call is held back until that is clear."""

    __slots__ = ("_held", "calls")

    def __init__(self) -> None:
        self.calls: list[dict[str, object]] = []
        """What was found since this was emptied last: objects with ``name`` and ``arguments``."""
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what of the text is for people."""
        if not self._held and "<" not in text:
            return text
        rest, shown = self._held + text, ""
        while _BEGINNING in rest:
            before, _, call = rest.partition(_BEGINNING)
            shown += before
            written, end, after = call.partition(_END)
            if not end and len(call) <= MAX_HELD:
                self._held = _BEGINNING + call
                return shown
            shown += self._take(written, _BEGINNING + written + end)
            rest = after
        held = next((size for size in range(len(_BEGINNING) - 1, 0, -1) if rest.endswith(_BEGINNING[:size])), 0)
        self._held = rest[len(rest) - held :]
        return shown + rest[: len(rest) - held]

    def close(self) -> str:
        """Take the end of the answer, which may stand for the end of a call. Returns what else is for people."""
        held, self._held = self._held, ""
        return self._take(held.removeprefix(_BEGINNING), held) if held.startswith(_BEGINNING) else held

    def _take(self, written: str, whole: str) -> str:
        """Note a call; returns the text that it is if it is none."""
        try:
            call = orjson.loads(written)
        except orjson.JSONDecodeError:
            return whole
        if not isinstance(call, dict) or not isinstance(call.get("name"), str):
            return whole
        self.calls.append(call)
        return ""
