"""What happened in one channel while the bot was away: new messages, changed ones and deleted ones."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import discord

from adapters.discord.bounds import CatchUp
from adapters.discord.catch_up.history import PAGE, History
from adapters.discord.catch_up.seen import snowflake
from adapters.discord.client import Library, Payload
from adapters.discord.content.handles import message_in
from adapters.discord.convert import is_from_a_person
from adapters.discord.places import Channel, Place, is_interaction, number_of, of_message
from adapters.discord.receiving.keeper import Keeper
from adapters.discord.receiving.reading import Reading
from bot.errors import PlatformRefused
from bot.events import MessageEdited, MessageId, MessagesDeleted
from bot.ports.clock import Clock
from bot.ports.intake import Intake, KnownPlace

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What Discord shows of a channel."""

    payloads: Sequence[Payload]
    """Newest first."""
    is_whole: bool
    """There is nothing older."""

    @property
    def oldest(self) -> int:
        """From here on `payloads` are complete."""
        return 0 if self.is_whole else int(self.payloads[-1]["id"])


class LookBack:
    """Looks back in channels, one at a time.

    Args:
        reading: Brings things to the core.
        history: Discord's.
        intake: Knows what is stored.
        keeper: Outlasts the storage's outages.
        cursor: Begins the names of the cursors that tell where a gap was told of already.
        clock: For the age of things.
        bounds: How far to look.
    """

    def __init__(
        self,
        *,
        reading: Reading,
        history: History,
        intake: Intake,
        keeper: Keeper,
        cursor: str,
        clock: Clock,
        bounds: CatchUp,
    ) -> None:
        self._reading = reading
        self._history = history
        self._intake = intake
        self._keeper = keeper
        self._cursor = cursor
        self._clock = clock
        self._bounds = bounds

    async def look(
        self, client: Library, channel: Channel, place: Place, *, since: int, until: int | None, is_known: bool
    ) -> tuple[int, int]:
        """Bring what happened to the core, oldest first.

        Args:
            client: Knows the servers.
            channel: Where.
            place: The same for the core.
            since: New messages are those after this snowflake.
            until: And before this one, if any.
            is_known: Somebody there talked with the bot before, and is told if it can't catch up.

        Returns:
            How many new messages were found, and the newest snowflake that was looked at.

        Raises:
            PlatformError: Discord did not show the channel.
        """
        horizon = self._clock.now() - timedelta(seconds=self._bounds.age_s)
        first = max(since, snowflake(horizon))
        recent = await self._keeper.keep(partial(self._intake.recent, place.key, since=horizon))
        numbers = {number_of(message_id) for message_id in recent.messages if not is_interaction(message_id)}
        stored = {number for number in numbers if until is None or number < until}
        named = {message_in(place.channel_id, handle) for handle in recent.pictures}
        shown = {number for number in named if number is not None and (until is None or number < until)}
        past = await self._past(place.channel_id, until, down_to=min(stored | {first}))
        new = [payload for payload in past.payloads if int(payload["id"]) > first]
        if is_known and await self._is_more(place.channel_id, past, len(new), stored, since=since):
            await self._tell_missed(place, since, past)
        above = _above(client, place) if place.channel_id in stored else None
        await self._report_deleted(place, past, (stored | shown) - ({place.channel_id} if above else set()))
        if above is not None:
            await self._look_above(client, above, place, since=since)
        found = 0
        for payload in reversed(past.payloads):
            number = int(payload["id"])
            if number in stored:
                # An earlier edit was told when it happened.
                if _edited_at(payload) > since:
                    await self._take(client, channel, place, payload, is_stored=True)
            elif number > first:
                found += await self._take(client, channel, place, payload, is_stored=False)
        return found, int(past.payloads[0]["id"]) if past.payloads else since

    async def _past(self, channel_id: int, until: int | None, *, down_to: int) -> _Past:
        payloads: list[Payload] = []
        while (left := self._bounds.per_conversation - len(payloads)) > 0:
            before = int(payloads[-1]["id"]) if payloads else until
            limit = min(left, PAGE)
            page = await self._history.newest(channel_id, limit=limit, before=before)
            payloads += page
            if len(page) < limit:
                return _Past(payloads=payloads, is_whole=True)
            if int(page[-1]["id"]) <= down_to:
                break
        return _Past(payloads=payloads, is_whole=False)

    async def _is_more(self, channel_id: int, past: _Past, taken: int, stored: Collection[int], *, since: int) -> bool:
        """Whether something was said since that is not among the new messages: too old, or too many."""
        older = past.payloads[taken : taken + 1]
        if not older and not past.is_whole:
            older = await self._history.newest(channel_id, limit=1, before=past.oldest)
        return any(int(payload["id"]) > since and int(payload["id"]) not in stored for payload in older)

    async def _tell_missed(self, place: Place, since: int, past: _Past) -> None:
        name = f"{self._cursor}:missed:{place.channel_id}"
        told_until = await self._keeper.keep(partial(self._intake.cursor, name))
        if told_until is not None and int(told_until) >= since:
            return
        _log.info("Discord: more was said in channel %d than I catch up with.", place.channel_id)
        newest = of_message(int(past.payloads[0]["id"]) if past.payloads else since)
        told = KnownPlace(key=place.key, is_private=place.is_private, newest=newest)
        await self._keeper.keep(partial(self._intake.missed, told, cursor=name))

    async def _report_deleted(self, place: Place, past: _Past, stored: Collection[int]) -> None:
        present = {int(payload["id"]) for payload in past.payloads}
        gone = sorted(number for number in stored if number >= past.oldest and number not in present)
        # Nothing at all is also what Discord shows to a bot that may not read the history.
        if not gone or (not present and not await self._history.is_gone(place.channel_id, gone[-1])):
            return
        await self._reading.take(MessagesDeleted(key=place.key, message_ids=_ids(gone)))

    async def _look_above(self, client: Library, above: discord.TextChannel, place: Place, *, since: int) -> None:
        """See what became of the message that a thread starts from."""
        try:
            payload = await self._history.payload(above.id, place.channel_id)
        except PlatformRefused:
            if await self._history.is_gone(above.id, place.channel_id):
                await self._reading.take(MessagesDeleted(key=place.key, message_ids=_ids([place.channel_id])))
            return
        if _edited_at(payload) > since:
            await self._take(client, above, place, payload, is_stored=True)

    async def _take(
        self, client: Library, channel: Channel, place: Place, payload: Payload, *, is_stored: bool
    ) -> bool:
        """Bring one message to the core. Returns whether it was one of a person."""
        try:
            message = client.message_from(payload, channel)
            if not is_from_a_person(message):
                return False
            if is_stored:
                event = await self._reading.read(message, place, is_catch_up=True)
                await self._reading.take(MessageEdited(message=event))
            else:
                await self._reading.bring(message, place, is_catch_up=True)
        except Exception as error:  # noqa: BLE001 - a message that can't be read must not hide those behind it
            await self._reading.set_aside(payload, error, place=None if is_stored else place)
        return True


def _above(client: Library, place: Place) -> discord.TextChannel | None:
    """Where the message stands that a thread starts from, unless it stands in the thread, as in a forum's post."""
    channel = client.get_channel(int(place.key.chat_id)) if place.key.thread_id is not None else None
    return channel if isinstance(channel, discord.TextChannel) else None


def _edited_at(payload: Payload) -> int:
    """The smallest snowflake of that moment; 0 if it never was."""
    edited: str | None = payload.get("edited_timestamp")
    return snowflake(discord.utils.parse_time(edited)) if edited else 0


def _ids(numbers: Sequence[int]) -> tuple[MessageId, ...]:
    return tuple(map(of_message, numbers))
