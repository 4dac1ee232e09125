"""Answers that nobody but the person who asked sees, also where the bot itself may not be."""

import logging
from dataclasses import replace
from typing import Protocol

import discord

from adapters.discord.errors import discord_request
from adapters.discord.interactions import Interactions, Opened
from adapters.discord.places import of_message, of_message_elsewhere, owner_of
from adapters.discord.sending import changed
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.events import ConversationKey, MessageId
from bot.ports.chat import Part

_log = logging.getLogger(__name__)


class Post(Protocol):
    """Sends a message to a channel and tells its number."""

    async def __call__(self, channel_id: int, part: Part, *, reply_to: MessageId | None, nonce: str) -> int: ...


class PrivateAnswers:
    """Ephemeral messages, through the token of an interaction, which lives for 15 minutes.

    Discord lets 5 more follow the first one. What finds no way there any more goes whole to the private chat with the
    person: also after a restart, which forgets the tokens.

    Args:
        rest: For private chats.
        interactions: Those that live.
        post: Sends to a private chat.
    """

    def __init__(self, rest: discord.Client, interactions: Interactions, post: Post) -> None:
        self._rest = rest
        self._interactions = interactions
        self._post = post

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        """Send one message. `key` is that of a `personal_place`."""
        opened = await self._interactions.take_private(key, reply_to=reply_to, nonce=nonce)
        if opened is not None:
            try:
                return await self._through(opened, part, nonce)
            except (PlatformRefused, PlatformUnavailable) as error:
                _log.warning("%s The answer goes to the private chat.", error)
        person = owner_of(key) or 0
        async with discord_request(f"opening the private chat with {person}"):
            channel = await self._rest.http.start_private_message(person)
        channel_id = int(channel["id"])
        # The conversation of that chat is another one: buttons would find nothing there.
        number = await self._post(channel_id, replace(part, buttons=()), reply_to=None, nonce=nonce)
        return of_message_elsewhere(channel_id, number)

    async def edit(self, message_id: MessageId, part: Part) -> bool:
        """Replace a message; False if it is not one of these (any more)."""
        opened = await self._interactions.holder(message_id)
        if opened is None:
            return False
        async with discord_request("changing a private answer"):
            if message_id == opened.original:
                await opened.interaction.edit_original_response(**changed(part))
            else:
                await opened.interaction.followup.edit_message(int(message_id), **changed(part))
        return True

    async def delete(self, message_id: MessageId) -> bool:
        """Take a message back; False if it is not one of these (any more)."""
        opened = await self._interactions.holder(message_id)
        if opened is None:
            return False
        async with discord_request("taking a private answer back"):
            try:
                if message_id == opened.original:
                    await opened.interaction.delete_original_response()
                else:
                    await opened.interaction.followup.delete_message(int(message_id))
            except discord.NotFound:
                return True
        return True

    async def _through(self, opened: Opened, part: Part, nonce: str) -> MessageId:
        if opened.original is None or opened.nonce == nonce:
            opened.nonce = nonce
            async with discord_request("answering in private"):
                message = await opened.interaction.edit_original_response(**changed(part))
            message_id = opened.original = of_message(message.id)
        elif known := opened.followups.get(nonce):
            await self.edit(known, part)
            return known
        else:
            message_id = opened.followups[nonce] = await self._follow_up(opened, part)
        self._interactions.note(message_id, opened)
        return message_id

    async def _follow_up(self, opened: Opened, part: Part) -> MessageId:
        """Discord knows no nonce here: a send whose answer is lost comes a second time rather than not at all."""
        fields = changed(part)
        files, view = fields.pop("attachments"), fields.pop("view")
        async with discord_request("answering in private"):
            message = await opened.interaction.followup.send(
                **fields,
                files=files,
                ephemeral=True,
                wait=True,
                **({"view": view} if view else {}),
            )
        return of_message(message.id)
