"""Reads one answer of the model: at full speed, with an end that others can bring about."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from bot.answering.repetition import Repetition, trimmed
from bot.answering.tool_calls import ToolCalls
from bot.errors import ModelError
from bot.ports.clock import Clock
from bot.ports.model import (
    Finished,
    FinishReason,
    Model,
    ModelEvent,
    PromptMessage,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from bot.records.pictures import PostedPicture
from bot.sentences import Sentence

LONGEST_ANSWER = 200_000
"""Characters that are taken of an answer: over what 32,000 tokens make. A server may ignore `max_tokens`, and go on."""

Show: TypeAlias = Callable[[Sequence[str]], None]
"""Is told the pieces of the answer so far each time there are more: always the same list, which goes on growing."""


@dataclass(slots=True)
class Answer:
    """What is known of an answer so far."""

    started_at: datetime
    text: str = ""
    said: str = ""
    """How `text` begins: what was said before a tool was used. Never said again."""
    quote: str = ""
    """Of the question, as Markdown: stands above everything on screen."""
    mark: str = ""
    """Stands before `text` on screen."""
    pictures: list[PostedPicture] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    """Of all requests."""
    first_text_at: datetime | None = None
    finish: Finished | None = None
    error: ModelError | None = None
    asked_for_tool: bool = False
    repeats_itself: bool = False
    notes: list[Sentence] = field(default_factory=list)
    """For the person, under the answer."""


async def read(
    model: Model,
    prompt: Sequence[PromptMessage],
    answer: Answer,
    show: Show,
    *,
    request_id: str,
    clock: Clock,
    tools: Sequence[Tool] = (),
    name: str | None = None,
) -> Sequence[ToolCall]:
    """Read the stream into `answer`, and let it grow on screen. Returns what the model asks for before it goes on.

    When an earlier attempt left a text, it stays on screen until this one is as long: an answer never shrinks while
    somebody reads it. `name` is as in `Model.stream`. What came is kept in `answer` also when this is cancelled or
    fails; the longer text counts.

    Raises:
        ModelError: as `Model.stream` does.
    """
    calls = ToolCalls(taken={call.id for message in prompt for call in message.tool_calls})
    reading = _Reading(answer, calls, show, clock)
    try:
        async with aclosing(model.stream(prompt, request_id=request_id, tools=tools, model=name)) as events:
            async for event in events:
                if not reading.take(event):
                    break
    finally:
        reading.keep()
    return calls.whole() if tools else ()


class _Reading:
    """What came in reply to one request."""

    def __init__(self, answer: Answer, calls: ToolCalls, show: Show, clock: Clock) -> None:
        self._answer = answer
        self._calls = calls
        self._show = show
        self._clock = clock
        self._pieces = [answer.quote, answer.mark, answer.said]
        self._length = len(answer.said)
        self._shown_before = len(answer.text)
        self._repetition = Repetition()

    def take(self, event: ModelEvent) -> bool:
        """Take an event. False when nothing that could follow is wanted."""
        answer = self._answer
        match event:
            case TextDelta(text):
                return self._take_text(text)
            case ToolCallDelta():
                answer.asked_for_tool = True
                self._calls.add(event)
            case Finished():
                answer.finish = event
                answer.usage = answer.usage + event.usage
        return True

    def keep(self) -> None:
        """Let the answer have the text."""
        answer = self._answer
        text = "".join(self._pieces[2:]).strip()
        if answer.repeats_itself:
            text = trimmed(text)
        if answer.finish is not None or len(text) >= len(answer.text):
            answer.text = text

    def _take_text(self, text: str) -> bool:
        answer = self._answer
        answer.first_text_at = answer.first_text_at or self._clock.now()
        self._pieces.append(text[: LONGEST_ANSWER - self._length])
        self._length += len(text)
        if self._length >= self._shown_before:
            self._show(self._pieces)
        if self._repetition.feed(text):
            answer.repeats_itself = True
            return False
        if self._length >= LONGEST_ANSWER:
            answer.finish = Finished(reason=FinishReason.LENGTH)
            return False
        return True


class Interruption:
    """Lets others end a piece of work: the first reason counts."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self._task: asyncio.Task[None] | None = None

    def end(self, reason: str) -> None:
        """End what runs now, and what is run later."""
        if self.reason is None:
            self.reason = reason
            if self._task is not None:
                self._task.cancel()

    async def run(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        """Run it to its end in a task of this name, or until others end it; being cancelled oneself is raised."""
        if self.reason is not None:
            return
        self._task = asyncio.create_task(work(), name=name)
        try:
            await self._task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if self.reason is None or (current is not None and current.cancelling()):
                raise
        finally:
            self._task = None
