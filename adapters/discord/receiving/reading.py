"""From discord.py's objects to events: looks up what is missing, and sets aside what can't be read."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import discord

from adapters.discord.client import Library, message_by_id, own_id
from adapters.discord.convert import message_received, unresolved_reply
from adapters.discord.errors import discord_request
from adapters.discord.places import Channel, Place, place_of
from adapters.discord.receiving.keeper import Keeper
from adapters.discord.receiving.means import Means
from adapters.discord.receiving.self_check import SelfCheck
from adapters.discord.receiving.tongues import Tongues
from adapters.discord.receiving.unreadable import unreadable
from adapters.newest import Newest
from bot.errors import PlatformError
from bot.events import Event, MessageEdited, MessageReceived
from bot.ports.intake import Intake
from bot.sentences import Sentence

_log = logging.getLogger(__name__)

_MOST_LOOKED_UP = 256
_PREVIEWED_WITHIN = timedelta(minutes=5)
"""Discord makes previews in seconds. Later it is a pin or the like."""


class Reading:
    """What both listening and looking back need to bring a message to the core.

    Args:
        means: What it needs.
        intake: The core.
        keeper: Outlasts the storage's outages.
        tongues: Know which language people have.
    """

    def __init__(self, means: Means, intake: Intake, keeper: Keeper, tongues: Tongues) -> None:
        self._rest = means.rest
        self._links = means.links
        self._intake = intake
        self._clock = means.clock
        self._keeper = keeper
        self._unspoken = means.unspoken
        self._threads = means.threads
        self._places: Newest[int, Place] = Newest(_MOST_LOOKED_UP)
        self._sees_content = True
        self._tongues = tongues
        self._self_check = SelfCheck()

    @property
    def _bot_id(self) -> int:
        return own_id(self._rest)

    def opened(self, client: Library) -> None:
        """Messages come from this client now: what it may see decides what is missing in them."""
        self._sees_content = client.intents.message_content

    async def take(self, event: Event) -> Sentence | None:
        """Bring an event to the core; returns once it is stored, as `Intake.accept` does."""
        return await self._keeper.keep(partial(self._intake.accept, event))

    async def bring(self, message: discord.Message, place: Place, *, is_catch_up: bool = False) -> None:
        """Bring a person's new message to the core, which can answer it; or tell them that nobody can, there."""
        event = await self.read(message, place, is_catch_up=is_catch_up, is_new=True)
        self._unspoken.note(event.message_id, event.sender)
        is_asked = event.address is not None
        if event.is_private or self._self_check.may_speak(message.channel, tells=is_asked):
            await self.take(event)
        elif is_asked and not is_catch_up:
            await self._unspoken.tell(message.channel.id, event.message_id)

    async def take_changed(self, event: MessageReceived, *, is_edited: bool) -> None:
        """Bring a message to the core that was told before. If it is not edited, its previews came later."""
        await self.take(MessageEdited(message=event))
        is_fresh = event.sent_at > self._clock.now() - _PREVIEWED_WITHIN
        if event.address is None and is_fresh and not is_edited:
            # Only now there is something in it to ask about, and the core kept nothing of it before.
            await self.take(event)

    async def set_aside(self, payload: Mapping[str, Any], error: Exception, *, place: Place | None) -> None:
        """Keep what could not be read. `place`: of a new message, whose sender may wait for an answer."""
        kept = unreadable(payload, error, place=place, bot_id=self._bot_id, now=self._clock.now())
        await self._keeper.keep(partial(self._intake.set_aside, kept))

    async def read(
        self, message: discord.Message, place: Place, *, is_catch_up: bool = False, is_new: bool = False
    ) -> MessageReceived:
        """Convert a message of a person, with the one it replies to. Raises whatever a strange one makes it raise."""
        replied_to = await self._replied_to(message)
        self._links.note(message)
        if replied_to is not None:
            self._links.note(replied_to)
        event = message_received(
            message,
            place=place,
            bot_id=self._bot_id,
            replied_to=replied_to,
            sees_content=self._sees_content,
            is_catch_up=is_catch_up,
        )
        language = self._tongues.of_author(message, event.sender.id)
        event = replace(event, sender=replace(event.sender, language=language))
        # What is caught up with may be too old for an answer, and an empty thread helps nobody.
        key = await self._threads.place_for(message, event, opens=is_new and not is_catch_up)
        return event if key == event.key else replace(event, key=key, asked_in=event.key)

    async def place(self, channel: Channel) -> Place:
        """The conversation of a channel: discord.py knows some threads only by their id, e.g. long archived ones."""
        if not isinstance(channel, discord.PartialMessageable) or channel.type is not None:
            return place_of(channel)
        if channel.id not in self._places:
            try:
                async with discord_request(f"looking up channel {channel.id}"):
                    self._places[channel.id] = place_of(await self._rest.fetch_channel(channel.id))
            except PlatformError as error:
                _log.warning("%s It is treated as a channel of its own.", error)
                return place_of(channel)
        return self._places[channel.id]

    async def _replied_to(self, message: discord.Message) -> discord.Message | None:
        reference = unresolved_reply(message)
        if reference is None or reference.message_id is None:
            return None
        try:
            return await message_by_id(self._rest, reference.channel_id, reference.message_id)
        except PlatformError as error:
            _log.warning("%s Message %s, which replies to it, comes without it.", error, message.id)
            return None
