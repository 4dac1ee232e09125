"""Writing to Discord's channels."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import discord
from discord.http import handle_message_parameters

from adapters.discord.buttons import view_of
from adapters.discord.client import NO_PINGS
from adapters.discord.errors import (
    FILE_REMEDY,
    HISTORY_REMEDY,
    INVALID_FORM,
    NO_HISTORY,
    NO_PERMISSION,
    UNKNOWN_MESSAGE,
    discord_request,
)
from adapters.discord.history import Payload
from adapters.discord.interactions import Interactions
from adapters.discord.places import channel_of, is_interaction, of_message
from adapters.discord.uploads import shows, uploads
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.events import ConversationKey, MessageId
from bot.ports.chat import Part
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_SEEN = "\N{EYES}"
_NO_REPLIES_FOR_S = 3600.0
_MOST_CHANNELS = 1024


class Posting:
    """Sends, edits and takes back messages. Raises `PlatformError` only. Made on a running event loop."""

    def __init__(self, rest: discord.Client, interactions: Interactions, clock: Clock) -> None:
        self._rest = rest
        self._interactions = interactions
        self._clock = clock
        self._no_replies_until_s: dict[int, float] = {}
        self._told: set[int] = set()

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        """Send one message: through the interaction if `reply_to` is one that lives, else as a reply, else plain."""
        if reply_to is not None and is_interaction(reply_to):
            if interaction := await self._interactions.take(reply_to, nonce=nonce):
                try:
                    return await self._answer(interaction, part)
                except (PlatformRefused, PlatformUnavailable) as error:
                    # Not after `PlatformUncertain`: the answer may stand there, and trying again is harmless.
                    _log.warning("%s The answer comes as a plain message.", error)
            reply_to = None
        channel_id = channel_of(key)
        async with discord_request(f"posting in channel {channel_id}"):
            with _blaming_the_file(part):
                sent = await self._send(channel_id, part, reply_to=reply_to, nonce=nonce)
            message_id, is_shown = of_message(int(sent["id"])), shows(sent, part)
        if not is_shown:
            # Discord knew the nonce and gave back the message of an earlier attempt, as it was then.
            await self.edit(key, message_id, part)
        return message_id

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """Replace a message of the bot's own, its buttons and its file included."""
        channel_id = channel_of(key)
        async with discord_request(f"editing in channel {channel_id}"):
            with _blaming_the_file(part), handle_message_parameters(**self._changed(part)) as params:
                await self._rest.http.edit_message(channel_id, int(message_id), params=params)

    async def delete(self, key: ConversationKey, message_id: MessageId) -> None:
        """Take a message back; one that is gone already is fine."""
        channel = self._channel(key)
        async with discord_request(f"deleting in channel {channel.id}"):
            try:
                await channel.get_partial_message(int(message_id)).delete()
            except discord.NotFound:
                return

    async def acknowledge(self, key: ConversationKey, message_id: MessageId) -> None:
        """Put a pair of eyes under a message. A used command shows by itself that it was seen."""
        if is_interaction(message_id):
            return
        channel = self._channel(key)
        async with discord_request(f"reacting in channel {channel.id}"):
            await channel.get_partial_message(int(message_id)).add_reaction(_SEEN)

    async def typing(self, key: ConversationKey) -> None:
        """Show "typing" for 10 s."""
        channel = self._channel(key)
        async with discord_request(f"typing in channel {channel.id}"):
            await channel.typing()

    def _channel(self, key: ConversationKey) -> discord.PartialMessageable:
        # By its id alone: private chats and old threads are in no cache after a restart.
        return self._rest.get_partial_messageable(channel_of(key))

    def _changed(self, part: Part) -> dict[str, Any]:
        view, files = view_of(part.buttons), uploads(part)
        return {"content": part.text, "view": view, "allowed_mentions": NO_PINGS, "attachments": files}

    async def _answer(self, interaction: discord.Interaction, part: Part) -> MessageId:
        async with discord_request("answering a command"):
            message = await interaction.edit_original_response(**self._changed(part))
        return of_message(message.id)

    async def _send(self, channel_id: int, part: Part, *, reply_to: MessageId | None, nonce: str) -> Payload:
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
        with handle_message_parameters(part.text, nonce=nonce, allowed_mentions=NO_PINGS, **options) as params:
            payload: Any = await self._rest.http.send_message(channel_id, params=params)
        return dict(payload)

    def _stop_replying(self, channel_id: int) -> None:
        if len(self._no_replies_until_s) >= _MOST_CHANNELS:
            del self._no_replies_until_s[next(iter(self._no_replies_until_s))]
        # For a while only: somebody may follow the remedy.
        self._no_replies_until_s[channel_id] = self._clock.monotonic_s() + _NO_REPLIES_FOR_S
        if channel_id not in self._told and len(self._told) < _MOST_CHANNELS:
            self._told.add(channel_id)
            _log.warning("Discord: I may not reply in channel %s, so I write plainly. %s", channel_id, HISTORY_REMEDY)


@contextmanager
def _blaming_the_file(part: Part) -> Iterator[None]:
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
