"""From discord.py's objects to events: looks up what is missing, and sets aside what can't be read."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import discord

from adapters.discord.client import Library
from adapters.discord.convert import message_received, quoted, unresolved_reply
from adapters.discord.errors import discord_request
from adapters.discord.interactions.forms import Form, Targets
from adapters.discord.interactions.used import command_received, question_received, target_of
from adapters.discord.places import Channel, Place, number_of, of_message, place_of
from adapters.discord.receiving.keeper import Keeper
from adapters.discord.receiving.means import Means
from adapters.discord.receiving.own_threads import thread_key
from adapters.discord.receiving.self_check import SelfCheck
from adapters.discord.receiving.tongues import Tongues
from adapters.discord.receiving.unreadable import unreadable
from bot.errors import PlatformError
from bot.events import ButtonPressed, Event, MessageEdited, MessageId, MessageReceived, MessagesDeleted, Quoted
from bot.ports.intake import Intake
from bot.sentences import Sentence

_log = logging.getLogger(__name__)

_MOST_LOOKED_UP = 256
_PREVIEWED_WITHIN = timedelta(minutes=5)
"""Discord makes previews in seconds. Later it is a pin or the like."""

_UNSEEN = Quoted(message_id=None, author=None, is_own=False, text="", is_hidden=True)


class Reading:
    """What both listening and looking back need to bring a message to the core.

    Args:
        means: What it needs.
        intake: The core.
        keeper: Outlasts the storage's outages.
    """

    def __init__(self, means: Means, intake: Intake, keeper: Keeper) -> None:
        self._rest = means.rest
        self._links = means.links
        self._intake = intake
        self._clock = means.clock
        self._keeper = keeper
        self._unspoken = means.unspoken
        self._threads = means.threads
        self._places: dict[int, Place] = {}
        self._sees_content = True
        self._targets = Targets()
        self._tongues = Tongues()
        self._self_check = SelfCheck()

    @property
    def bot_id(self) -> int:
        return self._rest.user.id if self._rest.user else 0

    def opened(self, client: Library) -> None:
        """Messages come from this client now: what it may see decides what is missing in them."""
        self._sees_content = client.intents.message_content

    async def take(self, event: Event) -> Sentence | None:
        """Bring an event to the core; returns once it is stored, as `Intake.accept` does."""
        if isinstance(event, ButtonPressed):
            self._tongues.note(event.sender)
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

    async def take_deletion(self, place: Place, message_ids: Sequence[MessageId]) -> None:
        """Tell the core what was deleted, also if it began a thread."""
        await self.take(MessagesDeleted(key=place.key, message_ids=tuple(message_ids)))
        if self._threads is None or place.key.thread_id is not None or place.is_private:
            return
        for message_id in message_ids:
            key = thread_key(place.channel_id, number_of(message_id))
            await self.take(MessagesDeleted(key=key, message_ids=(message_id,)))

    async def take_changed(self, event: MessageReceived, *, is_edited: bool) -> None:
        """Bring a message to the core that was told before. If it is not edited, its previews came later."""
        await self.take(MessageEdited(message=event))
        is_fresh = event.sent_at > self._clock.now() - _PREVIEWED_WITHIN
        if event.address is None and is_fresh and not is_edited:
            # Only now there is something in it to ask about, and the core kept nothing of it before.
            await self.take(event)

    async def set_aside(self, payload: Mapping[str, Any], error: Exception, *, place: Place | None) -> None:
        """Keep what could not be read. `place`: of a new message, whose sender may wait for an answer."""
        kept = unreadable(payload, error, place=place, bot_id=self.bot_id, now=self._clock.now())
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
            bot_id=self.bot_id,
            replied_to=replied_to,
            sees_content=self._sees_content,
            is_catch_up=is_catch_up,
        )
        language = self._tongues.of_author(message, event.sender.id)
        event = replace(event, sender=replace(event.sender, language=language))
        if self._threads is None:
            return event
        # What is caught up with may be too old for an answer, and an empty thread helps nobody.
        return replace(event, key=await self._threads.place_for(message, event, opens=is_new and not is_catch_up))

    def read_command(
        self, interaction: discord.Interaction[Library], channel: Channel, place: Place
    ) -> MessageReceived:
        """Convert the use of a command, with the files and the message that it is about."""
        event = command_received(interaction, channel=channel, place=place, links=self._links, bot_id=self.bot_id)
        self._unspoken.note(event.message_id, event.sender)
        self._tongues.note(event.sender)
        return event

    def note_target(self, interaction: discord.Interaction[Library], channel: Channel) -> MessageId | None:
        """Remember the message whose menu was used until a question about it comes. None if there is none."""
        target = target_of(interaction, channel=channel, links=self._links, bot_id=self.bot_id)
        if target is None:
            return None
        self._targets.add(interaction.user.id, target)
        return target.message_id

    async def read_form(self, interaction: discord.Interaction[Library], form: Form, place: Place) -> MessageReceived:
        """Convert a question about a message, which may have been asked for before a restart."""
        target = self._targets.get(interaction.user.id, of_message(form.message_id))
        if target is None and form.channel_id == interaction.channel_id:
            target = await self._target(form)
        # Of another channel nobody knows whether they may see it.
        target = target or _UNSEEN
        return question_received(interaction, form.question, target, place=place)

    async def _target(self, form: Form) -> Quoted:
        try:
            async with discord_request(f"looking up message {form.message_id}"):
                channel = self._rest.get_partial_messageable(form.channel_id)
                message = await channel.fetch_message(form.message_id)
        except PlatformError as error:
            _log.warning("%s The question about it comes without it.", error)
            return _UNSEEN
        self._links.note(message)
        return quoted(message, is_addressed=True, bot_id=self.bot_id, sees_content=self._sees_content)

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
            if len(self._places) > _MOST_LOOKED_UP:
                del self._places[next(iter(self._places))]
        return self._places[channel.id]

    async def _replied_to(self, message: discord.Message) -> discord.Message | None:
        reference = unresolved_reply(message)
        if reference is None or reference.message_id is None:
            return None
        try:
            async with discord_request(f"looking up the message that {message.id} replies to"):
                channel = self._rest.get_partial_messageable(reference.channel_id)
                return await channel.fetch_message(reference.message_id)
        except PlatformError as error:
            _log.warning("%s It is not quoted.", error)
            return None
