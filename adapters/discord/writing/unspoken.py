"""What people see where the bot may not write: a sign under their message, and once a word in private."""

import logging

import discord

from adapters.discord.client import NO_PINGS
from adapters.discord.errors import discord_request
from adapters.discord.places import is_interaction
from adapters.unanswered import Unanswered
from bot import texts
from bot.errors import PlatformError
from bot.events import MessageId, Person
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_MUTED = "\N{SPEAKER WITH CANCELLATION STROKE}"


class Unspoken:
    """Tells people that they can't be answered. Never raises.

    Args:
        rest: Logged in.
        clock: One private word a day is enough, per person and channel.
    """

    def __init__(self, rest: discord.Client, clock: Clock) -> None:
        self._rest = rest
        self._unanswered = Unanswered(clock)

    def note(self, message_id: MessageId, sender: Person) -> None:
        """Remember who waits for the answer to a message. The newest 1024 are."""
        self._unanswered.note(message_id, sender)

    async def tell(self, channel_id: int, message_id: MessageId) -> None:
        """Show that a message can't be answered where it stands. Again for the same one it changes nothing."""
        if not is_interaction(message_id):
            await self._react(channel_id, message_id)
        if (sender := self._unanswered.to_tell(message_id, channel_id)) is not None:
            await self._write_privately(sender, channel_id)

    async def _react(self, channel_id: int, message_id: MessageId) -> None:
        channel = self._rest.get_partial_messageable(channel_id)
        try:
            async with discord_request(f"reacting in channel {channel_id}"):
                await channel.get_partial_message(int(message_id)).add_reaction(_MUTED)
        except PlatformError as error:
            _log.debug("%s", error)

    async def _write_privately(self, person: Person, channel_id: int) -> None:
        try:
            async with discord_request(f"writing privately to {person.id}"):
                private = await self._rest.http.start_private_message(int(person.id))
                chat = self._rest.get_partial_messageable(int(private["id"]))
                told = texts.may_not_write(f"<#{channel_id}>").in_language(person.language or "")
                await chat.send(told, allowed_mentions=NO_PINGS)
        except PlatformError as error:
            _log.info("%s Nobody could be told that I may not write in channel %s.", error, channel_id)
