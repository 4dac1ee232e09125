"""From the gateway's events to the core's: in order per channel, and one strange event stops no other."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import discord

from adapters.discord.catch_up import CatchingUp
from adapters.discord.convert import command_received, is_from_a_person
from adapters.discord.history import History
from adapters.discord.interactions import Interactions
from adapters.discord.lanes import Job, Lanes
from adapters.discord.places import Channel, of_message
from adapters.discord.reading import Reading
from adapters.discord.seen import SeenUntil
from adapters.discord.stop_button import is_stop
from adapters.discord.unreadable import snowflake_in
from bot.commands import COMMANDS
from bot.errors import PlatformError
from bot.events import MessageEdited, MessagesDeleted, StopPressed

_log = logging.getLogger(__name__)


class Receiver:
    """Takes in what the gateway gives. Every method but the private ones returns at once.

    Args:
        reading: Brings things to the core.
        lanes: Keeps the order.
        seen: Is told what came.
        catching_up: Looks back in a channel before anything newer is taken in from it.
        interactions: Where used commands wait for their answer.
        history: For what the library did not keep of a message.
    """

    def __init__(
        self,
        *,
        reading: Reading,
        lanes: Lanes,
        seen: SeenUntil,
        catching_up: CatchingUp,
        interactions: Interactions,
        history: History,
    ) -> None:
        self._reading = reading
        self._lanes = lanes
        self._seen = seen
        self._catching_up = catching_up
        self._interactions = interactions
        self._history = history

    def message(self, message: discord.Message) -> None:
        """A message came, of anybody."""
        self._seen.begin(message.id)
        if not is_from_a_person(message):
            self._seen.end(message.id)
            return
        job = partial(self._take_message, message)
        if not self._put(message.channel, f"message {message.id}", job, since=message.id - 1):
            # What looks for it holds back the point from now on.
            self._seen.end(message.id)

    def edit(self, message: discord.Message) -> None:
        """A message changed. Without an edit's time only a link preview, a pin or the like did."""
        if message.edited_at is not None and is_from_a_person(message):
            self._put(message.channel, f"edit of {message.id}", partial(self._take_edit, message))

    def deletion(self, channel: Channel, numbers: Sequence[int]) -> None:
        """Messages were deleted, of anybody."""
        self._put(channel, f"deletion of {len(numbers)} messages", partial(self._take_deletion, channel, numbers))

    def interaction(self, interaction: discord.Interaction) -> None:
        """A command was used or a button pressed."""
        channel = interaction.channel
        name = str(dict(interaction.data or {}).get("name"))
        if channel is None:
            return
        if is_stop(interaction):
            self._interactions.acknowledge_press(interaction)
            self._put(channel, f"press {interaction.id}", partial(self._take_press, interaction, channel))
        elif interaction.type is discord.InteractionType.application_command and name in COMMANDS:
            stored = asyncio.Event()
            job = partial(self._take_command, interaction, channel, name, stored)
            if self._put(channel, f"command {interaction.id}", job):
                self._interactions.acknowledge(interaction, stored=stored)

    def unreadable(
        self, kind: str, payload: Mapping[str, Any], channel: Channel | None, error: Exception
    ) -> None:
        """The library stumbled over an event. `channel` is where it happened, if it did in one."""
        number = snowflake_in(payload, "id") if kind == "MESSAGE_CREATE" else None
        if number is not None:
            self._seen.begin(number)
        job = partial(self._take_unreadable, payload, channel if number else None, error, number)
        self._lanes.put(channel.id if channel else 0, f"unreadable {kind}", job)

    def _put(self, channel: Channel, what: str, job: Job, *, since: int | None = None) -> bool:
        if self._lanes.put(channel.id, what, partial(self._in_turn, channel, job)):
            return True
        self._catching_up.want(channel, since=since)
        return False

    async def _in_turn(self, channel: Channel, job: Job) -> None:
        await self._catching_up.look_before(channel)
        await job()
        await self._seen.save()

    async def _take_message(self, message: discord.Message) -> None:
        place = await self._reading.place(message.channel)
        try:
            event = await self._reading.read(message, place)
        except Exception as error:  # noqa: BLE001 - a message that can't be read is kept, whatever is wrong with it
            await self._reading.set_aside(await self._payload_of(message), error, place=place)
        else:
            await self._reading.take(event)
        self._seen.end(message.id)

    async def _take_edit(self, message: discord.Message) -> None:
        place = await self._reading.place(message.channel)
        await self._reading.take(MessageEdited(message=await self._reading.read(message, place)))

    async def _take_deletion(self, channel: Channel, numbers: Sequence[int]) -> None:
        place = await self._reading.place(channel)
        message_ids = tuple(map(of_message, numbers))
        await self._reading.take(MessagesDeleted(key=place.key, message_ids=message_ids))

    async def _take_press(self, interaction: discord.Interaction, channel: Channel) -> None:
        if interaction.message is not None:
            place = await self._reading.place(channel)
            pressed = StopPressed(key=place.key, message_id=of_message(interaction.message.id))
            await self._reading.take(pressed)

    async def _take_command(
        self, interaction: discord.Interaction, channel: Channel, name: str, stored: asyncio.Event
    ) -> None:
        place = await self._reading.place(channel)
        await self._reading.take(command_received(interaction, place=place, name=name))
        stored.set()

    async def _take_unreadable(
        self, payload: Mapping[str, Any], channel: Channel | None, error: Exception, number: int | None
    ) -> None:
        place = await self._reading.place(channel) if channel else None
        await self._reading.set_aside(payload, error, place=place)
        if number is not None:
            self._seen.end(number)

    async def _payload_of(self, message: discord.Message) -> Mapping[str, Any]:
        ...
