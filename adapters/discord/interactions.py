"""Slash commands waiting for their answer: acknowledged once stored, answered through their token while it lives."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from dataclasses import dataclass

import discord

from adapters.discord.errors import discord_request
from adapters.discord.limits import INTERACTION_LIFETIME_S
from adapters.discord.places import of_interaction
from bot.errors import PlatformError
from bot.events import MessageId
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_MOST_KEPT = 256
_UNACKNOWLEDGED_S = 1.8
"""Leaves time for the request within the 3 s that Discord waits (docs, Receiving and Responding)."""


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
        self._presses: dict[int, asyncio.Task[bool]] = {}

    def acknowledge(self, interaction: discord.Interaction, *, stored: asyncio.Event) -> None:
        """Tell Discord that an answer will come, once the command is stored or nearly 2 s old. Returns at once.

        Before, a crash would lose it unseen; unacknowledged, Discord itself tells the person after 3 s.
        """
        while self._pending and (len(self._pending) >= _MOST_KEPT or self._is_over(next(iter(self._pending.values())))):
            self._pending.popitem(last=False)
        task = asyncio.create_task(
            _defer(interaction, "a command", stored), name=f"discord interaction {interaction.id}"
        )
        self._pending[of_interaction(interaction.id)] = _Pending(
            interaction=interaction,
            acknowledged=task,
            good_until_s=self._clock.monotonic_s() + INTERACTION_LIFETIME_S,
        )

    def drop(self, interaction: discord.Interaction) -> None:
        """Do not acknowledge what could not be taken in."""
        pending = self._pending.pop(of_interaction(interaction.id), None)
        task = pending.acknowledged if pending else self._presses.get(interaction.id)
        if task is not None:
            task.cancel()

    def acknowledge_press(self, interaction: discord.Interaction, *, stored: asyncio.Event) -> None:
        """Tell Discord that a pressed button was noticed, under the same conditions. Returns at once."""
        task = asyncio.create_task(_defer(interaction, "a press", stored), name=f"discord interaction {interaction.id}")
        self._presses[interaction.id] = task
        task.add_done_callback(lambda _: self._presses.pop(interaction.id, None))

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
        acknowledging = {*(pending.acknowledged for pending in self._pending.values()), *self._presses.values()}
        under_way = [task for task in acknowledging if not task.done()]
        self._pending.clear()
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)

    def _is_over(self, pending: _Pending) -> bool:
        return self._clock.monotonic_s() >= pending.good_until_s


async def _defer(interaction: discord.Interaction, what: str, stored: asyncio.Event) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_UNACKNOWLEDGED_S):
            await stored.wait()
    try:
        async with discord_request(f"acknowledging {what}"):
            await interaction.response.defer()
    except PlatformError as error:
        _log.warning("%s", error)
        return False
    return True
