"""New messages in Discord's channels: as a reply where that is possible, else plain, and never twice."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import discord
from discord.http import handle_message_parameters

from adapters.discord.client import NO_PINGS, Payload
from adapters.discord.errors import (
    FILE_REMEDY,
    HISTORY_REMEDY,
    INVALID_FORM,
    NO_HISTORY,
    NO_PERMISSION,
    UNKNOWN_MESSAGE,
)
from adapters.discord.writing.buttons import view_of
from adapters.discord.writing.uploads import content_of, uploads
from adapters.newest import Newest
from bot.errors import PlatformRefused
from bot.events import MessageId
from bot.ports.clock import Clock
from bot.ports.parts import Part

_log = logging.getLogger(__name__)

_NO_REPLIES_FOR_S = 3600.0
_MOST_CHANNELS = 1024


class Sending:
    """Creates messages. Raises what discord.py raises."""

    def __init__(self, rest: discord.Client, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._no_replies_until_s: Newest[int, float] = Newest(_MOST_CHANNELS)
        self._told: set[int] = set()

    async def send(self, channel_id: int, part: Part, *, reply_to: MessageId | None, nonce: str) -> Payload:
        """Create a message. The payload is that of an earlier attempt with this nonce, if there was one."""
        send = partial(self._request, channel_id, part)
        if reply_to is None or self._no_replies_until_s.get(channel_id, 0.0) > self._clock.monotonic_s():
            return await _send_plain(send, nonce)
        try:
            return await send(nonce=nonce, reply_to=int(reply_to))
        except discord.HTTPException as error:
            if not _blames_the_reply(error):
                raise
            sent = await _send_plain(send, nonce)
            # Only now it is sure that replying was the trouble, not writing at all.
            if error.code != INVALID_FORM:
                self._stop_replying(channel_id)
            return sent

    async def _request(
        self, channel_id: int, part: Part, *, nonce: str | None = None, reply_to: int | None = None
    ) -> Payload:
        """Create Message, without a look at the answer: it holds what is replied to, which may be unreadable."""
        options: dict[str, Any] = {"view": view} if (view := view_of(part.buttons)) else {}
        if files := uploads(part):
            options["files"] = files
        if reply_to is not None:
            options["message_reference"] = {
                "message_id": reply_to,
                "channel_id": channel_id,
                "fail_if_not_exists": False,
            }
        with handle_message_parameters(content_of(part), nonce=nonce, allowed_mentions=NO_PINGS, **options) as params:
            payload: Any = await self._rest.http.send_message(channel_id, params=params)
        return dict(payload)

    def _stop_replying(self, channel_id: int) -> None:
        # For a while only: somebody may follow the remedy.
        self._no_replies_until_s[channel_id] = self._clock.monotonic_s() + _NO_REPLIES_FOR_S
        if channel_id not in self._told and len(self._told) < _MOST_CHANNELS:
            self._told.add(channel_id)
            _log.warning("Discord: I may not reply in channel %s, so I write plainly. %s", channel_id, HISTORY_REMEDY)


def changed(part: Part) -> dict[str, Any]:
    """The arguments for discord.py that make a message show a part and nothing else."""
    return {
        "content": content_of(part),
        "view": view_of(part.buttons),
        "allowed_mentions": NO_PINGS,
        "attachments": uploads(part),
    }


@contextmanager
def blaming_the_file(part: Part) -> Iterator[None]:
    """Discord does not say which permission is missing. Where texts get through, it is the one for files."""
    try:
        yield
    except discord.Forbidden as error:
        if (part.picture or part.document) is None or error.code != NO_PERMISSION:
            raise
        raise PlatformRefused("Discord: I may not attach a file there.", remedy=FILE_REMEDY) from error


def _blames_the_reply(error: discord.HTTPException) -> bool:
    # Without Read Message History, Discord answers with either of the first two.
    return error.code in (NO_HISTORY, NO_PERMISSION) or (
        error.code == INVALID_FORM and "message_reference" in error.text
    )


async def _send_plain(send: Callable[..., Awaitable[Payload]], nonce: str) -> Payload:
    try:
        return await send(nonce=nonce)
    except discord.NotFound as error:
        if error.code != UNKNOWN_MESSAGE:
            raise
        # The message with this nonce was deleted a moment ago (discord.py, Messageable.send): it needs another.
        return await send()
