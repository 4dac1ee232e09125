"""How many sessions Discord lets the bot begin: over 1000 a day it takes the token away."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import discord

from adapters.discord.errors import discord_request
from adapters.discord.gateway.slots import CONNECT_WITHIN_S, IDENTIFY_WITHIN_S, until_slot_s
from adapters.discord.shards import Shard
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
    taken_by: int = -1


class Allowance:
    """Asks Discord how many are left. It counts for all programs that use the token, this one before a restart too."""

    def __init__(self, rest: discord.Client, clock: Clock, shards: Sequence[Shard]) -> None:
        """`shards` are those of this process."""
        self._rest = rest
        self._clock = clock
        self._count = shards[0].count
        self._is_alone = len(shards) == self._count
        self._at_once = 1
        self._lines: defaultdict[int, _Turn] = defaultdict(_Turn)
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

    async def wait_in_line(self, shard_id: int) -> None:
        """Wait until it is worth while to connect: discord.py gives a connection a minute to get its session."""
        turn = self._lines[shard_id % self._at_once]
        # One that could not connect used nothing up.
        if turn.taken_by == shard_id:
            turn.taken_at_s = float("-inf")
        await self._take(turn, shard_id, within_s=CONNECT_WITHIN_S)

    async def take_turn(self, shard_id: int) -> None:
        """Wait until a connection may begin a session: one in 5 s, for each of as many groups as Discord allows.

        Where other processes have the other connections, each has times of its own, told by the clocks.
        """
        await self._take(self._turns[shard_id % self._at_once], shard_id, within_s=IDENTIFY_WITHIN_S)

    async def _take(self, turn: _Turn, shard_id: int, *, within_s: float) -> None:
        async with turn.lock:
            await self._sleep(turn.taken_at_s + _BETWEEN_TWO_S - self._clock.monotonic_s())
            if not self._is_alone:
                now_s = self._clock.now().timestamp()
                wait_s = until_slot_s(now_s, shard_id, shards=self._count, at_once=self._at_once, within_s=within_s)
                await self._sleep(wait_s)
            turn.taken_at_s, turn.taken_by = self._clock.monotonic_s(), shard_id

    async def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            await self._clock.sleep(seconds)

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
        # All connections may wait at the same time.
        are_enough = left >= max(_FEW, 2 * self._count)
        return 0.0 if are_enough else reset_after_s * self._count / (left + 1)
