"""What a message replies to, and what it forwards."""

from telegram import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from adapters.telegram.content.attachments import attachments_of
from adapters.telegram.content.described import described
from adapters.telegram.content.entities import Identity
from bot.events import AttachmentRef, MessageId, PersonId, Quoted

_UNSEEN = "[A text of another chat, of which bots see only what is quoted]"


def answered_by(message: Message) -> Message | None:
    """The message of the same chat that one replies to."""
    answered = message.reply_to_message
    # Every message in a topic "replies" to the topic's beginning.
    return None if answered is None or answered.forum_topic_created is not None else answered


def replied_to(message: Message, me: Identity) -> Quoted | None:
    """What a message replies to; of a text that the sender quoted by hand, that stretch."""
    chosen = message.quote.text if message.quote is not None and message.quote.is_manual else None
    answered = answered_by(message)
    if answered is not None:
        author_id, author = _author(answered)
        text = answered.text or answered.caption or described(answered)
        return Quoted(
            message_id=MessageId(str(answered.message_id)),
            author=author,
            author_id=None if author_id is None else PersonId(str(author_id)),
            is_own=author_id == me.id,
            text=text if chosen is None else chosen,
            attachments=attachments_of(answered),
        )
    elsewhere = message.external_reply
    if elsewhere is None:
        return None
    author_id, author = _origin(elsewhere.origin)
    attachments = attachments_of(elsewhere)
    words = message.quote.text if message.quote is not None else described(elsewhere)
    return Quoted(
        message_id=None,  # It counts in another chat.
        author=author,
        is_own=author_id == me.id,
        text=words or ("" if attachments else _UNSEEN),
        attachments=attachments,
    )


def forwarded(message: Message, me: Identity, text: str, attachments: tuple[AttachmentRef, ...]) -> Quoted | None:
    """What a message is made of, as another's words; None if it is no forward."""
    if message.forward_origin is None:
        return None
    author_id, author = _origin(message.forward_origin)
    return Quoted(message_id=None, author=author, is_own=author_id == me.id, text=text, attachments=attachments)


def _author(message: Message) -> tuple[int | None, str | None]:
    if message.sender_chat is not None:
        return message.sender_chat.id, message.author_signature or message.sender_chat.title
    user = message.from_user
    return (None, None) if user is None else (user.id, user.full_name)


def _origin(origin: object) -> tuple[int | None, str | None]:
    match origin:
        case MessageOriginUser():
            return origin.sender_user.id, origin.sender_user.full_name
        case MessageOriginHiddenUser():
            return None, origin.sender_user_name
        case MessageOriginChat():
            return origin.sender_chat.id, origin.author_signature or origin.sender_chat.title
        case MessageOriginChannel():
            return origin.chat.id, origin.chat.title
        case _:
            return None, None
