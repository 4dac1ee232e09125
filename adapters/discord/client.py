"""discord.py's client, set up to remember as little as possible."""

import logging
from collections.abc import Mapping
from typing import Any, Self, TypeAlias

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.discord.errors import discord_request
from adapters.discord.limits import LONGEST_RATE_LIMIT_WAIT_S
from adapters.discord.shards import Shard

Payload: TypeAlias = dict[str, Any]
"""JSON as the API takes and gives it."""

NO_PINGS = discord.AllowedMentions.none()
"""Nothing that the model writes may notify anybody, and neither does a reply."""


def set_up_library(*, api_url: str | None, gateway_url: str | None) -> None:
    """Do what discord.py lets be done only for the whole process.

    Args:
        api_url: Another server than Discord's: a proxy, or an emulator.
        gateway_url: The same for the gateway.
    """
    # Voice is not used, and the warnings about its missing libraries would only alarm the operator.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    logging.getLogger(discord.client.__name__).addFilter(_in_one_line)
    if api_url is not None:
        Route.BASE = api_url.rstrip("/")
    if gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway_url)


def _in_one_line(record: logging.LogRecord) -> bool:
    """A lost connection is an ordinary thing, and discord.py logs it with its whole stack each time."""
    if record.exc_info and str(record.msg).startswith("Attempting a reconnect"):
        error = record.exc_info[1]
        record.msg = f"Discord: the gateway was lost ({type(error).__name__}). {record.msg}"
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    return True


def intents(*, content: bool) -> discord.Intents:
    """The least that lets the bot see messages. `content` has to be switched on for the application."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content)


class Library(discord.Client):
    """The client, with a way to read what was fetched by its own hands."""

    def message_from(self, payload: Mapping[str, Any], channel: Any) -> discord.Message:
        """Parse a message of the API. Raises whatever a strange one makes the library raise."""
        data: Any = payload
        return discord.Message(state=self._connection, channel=channel, data=data)

    def attachment_from(self, payload: Mapping[str, Any]) -> discord.Attachment:
        """Parse an attachment that belongs to no message. Raises whatever a strange one makes the library raise."""
        data: Any = payload
        return discord.Attachment(state=self._connection, data=data)

    def interaction_from(self, payload: Mapping[str, Any], channel: Any) -> discord.Interaction[Self]:
        """Make an interaction of what was kept of it. `channel`: where its answers stand."""
        data: Any = payload
        interaction = discord.Interaction[Self](data=data, state=self._connection)
        interaction.channel = channel
        return interaction


async def message_by_id(client: discord.Client, channel_id: int, message_id: int) -> discord.Message:
    """Fetch a message.

    Raises:
        PlatformError: it is gone, or can't be seen or fetched.
    """
    async with discord_request(f"looking up message {message_id}"):
        return await client.get_partial_messageable(channel_id).fetch_message(message_id)


def own_id(client: discord.Client) -> int:
    """The bot's own user id; 0 before it is logged in."""
    return client.user.id if client.user else 0


def options(*, content: bool, shard: Shard | None = None) -> dict[str, Any]:
    """The arguments for `discord.Client`: no message cache, no member cache, no waiting for ever."""
    # Without a number it is the only one.
    number = {"shard_id": shard.id, "shard_count": shard.count} if shard and shard.count > 1 else {}
    return {
        **number,
        "intents": intents(content=content),
        "max_messages": None,
        "member_cache_flags": discord.MemberCacheFlags.none(),
        "chunk_guilds_at_startup": False,
        "allowed_mentions": NO_PINGS,
        "max_ratelimit_timeout": LONGEST_RATE_LIMIT_WAIT_S,
    }
