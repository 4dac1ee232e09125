"""What the model's servers were found to take: fewer pictures, smaller ones, no tools."""

import math
from dataclasses import replace

from bot.answering.window import PromptBudget
from bot.ports.clock import Clock
from bot.ports.store import Store

PICTURES = "most pictures at once"
PICTURE_TOKENS = "most picture tokens at once"
"""The cursors under which limits are remembered, behind the model's name."""

WITHOUT_TOOLS_S = 3600.0
"""A server that refused tools is not offered them for so long: it may have been one bad generation."""


class ServerLimits:
    """Learned from refusals, for each model by itself. The limits of pictures outlive the process.

    In every call `model` is the one that people chose; None: the usual one.

    Args:
        store: Where they are remembered.
        clock: For how long tools are not offered.
        usual: The name of the usual model.
    """

    def __init__(self, store: Store, clock: Clock, *, usual: str) -> None:
        self._store = store
        self._clock = clock
        self._usual = usual
        self._no_tools_before_s: dict[str | None, float] = {}
        """As many as the operator offers models."""

    async def within(self, budget: PromptBudget, model: str | None) -> PromptBudget:
        """What of a budget the server takes. Only what is for pictures can change."""
        pictures = await self._store.cursor(self._cursor(PICTURES, model))
        tokens = await self._store.cursor(self._cursor(PICTURE_TOKENS, model))
        return replace(
            budget,
            pictures=min(budget.pictures, int(pictures or budget.pictures)),
            picture_tokens=min(budget.picture_tokens, int(tokens or budget.picture_tokens)),
        )

    async def note_pictures(self, most: int, model: str | None) -> None:
        """It takes no more pictures than this at once."""
        await self._store.move_cursor(self._cursor(PICTURES, model), str(most))

    async def note_picture_tokens(self, most: int, model: str | None) -> None:
        """It has no room for larger pictures than this, all of one request together."""
        await self._store.move_cursor(self._cursor(PICTURE_TOKENS, model), str(most))

    def takes_tools(self, model: str | None) -> bool:
        """Whether tools can be offered to it (again)."""
        return self._clock.monotonic_s() >= self._no_tools_before_s.get(model, -math.inf)

    def note_no_tools(self, model: str | None) -> None:
        """It refused them."""
        self._no_tools_before_s[model] = self._clock.monotonic_s() + WITHOUT_TOOLS_S

    def _cursor(self, name: str, model: str | None) -> str:
        return f"{model or self._usual}: {name}"
