"""Slash commands waiting for their answer: acknowledged at once, answered through their token while it lives."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass

import discord

from adapters.discord.errors import discord_request
from adapters.discord.limits import INTERACTION_LIFETIME_S
from bot.errors import PlatformError
from bot.events import MessageId
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_MOST_KEPT = 256


@dataclass(slots=True, kw_only=True)
class _Pending:
    interaction: discord.Interaction
    acknowledged: asyncio.Task[bool]
    good_until_s: float
    """By `Clock.monotonic_s`."""
    nonce: str | None = None
    """Of the part that was answered through it: repeating that one is harmless, another would replace it."""


class Interactions:
    """The newest 256 interactions of the last 14 minutes. They are gone after a restart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: OrderedDict[MessageId, _Pending] = OrderedDict()

    def acknowledge(self, interaction: discord.Interaction) -> None:
        """Tell Discord within its 3 seconds that an answer will come. Returns at once."""
        while self._pending and (len(self._pending) >= _MOST_KEPT or self._is_over(next(iter(self._pending.values())))):
            self._pending.popitem(last=False)
        self._pending[MessageId(str(interaction.id))] = _Pending(
            interaction=interaction,
            acknowledged=asyncio.create_task(_defer(interaction), name=f"discord interaction {interaction.id}"),
            good_until_s=self._clock.monotonic_s() + INTERACTION_LIFETIME_S,
        )

    async def take(self, message_id: MessageId, *, nonce: str) -> discord.Interaction | None:
        """The interaction through which the part with this nonce can be answered; None if it can't (any more)."""
        pending = self._pending.get(message_id)
        if pending is None or self._is_over(pending) or pending.nonce not in (None, nonce):
            return None
        # Shielded: an answer that is cancelled must not take back the acknowledgement.
        if not await asyncio.shield(pending.acknowledged):
            return None
        pending.nonce = nonce
        return pending.interaction

    async def close(self) -> None:
        """End the acknowledgements under way and forget all."""
        under_way = [pending.acknowledged for pending in self._pending.values() if not pending.acknowledged.done()]
        self._pending.clear()
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)

    def _is_over(self, pending: _Pending) -> bool:
        return self._clock.monotonic_s() >= pending.good_until_s


async def _defer(interaction: discord.Interaction) -> bool:
    try:
        async with discord_request("acknowledging a command"):
            await interaction.response.defer()
    except PlatformError as error:
        _log.warning("%s The answer comes as a plain message.", error)
        return False
    return True
