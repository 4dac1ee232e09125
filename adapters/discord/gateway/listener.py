"""discord.py's client, handing on what it hears."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import discord

from adapters.discord.client import Library, options
from adapters.discord.gateway.allowance import Allowance
from adapters.discord.places import Channel
from adapters.discord.receiving.unreadable import snowflake_in
from adapters.discord.shards import Shard
from bot.errors import PlatformUnavailable
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 5.0
"""Between two sessions (Discord docs, Rate Limiting of IDENTIFY)."""
_LONGEST_PAUSE_S = 45.0
"""discord.py gives a connection 60 s to come about."""
_LONG_ENOUGH_S = 600.0
"""A session that lasted this long was a good one: pauses start over."""

_MUST_PARSE = frozenset({"READY", "RESUMED"})
"""Without them there is no session."""


class Ears(Protocol):
    """Who is told of what is heard. Every call returns at once."""

    def opened(self, client: Library, *, at: datetime) -> None:
        """A new session began: what happened since the last one was not told. `at`: what is newer will be told."""

    def guild_came(self, client: Library, guild: discord.Guild) -> None:
        """A server's places are known (again)."""

    def ready(self, client: Library) -> None:
        """The servers that come at the beginning of a session have come."""

    def message(self, message: discord.Message) -> None: ...

    def edit(self, message: discord.Message) -> None: ...

    def deletion(self, channel: Channel, numbers: Sequence[int]) -> None: ...

    def interaction(self, interaction: discord.Interaction[Library]) -> None: ...

    def unreadable(self, kind: str, payload: Mapping[str, Any], channel: Channel | None, error: Exception) -> None:
        """An event that the library could not parse; `channel` is where it happened, if it did in one."""


class Listener(Library):
    """One gateway client, from its login to its end."""

    def __init__(
        self,
        ears: Ears,
        allowance: Allowance,
        *,
        content: bool,
        clock: Clock,
        servers_quiet_s: float,
        shard: Shard,
    ) -> None:
        super().__init__(**options(content=content, shard=shard), guild_ready_timeout=servers_quiet_s)
        self._shard = shard
        self._ears = ears
        self._allowance = allowance
        self._clock = clock
        self._pause_s = _FIRST_PAUSE_S
        self._identified_at_s = 0.0
        self._identified_at = clock.now()
        self._guard_parsers()

    # All of these only queue. discord.py runs a task per event: they begin in order, and without an await they end so.

    async def on_connect(self) -> None:
        self._ears.opened(self, at=self._identified_at)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        self._ears.guild_came(self, guild)

    async def on_ready(self) -> None:
        _log.info("Discord: connected as %s, in %d servers.", self.user, len(self.guilds))
        self._ears.ready(self)

    async def on_resumed(self) -> None:
        _log.info("Discord: connected again; nothing was missed.")

    async def on_message(self, message: discord.Message) -> None:
        self._ears.message(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self._ears.edit(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self._ears.deletion(self._channel(event.channel_id, event.guild_id), [event.message_id])

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        self._ears.deletion(self._channel(event.channel_id, event.guild_id), sorted(event.message_ids))

    async def on_interaction(self, interaction: discord.Interaction[Library]) -> None:
        self._ears.interaction(interaction)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Let a lost session be followed by another one with growing pauses, as long as enough are left for the day.

        Other connections of this bot come in between.

        Raises:
            PlatformUnavailable: they are not; who supervises this client has to wait.
        """
        del shard_id
        if not initial:
            if self._clock.monotonic_s() - self._identified_at_s >= _LONG_ENOUGH_S:
                self._pause_s = _FIRST_PAUSE_S
            await self._clock.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
            if await self._allowance.is_short():
                raise PlatformUnavailable("Discord: this session was ended, and few new ones are left for today.")
        await self._allowance.take_turn(self._shard.id)
        self._identified_at_s = self._clock.monotonic_s()
        self._identified_at = self._clock.now()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Hand an event on, as long as anybody listens: discord.py's wait for servers can outlast the client."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    def _guard_parsers(self) -> None:
        # discord.py lets any error of a parser end the connection: one strange payload would cost a session each time.
        parsers = self._connection.parsers
        for kind in parsers.keys() - _MUST_PARSE:
            parsers[kind] = partial(self._parse, kind, parsers[kind])

    def _parse(self, kind: str, parse: Callable[[Any], Any], payload: Any) -> None:
        try:
            parse(payload)
        except Exception as error:  # noqa: BLE001 - discord.py's parsers raise whatever a strange payload makes them
            # Queued like the others, so that it keeps its place among them.
            self.dispatch("unreadable", kind, payload, error)

    async def on_unreadable(self, kind: str, payload: Any, error: Exception) -> None:
        """Our own event, see `_parse`."""
        if not isinstance(payload, Mapping) or not kind.startswith(("MESSAGE_", "INTERACTION_")):
            _log.error("Discord: an event %s could not be read and is left out.", kind, exc_info=error)
            return
        channel_id = snowflake_in(payload, "channel_id")
        channel = self._channel(channel_id, snowflake_in(payload, "guild_id")) if channel_id else None
        self._ears.unreadable(kind, payload, channel, error)

    def _channel(self, channel_id: int, guild_id: int | None) -> Channel:
        """As discord.py knows it: a private chat too, which has no server."""
        kind = None if guild_id else discord.ChannelType.private
        return self.get_channel(channel_id) or self.get_partial_messageable(channel_id, guild_id=guild_id, type=kind)
