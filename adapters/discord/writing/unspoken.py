"""What people see where the bot may not write: a sign under their message, and once a word in private."""

import logging
from collections import OrderedDict

import discord

from adapters.discord.client import NO_PINGS
from adapters.discord.errors import discord_request
from adapters.discord.places import is_interaction
from bot import texts
from bot.errors import PlatformError
from bot.events import MessageId, Person, PersonId
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_MUTED = "\N{SPEAKER WITH CANCELLATION STROKE}"
_MOST_KEPT = 1024
_QUIET_S = 24 * 3600.0


class Unspoken:
    """Tells people that they can't be answered. Never raises.

    Args:
        rest: Logged in.
        clock: One private word a day is enough, per person and channel.
    """

    def __init__(self, rest: discord.Client, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._senders: OrderedDict[MessageId, Person] = OrderedDict()
        self._told_at_s: OrderedDict[tuple[PersonId, int], float] = OrderedDict()

    def note(self, message_id: MessageId, sender: Person) -> None:
        """Remember who waits for the answer to a message. The newest 1024 are."""
        self._senders[message_id] = sender
        if len(self._senders) > _MOST_KEPT:
            self._senders.popitem(last=False)

    async def tell(self, channel_id: int, message_id: MessageId) -> None:
        """Show that a message can't be answered where it stands. Again for the same one it changes nothing."""
        if not is_interaction(message_id):
            await self._react(channel_id, message_id)
        sender = self._senders.get(message_id)
        if sender is not None and self._is_due(sender.id, channel_id):
            await self._write_privately(sender, channel_id)

    async def _react(self, channel_id: int, message_id: MessageId) -> None:
        channel = self._rest.get_partial_messageable(channel_id)
        try:
            async with discord_request(f"reacting in channel {channel_id}"):
                await channel.get_partial_message(int(message_id)).add_reaction(_MUTED)
        except PlatformError as error:
            _log.debug("%s", error)

    def _is_due(self, person: PersonId, channel_id: int) -> bool:
        now_s = self._clock.monotonic_s()
        told_at_s = self._told_at_s.get((person, channel_id))
        if told_at_s is not None and now_s - told_at_s < _QUIET_S:
            return False
        self._told_at_s[person, channel_id] = now_s
        if len(self._told_at_s) > _MOST_KEPT:
            self._told_at_s.popitem(last=False)
        return True

    async def _write_privately(self, person: Person, channel_id: int) -> None:
        try:
            async with discord_request(f"writing privately to {person.id}"):
                private = await self._rest.http.start_private_message(int(person.id))
                chat = self._rest.get_partial_messageable(int(private["id"]))
                told = texts.may_not_write(f"<#{channel_id}>").in_language(person.language or "")
                await chat.send(told, allowed_mentions=NO_PINGS)
        except PlatformError as error:
            _log.info("%s Nobody could be told that I may not write in channel %s.", error, channel_id)
