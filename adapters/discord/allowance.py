"""How many sessions Discord lets the bot begin: over 1000 a day it takes the token away."""

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field

import discord

from adapters.discord.errors import discord_request
from bot.errors import PlatformError
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_FEW = 100
"""Of the 1000 a day (Discord docs, Gateway, Session Start Limit Object). From here on they are spread over the day."""

_BETWEEN_TWO_S = 5.0
"""Discord docs, Rate Limiting of IDENTIFY."""


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    taken_at_s: float = float("-inf")


class Allowance:
    """Asks Discord how many are left. It counts for all programs that use the token, this one before a restart too."""

    def __init__(self, rest: discord.Client, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._at_once = 1
        self._turns: defaultdict[int, _Turn] = defaultdict(_Turn)

    async def is_short(self) -> bool:
        """Whether a new session has to be thought over."""
        return await self._pause_s() > 0

    async def wait(self) -> None:
        """Wait as long as the next session has to wait for the rest to last; not at all as long as there are many."""
        pause_s = await self._pause_s()
        if pause_s > 0:
            _log.error(
                "Discord: nearly no new connections are left for today, so I wait %.0f s before the next one. "
                "Something keeps ending them: see the lines above.",
                pause_s,
            )
            await self._clock.sleep(pause_s)

    async def take_turn(self, shard_id: int) -> None:
        """Wait until a connection may begin a session: one in 5 s, for each of as many groups as Discord allows.

        Other processes are not known of: where two of them meet, Discord refuses one, which tries again.
        """
        turn = self._turns[shard_id % self._at_once]
        async with turn.lock:
            wait_s = turn.taken_at_s + _BETWEEN_TWO_S - self._clock.monotonic_s()
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            turn.taken_at_s = self._clock.monotonic_s()

    async def _pause_s(self) -> float:
        try:
            async with discord_request("asking how many sessions are left"):
                _, _, limit = await self._rest.http.get_bot_gateway()
                self._at_once = max(1, limit["max_concurrency"])
                left, reset_after_s = limit["remaining"], limit["reset_after"] / 1000
        except PlatformError as error:
            # Whoever can't be asked can't be connected to either.
            _log.debug("%s", error)
            return 0.0
        return 0.0 if left >= _FEW else reset_after_s / (left + 1)
