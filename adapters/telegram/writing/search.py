"""Finding a message of the bot's own whose id was never learned."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from telegram.constants import ChatType
from telegram.error import BadRequest

from adapters.newest import Newest
from adapters.telegram.errors import is_unchanged
from adapters.telegram.writing.keyboard import PROBES
from bot.errors import PlatformCantTell, PlatformError, PlatformRefused
from bot.events import ConversationKey, MessageId
from bot.ports.clock import Clock

REACH = 40
"""How many ids are looked at beyond the newest that is known."""
MOST = 400
"""How many ids are looked at in all."""
_PACE_S = 0.05
"""Between two looks, of all searches together: 20 requests a second of the 30 that a bot has in all (Bots FAQ)."""
_CHANNEL_LIKE = "-100"
"""How the ids of channels and supergroups begin."""
_KEPT = 1000
"""Of each kind of note, the newest. Without them a search costs more requests, or finds less."""

EditMarkup: TypeAlias = Callable[[ConversationKey, int, str | None], Awaitable[Mapping[str, Any]]]
"""EditMessageReplyMarkup: chat, message, markup as JSON (None: no buttons). Gives the message.
Raises `PlatformError`."""
_Paused: TypeAlias = tuple[ConversationKey, int, MessageId | None]
"""Where, from which id on, and what it replies to: answers that grow side by side may be looked for from one id on."""

ChatTypeOf: TypeAlias = Callable[[ConversationKey], Awaitable[str]]
"""GetChat's type. Raises `PlatformError`."""


class Search:
    """Looks at the ids after a known one, by giving each a button: only the bot's own messages take it.

    The Bot API can't read a chat, but it tells these apart: the bot's own message comes back whole with its new
    button, somebody else's "can't be edited", and one that is not there "is not found". The button is taken off again,
    and what stood there before is put back where this process has put it there (`note_own`).

    Ids are counted in each supergroup for itself, but in private chats and basic groups for the whole account: there
    the messages of all the bot's private chats and basic groups count. So what is known of other messages bounds the
    search: the id that is looked for is greater than all that were known before the send (`newest`), and not much
    greater than all that are known now.

    In a channel nothing is looked for: an administrator may put buttons on everybody's posts.
    """

    def __init__(self, *, edit_markup: EditMarkup, chat_type: ChatTypeOf, clock: Clock) -> None:
        self._edit_markup = edit_markup
        self._chat_type = chat_type
        self._clock = clock
        self._paused: Newest[_Paused, int] = Newest(_KEPT)
        self._newest: Newest[str, int] = Newest(_KEPT)
        self._received: Newest[tuple[str, int], None] = Newest(_KEPT)
        self._buttons: Newest[tuple[ConversationKey, int], str] = Newest(_KEPT)
        self._looking = asyncio.Lock()
        self._next_look_s = 0.0

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        """See `bot.ports.chat.Chat.find`. After an error the next call goes on where this one was.

        One search after the other: so each ends as early as it can, in a process that may not live long.

        Raises:
            PlatformCantTell: a channel; or it could be further away than `MOST` ids.
            PlatformError: throttled or unreachable in the middle, or the bot may not act in this chat.
        """
        if key.chat_id.startswith(_CHANNEL_LIKE) and await self._chat_type(key) == ChatType.CHANNEL:
            raise PlatformCantTell(f"in the channel {key.chat_id} nothing can be looked for")
        first = int(after) + 1
        async with self._looking:
            number = self._paused.pop((key, first, reply_to), first)
            while number < first + MOST and number <= max(int(after), self._known_until(key)) + REACH:
                if await self._is_it(key, first, number, reply_to, known):
                    return MessageId(str(number))
                number += 1
        if self._known_until(key) >= first + MOST:
            raise PlatformCantTell(f"more than {MOST} messages came after {after} where chat {key.chat_id} is counted")
        return None

    def newest(self, key: ConversationKey) -> MessageId | None:
        """The newest message that is known where this chat's are counted."""
        known_until = self._known_until(key)
        return MessageId(str(known_until)) if known_until else None

    def note(self, key: ConversationKey, message_id: MessageId) -> None:
        """Take note of a message there."""
        self._newest[_counter(key)] = max(int(message_id), self._known_until(key))

    def note_own(self, key: ConversationKey, message_id: MessageId, markup: str | None) -> None:
        """Take note of a message of the bot's own as it stands there now, with its buttons as JSON."""
        self.note(key, message_id)
        self._buttons.pop((key, int(message_id)), None)
        if markup is not None:
            self._buttons[key, int(message_id)] = markup

    def note_received(self, key: ConversationKey, message_id: MessageId) -> None:
        """Take note of a message of somebody's: it needs no look."""
        self.note(key, message_id)
        self._received[_counter(key), int(message_id)] = None

    def _known_until(self, key: ConversationKey) -> int:
        return self._newest.get(_counter(key), 0)

    async def _is_it(
        self,
        key: ConversationKey,
        first: int,
        number: int,
        reply_to: MessageId | None,
        known: Collection[MessageId],
    ) -> bool:
        if str(number) in known or (_counter(key), number) in self._received:
            return False
        await self._wait_for_a_look()
        try:
            message = await self._own(key, number)
        except PlatformError:
            self._paused[key, first, reply_to] = number
            raise
        return message is not None and _fits(message, key, reply_to)

    async def _wait_for_a_look(self) -> None:
        now_s = self._clock.monotonic_s()
        look_s = max(now_s, self._next_look_s)
        self._next_look_s = look_s + _PACE_S
        if look_s > now_s:
            await self._clock.sleep(look_s - now_s)

    async def _own(self, key: ConversationKey, number: int) -> Mapping[str, Any] | None:
        """The message if it is the bot's own. Afterwards it has those buttons that are known of it."""
        for markup in PROBES:
            try:
                message = await self._edit_markup(key, number, markup)
            except PlatformRefused as refused:
                if is_unchanged(refused):
                    continue
                if isinstance(refused.__cause__, BadRequest):
                    return None
                raise
            await self._put_back(key, number, message)
            return message
        return None

    async def _put_back(self, key: ConversationKey, number: int, message: Mapping[str, Any]) -> None:
        # One of another topic is noted under that topic's key.
        place = replace(key, thread_id=_id(_thread_of(message)))
        try:
            await self._edit_markup(key, number, self._buttons.get((place, number)))
        except PlatformRefused as refused:
            # Somebody was faster: changed or deleted.
            if not isinstance(refused.__cause__, BadRequest):
                raise


def _counter(key: ConversationKey) -> str:
    """What the ids of a chat are counted in."""
    return key.chat_id if key.chat_id.startswith(_CHANNEL_LIKE) else ""


def _fits(message: Mapping[str, Any], key: ConversationKey, reply_to: MessageId | None) -> bool:
    thread_id = _thread_of(message)
    replied_id = (message.get("reply_to_message") or {}).get("message_id")
    if replied_id == thread_id:  # Every message in a topic "replies" to the topic's beginning.
        replied_id = None
    return _id(thread_id) == key.thread_id and _id(replied_id) == reply_to


def _thread_of(message: Mapping[str, Any]) -> int | None:
    return message.get("message_thread_id") if message.get("is_topic_message") else None


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)
