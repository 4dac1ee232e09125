"""The named points of a turn's life, and what ends the process at one of them.

Nothing in the product knows of this: the ports are wrapped from outside, where the composition root allows it.
"""

import inspect
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Self, cast

from bot.core import Parts
from bot.events import Action
from bot.ports.chat import Chat
from bot.ports.model import Finished, Model, ModelEvent, PromptMessage, TextDelta, Tool
from bot.ports.parts import Part
from bot.ports.store import Store


class Fuse:
    """Ends the process with SIGKILL when a point is passed for the n-th time since it was armed."""

    def __init__(self, point: str, passing: int) -> None:
        self._point = point
        self._left = passing
        self._is_armed = False

    def arm(self) -> None:
        self._is_armed = True

    def passed(self, point: str) -> None:
        """Note that the process is at `point` right now."""
        if self._is_armed and point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def watched(parts: Parts, fuse: Fuse) -> Parts:
    """The same parts, with a point before and after every call."""
    return Parts(
        store=cast("Store", Watched(parts.store, "store", fuse)),
        model=WatchedModel(parts.model, fuse),
        eyes=parts.eyes,
        web=parts.web,
        chats=[cast("Chat", WatchedChat(chat, "chat", fuse)) for chat in parts.chats],
    )


class Watched:
    """Passes every call on to a port: ``before store.accept``, ``after store.accept``."""

    def __init__(self, port: Any, name: str, fuse: Fuse) -> None:
        self._port = port
        self._name = name
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def call(*values: Any, **named: Any) -> Any:
            point = f"{self._name}.{name}{_kind_of(values)}"
            self._fuse.passed(f"before {point}")
            result = await method(*values, **named)
            self._fuse.passed(f"after {point}")
            return result

        return call


class WatchedChat(Watched):
    """``before chat.post preview``, ``after chat.edit final``; and nothing of what the adapter itself stores."""

    async def __aenter__(self) -> Self:
        await self._port.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._port.__aexit__(*exc_info)


class WatchedModel:
    """``model is asked``, ``model's first words``, ``model's words``, ``model has finished``."""

    def __init__(self, model: Model, fuse: Fuse) -> None:
        self._model = model
        self._fuse = fuse

    async def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        self._fuse.passed("model is asked")
        words = "model's first words"
        async with aclosing(self._model.stream(prompt, request_id=request_id, tools=tools, model=model)) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        self._fuse.passed(words)
                        words = "model's words"
                    case Finished():
                        self._fuse.passed("model has finished")
                yield event


def _kind_of(values: Sequence[Any]) -> str:
    part = next((value for value in values if isinstance(value, Part)), None)
    if part is None:
        return ""
    return " preview" if any(one.action is Action.STOP for row in part.buttons for one in row) else " final"
