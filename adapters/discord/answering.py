"""Answers through the tokens of interactions: also where the bot may not write, or nobody else is to see them."""

import logging

import discord

from adapters.discord.errors import discord_request
from adapters.discord.interactions import Interactions, Opened
from adapters.discord.places import of_message
from adapters.discord.sending import changed
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.events import ConversationKey, MessageId
from bot.ports.chat import Part

_log = logging.getLogger(__name__)


class Answering:
    """The first message of an answer, and at most 5 that follow it, within 15 minutes."""

    def __init__(self, interactions: Interactions) -> None:
        self._interactions = interactions

    async def post(self, key: ConversationKey, part: Part, *, asked: MessageId | None, nonce: str) -> MessageId | None:
        """Send one message; None if there is no way.

        Args:
            key: Where.
            part: What.
            asked: The interaction that it answers; None: it follows what another one was answered there.
            nonce: The same for every attempt.

        Raises:
            PlatformUncertain: it may stand there. To try again is harmless, but for messages that follow: Discord
                knows no nonce here, so they come a second time rather than not at all.
        """
        if asked is not None:
            opened = await self._interactions.take(asked, nonce=nonce)
        else:
            opened = await self._interactions.take_further(key, nonce=nonce)
        if opened is None:
            return None
        try:
            return await self._through(opened, part, nonce)
        except (PlatformRefused, PlatformUnavailable) as error:
            _log.warning("%s The answer takes another way.", error)
            return None

    async def edit(self, message_id: MessageId, part: Part) -> bool:
        """Replace a message; False if it has to be tried in another way."""
        opened = await self._interactions.holder(message_id)
        if opened is None:
            return False
        try:
            await _edit(opened, message_id, part)
        except (PlatformRefused, PlatformUnavailable) as error:
            # The token goes through the connection that the interaction came from, which may be gone.
            _log.debug("%s", error)
            return False
        return True

    async def delete(self, message_id: MessageId) -> bool:
        """Take a message back; False if it has to be tried in another way."""
        opened = await self._interactions.holder(message_id)
        if opened is None:
            return False
        try:
            await _delete(opened, message_id)
        except (PlatformRefused, PlatformUnavailable) as error:
            _log.debug("%s", error)
            return False
        return True

    async def _through(self, opened: Opened, part: Part, nonce: str) -> MessageId:
        if opened.original is None or opened.nonce == nonce:
            opened.nonce = nonce
            async with discord_request("answering a command"):
                message = await opened.interaction.edit_original_response(**changed(part))
            message_id = opened.original = of_message(message.id)
        elif known := opened.followups.get(nonce):
            await _edit(opened, known, part)
            return known
        else:
            message_id = opened.followups[nonce] = await _follow_up(opened, part)
        self._interactions.note(message_id, opened)
        return message_id


async def _edit(opened: Opened, message_id: MessageId, part: Part) -> None:
    async with discord_request("changing an answer to a command"):
        if message_id == opened.original:
            await opened.interaction.edit_original_response(**changed(part))
        else:
            await opened.interaction.followup.edit_message(int(message_id), **changed(part))


async def _delete(opened: Opened, message_id: MessageId) -> None:
    async with discord_request("taking an answer to a command back"):
        try:
            if message_id == opened.original:
                await opened.interaction.delete_original_response()
            else:
                await opened.interaction.followup.delete_message(int(message_id))
        except discord.NotFound:
            return


async def _follow_up(opened: Opened, part: Part) -> MessageId:
    fields = changed(part)
    files, view = fields.pop("attachments"), fields.pop("view")
    options = {"view": view} if view else {}
    async with discord_request("answering a command"):
        message = await opened.interaction.followup.send(
            **fields, files=files, ephemeral=opened.is_private, wait=True, **options
        )
    return of_message(message.id)
