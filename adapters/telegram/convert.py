"""From Telegram's updates to the core's events: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType

from adapters.telegram.content.attachments import attachments_of
from adapters.telegram.content.described import described
from adapters.telegram.content.entities import Identity, Reading, read
from adapters.telegram.content.quoting import forwarded, replied_to
from adapters.telegram.content.text_pictures import led_to, led_to_by_quote
from adapters.telegram.elsewhere import guest_key, of_guest_query, of_inline_message
from adapters.telegram.moving import moved
from adapters.telegram.places import key_of, topic_of
from adapters.telegram.writing.keyboard import pressed
from bot.commands.known import UNKNOWN
from bot.events import (
    Action,
    Address,
    ButtonPressed,
    ConversationKey,
    Event,
    MessageEdited,
    MessageId,
    MessageReceived,
    Person,
    PersonId,
    Quoted,
)

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "guest_message",
    "inline_query",
    "chosen_inline_result",
    "stopped_message_generation",
)
"""The kinds of updates to ask Telegram for: those that `event_of` and the modules joining and inline read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A message of the bot's own of which Telegram does not say all of where it stands."""

    message_id: MessageId
    chat_id: str | None = None
    """None where the bot is not: there the id alone tells it from all others."""
    turn: int | None = None
    """As its button claims: see `bot.events.ButtonPressed.turn`."""


def event_of(update: Mapping[str, Any], me: Identity) -> Event | None:
    """Read one update as the Bot API sends it; None if there is nothing in it for the core.

    Service messages (somebody joined, a topic was made), and what bots write, are nothing; but that a group became a
    supergroup is told twice, in each of the two, so that it comes before whatever is said in the new one. A forwarded
    message is its sender's only in that they passed it on: its content stands in `quoted`, and mentions and commands
    in it are not the sender's. Telegram sends an edit also when nothing visible changed, e.g. when it found a link's
    preview.

    Never a `MessagesDeleted`: the Bot API does not tell bots that somebody deleted a message. Nor does it tell a guest
    that somebody edited one. Nor the press of a button where `unplaced_press` finds one.
    """
    if (stopped := _stopped_draft(update)) is not None:
        return stopped
    parsed = Update.de_json(dict(update), None)
    if (message := parsed.message or parsed.channel_post) is not None:
        return moved(message) or received(message, me)
    if (message := parsed.edited_message or parsed.edited_channel_post) is not None:
        edited = received(message, me)
        return None if edited is None else MessageEdited(message=edited)
    if (message := parsed.guest_message) is not None:
        return _to_guest(message, me)
    query = parsed.callback_query
    return None if query is None or unplaced_press(update) is not None else _pressed(query)


def chat_of(update: Mapping[str, Any]) -> int | None:
    """The chat that an update belongs to, as far as can be told without reading the rest of it."""
    for kind in ALLOWED_UPDATES:
        match update.get(kind):
            case {"chat": {"id": int(chat_id)}} | {"message": {"chat": {"id": int(chat_id)}}}:
                return chat_id
    return None


def unplaced_press(update: Mapping[str, Any]) -> Unplaced | None:
    """Under which message a button was pressed, if Telegram does not say where that stands; else None.

    So it is where the bot is not, and with a message too old to be shown: it comes without its topic, with the date 0
    (Bot API, InaccessibleMessage).
    """
    match update:
        case {"callback_query": {"inline_message_id": str(inline_message_id), **query}}:
            meant = pressed(query.get("data"))
            return Unplaced(message_id=of_inline_message(inline_message_id), turn=meant.turn if meant else None)
        case {"callback_query": {"message": {"date": 0, "message_id": int(number), "chat": {"id": int(chat_id)}}}}:
            return Unplaced(message_id=MessageId(str(number)), chat_id=str(chat_id))
        case _:
            return None


def press_in(update: Mapping[str, Any], key: ConversationKey, message_id: MessageId) -> ButtonPressed | None:
    """The press of a button under a message of the bot's own, known to stand there; None for a button of another's."""
    query = Update.de_json(dict(update), None).callback_query
    if query is None:
        return None
    is_private = query.message is not None and query.message.chat.type == ChatType.PRIVATE
    return _press(query, key, message_id, is_private=is_private)


def language_of_press(update: Mapping[str, Any]) -> str:
    """The language of who pressed a button: an IETF tag, or empty."""
    match update:
        case {"callback_query": {"from": {"language_code": str(language)}}}:
            return language
        case _:
            return ""


def pressed_query(update: Mapping[str, Any]) -> str | None:
    """The id of the callback query in an update: it wants to be answered, whatever the button means."""
    match update:
        case {"callback_query": {"id": str(query_id)}}:
            return query_id
        case _:
            return None


