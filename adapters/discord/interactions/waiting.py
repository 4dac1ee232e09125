"""Interactions waiting for their answer: acknowledged once stored, answered through their token while it lives."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias

import discord

from adapters.discord.errors import discord_request
from adapters.discord.interactions.opened import Opened
from adapters.discord.interactions.outliving import Outliving
from adapters.discord.limits import INTERACTION_GRACE_S, INTERACTION_LIFETIME_S
from adapters.discord.places import channel_of, number_of, of_message
from adapters.newest import Newest
from bot.errors import PlatformError
from bot.events import ConversationKey, MessageId
from bot.ports.clock import Clock

_NO_GUILD = "@me"
"""In the address of a message in a private chat."""

Response: TypeAlias = Callable[[], Awaitable[object]]

_log = logging.getLogger(__name__)

_MOST_KEPT = 256
_MOST_OF_ONE = 32
"""Of one person, or they could push everybody else's out. Nobody waits for so many answers at once."""
_MOST_MESSAGES = 1024
UNACKNOWLEDGED_S = 1.8
"""Leaves time for the request within the 3 s that Discord waits (docs, Receiving and Responding)."""


class Interactions:
    """The newest 256 interactions of the last 14 minutes, at most 32 of each person."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened: OrderedDict[int, Opened] = OrderedDict()
        self._holders: Newest[MessageId, Opened] = Newest(_MOST_MESSAGES)
        self._tasks: dict[int, asyncio.Task[bool]] = {}
        self._outliving: Outliving | None = None

    async def outlive(self, outliving: Outliving) -> None:
        """Take up what an earlier process left, and leave to a later one what is opened from now on."""
        for opened in await outliving.load():
            self._opened.setdefault(opened.interaction.id, opened)
            for message_id in filter(None, [opened.original, *opened.followups.values()]):
                if message_id not in self._holders:
                    self._holders[message_id] = opened
        self._outliving = outliving

    def acknowledge(
        self, interaction: discord.Interaction, *, stored: asyncio.Event, key: ConversationKey, is_private: bool
    ) -> None:
        """Tell Discord that an answer will come, once it is stored or nearly 2 s old. Returns at once.

        Before, a crash would lose it unseen; unacknowledged, Discord itself tells the person after 3 s.
        """
        defer = partial(interaction.response.defer, ephemeral=is_private, thinking=True)
        self._open(interaction, _once(stored, defer), key, is_private=is_private)

    def acknowledge_press(
        self,
        interaction: discord.Interaction,
        response: Response,
        *,
        stored: asyncio.Event,
        key: ConversationKey,
        is_private: bool,
    ) -> None:
        """Tell Discord by `response` that a pressed button was noticed, under the same conditions. Returns at once."""
        defer = _once(stored, response)
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
        self._changed()
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

    def running_out(self, key: ConversationKey) -> Sequence[Opened]:
        """Whose answers are not whole although no more can be shown through them soon: in the last minute of tokens."""
        return [
            one
            for one in self._opened.values()
            if one.key == key
            and self._is_over(one)
            and not self._is_past(one)
            and (one.growing or one.original is None)
        ]

    def link_to(self, target: MessageId, *, asked_by: MessageId) -> str:
        """The address of a message where an interaction came from; empty when it is not remembered (any more)."""
        opened = self._opened.get(number_of(asked_by))
        if opened is None:
            return ""
        guild = opened.guild_id or _NO_GUILD
        return f"https://discord.com/channels/{guild}/{channel_of(opened.key)}/{target}"

    def note(self, message_id: MessageId, opened: Opened) -> None:
        """This message can be changed through that interaction."""
        self._holders[message_id] = opened
        self._changed()

    def note_growing(self, opened: Opened, message_id: MessageId | None) -> None:
        """This message is the end of an answer that still grows; None: the answer is whole."""
        if opened.growing != message_id:
            opened.growing = message_id
            self._changed()

    async def close(self) -> None:
        """End the acknowledgements under way and forget all, but for what the next process shall know."""
        if self._outliving is not None:
            await self._outliving.close()
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
        self._make_room(interaction.user.id)
        opened = Opened(
            interaction=interaction,
            person_id=interaction.user.id,
            guild_id=interaction.guild_id,
            key=key,
            is_private=is_private,
            acknowledged=self._run(interaction, response),
            good_until_s=self._clock.monotonic_s() + INTERACTION_LIFETIME_S,
        )
        self._opened[interaction.id] = opened
        self._changed()
        return opened

    def _make_room(self, person_id: int) -> None:
        theirs = [number for number, one in self._opened.items() if one.person_id == person_id]
        for number in theirs[: len(theirs) + 1 - _MOST_OF_ONE]:
            del self._opened[number]
        while self._opened and (len(self._opened) >= _MOST_KEPT or self._is_past(next(iter(self._opened.values())))):
            self._opened.popitem(last=False)

    def _changed(self) -> None:
        if self._outliving is not None:
            self._outliving.keep(self._still_good)

    def _still_good(self) -> Sequence[Opened]:
        return [one for one in self._opened.values() if not self._is_over(one)]

    def _run(self, interaction: discord.Interaction, response: Response) -> asyncio.Task[bool]:
        task = asyncio.create_task(_responded(response), name=f"discord interaction {interaction.id}")
        self._tasks[interaction.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(interaction.id, None))
        return task

    async def _is_good(self, opened: Opened) -> bool:
        # Shielded: an answer that is cancelled must not take back the acknowledgement.
        if self._is_over(opened):
            return False
        return opened.acknowledged is None or await asyncio.shield(opened.acknowledged)

    def _is_past(self, opened: Opened) -> bool:
        return self._clock.monotonic_s() >= opened.good_until_s + INTERACTION_GRACE_S

    def _is_over(self, opened: Opened) -> bool:
        return self._clock.monotonic_s() >= opened.good_until_s


def _once(stored: asyncio.Event, response: Response) -> Response:
    async def respond() -> object:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(UNACKNOWLEDGED_S):
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
