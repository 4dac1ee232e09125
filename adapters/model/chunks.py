"""Reads chat completions, whole or in chunks, into the core's events: leniently, because every server differs."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from adapters.model.tool_call_deltas import ToolCallDeltas
from adapters.model.written_calls import WrittenCalls
from bot.ports.model import Finished, FinishReason, ModelEvent, ReasoningDelta, TextDelta, Usage

CREDITS_PER_USD = 2_000_000
"""AI/ML API docs, "Request tracing and cost"."""

_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
}
_LARGEST = 1e15
"""No count or cost of any answer comes near. Larger ones would overflow somewhere."""
_FAILURES = frozenset({"error", "abort", "insufficient_system_resource"})
"""Reasons of some servers that mean: this is not the whole answer."""


class ErrorInAnswer(Exception):
    """The server reports a failure inside of an answer. `error` is what it says, of any shape."""

    def __init__(self, error: object) -> None:
        super().__init__("the server reports an error")
        self.error = error


class NotAChunk(Exception):
    """Something else than JSON, or JSON that is no object."""


class ChunkReader:
    """Collects the events of one answer. Neighbouring pieces of text become one event per `take_events`."""

    __slots__ = ("_calls", "_cost_usd", "_events", "_half", "_model", "_texts", "_usage", "_written", "began", "reason")

    def __init__(self, *, has_tools: bool) -> None:
        """`has_tools`: the model was offered some, and may ask for them in its text too."""
        self.began = False
        """Some of the answer has come."""
        self.reason: FinishReason | None = None
        """Set once the model has said that it stopped."""
        self._calls: ToolCallDeltas | None = None
        self._written = WrittenCalls() if has_tools else None
        self._texts: list[str] = []
        self._events: list[ModelEvent] = []
        self._half = ""
        self._model = ""
        self._usage: Mapping[str, Any] = {}
        self._cost_usd: float | None = None

    def read(self, data: bytes) -> None:
        """Take one JSON object.

        Raises:
            ErrorInAnswer: it is, or holds, an error.
            NotAChunk: it can't be read.
        """
        try:
            chunk = orjson.loads(data)
        except orjson.JSONDecodeError:
            chunk = _lenient(data)
        if not isinstance(chunk, dict):
            raise NotAChunk
        choices = chunk.get("choices")
        if choices and isinstance(choices, list) and isinstance(choices[0], dict):
            self._read_choice(choices[0], chunk.get("error"))
        elif "choices" not in chunk and ("message" in chunk or "detail" in chunk):
            raise ErrorInAnswer(chunk)
        elif error := chunk.get("error"):
            raise ErrorInAnswer(error)
        if not self._model and isinstance(model := chunk.get("model"), str):
            self._model = model
        if usage := chunk.get("usage"):
            self._read_usage(usage)
        if meta := chunk.get("meta"):
            self._read_meta(meta)

    def take_events(self, *, is_end: bool = False) -> list[ModelEvent]:
        """Return what has come since the last call."""
        self._join_texts()
        if is_end and self._written is not None and (text := self._written.close()):
            self._events.append(TextDelta(text))
        if self._written is not None and self._written.calls:
            calls, self._written.calls = self._written.calls, []
            for call in calls:
                self._read_calls([{"function": call}])
        events, self._events = self._events, []
        return events

    def finished(self, headers: Mapping[str, str]) -> Finished:
        """The last event; `headers` of the response may hold the cost."""
        cost_usd = self._cost_usd
        if cost_usd is None:
            cost_usd = _cost_usd(headers.get("x-aimlapi-usd-spent"), headers.get("x-aimlapi-credits-used"))
        details = self._usage.get("prompt_tokens_details")
        details = details if isinstance(details, dict) else {}
        reason = self.reason or FinishReason.STOP
        if self._calls is not None and reason is FinishReason.STOP:
            # Several servers say "stop" behind a tool call.
            reason = FinishReason.TOOL_CALLS
        return Finished(
            reason=reason,
            model=self._model,
            usage=Usage(
                prompt_tokens=_count(self._usage.get("prompt_tokens")),
                completion_tokens=_count(self._usage.get("completion_tokens")),
                image_tokens=_count(details.get("image_tokens")),
                cached_tokens=_count(details.get("cached_tokens")),
                cost_usd=cost_usd,
            ),
        )

    def _read_choice(self, choice: dict[str, Any], error: object) -> None:
        delta = choice.get("delta")
        if delta is None and not self.began:
            delta = choice.get("message")
        if delta and isinstance(delta, dict):
            self._read_delta(delta)
        if error := error or choice.get("error"):
            raise ErrorInAnswer(error)
        reason = choice.get("finish_reason")
        if reason and isinstance(reason, str):
            if reason in _FAILURES:
                raise ErrorInAnswer(f"finish reason {reason!r}")
            # A reason that is not known is one all the same: the model stopped by itself.
            self.reason = _REASONS.get(reason, FinishReason.STOP)

    def _read_delta(self, delta: dict[str, Any]) -> None:
        content = delta.get("content")
        if content:
            self._add_text(content if isinstance(content, str) else _text_of_parts(content))
        # Most chunks hold a piece of text and nothing else.
        if len(delta) > 1 or not content:
            self._read_rare(delta)

    def _read_rare(self, delta: dict[str, Any]) -> None:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if thought and isinstance(thought, str):
            self._add(ReasoningDelta(thought))
        refusal = delta.get("refusal")
        if refusal and isinstance(refusal, str):
            self._add_text(refusal)
        if calls := delta.get("tool_calls"):
            self._read_calls(calls)
        elif call := delta.get("function_call"):
            self._read_calls([{"function": call}])

    def _read_calls(self, calls: object) -> None:
        reader = self._calls or ToolCallDeltas()
        for event in reader.read(calls):
            self._calls = reader
            self._add(event)

    def _add_text(self, text: str) -> None:
        if self._half or not text.isascii():
            text = self._whole(text)
        if text:
            self.began = True
            self._texts.append(text)

    def _whole(self, text: str) -> str:
        # Servers written in JavaScript may cut an emoji into two halves, each in a chunk of its own.
        text = self._half + text
        self._half = ""
        if "\ud800" <= text[-1] <= "\udbff":
            self._half, text = text[-1], text[:-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text

    def _add(self, event: ModelEvent) -> None:
        self.began = True
        self._join_texts()
        self._events.append(event)

    def _join_texts(self) -> None:
        if self._texts:
            text = "".join(self._texts)
            self._texts.clear()
            if self._written is not None:
                text = self._written.feed(text)
            if text:
                self._events.append(TextDelta(text))

    def _read_usage(self, usage: object) -> None:
        if isinstance(usage, dict):
            self._usage = usage
            if (cost_usd := _number(usage.get("cost"))) is not None:
                self._cost_usd = cost_usd

    def _read_meta(self, meta: object) -> None:
        usage = meta.get("usage") if isinstance(meta, dict) else None
        if isinstance(usage, dict):
            cost_usd = _cost_usd(usage.get("usd_spent"), usage.get("credits_used", usage.get("tokens_used")))
            self._cost_usd = self._cost_usd if cost_usd is None else cost_usd


def _lenient(data: bytes) -> Any:
    # Halves of surrogate pairs and broken UTF-8 are no reason to lose an answer.
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise NotAChunk from error


def _text_of_parts(content: Any) -> str:
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        return None
    return float(value)


def _count(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _cost_usd(usd: object, credits_used: object) -> float | None:
    cost_usd = _number(usd)
    if cost_usd is not None:
        return cost_usd
    used = _number(credits_used)
    return None if used is None else used / CREDITS_PER_USD
