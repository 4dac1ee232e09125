"""Where something is said on Telegram, in the core's terms. Pure."""

from telegram import Message

from adapters.telegram.limits import TELEGRAM
from bot.events import ConversationKey


def key_of(chat_id: int, topic_id: int | None = None) -> ConversationKey:
    """The conversation of a chat, or of one of its topics."""
    return ConversationKey(
        platform=TELEGRAM, chat_id=str(chat_id), thread_id=None if topic_id is None else str(topic_id)
    )


def topic_of(message: Message) -> int | None:
    """The topic that a message stands in."""
    # Replies in groups without topics carry a message_thread_id too: the id of a reply chain, not of a place.
    return message.message_thread_id if message.is_topic_message else None
