"""Interactions waiting for their answer: acknowledged once stored, answered through their token while it lives."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import discord

from adapters.discord.errors import discord_request
from adapters.discord.limits import INTERACTION_LIFETIME_S
from adapters.discord.places import number_of, of_message
from bot.errors import PlatformError
from bot.events import ConversationKey, MessageId
from bot.ports.clock import Clock

Response: TypeAlias = Callable[[], Awaitable[object]]

_log = logging.getLogger(__name__)

_MOST_KEPT = 256
_MOST_MESSAGES = 1024
_MOST_FOLLOWUPS = 5
"""Where only the person installed the bot (Discord docs, Create Followup Message)."""
_UNACKNOWLEDGED_S = 1.8
"""Leaves time for the request within the 3 s that Discord waits (docs, Receiving and Responding)."""


@dataclass(slots=True, kw_only=True, eq=False)
class Opened:
    """A used command, a sent form or a pressed button, as long as it can be answered through its token."""

    interaction: discord.Interaction
    key: ConversationKey
    is_private: bool
    """Only the person who used it sees the answer."""
    acknowledged: asyncio.Task[bool]
    good_until_s: float
    """By `Clock.monotonic_s`."""
    original: MessageId | None = None
    """The first answer; of a button the message that it stands on."""
    nonce: str | None = None
    """Of the part that was answered through it: repeating that one is harmless, another would replace it."""
    followups: dict[str, MessageId] = field(default_factory=dict)
    """Further answers, by the nonces of their parts."""

    def has_room_for(self, nonce: str) -> bool:
        """Whether a part can still follow."""
        return nonce in (self.nonce, *self.followups) or len(self.followups) < _MOST_FOLLOWUPS


class Interactions:
    """The newest 256 interactions of the last 14 minutes. They are gone after a restart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened: OrderedDict[int, Opened] = OrderedDict()
        self._holders: OrderedDict[MessageId, Opened] = OrderedDict()
        self._tasks: dict[int, asyncio.Task[bool]] = {}

    def acknowledge(
        self, interaction: discord.Interaction, *, stored: asyncio.Event, key: ConversationKey, is_private: bool
    ) -> None:
        """Tell Discord that an answer will come, once it is stored or nearly 2 s old. Returns at once.

        Before, a crash would lose it unseen; unacknowledged, Discord itself tells the person after 3 s.
        """
        defer = partial(interaction.response.defer, ephemeral=is_private, thinking=True)
        self._open(interaction, _once(stored, defer), key, is_private=is_private)

    def acknowledge_press(
        self, interaction: discord.Interaction, *, stored: asyncio.Event, key: ConversationKey, is_private: bool
    ) -> None:
        """Tell Discord that a pressed button was noticed, under the same conditions. Returns at once."""
        defer = _once(stored, interaction.response.defer)
        if not is_private or interaction.message is None:
            self._run(interaction, defer)
            return
        opened = self._open(interaction, defer, key, is_private=True)
        opened.original = of_message(interaction.message.id)
        self.note(opened.original, opened)

    def respond(self, interaction: discord.Interaction, response: Response) -> None:
        """Give Discord the one response that an interaction needs, which is all there is to it. Returns at once."""
        self._run(interaction, response)

    def drop(self, interaction: discord.Interaction) -> None:
        """Do not acknowledge what could not be taken in."""
        self._opened.pop(interaction.id, None)
        if task := self._tasks.get(interaction.id):
            task.cancel()

    async def take(self, message_id: MessageId, *, nonce: str) -> Opened | None:
        """The interaction through which the part with this nonce can be answered; None if it can't (any more)."""
        opened = self._opened.get(number_of(message_id))
        is_free = opened is not None and opened.nonce in (None, nonce)
        return opened if opened is not None and is_free and await self._is_good(opened) else None

    async def take_further(self, key: ConversationKey, *, nonce: str) -> Opened | None:
        """Through which one more part can follow an answer there; None if there is nothing (any more)."""
        # One that has no answer yet is some other question's.
        there = [one for one in reversed(self._opened.values()) if one.key == key and one.original]
        there.sort(key=lambda one: nonce not in one.followups)
        for opened in there:
            if opened.has_room_for(nonce) and await self._is_good(opened):
                return opened
        return None

    async def holder(self, message_id: MessageId) -> Opened | None:
        """Through which a message can be changed; None if it can't (any more)."""
        opened = self._holders.get(message_id)
        return opened if opened is not None and await self._is_good(opened) else None

    def note(self, message_id: MessageId, opened: Opened) -> None:
        """This message can be changed through that interaction."""
        self._holders[message_id] = opened
        if len(self._holders) > _MOST_MESSAGES:
            self._holders.popitem(last=False)

    async def close(self) -> None:
        """End the acknowledgements under way and forget all."""
        under_way = [task for task in self._tasks.values() if not task.done()]
        self._opened.clear()
        self._holders.clear()
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)

    def _open(
        self,
        interaction: discord.Interaction,
        response: Response,
        key: ConversationKey,
        *,
        is_private: bool,
    ) -> Opened:
        while self._opened and (len(self._opened) >= _MOST_KEPT or self._is_over(next(iter(self._opened.values())))):
            self._opened.popitem(last=False)
        opened = Opened(
            interaction=interaction,
            key=key,
            is_private=is_private,
            acknowledged=self._run(interaction, response),
            good_until_s=self._clock.monotonic_s() + INTERACTION_LIFETIME_S,
        )
        self._opened[interaction.id] = opened
        return opened

    def _run(self, interaction: discord.Interaction, response: Response) -> asyncio.Task[bool]:
        task = asyncio.create_task(_responded(response), name=f"discord interaction {interaction.id}")
        self._tasks[interaction.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(interaction.id, None))
        return task

    async def _is_good(self, opened: Opened) -> bool:
        # Shielded: an answer that is cancelled must not take back the acknowledgement.
        return not self._is_over(opened) and await asyncio.shield(opened.acknowledged)

    def _is_over(self, opened: Opened) -> bool:
        return self._clock.monotonic_s() >= opened.good_until_s


def _once(stored: asyncio.Event, response: Response) -> Response:
    async def respond() -> object:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_UNACKNOWLEDGED_S):
                await stored.wait()
        return await response()

    return respond


async def _responded(response: Response) -> bool:
    try:
        async with discord_request("responding to an interaction"):
            await response()
    except PlatformError as error:
        _log.warning("%s", error)
        return False
    return True
