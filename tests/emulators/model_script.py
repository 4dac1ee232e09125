"""What the emulated model says, how fast, and how it fails: a script, turned into the bytes of a response."""

import asyncio
import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

MODEL = "qwen3-vl-32b-instruct"
"""As the provider echoes it: without its prefix."""

_ARGUMENTS_PIECE = 7
_PIECES = re.compile(r"\S+\s*|\s+")


def pieces_of(text: str) -> tuple[str, ...]:
    """Cut a text as a model writes it: word by word."""
    return tuple(_PIECES.findall(text))


def error_body(status: int, message: str, path: str = "/v1/chat/completions") -> dict[str, Any]:
    """The provider's shape of an error."""
    return {
        "message": message,
        "path": path,
        "requestId": "11111111-2222-3333-4444-555555555555",
        "statusCode": str(status),
        "timestamp": "2026-11-22T12:00:00.000Z",
    }


@dataclass(frozen=True)
class Asks:
    """One tool call of the model."""

    name: str
    arguments: Any
    """A string is sent as it is, everything else as JSON."""
    id: str = ""
    """Empty: one is made up from its place."""

    def wire(self, number: int) -> dict[str, Any]:
        """The whole call in the API's shape."""
        written = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)
        call = {"id": self.id or f"call_{number}", "type": "function"}
        return {**call, "function": {"name": self.name, "arguments": written}}


@dataclass(frozen=True, kw_only=True)
class Script:
    """One answer. Counts of pieces are of `pieces` alone."""

    pieces: Sequence[str] = ("Hello", " from", " the", " emulated", " model.")
    first_token_s: float = 0.0
    per_token_s: float = 0.0
    reasoning: Sequence[str] = ()
    """Thoughts sent before the text."""
    calls: Sequence["Asks"] = ()
    """Tools that the model asks for after the text, as a good server streams them: side by side, in pieces."""
    tool_calls: Sequence[Mapping[str, Any]] = ()
    """Deltas sent after the text, in the API's shape: for what other servers do."""
    finish_reason: str | None = "stop"
    """None: the stream ends without one. With `calls` "stop" becomes "tool_calls"."""
    usage: Mapping[str, Any] | None = field(
        default_factory=lambda: {
            "prompt_tokens": 100,
            "completion_tokens": 5,
            "total_tokens": 105,
            "prompt_tokens_details": {"image_tokens": 60, "text_tokens": 40, "cached_tokens": 20},
        }
    )
    """None: the server tells nothing."""
    usd_spent: float | None = 0.00124
    """None: the server tells no cost."""

    cut_after: int | None = None
    """Break the connection after so many pieces."""
    silent_after: int | None = None
    """Send nothing more after so many pieces, and keep the connection."""
    keep_alive_s: float | None = None
    """While silent or hanging: send a comment so often."""
    error_after: int | None = None
    """Send `error` after so many pieces, and end."""
    error: Any = field(default_factory=lambda: {"error": {"message": "Upstream failed", "code": 502}})

    hold: asyncio.Event | None = None
    """Wait for it after `hold_after` pieces."""
    hold_after: int = 0

    hang: bool = False
    """Keep the connection after all is said."""
    done: bool = True
    """Send the end mark."""
    line_end: str = "\n"
    comments: bool = False
    """Put a comment before each event."""
    gzip: bool = False
    json_instead: bool = False
    """Answer with one JSON object though a stream was asked for."""
    stream_instead: bool = False
    """Answer with a stream though none was asked for."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str | Mapping[str, Any] | None = None
    """Answer with this instead of everything above; None with another status than 200: the provider's error body."""
    message: str = "Something went wrong"
    """In the provider's error body."""

    @property
    def ends_with(self) -> str | None:
        """The finish reason that is sent."""
        return "tool_calls" if self.calls and self.finish_reason == "stop" else self.finish_reason

    def raw_body(self) -> bytes | None:
        """The body that is sent as it is; None for an answer."""
        match self.body:
            case bytes():
                return self.body
            case str():
                return self.body.encode()
            case None:
                return orjson.dumps(error_body(self.status, self.message)) if self.status != 200 else None
        return orjson.dumps(self.body)