def _stopped_draft(update: Mapping[str, Any]) -> ButtonPressed | None:
    """Somebody stopped a draft (Bot API 10.3): drafts are in private chats only, so it was the person of the chat."""
    match update:
        case {"stopped_message_generation": {"chat": {"id": int(chat_id), **chat}, "draft_id": int(draft_id), **where}}:
            topic_id = where.get("message_thread_id")
            return ButtonPressed(
                key=key_of(chat_id, topic_id if isinstance(topic_id, int) else None),
                message_id=MessageId(str(draft_id)),
                action=Action.STOP,
                press_id=f"draft {draft_id}",
                sender=Person(id=PersonId(str(chat_id)), name=str(chat.get("first_name", ""))),
                is_private=True,
            )
        case _:
            return None


def _pressed(query: CallbackQuery) -> ButtonPressed | None:
    message = query.message
    if not isinstance(message, Message):
        return None
    message_id = MessageId(str(message.message_id))
    return _press(query, _key(message), message_id, is_private=message.chat.type == ChatType.PRIVATE)


def _press(
    query: CallbackQuery, key: ConversationKey, message_id: MessageId, *, is_private: bool
) -> ButtonPressed | None:
    meant = pressed(query.data)
    if meant is None:
        return None
    return ButtonPressed(
        key=key,
        message_id=message_id,
        action=meant.action,
        value=meant.value,
        turn=meant.turn,
        press_id=query.id,
        sender=person_of(query.from_user),
        is_private=is_private,
    )


def received(message: Message, me: Identity) -> MessageReceived | None:
    """One message as an event; None if it is none, or a command for another bot.

    What its text only leads to (links, custom emoji, profile pictures) is attached to messages for the bot alone.
    """
    sender = _sender(message)
    raw = message.text or message.caption or ""
    attachments = attachments_of(message)
    words = described(message)
    if sender is None or not (raw or attachments or words):
        return None
    reading = read(raw, message.entities or message.caption_entities, me)
    if reading.is_for_another and message.forward_origin is None:
        return None
    reply = replied_to(message, me)
    address = _address(message, reading, reply)
    if address is not None:
        attachments += led_to(message, reading, me)
        if reply is not None and not reply.is_own:
            reply = replace(reply, attachments=reply.attachments + led_to_by_quote(message))
    forward = forwarded(message, me, raw or words, attachments)
    return MessageReceived(
        key=_key(message),
        message_id=MessageId(str(message.message_id)),
        sender=sender,
        sent_at=message.date,
        is_private=message.chat.type == ChatType.PRIVATE,
        text="" if forward else "\n".join(filter(None, (reading.text, words))),
        raw_text=raw,
        entities=reading.entities,
        attachments=() if forward else attachments,
        quoted=tuple(quote for quote in (reply, forward) if quote is not None),
        album_id=message.media_group_id,
        address=address,
        command=None if forward else reading.command,
    )


def _to_guest(message: Message, me: Identity) -> MessageReceived | None:
    """A message to the bot in a chat that it is not in. It comes with what it replies to, and with nothing else."""
    event = received(message, me)
    if event is None or message.guest_query_id is None:
        return None
    return replace(
        event,
        key=guest_key(message.chat.id, topic_of(message), event.sender.id),
        message_id=of_guest_query(message.guest_query_id),
        is_private=False,
        address=Address.MENTION if event.address in (None, Address.PRIVATE) else event.address,
    )


def _key(message: Message) -> ConversationKey:
    return key_of(message.chat.id, topic_of(message))


def _sender(message: Message) -> Person | None:
    """The true sender. Who writes as a chat (a channel, an anonymous administrator) is that chat."""
    if message.sender_chat is not None:
        name = message.author_signature or message.sender_chat.title or message.sender_chat.username or ""
        return Person(id=PersonId(str(message.sender_chat.id)), name=name)
    user = message.from_user
    return None if user is None or user.is_bot else person_of(user)


def person_of(user: User) -> Person:
    """Somebody, as the core knows people."""
    return Person(id=PersonId(str(user.id)), name=user.full_name, language=user.language_code)


def _address(message: Message, reading: Reading, reply: Quoted | None) -> Address | None:
    is_forward = message.forward_origin is not None
    if message.is_automatic_forward:  # A channel's post in its discussion group: it was read in the channel.
        return None
    is_command = reading.command is not None and reading.command.name != UNKNOWN
    if is_command and not is_forward:
        return Address.COMMAND
    if message.chat.type == ChatType.PRIVATE:
        return Address.PRIVATE
    if reading.is_mentioned and not is_forward:
        return Address.MENTION
    return Address.REPLY if reply is not None and reply.is_own else None
