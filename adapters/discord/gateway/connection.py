"""Listening to Discord: one gateway connection, kept alive whatever happens to it."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import discord

from adapters.discord.errors import CONTENT_INTENT_REMEDY, LOGIN_REMEDY, discord_request
from adapters.discord.gateway.allowance import Allowance
from adapters.discord.gateway.listener import Listener
from adapters.discord.shards import Shard
from adapters.waits import growing
from bot.errors import PlatformError, PlatformRefused
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 300.0
"""Keeps far from the 1000 IDENTIFYs a day after which Discord resets the token (docs, Gateway, Identifying)."""
_LONG_ENOUGH_S = 600.0
"""A connection that lasted this long was a good one: waits start over."""

_HOPELESS: Mapping[int, str] = MappingProxyType(
    {
        4004: LOGIN_REMEDY,
        4010: "Set DISCORD_SHARD_COUNT to the same number for all processes, or leave it out.",
        4011: "The bot is in too many servers for its connections: restart it, without DISCORD_SHARD_COUNT.",
        4012: "Update discord.py.",
        4013: "Please report this.",
    }
)
"""Close codes after which Discord wants no reconnect. Source: Discord docs, Gateway Close Event Codes."""


class NewListener(Protocol):
    """Makes a client that is not connected yet."""

    def __call__(self, *, content: bool) -> Listener: ...


class Gateway:
    """Supervises listening.

    discord.py reconnects and resumes by itself after ordinary cuts. What ends it for good (a first connection that
    fails, a close code it takes for final, a failure of its own) is met with a new client after a growing wait, and
    no sooner than the day's allowance of sessions permits.

    Args:
        token: The bot's token.
        listener: Makes a client for one connection.
        allowance: Of sessions.
        shard: Which connection.
        content: Whether to ask for the message content intent.
        clock: For waits.
    """

    def __init__(
        self, token: str, listener: NewListener, allowance: Allowance, shard: Shard, *, content: bool, clock: Clock
    ) -> None:
        self._token = token
        self._new_listener = listener
        self._allowance = allowance
        self._shard = shard
        self._content = content
        self._clock = clock

    async def listen(self) -> None:
        """Listen until cancelled.

        Raises:
            PlatformRefused: waiting will not help: the token was revoked, or Discord wants another kind of client.
        """
        waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        while True:
            started_s = self._clock.monotonic_s()
            if await self._connect_once():
                continue
            if self._clock.monotonic_s() - started_s >= _LONG_ENOUGH_S:
                waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)
            wait_s = next(waits)
            _log.warning("Discord: connecting again in %.0f s.", wait_s)
            await self._clock.sleep(wait_s)

    async def _connect_once(self) -> bool:
        """Listen as long as one client lasts.

        Returns:
            Whether to go on at once.
        """
        try:
            await self._allowance.wait()
            await self._allowance.wait_in_line(self._shard.id)
            async with self._new_listener(content=self._content) as listener:
                async with discord_request("logging in"):
                    await listener.login(self._token)
                await listener.connect()
        except discord.PrivilegedIntentsRequired:
            self._leave_content_out()
            return True
        except discord.ConnectionClosed as error:
            if error.code in _HOPELESS:
                what = f"Discord closed the gateway ({error.code})."
                raise PlatformRefused(what, remedy=_HOPELESS[error.code]) from error
            _log.warning("Discord: the gateway closed (%s).", error.code)
        except PlatformError as error:
            # Any other refusal may be a proxy's or Cloudflare's mood.
            if isinstance(error, PlatformRefused) and error.remedy == LOGIN_REMEDY:
                raise
            _log.warning("%s", error)
        except Exception as error:  # noqa: BLE001 - discord.py lets errors of any kind out, and none may end listening
            _log_failure(error)
        return False

    def _leave_content_out(self) -> None:
        if not self._content:
            raise PlatformRefused("Discord does not allow an intent.", remedy="Please report this.")
        self._content = False
        log_missing_content_intent()


def _log_failure(error: Exception) -> None:
    # discord.py 2.7 stumbles over its missing socket where a first connection fails, and has logged why it failed.
    if isinstance(error, AttributeError) and error.name == "sequence" and error.obj is None:
        _log.warning("Discord: the gateway could not be reached.")
    else:
        _log.error("Discord: the gateway client failed.", exc_info=error)


def log_missing_content_intent() -> None:
    """Say what the bot can't see, and the remedy."""
    _log.warning(
        "Discord: the message content intent is off. I see only private messages and messages that mention me or "
        "reply to me with the ping on, not the messages that people reply to and not the pictures that others post. "
        "The entries in a message's menu work all the same. %s",
        CONTENT_INTENT_REMEDY,
    )
