"""A thread of its own for each question in a channel, if the operator wants that."""

import logging
from typing import Literal, TypeAlias

import discord

from adapters.discord.client import own_id
from adapters.discord.errors import THREADS_REMEDY, discord_request
from adapters.discord.limits import DISCORD
from adapters.discord.permissions import own_permissions
from adapters.discord.places import place_of
from bot.errors import PlatformError
from bot.events import ConversationKey, MessageReceived

_log = logging.getLogger(__name__)

_ARCHIVED_AFTER_MIN: Literal[1440] = 1440
_NAME_LENGTH = 80
"""Discord takes 100, and shows less."""
_NO_WORDS = "…"
_MOST_TOLD = 1024

_Parent: TypeAlias = discord.TextChannel
"""Announcement channels are such, too. Nothing else can have threads that start from a message."""


class OwnThreads:
    """Opens the threads. Whatever fails, the question stays in its channel.

    A thread has the id of the message that it starts from, and the bot for its owner: nothing has to be kept of it.
    """

    def __init__(self, rest: discord.Client, *, opens: bool) -> None:
        """`opens`: the operator wants that. What was opened before stays where it is."""
        self._rest = rest
        self._opens = opens
        self._told: set[int] = set()

    async def place_for(self, message: discord.Message, event: MessageReceived, *, opens: bool) -> ConversationKey:
        """Where a message belongs: to the thread that was opened for it, if there is one or one is opened now.

        Args:
            message: As Discord gave it.
            event: The same for the core.
            opens: It is new: if it is a question, it may get a thread.
        """
        channel = message.channel
        if not isinstance(channel, _Parent):
            return event.key
        key = ConversationKey(platform=DISCORD, chat_id=str(channel.id), thread_id=str(message.id))
        if message.flags.has_thread:
            return key if await self._is_own(message) else event.key
        is_question = event.address is not None and event.command is None
        is_open = opens and self._opens and is_question and await self._open(channel, message, event.text)
        return key if is_open else event.key

    async def _is_own(self, message: discord.Message) -> bool:
        if message.thread is not None:
            return message.thread.owner_id == own_id(self._rest)
        try:
            async with discord_request(f"looking up thread {message.id}"):
                # An archived one is not told of.
                thread = await self._rest.fetch_channel(message.id)
        except PlatformError as error:
            _log.debug("%s It counts as somebody else's.", error)
            return False
        return place_of(thread).opened_by == own_id(self._rest)

    async def _open(self, channel: _Parent, message: discord.Message, text: str) -> bool:
        may = own_permissions(channel)
        if may is not None and not (may.create_public_threads and may.send_messages_in_threads):
            self._tell(channel.id)
            return False
        try:
            async with discord_request(f"opening a thread in channel {channel.id}"):
                await self._rest.http.start_thread_with_message(
                    channel.id, message.id, name=_name(text), auto_archive_duration=_ARCHIVED_AFTER_MIN
                )
        except PlatformError as error:
            # It may have been opened all the same, and then edits of the question are led there from now on.
            if await self._is_own(message):
                return True
            _log.warning("%s The question is answered in its channel.", error)
            return False
        return True

    def _tell(self, channel_id: int) -> None:
        if channel_id not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(channel_id)
            _log.warning("Discord: I may not open threads in channel %s. %s", channel_id, THREADS_REMEDY)


def _name(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _NAME_LENGTH:
        return line or _NO_WORDS
    beginning = line[: _NAME_LENGTH - 1]
    return f"{beginning.rpartition(' ')[0] or beginning}…"