@dataclass(frozen=True)
class Paced:
    """The parts of a stream: a list for each moment at which something can happen."""

    opening: bytes
    pieces: tuple[bytes, ...]
    ending: bytes
    error: bytes


def paced(script: Script, *, with_usage: bool) -> Paced:
    """The bytes of a stream, in the order in which they are sent."""
    event = _event_encoder(script)
    opening = event(_chunk({"role": "assistant", "content": ""}))
    opening += b"".join(event(_chunk({"reasoning_content": thought, "content": None})) for thought in script.reasoning)
    deltas = [*_call_deltas(script.calls), *script.tool_calls]
    ending = b"".join(event(_chunk({"tool_calls": [delta]})) for delta in deltas)
    if script.ends_with is not None:
        ending += event(_chunk({}, script.ends_with))
    if with_usage and script.usage is not None:
        ending += event(_last_chunk(script))
    if script.done:
        ending += f"data: [DONE]{script.line_end * 2}".encode()
    pieces = tuple(event(_chunk({"content": piece})) for piece in script.pieces)
    return Paced(opening, pieces, ending, event(script.error))


def whole(script: Script) -> dict[str, Any]:
    """The answer as one JSON object."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(script.pieces)}
    if script.reasoning:
        message["reasoning_content"] = "".join(script.reasoning)
    if script.calls or script.tool_calls:
        message["tool_calls"] = [call.wire(number) for number, call in enumerate(script.calls)]
        message["tool_calls"] += script.tool_calls
    answer: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_763_800_000,
        "choices": [{"index": 0, "message": message, "finish_reason": script.ends_with}],
        "model": MODEL,
    }
    if script.usage is not None:
        answer["usage"] = script.usage
    if script.usd_spent is not None:
        answer["meta"] = {"usage": _meta(script.usd_spent)}
    return answer


def cost_headers(script: Script) -> dict[str, str]:
    """What the provider puts into the headers of an answer that is not streamed."""
    if script.usd_spent is None:
        return {}
    spent = _meta(script.usd_spent)
    return {"x-aimlapi-credits-used": str(spent["credits_used"]), "x-aimlapi-usd-spent": str(spent["usd_spent"])}


def steps(script: Script, stream: Paced) -> list[tuple[int, bytes]]:
    """The pieces with their numbers, up to where the script stops."""
    stops = [stop for stop in (script.cut_after, script.silent_after, script.error_after) if stop is not None]
    return list(itertools.islice(enumerate(stream.pieces), min(stops, default=None)))


def _call_deltas(calls: Sequence[Asks]) -> list[dict[str, Any]]:
    """First the head of each call, then the pieces of their arguments in turns."""
    wires = [call.wire(number) for number, call in enumerate(calls)]
    heads = [
        wire | {"index": index, "function": {"name": wire["function"]["name"], "arguments": ""}}
        for index, wire in enumerate(wires)
    ]
    arguments = [wire["function"]["arguments"] for wire in wires]
    pieces = [
        {"index": index, "function": {"arguments": written[start : start + _ARGUMENTS_PIECE]}}
        for start in range(0, max(map(len, arguments), default=0), _ARGUMENTS_PIECE)
        for index, written in enumerate(arguments)
        if start < len(written)
    ]
    return [*heads, *pieces]


def _event_encoder(script: Script) -> Callable[[Any], bytes]:
    end = script.line_end
    comment = f": keep-alive{end}{end}" if script.comments else ""

    def encode(payload: Any) -> bytes:
        # Escapes as JavaScript and Python write them, also halves of surrogate pairs.
        return f"{comment}data: {json.dumps(payload)}{end}{end}".encode()

    return encode


def _chunk(delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_763_800_000,
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
        "usage": None,
    }


def _last_chunk(script: Script) -> dict[str, Any]:
    chunk = _chunk({}) | {"choices": [], "usage": script.usage}
    return chunk if script.usd_spent is None else chunk | {"meta": {"usage": _meta(script.usd_spent)}}


def _meta(usd_spent: float) -> dict[str, float]:
    return {"credits_used": round(usd_spent * 2_000_000), "usd_spent": usd_spent}
