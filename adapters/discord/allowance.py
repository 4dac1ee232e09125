"""How many sessions Discord lets the bot begin: over 1000 a day it takes the token away."""

import logging

import discord

from adapters.discord.errors import discord_request
from bot.errors import PlatformError
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_FEW = 100
"""Of the 1000 a day (Discord docs, Gateway, Session Start Limit Object). From here on they are spread over the day."""


class Allowance:
    """Asks Discord how many are left. It counts for all programs that use the token, this one before a restart too."""

    def __init__(self, rest: discord.Client, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock

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

    async def _pause_s(self) -> float:
        try:
            async with discord_request("asking how many sessions are left"):
                _, _, limit = await self._rest.http.get_bot_gateway()
                left, reset_after_s = limit["remaining"], limit["reset_after"] / 1000
        except PlatformError as error:
            # Whoever can't be asked can't be connected to either.
            _log.debug("%s", error)
            return 0.0
        return 0.0 if left >= _FEW else reset_after_s / (left + 1)
