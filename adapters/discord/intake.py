"""From discord.py's events to the core: in order per channel, and one strange event stops no other."""

import logging
from functools import partial

import discord

from adapters.discord.convert import Place, command_received, is_from_a_person, message_received, unresolved_reply
from adapters.discord.errors import discord_errors
from adapters.discord.interactions import Interactions
from adapters.discord.lanes import Lanes
from bot.commands import COMMANDS
from bot.errors import PlatformError
from bot.ports.chat import Accepting

_log = logging.getLogger(__name__)


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

    def message(self, message: discord.Message, *, bot_id: int) -> None:
        """Queue a message. Returns at once."""
        if is_from_a_person(message):
            self._lanes.put(message.channel.id, partial(self._take_message, message, bot_id))

    def interaction(self, interaction: discord.Interaction) -> None:
        """Acknowledge and queue the use of a command. Returns at once."""
        name = (interaction.data or {}).get("name")
        if interaction.type is discord.InteractionType.application_command and name in COMMANDS and interaction.channel:
            self._interactions.acknowledge(interaction)
            self._lanes.put(interaction.channel.id, partial(self._take_command, interaction, str(name)))

    async def _take_message(self, message: discord.Message, bot_id: int) -> None:
        try:
            event = message_received(
                message,
                place=await self._place(message.channel),
                bot_id=bot_id,
                replied_to=await self._replied_to(message),
            )
            await self._accept(event)
        except Exception:
            # One message that can't be converted or stored must not stop those behind it.
            _log.exception("Discord: message %s in channel %s was not taken in.", message.id, message.channel.id)

    async def _take_command(self, interaction: discord.Interaction, name: str) -> None:
        try:
            if interaction.channel is not None:
                place = await self._place(interaction.channel)
                await self._accept(command_received(interaction, place=place, name=name))
        except Exception:
            # As above.
            _log.exception("Discord: command %s (%s) was not taken in.", interaction.id, name)

    async def _place(self, channel: Place) -> Place:
        """The channel with its type: after a restart discord.py knows some threads only by their id."""
        if not isinstance(channel, discord.PartialMessageable):
            return channel
        try:
            with discord_errors(f"looking up channel {channel.id}"):
                return await self._rest.fetch_channel(channel.id)
        except PlatformError as error:
            _log.warning("%s It is treated as a channel of its own.", error)
            return channel

    async def _replied_to(self, message: discord.Message) -> discord.Message | None:
        reference = unresolved_reply(message)
        if reference is None or reference.message_id is None:
            return None
        try:
            with discord_errors(f"looking up the message that {message.id} replies to"):
                channel = self._rest.get_partial_messageable(reference.channel_id)
                return await channel.fetch_message(reference.message_id)
        except PlatformError as error:
            _log.warning("%s It is not quoted.", error)
            return None
