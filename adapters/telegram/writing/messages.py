"""Messages in the chats that the bot is in."""

from collections.abc import Collection, Mapping
from typing import Any

from adapters.telegram.errors import is_already_gone, is_unchanged, telegram_errors
from adapters.telegram.moving import tell_if_moved
from adapters.telegram.raw import RawBot
from adapters.telegram.writing.keyboard import keyboard
from adapters.telegram.writing.posting import drafting, editing, sending
from adapters.telegram.writing.search import Search
from adapters.telegram.writing.unspoken import Unspoken
from bot.errors import PlatformRefused
from bot.events import ConversationKey, MessageId, MessageReceived
from bot.ports.clock import Clock
from bot.ports.intake import Intake
from bot.ports.parts import Part


class Messages:
    """Raises `PlatformError` only."""

    def __init__(self, bot: RawBot, clock: Clock) -> None:
        self._bot = bot
        self._search = Search(edit_markup=self._edit_markup, chat_type=self._chat_type, clock=clock)
        self._unspoken = Unspoken(bot, clock)
        self._intake: Intake | None = None

    def listen(self, intake: Intake) -> None:
        """From now on the core is told when a group has moved."""
        self._intake = intake

    def note_newest(self, key: ConversationKey, message_id: MessageId) -> None:
        """Take note of the newest message that an earlier run knew of."""
        self._search.note_received(key, message_id)

    def note(self, message: MessageReceived) -> None:
        """Take note of a message of somebody's."""
        self._search.note_received(message.key, message.message_id)
        self._unspoken.note(message)

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None) -> MessageId:
        """Send one new message. Telegram knows no nonce: a repeat is shown twice.

        Raises:
            PlatformUncertain: it may stand in the chat; nothing can tell.
            PlatformError: refused, throttled, or nothing was sent. Refused since the group has another id now: the
                core was told so before. Refused since the bot may not write there: who asked was told, if possible.
        """
        try:
            with telegram_errors(f"posting in chat {key.chat_id}"):
                message_id = MessageId(str(await self._bot.raw_send(*sending(key, part, reply_to=reply_to))))
        except PlatformRefused as error:
            await tell_if_moved(self._intake, key, error)
            if reply_to is not None:
                await self._unspoken.tell(key, reply_to, error)
            raise
        self._search.note_own(key, message_id, keyboard(part.buttons))
        return message_id

    async def draft(self, key: ConversationKey, draft: MessageId, part: Part) -> None:
        """Show a text that is no message yet."""
        with telegram_errors(f"drafting in chat {key.chat_id}"):
            await self._bot.raw_edit(*drafting(key, part, draft=draft))

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """Replace a message of the bot's own. That it reads so already is no error."""
        try:
            with telegram_errors(f"editing in chat {key.chat_id}"):
                await self._bot.raw_edit(*editing(key, part, message_id=message_id))
        except PlatformRefused as error:
            if not is_unchanged(error):
                raise
        self._search.note_own(key, message_id, keyboard(part.buttons))

    async def delete(self, key: ConversationKey, message_id: MessageId, *, instead: str) -> None:
        """Take back a message of the bot's own. That it is gone already is no error."""
        del instead
        try:
            with telegram_errors(f"deleting in chat {key.chat_id}"):
                await self._bot.delete_message(chat_id=int(key.chat_id), message_id=int(message_id))
        except PlatformRefused as error:
            if not is_already_gone(error):
                raise

    def newest(self, key: ConversationKey) -> MessageId | None:
        """The newest message that is known where this chat's messages are counted."""
        return self._search.newest(key)

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        """See `Search`: up to 400 ids are tried."""
        return await self._search.find(key, after=after, reply_to=reply_to, known=known)

    async def _edit_markup(self, key: ConversationKey, number: int, markup: str | None) -> Mapping[str, Any]:
        with telegram_errors(f"looking for a message in chat {key.chat_id}"):
            return await self._bot.raw_edit_markup(int(key.chat_id), number, markup)

    async def _chat_type(self, key: ConversationKey) -> str:
        with telegram_errors(f"looking at chat {key.chat_id}"):
            return await self._bot.raw_chat_type(int(key.chat_id))
