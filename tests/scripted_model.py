"""A model that says what a test wants, behind the core's port."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from bot.ports.model import Finished, FinishReason, ModelEvent, PromptMessage, TextContent, TextDelta, Tool

Step = ModelEvent | Exception | asyncio.Event


class ScriptedModel:
    """Plays one script for each prompt; an `asyncio.Event` in it waits, an exception is raised."""

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self.scripts = list(scripts)
        self.prompts: list[Sequence[PromptMessage]] = []
        self.tools: list[list[str]] = []
        self.names: list[str | None] = []
        self.closed = 0

    async def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        assert request_id
        self.prompts.append(prompt)
        self.tools.append([tool.name for tool in tools])
        self.names.append(model)
        script = self.scripts.pop(0) if self.scripts else said("ok")
        try:
            for step in script:
                match step:
                    case asyncio.Event():
                        await step.wait()
                    case Exception():
                        raise step
                    case _:
                        yield step
        finally:
            self.closed += 1


def said(*pieces: str, reason: FinishReason = FinishReason.STOP) -> list[Step]:
    """The script of a whole answer."""
    return [*(TextDelta(piece) for piece in pieces), Finished(reason=reason, model="scripted")]


def prompt_text(prompt: Sequence[PromptMessage]) -> str:
    """The words of a prompt, one line for each piece of content, with its role before it."""
    return "\n".join(
        f"{message.role}: {content.text if isinstance(content, TextContent) else '<pixels>'}"
        for message in prompt
        for content in message.content
    )
