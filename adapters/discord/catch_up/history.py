"""Reading back what was said, as payloads: one that can't be read must not hide the others of its page."""

from collections.abc import Callable, Collection
from typing import Any

import discord

from adapters.discord.client import Payload, own_id
from adapters.discord.errors import UNKNOWN_MESSAGE, discord_request
from adapters.discord.places import channel_of, number_of, of_interaction, of_message, owner_of
from bot.errors import PlatformRefused
from bot.events import ConversationKey, MessageId

PAGE = 100
"""Discord docs, Get Channel Messages: `limit`."""
_PAGES_SEARCHED = 3
_LOADING = 1 << 7  # Discord docs, Message Flags.
_SAID = frozenset(
    kind.value
    for kind in (
        discord.MessageType.default,
        discord.MessageType.reply,
        discord.MessageType.chat_input_command,
        discord.MessageType.context_menu_command,
    )
)
"""What the bot says itself."""
_STARTER = discord.MessageType.thread_starter_message.value
"""Written by Discord in the name of who opened a thread, and refers to the message that it starts from."""


class History:
    """Messages by REST."""

    def __init__(self, rest: discord.Client) -> None:
        self._rest = rest

    async def newest(self, channel_id: int, *, limit: int, before: int | None = None) -> list[Payload]:
        """At most `limit` (up to 100) messages before `before`, the newest first.

        Without the permission Read Message History there are none.
        """
        async with discord_request(f"reading back in channel {channel_id}"):
            page: list[Any] = list(await self._rest.http.logs_from(channel_id, limit, before=before))
        return sorted(page, key=_number, reverse=True)

    async def payload(self, channel_id: int, message_id: int) -> Payload:
        """One message."""
        async with discord_request(f"reading message {message_id}"):
            payload: Any = await self._rest.http.get_message(channel_id, message_id)
        return dict(payload)

    async def is_gone(self, channel_id: int, message_id: int) -> bool:
        """Whether Discord says that there is no such message (any more)."""
        async with discord_request(f"looking for message {message_id}"):
            try:
                await self._rest.http.get_message(channel_id, message_id)
            except discord.NotFound as error:
                return error.code == UNKNOWN_MESSAGE
        return False

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        """See `bot.ports.chat.Chat.find`. Looks at the 300 messages that follow `after`; not for private answers."""
        if owner_of(key):
            return None
        channel_id, place = channel_of(key), number_of(after)
        wanted = {reply_to}
        is_it = self._matcher(wanted, known)
        for _ in range(_PAGES_SEARCHED):
            try:
                page = await self._following(channel_id, place)
            except PlatformRefused:
                return None
            for payload in page:
                if payload["type"] == _STARTER and _answered(payload) == reply_to:
                    # It stands in the channel above this thread: Discord leaves out that something replies to it.
                    wanted.add(None)
                if is_it(payload):
                    return of_message(_number(payload))
            if len(page) < PAGE:
                return None
            place = _number(page[-1])
        return None

    async def _following(self, channel_id: int, after: int) -> list[Payload]:
        async with discord_request(f"looking for an answer in channel {channel_id}"):
            page: list[Any] = list(await self._rest.http.logs_from(channel_id, PAGE, after=after))
        return sorted(page, key=_number)

    def _matcher(
        self, reply_to: Collection[MessageId | None], known: Collection[MessageId]
    ) -> Callable[[Payload], bool]:
        bot_id = own_id(self._rest)

        def is_it(payload: Payload) -> bool:
            return (
                int(payload["author"]["id"]) == bot_id
                and payload["type"] in _SAID
                and not payload.get("flags", 0) & _LOADING
                and _answered(payload) in reply_to
                and of_message(_number(payload)) not in known
            )

        return is_it


def _number(payload: Payload) -> int:
    return int(payload["id"])


def _answered(payload: Payload) -> MessageId | None:
    """What one of the bot's own messages replies to, in the core's terms."""
    if used := payload.get("interaction_metadata"):
        return of_interaction(int(used["id"]))
    reference = payload.get("message_reference") or {}
    return of_message(int(reference["message_id"])) if "message_id" in reference else None
