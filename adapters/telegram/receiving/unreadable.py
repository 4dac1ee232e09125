"""An update that could not be read: what the operator keeps of it, and whether somebody waits for an answer."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from telegram.constants import ChatType

from adapters.telegram.content.entities import Identity
from adapters.telegram.elsewhere import guest_key, of_guest_query
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.places import key_of
from bot.events import ConversationKey, MessageId, PersonId, Unreadable


def unreadable(update: Mapping[str, Any], error: Exception, me: Identity) -> Unreadable:
    """Describe an update that made `error`.

    Somebody waits if it is a new message, not a bot's, in a private chat, to a guest, or one that names or replies to
    the bot.
    An edited message was answered before: nobody waits.
    """
    message: Any = update.get("message") or update.get("channel_post")
    waiting = _waiting_for_guest(update.get("guest_message")) or _waiting(message, me)
    key, message_id = (None, None) if waiting is None else waiting
    return Unreadable(
        platform=TELEGRAM,
        id=str(update.get("update_id")),
        raw=orjson.dumps(update).decode(),
        error=_kind_and_place(error),
        apologise_to=key,
        reply_to=message_id,
        is_private=message is not None and waiting is not None and message["chat"].get("type") == ChatType.PRIVATE,
        language=_language(message or update.get("guest_message")),
    )


def _language(message: Any) -> str:
    match message:
        case {"from": {"language_code": str(language)}}:
            return language
        case _:
            return ""


def _kind_and_place(error: Exception) -> str:
    """Never the error's own text: it may hold what people wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} in {trace.tb_frame.f_globals.get('__name__')}, line {trace.tb_lineno}"


def _waiting_for_guest(message: Any) -> tuple[ConversationKey, MessageId] | None:
    match message:
        case {
            "guest_query_id": str(query_id),
            "chat": {"id": int(chat_id)},
            "from": {"id": int(person_id), "is_bot": False},
        }:
            return guest_key(chat_id, None, PersonId(str(person_id))), of_guest_query(query_id)
        case _:
            return None


def _waiting(message: Any, me: Identity) -> tuple[ConversationKey, MessageId] | None:
    match message:
        case {"message_id": int(message_id), "chat": {"id": int(chat_id)}} if _is_for(message, me):
            topic_id = message.get("message_thread_id") if message.get("is_topic_message") is True else None
            return key_of(chat_id, topic_id if isinstance(topic_id, int) else None), MessageId(str(message_id))
        case _:
            return None


def _is_for(message: Mapping[str, Any], me: Identity) -> bool:
    match message:
        case {"from": {"is_bot": True}}:
            return False
        case {"chat": {"type": "private"}}:
            return True
        case {"reply_to_message": {"from": {"id": me.id}}}:
            return True
        case {"text": str(words)} | {"caption": str(words)}:
            return re.search(rf"@{re.escape(me.username)}\b", words, re.IGNORECASE) is not None
        case _:
            return False
