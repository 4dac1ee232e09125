"""Answers where the bot is not: each is the one message that Telegram lets stand there."""

from collections.abc import Collection

from adapters.telegram.elsewhere import guest_query_of, inline_message_of, of_inline_message
from adapters.telegram.errors import is_unchanged, telegram_errors
from adapters.telegram.raw import RawBot
from adapters.telegram.writing.posting import article, editing_inline
from bot.errors import PlatformRefused
from bot.events import ConversationKey, MessageId
from bot.ports.parts import Part

_TITLE = "Answer"
"""Every result must have one. Nobody sees it where nobody chooses."""


class InlineMessages:
    """Raises `PlatformError` only."""

    def __init__(self, bot: RawBot) -> None:
        self._bot = bot

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None) -> MessageId:
        """Put the answer there. Telegram takes one to each guest query, so a repeat is refused, never shown twice.

        A question asked inline brought the message along: that one is edited.

        Raises:
            PlatformRefused: also when the query was answered, but Telegram's word of it was lost. That message can't
                be found again.
        """
        if reply_to is None:
            raise PlatformRefused(f"Telegram: in chat {key.chat_id}, where the bot is not, it can only answer.")
        query_id = guest_query_of(reply_to)
        if query_id is None:
            message_id = of_inline_message(inline_message_of(reply_to))
            await self.edit(key, message_id, part)
            return message_id
        with telegram_errors(f"answering as a guest in chat {key.chat_id}"):
            return of_inline_message(await self._bot.raw_answer_guest(query_id, article(part, title=_TITLE)))

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """Replace an answer. That it reads so already is no error."""
        try:
            with telegram_errors(f"editing in chat {key.chat_id}, as a guest"):
                await self._bot.raw_edit(*editing_inline(inline_message_of(message_id), part))
        except PlatformRefused as error:
            if not is_unchanged(error):
                raise

    async def delete(self, key: ConversationKey, message_id: MessageId, *, instead: str) -> None:
        """Take the words of an answer back: Telegram lets no bot delete a message where it is not."""
        await self.edit(key, message_id, Part(instead))

    def newest(self, key: ConversationKey) -> None:
        """Not needed: nothing is looked for there."""

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> None:
        """Nothing: to send it once more does no harm."""
