"""What the tests of the model client share: a client on the emulator, a clock that does not wait, small pictures."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from adapters.model.client import ModelClient
from adapters.model.timeouts import ModelTimeouts
from bot.answering.tool_calls import ToolCalls
from bot.errors import ModelError
from bot.ports.model import (
    Finished,
    Model,
    ModelEvent,
    PictureContent,
    PromptMessage,
    ReasoningDelta,
    TextContent,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallDelta,
)
from bot.settings.parameters import ModelParameters
from tests.emulators.model import ModelEmulator, Script

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/"
    "wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHORT = ModelTimeouts(connect_s=1, first_byte_s=0.1, silence_s=0.1, idle_s=0.2, trailer_s=0.05)


@dataclass
class PatientClock:
    """A clock whose sleeps are noted instead of slept."""

    slept: list[float] = field(default_factory=list)
    passed_s: float = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed_s)

    def monotonic_s(self) -> float:
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed_s += seconds


@dataclass
class Heard:
    """Everything that one answer held."""

    events: list[ModelEvent] = field(default_factory=list)
    error: ModelError | None = None

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def thoughts(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningDelta))

    @property
    def tool_calls(self) -> list[ToolCallDelta]:
        return [event for event in self.events if isinstance(event, ToolCallDelta)]

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls, put together."""
        calls = ToolCalls()
        for piece in self.tool_calls:
            calls.add(piece)
        return calls.whole()

    @property
    def finished(self) -> Finished:
        assert self.error is None, self.error
        assert [type(event) for event in self.events].count(Finished) == 1
        assert isinstance(self.events[-1], Finished)
        return self.events[-1]

    @property
    def failure(self) -> ModelError:
        assert self.error is not None, self.events
        assert not any(isinstance(event, Finished) for event in self.events)
        return self.error


def says(text: str, *more: bytes, role: str = "user") -> PromptMessage:
    """One message of a prompt; bytes are pictures."""
    pictures = [PictureContent(jpeg=jpeg, width_px=1, height_px=1) for jpeg in more]
    return PromptMessage(role, (TextContent(text), *pictures))  # type: ignore[arg-type]  # tests pass the three roles


def asks(*calls: ToolCall, text: str = "") -> PromptMessage:
    """What the assistant asked for, behind some words or none."""
    return PromptMessage("assistant", (TextContent(text),) if text else (), tool_calls=calls)


def result(call: ToolCall, text: str = "done") -> PromptMessage:
    """What a call gave."""
    return PromptMessage("tool", (TextContent(text),), tool_call_id=call.id)


@asynccontextmanager
async def client_of(url: str, **wanted: Any) -> AsyncIterator[ModelClient]:
    """A client on a server; `wanted` overrides the parts that a test is about."""
    parts: dict[str, Any] = {
        "key": "model-key",
        "parameters": ModelParameters(),
        "timeouts": ModelTimeouts(),
        "clock": PatientClock(),
        "random": random.Random(1),
    }
    async with aiohttp.ClientSession() as session:
        yield ModelClient(session, url=url, **(parts | wanted))


@asynccontextmanager
async def raw_server(answer: bytes) -> AsyncIterator[str]:
    """A server that says exactly this to a request, and then nothing until the client goes away."""
    served = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await reader.read()
        writer.close()
        served.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        await served.wait()


async def listen(
    client: Model,
    *prompt: PromptMessage,
    request_id: str = "turn-1",
    tools: Sequence[Tool] = (),
    model: str | None = None,
) -> Heard:
    """Ask and take everything that comes, up to the error if there is one."""
    heard = Heard()
    try:
        stream = client.stream(prompt or (says("Hello"),), request_id=request_id, tools=tools, model=model)
        async with aclosing(stream) as events:
            async for event in events:
                heard.events.append(event)
    except ModelError as error:
        heard.error = error
    return heard


async def ask(model: ModelEmulator, *prompt: PromptMessage, tools: Sequence[Tool] = (), **wanted: Any) -> Heard:
    """Ask the emulator once with a client of its own."""
    async with client_of(model.url, **wanted) as client:
        return await listen(client, *prompt, tools=tools)


def body_of(model: ModelEmulator) -> dict[str, Any]:
    """The newest request's body."""
    return model.calls[-1].body


def contents(messages: Sequence[dict[str, Any]]) -> list[Any]:
    """Of a request's messages."""
    return [message["content"] for message in messages]


async def refusal(model: ModelEmulator, status: int, message: str = "", **script: object) -> ModelError:
    """What asking comes to when the server answers so, however often it is asked."""
    model.reply_with(Script(status=status, message=message, **script))  # type: ignore[arg-type]  # the tests' own words
    return (await ask(model)).failure
