"""Where the bot is asked without being there: as a guest, or inline. Keys and ids. Pure.

Telegram shows such an answer as an "inline message", which has an id of its own kind and no chat.
"""

from adapters.telegram.limits import TELEGRAM
from bot.events import ConversationKey, MessageId, PersonId

_GUEST, _TOPIC = "u", "t"
_INLINE = "i"
_QUERY, _CHOSEN, _OWN = "q", "c", "i"


def guest_key(chat_id: int, topic_id: int | None, person: PersonId) -> ConversationKey:
    """What one person asks in a chat that the bot is not in.

    The number alone does not name the chat: it may be that of another one that the bot knows (Bot API, Message,
    `guest_query_id`), and in private chats messages are counted for each person. So each has a conversation.
    """
    topic = "" if topic_id is None else f"{_TOPIC}{topic_id}"
    return ConversationKey(platform=TELEGRAM, chat_id=str(chat_id), thread_id=f"{_GUEST}{person}{topic}")


def inline_key(person: PersonId, inline_message_id: str) -> ConversationKey:
    """What one person asks inline. Telegram does not say in which chat, so each question stands for itself."""
    return ConversationKey(platform=TELEGRAM, chat_id=person, thread_id=f"{_INLINE}{inline_message_id}")


def is_elsewhere(key: ConversationKey) -> bool:
    """Whether the bot is not in that chat."""
    return key.thread_id is not None and not key.thread_id.isdecimal()


def asker_of(key: ConversationKey) -> PersonId:
    """Whose conversation elsewhere it is."""
    thread_id = key.thread_id or ""
    if thread_id.startswith(_INLINE):
        return PersonId(key.chat_id)
    return PersonId(thread_id.removeprefix(_GUEST).partition(_TOPIC)[0])


def of_guest_query(query_id: str) -> MessageId:
    """The core's id of a message to a guest: by it the message can be answered."""
    return MessageId(f"{_QUERY}{query_id}")


def of_chosen(inline_message_id: str) -> MessageId:
    """The core's id of a question that somebody asked inline: the message for its answer stands there already."""
    return MessageId(f"{_CHOSEN}{inline_message_id}")


def is_chosen(message_id: MessageId) -> bool:
    """Whether a message is such a question: its answer takes its place."""
    return message_id.startswith(_CHOSEN)


def of_inline_message(inline_message_id: str) -> MessageId:
    """The core's id of an inline message of the bot's own."""
    return MessageId(f"{_OWN}{inline_message_id}")


def guest_query_of(message_id: MessageId) -> str | None:
    """What `of_guest_query` was given; None if it was another."""
    return message_id.removeprefix(_QUERY) if message_id.startswith(_QUERY) else None


def inline_message_of(message_id: MessageId) -> str:
    """What `of_chosen` or `of_inline_message` was given."""
    return message_id[1:]
