"""From used commands, pressed buttons and sent forms to the core: Discord wants a response to each within 3 s."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import discord

from adapters.discord.client import NO_PINGS, Library
from adapters.discord.interactions.commands import asks_about, called
from adapters.discord.interactions.forms import form_about, read_form
from adapters.discord.interactions.suggesting import Choices, suggestions
from adapters.discord.interactions.used import data_of, private_place
from adapters.discord.interactions.waiting import Interactions
from adapters.discord.listening.queue import Queue
from adapters.discord.places import Channel, Place, place_of
from adapters.discord.receiving.reading import Reading
from adapters.discord.receiving.using import Using
from adapters.discord.writing.buttons import pressed
from bot.events import ConversationKey, Event
from bot.ports.tokens import Meaning
from bot.sentences import Sentence

_Read: TypeAlias = Callable[[Place], Awaitable[Event]]


@dataclass(slots=True, kw_only=True)
class _Use:
    """Something that is on its way to the core."""

    interaction: discord.Interaction[Library]
    channel: Channel
    private: Place | None
    """Where the answer is for the person alone."""
    stored: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: Sentence | None = None
    """For who pressed what is not theirs to press."""

    @property
    def key(self) -> ConversationKey:
        return (self.private or place_of(self.channel)).key

    @property
    def is_private(self) -> bool:
        return self.private is not None


class Interacting:
    """Takes in what people do with the bot's commands, buttons and forms.

    Args:
        queue: Keeps the order.
        reading: Brings things to the core.
        using: Reads them.
        interactions: Where they wait for their answer.
        choices: What can be chosen while a command is typed.
    """

    def __init__(
        self, queue: Queue, *, reading: Reading, using: Using, interactions: Interactions, choices: Choices
    ) -> None:
        self._queue = queue
        self._reading = reading
        self._using = using
        self._interactions = interactions
        self._choices = choices

    def take(self, interaction: discord.Interaction[Library]) -> None:
        """Queue what is for the core, and respond to the rest. Returns at once."""
        channel, data = interaction.channel, data_of(interaction)
        if channel is None:
            return
        use = _Use(interaction=interaction, channel=channel, private=private_place(interaction))
        match interaction.type:
            case discord.InteractionType.autocomplete:
                found = suggestions(data, self._choices)
                self._interactions.respond(interaction, partial(interaction.response.autocomplete, found))
            case discord.InteractionType.component:
                if press := pressed(interaction):
                    self._take_press(use, press)
            case discord.InteractionType.modal_submit:
                if form := read_form(data):
                    self._take_command(use, partial(self._using.read_form, interaction, form))
            case discord.InteractionType.application_command:
                if asks_about(data):
                    self._show_form(interaction, channel)
                elif called(data):
                    self._take_command(use, partial(self._using.read_command, interaction, channel))

    def _show_form(self, interaction: discord.Interaction[Library], channel: Channel) -> None:
        target = self._using.note_target(interaction, channel)
        if target is not None:
            form = form_about(channel.id, int(target), language=interaction.locale.value)
            self._interactions.respond(interaction, partial(interaction.response.send_modal, form))

    def _take_press(self, use: _Use, press: Meaning) -> None:
        interaction = use.interaction

        async def respond() -> None:
            await interaction.response.defer()
            if use.refusal:
                words = use.refusal.in_language(interaction.locale.value)
                await interaction.followup.send(words, ephemeral=True, allowed_mentions=NO_PINGS)

        job = partial(self._bring, use, partial(self._using.read_press, interaction, press))
        # In a lane of its own, which waits for nothing: who wants it to stop wants it now.
        if self._queue.put_apart(interaction.id, f"press {interaction.id}", job):
            self._interactions.acknowledge_press(
                interaction, respond, stored=use.stored, key=use.key, is_private=use.is_private
            )

    def _take_command(self, use: _Use, read: _Read) -> None:
        job, what = partial(self._bring, use, read), f"command {use.interaction.id}"
        # Nothing is missed of what people ask for themselves alone: there is nothing to look back for.
        is_queued = (
            self._queue.put_apart(use.interaction.user.id, what, job)
            if use.is_private
            else self._queue.put(use.channel, what, job)
        )
        if is_queued:
            self._interactions.acknowledge(use.interaction, stored=use.stored, key=use.key, is_private=use.is_private)

    async def _bring(self, use: _Use, read: _Read) -> None:
        try:
            place = use.private or await self._reading.place(use.channel)
            use.refusal = await self._reading.take(await read(place))
        except Exception:
            # Discord tells the person that the bot did not respond.
            self._interactions.drop(use.interaction)
            raise
        use.stored.set()
