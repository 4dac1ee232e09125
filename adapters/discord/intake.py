"""From discord.py's events to the core: in order per channel, and one strange event stops no other."""

import logging
from functools import partial

import discord

from adapters.discord.convert import Place, command_received, is_from_a_person, message_received, unresolved_reply
from adapters.discord.errors import discord_request
from adapters.discord.interactions import Interactions
from adapters.discord.lanes import Lanes
from bot.commands import COMMANDS
from bot.errors import PlatformError
from bot.ports.chat import Accepting

_log = logging.getLogger(__name__)

_MOST_LOOKED_UP = 256


class Intake:
    """Takes in what the gateway gives.

    Args:
        rest: A logged-in client for what has to be looked up.
        interactions: Where used commands wait for their answer.
        lanes: Keeps the order.
        accept: The core.
    """

    def __init__(self, *, rest: discord.Client, interactions: Interactions, lanes: Lanes, accept: Accepting) -> None:
        self._rest = rest
        self._interactions = interactions
        self._lanes = lanes
        self._accept = accept
        self._looked_up: dict[int, Place] = {}

    def message(self, message: discord.Message, *, bot_id: int) -> None:
        """Queue a message. Returns at once."""
        if is_from_a_person(message):
            job = partial(self._take_message, message, bot_id)
            self._lanes.put(message.channel.id, f"message {message.id}", job)

    def interaction(self, interaction: discord.Interaction) -> None:
        """Acknowledge and queue the use of a command. Returns at once."""
        name = dict(interaction.data or {}).get("name")
        place = interaction.channel
        if interaction.type is discord.InteractionType.application_command and name in COMMANDS and place:
            self._interactions.acknowledge(interaction)
            job = partial(self._take_command, interaction, place, str(name))
            self._lanes.put(place.id, f"command {interaction.id}", job)

    async def _take_message(self, message: discord.Message, bot_id: int) -> None:
        place = await self._known(message.channel)
        replied_to = await self._replied_to(message)
        await self._accept(message_received(message, place=place, bot_id=bot_id, replied_to=replied_to))

    async def _take_command(self, interaction: discord.Interaction, place: Place, name: str) -> None:
        await self._accept(command_received(interaction, place=await self._known(place), name=name))

    async def _known(self, channel: Place) -> Place:
        """The channel with its type: discord.py knows some threads only by their id, e.g. long archived ones."""
        if not isinstance(channel, discord.PartialMessageable):
            return channel
        if channel.id not in self._looked_up:
            try:
                async with discord_request(f"looking up channel {channel.id}"):
                    self._looked_up[channel.id] = await self._rest.fetch_channel(channel.id)
            except PlatformError as error:
                _log.warning("%s It is treated as a channel of its own.", error)
                return channel
            if len(self._looked_up) > _MOST_LOOKED_UP:
                del self._looked_up[next(iter(self._looked_up))]
        return self._looked_up[channel.id]

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
