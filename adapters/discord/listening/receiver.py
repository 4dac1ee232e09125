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
from adapters.discord.listening.interacting import Interacting
from adapters.discord.listening.queue import Queue
from adapters.discord.places import Channel, of_message
from adapters.discord.receiving.lanes import Job
from adapters.discord.receiving.reading import Reading
from adapters.discord.receiving.unreadable import snowflake_in
from bot.errors import PlatformError
from bot.events import MessagesDeleted


class Receiver:
    """`adapters.discord.gateway.listener.Ears`: takes in what the gateway gives.

    Args:
        queue: Keeps the order.
        reading: Brings things to the core.
        seen: Is told what came.
        catching_up: Is told what came, and what was not.
        history: For what the library did not keep of a message.
        interacting: For what people use and press.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        reading: Reading,
        seen: SeenUntil,
        catching_up: CatchingUp,
        history: History,
        interacting: Interacting,
    ) -> None:
        self._queue = queue
        self._reading = reading
        self._seen = seen
        self._catching_up = catching_up
        self._history = history
        self._interacting = interacting

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
            if self._queue.put(message.channel, f"message {message.id}", job, number=message.id):
                return
        # Refused, it holds the point back in another way: somebody looks for it.
        self._seen.end(message.id)

    def edit(self, message: discord.Message) -> None:
        # Without the time of an edit it was a link preview that came late, or a pin or the like.
        if is_from_a_person(message) and (message.edited_at is not None or any(previews(message.embeds))):
            self._queue.put(message.channel, f"edit of {message.id}", partial(self._take_edit, message))

    def deletion(self, channel: Channel, numbers: Sequence[int]) -> None:
        job = partial(self._take_deletion, channel, numbers)
        self._queue.put(channel, f"deletion of {len(numbers)} messages", job)

    def interaction(self, interaction: discord.Interaction[Library]) -> None:
        self._interacting.take(interaction)

    def unreadable(self, kind: str, payload: Mapping[str, Any], channel: Channel | None, error: Exception) -> None:
        number = snowflake_in(payload, "id") or 0
        is_new = kind == "MESSAGE_CREATE" and number > 0
        job: Job = partial(self._take_unreadable, payload, channel if is_new else None, error)
        if is_new:
            self._seen.begin(number)
            job = self._through(number, job)
        if not self._queue.put_apart(channel.id if channel else 0, f"unreadable {kind} {number}", job) and is_new:
            self._seen.end(number)

    def _through(self, number: int, job: Job) -> Job:
        """Let `SeenUntil` know when this job is done."""

        async def through() -> None:
            try:
                await job()
            except Exception:
                # Not when it is cancelled: then it comes again after the restart.
                self._seen.end(number)
                raise
            self._seen.end(number)

        return through

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
        except Exception as error:  # noqa: BLE001 - whatever is wrong with an edit, it must not be lost unseen
            await self._reading.set_aside(await self._payload_of(message), error, place=None)

    async def _take_deletion(self, channel: Channel, numbers: Sequence[int]) -> None:
        place = await self._reading.place(channel)
        message_ids = tuple(of_message(number) for number in numbers)
        await self._reading.take(MessagesDeleted(key=place.key, message_ids=message_ids))

    async def _take_unreadable(self, payload: Mapping[str, Any], channel: Channel | None, error: Exception) -> None:
        place = await self._reading.place(channel) if channel else None
        await self._reading.set_aside(payload, error, place=place)

    async def _payload_of(self, message: discord.Message) -> Mapping[str, Any]:
        """As Discord has it: the library did not keep it."""
        try:
            return await self._history.payload(message.channel.id, message.id)
        except PlatformError:
            return {"id": str(message.id), "channel_id": str(message.channel.id), "content": message.content}
