"""From the gateway's events to the core's: in order per channel, and one strange event stops no other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import discord

from adapters.discord.catch_up.catching_up import CatchingUp
from adapters.discord.catch_up.history import History
from adapters.discord.catch_up.seen import SeenUntil
from adapters.discord.client import Library
from adapters.discord.content.previews import previews
from adapters.discord.convert import is_from_a_person
from adapters.discord.interactions.interacting import Interacting
from adapters.discord.interactions.suggesting import Choices
from adapters.discord.interactions.waiting import Interactions
from adapters.discord.places import Channel, of_message
from adapters.discord.receiving.lanes import Job, Lanes
from adapters.discord.receiving.reading import Reading
from adapters.discord.receiving.unreadable import snowflake_in
from bot.errors import PlatformError


class Receiver:
    """`adapters.discord.gateway.listener.Ears`: takes in what the gateway gives.

    Args:
        reading: Brings things to the core.
        lanes: Keeps the order.
        seen: Is told what came.
        catching_up: Looks back in a channel before anything newer is taken in from it.
        interactions: Where used commands wait for their answer.
        history: For what the library did not keep of a message.
        choices: What can be chosen while a command is typed.
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
        choices: Choices,
    ) -> None:
        self._reading = reading
        self._lanes = lanes
        self._seen = seen
        self._catching_up = catching_up
        self._history = history
        self._interacting = Interacting(
            reading=reading, lanes=lanes, put=self._put, interactions=interactions, choices=choices
        )

    def opened(self, client: Library, *, at: datetime) -> None:
        self._reading.opened(client)
        self._catching_up.opened(client, at=at)

    def guild_came(self, client: Library, guild: discord.Guild) -> None:
        self._catching_up.guild_came(client, guild)

    def ready(self, client: Library) -> None:
        self._catching_up.ready(client)

    def message(self, message: discord.Message) -> None:
        self._seen.begin(message.id)
        self._catching_up.heard(message.channel, message.id)
        if is_from_a_person(message):
            job = self._through(message.id, partial(self._take_message, message))
            if self._put(message.channel, f"message {message.id}", job, number=message.id):
                return
        # Refused, it holds the point back in another way: somebody looks for it.
        self._seen.end(message.id)

    def edit(self, message: discord.Message) -> None:
        # Without the time of an edit it was a link preview that came late, or a pin or the like.
        if is_from_a_person(message) and (message.edited_at is not None or any(previews(message.embeds))):
            self._put(message.channel, f"edit of {message.id}", partial(self._take_edit, message))

    def deletion(self, channel: Channel, numbers: Sequence[int]) -> None:
        self._put(channel, f"deletion of {len(numbers)} messages", partial(self._take_deletion, channel, numbers))

    def interaction(self, interaction: discord.Interaction[Library]) -> None:
        self._interacting.take(interaction)

    def unreadable(self, kind: str, payload: Mapping[str, Any], channel: Channel | None, error: Exception) -> None:
        number = snowflake_in(payload, "id") or 0
        is_new = kind == "MESSAGE_CREATE" and number > 0
        job: Job = partial(self._take_unreadable, payload, channel if is_new else None, error)
        if is_new:
            self._seen.begin(number)
            job = self._through(number, job)
        if not self._lanes.put(channel.id if channel else 0, f"unreadable {kind} {number}", job) and is_new:
            self._seen.end(number)

    def _put(self, channel: Channel, what: str, job: Job, *, number: int | None = None) -> bool:
        """Queue what is to be done. `number`: of the new message that it is about."""
        if self._lanes.put(channel.id, what, partial(self._in_turn, channel, job, number)):
            return True
        self._catching_up.refused(channel, number)
        return False

    def _through(self, number: int, job: Job) -> Job:
        """Let `SeenUntil` know when this job is done; one that is cancelled comes again after the restart."""

        async def through() -> None:
            try:
                await job()
            except Exception:
                self._seen.end(number)
                raise
            self._seen.end(number)

        return through

    async def _in_turn(self, channel: Channel, job: Job, number: int | None) -> None:
        await self._catching_up.look_before(channel, number)
        await job()
        await self._seen.save()

    async def _take_message(self, message: discord.Message) -> None:
        place = await self._reading.place(message.channel)
        try:
            await self._reading.bring(message, place)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a message, somebody may wait for an answer
            await self._reading.set_aside(await self._payload_of(message), error, place=place)

    async def _take_edit(self, message: discord.Message) -> None:
        place = await self._reading.place(message.channel)
        try:
            event = await self._reading.read(message, place)
            await self._reading.take_changed(event, is_edited=message.edited_at is not None)
        except Exception as error:  # noqa: BLE001 - as above
            await self._reading.set_aside(await self._payload_of(message), error, place=None)

    async def _take_deletion(self, channel: Channel, numbers: Sequence[int]) -> None:
        place = await self._reading.place(channel)
        await self._reading.take_deletion(place, [of_message(number) for number in numbers])

    async def _take_unreadable(self, payload: Mapping[str, Any], channel: Channel | None, error: Exception) -> None:
        place = await self._reading.place(channel) if channel else None
        await self._reading.set_aside(payload, error, place=place)

    async def _payload_of(self, message: discord.Message) -> Mapping[str, Any]:
        """As Discord has it: the library did not keep it."""
        try:
            return await self._history.payload(message.channel.id, message.id)
        except PlatformError:
            return {"id": str(message.id), "channel_id": str(message.channel.id), "content": message.content}
