"""From used commands, pressed buttons and sent forms to the core: Discord wants a response to each within 3 s."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import discord

from adapters.discord.client import NO_PINGS, Library
from adapters.discord.interactions.commands import asks_about, called
from adapters.discord.interactions.forms import Form, form_about, read_form
from adapters.discord.interactions.suggesting import Choices, suggestions
from adapters.discord.interactions.used import button_pressed, data_of, private_place
from adapters.discord.interactions.waiting import Interactions
from adapters.discord.places import Channel, Place, place_of
from adapters.discord.receiving.lanes import Job, Lanes
from adapters.discord.receiving.reading import Reading
from adapters.discord.writing.buttons import Press, pressed
from bot.events import Event


class Put(Protocol):
    """Queues a job in a channel's lane, behind what was missed there."""

    def __call__(self, channel: Channel, what: str, job: Job) -> bool: ...


class Interacting:
    """Takes in what people do with the bot's commands, buttons and forms.

    Args:
        reading: Brings things to the core.
        lanes: Keeps the order.
        put: For what stands in line with a channel's messages.
        interactions: Where they wait for their answer.
        choices: What can be chosen while a command is typed.
    """

    def __init__(
        self, *, reading: Reading, lanes: Lanes, put: Put, interactions: Interactions, choices: Choices
    ) -> None:
        self._reading = reading
        self._lanes = lanes
        self._put = put
        self._interactions = interactions
        self._choices = choices

    def take(self, interaction: discord.Interaction[Library]) -> None:
        """Queue what is for the core, and respond to the rest. Returns at once."""
        channel, data = interaction.channel, data_of(interaction)
        if channel is None:
            return
        match interaction.type:
            case discord.InteractionType.autocomplete:
                found = suggestions(data, self._choices)
                self._interactions.respond(interaction, partial(interaction.response.autocomplete, found))
            case discord.InteractionType.component:
                if press := pressed(interaction):
                    self._take_press(interaction, channel, press)
            case discord.InteractionType.modal_submit:
                if form := read_form(data):
                    self._queue(interaction, channel, partial(self._read_form, interaction, form))
            case discord.InteractionType.application_command:
                if asks_about(data):
                    self._show_form(interaction, channel)
                elif called(data):
                    self._queue(interaction, channel, partial(self._read_command, interaction, channel))

    def _show_form(self, interaction: discord.Interaction[Library], channel: Channel) -> None:
        target = self._reading.note_target(interaction, channel)
        if target is not None:
            form = form_about(channel.id, int(target), language=interaction.locale.value)
            self._interactions.respond(interaction, partial(interaction.response.send_modal, form))

    def _take_press(self, interaction: discord.Interaction[Library], channel: Channel, press: Press) -> None:
        stored = asyncio.Event()
        private = private_place(interaction)

        async def read(place: Place) -> Event:
            return button_pressed(interaction, press, place)

        async def respond() -> None:
            await interaction.response.defer()
            for words in refused:
                await interaction.followup.send(words, ephemeral=True, allowed_mentions=NO_PINGS)

        refused: list[str] = []
        job = partial(self._take, interaction, channel, private, read, stored, refused)
        # In a lane of its own, which waits for nothing: who wants it to stop wants it now.
        if self._lanes.put(interaction.id, f"press {interaction.id}", job):
            key, is_private = (private or place_of(channel)).key, private is not None
            self._interactions.acknowledge_press(interaction, respond, stored=stored, key=key, is_private=is_private)

    def _queue(
        self,
        interaction: discord.Interaction[Library],
        channel: Channel,
        read: Callable[[Place], Awaitable[Event]],
    ) -> None:
        stored = asyncio.Event()
        private = private_place(interaction)
        job = partial(self._take, interaction, channel, private, read, stored)
        what = f"command {interaction.id}"
        # Nothing is missed of what people ask for themselves alone: there is nothing to look back for.
        is_queued = self._lanes.put(interaction.user.id, what, job) if private else self._put(channel, what, job)
        if is_queued:
            key, is_private = (private or place_of(channel)).key, private is not None
            self._interactions.acknowledge(interaction, stored=stored, key=key, is_private=is_private)

    async def _take(
        self,
        interaction: discord.Interaction[Library],
        channel: Channel,
        private: Place | None,
        read: Callable[[Place], Awaitable[Event]],
        stored: asyncio.Event,
        refused: list[str] | None = None,
    ) -> None:
        """`refused` gets the words for who pressed what is not theirs to press."""
        try:
            place = private or await self._reading.place(channel)
            words = await self._reading.take(await read(place))
            if words and refused is not None:
                refused.append(words.in_language(interaction.locale.value))
        except Exception:
            # Discord tells the person that the bot did not respond.
            self._interactions.drop(interaction)
            raise
        stored.set()

    async def _read_command(self, interaction: discord.Interaction[Library], channel: Channel, place: Place) -> Event:
        return self._reading.read_command(interaction, channel, place)

    async def _read_form(self, interaction: discord.Interaction[Library], form: Form, place: Place) -> Event:
        return await self._reading.read_form(interaction, form, place)
