"""What people read where the bot may not write: once a word in private."""

import logging

from adapters.telegram.errors import RIGHTS_REMEDY, telegram_errors
from adapters.telegram.places import key_of
from adapters.telegram.raw import RawBot
from adapters.telegram.writing.posting import sending
from adapters.unanswered import Unanswered
from bot import texts
from bot.errors import PlatformError, PlatformRefused
from bot.events import ConversationKey, MessageId, MessageReceived, Person
from bot.ports.clock import Clock
from bot.ports.parts import Part

_log = logging.getLogger(__name__)


class Unspoken:
    """Tells people that they can't be answered in a group. Never raises.

    It reaches only who has written to the bot before: Telegram lets no bot begin a private chat.
    """

    def __init__(self, bot: RawBot, clock: Clock) -> None:
        self._bot = bot
        self._unanswered = Unanswered(clock)

    def note(self, message: MessageReceived) -> None:
        """Remember who waits for the answer to a message."""
        if message.address is not None and not message.is_private:
            self._unanswered.note((message.key.chat_id, message.message_id), message.sender)

    async def tell(self, key: ConversationKey, message_id: MessageId, refused: PlatformRefused) -> None:
        """Say it if a send was refused because the bot may not write there; a person reads it once a day for a chat."""
        if refused.remedy != RIGHTS_REMEDY:
            return
        sender = self._unanswered.to_tell((key.chat_id, message_id), key.chat_id)
        # Who writes as a chat has no private one.
        if sender is not None and not sender.id.startswith("-"):
            await self._write_privately(sender, key)

    async def _write_privately(self, person: Person, key: ConversationKey) -> None:
        try:
            with telegram_errors(f"writing privately to {person.id}"):
                where = await self._bot.raw_chat_title(int(key.chat_id))
                told = texts.may_not_write(where).in_language(person.language or "")
                await self._bot.raw_send(*sending(key_of(int(person.id)), Part(told), reply_to=None))
        except PlatformError as error:
            _log.info("%s Nobody could be told that I may not write in chat %s.", error, key.chat_id)
