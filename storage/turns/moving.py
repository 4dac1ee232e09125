"""A chat that lives on under another id, as when a Telegram group becomes a supergroup.

Messages are numbered anew there: what is known by an old id must never be taken for what has that number now.
"""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, MessageReceived
from bot.records.turns import Turn, TurnState
from storage.conversation.conversations import IS_KEY, as_key, key_columns, key_values
from storage.conversation.messages import INNER, IS_OF_PLATFORM
from storage.conversation.passing import IS_KEY as IS_PASSING
from storage.tables import conversations, deliveries, messages, passing, turns, windows
from storage.turns.rows import SELECT_TURN, as_turn

_CONVERSATION = sa.select(conversations).where(IS_KEY, conversations.c.moved_to.is_(None))
_BY_ID = sa.select(conversations).where(conversations.c.id == sa.bindparam("moved_id"))
_PREFIX = sa.bindparam("prefix", type_=sa.Text)
_IS_MOVED = turns.c.conversation_id == sa.bindparam("moved_id")
_IS_UNDER_WAY = sa.and_(_IS_MOVED, turns.c.finished_at.is_(None))
_RENAME_MESSAGES = (
    sa.update(messages)
    .where(messages.c.conversation_id == sa.bindparam("moved_id"), IS_OF_PLATFORM)
    .values(platform_message_id=_PREFIX + messages.c.platform_message_id)
)
_RENAME_ANSWERS = (
    sa.update(deliveries)
    .where(
        # By the index of messages: there is none of a conversation's turns.
        deliveries.c.turn_id.in_(
            sa.select(messages.c.turn_id).where(messages.c.conversation_id == sa.bindparam("moved_id"))
        )
    )
    .values(platform_message_id=_PREFIX + deliveries.c.platform_message_id)
)
# What stands in the old chat can no longer be changed: an answer under way begins anew in the new one.
_DROP_RECEIPTS = sa.delete(deliveries).where(deliveries.c.turn_id.in_(sa.select(turns.c.id).where(_IS_UNDER_WAY)))
_BEGIN_ANEW = (
    sa.update(turns)
    .where(_IS_UNDER_WAY)
    .values(
        state=sa.case(
            (turns.c.state == TurnState.ANSWERING.value, TurnState.ACCEPTED.value),
            else_=turns.c.state,
        ),
        attempts=0,
        reply_to="",
        lease_owner=None,
        lease_until=None,
    )
)
_UNDER_WAY = SELECT_TURN.where(_IS_UNDER_WAY).order_by(turns.c.id)
_TO_ADOPT = [
    sa.update(table)
    .where(table.c.conversation_id == sa.bindparam("other_id"))
    .values(conversation_id=sa.bindparam("moved_id"))
    for table in (turns, messages)
]
_DROP = sa.delete(conversations).where(conversations.c.id == sa.bindparam("other_id"))
_DROP_WINDOWS = sa.delete(windows).where(windows.c.conversation_id == sa.bindparam("other_id"))
_RENAME = sa.update(conversations).where(conversations.c.id == sa.bindparam("moved_id"))
_LEAVE_WORD = conversations.insert()
_FORGET_PASSING = sa.delete(passing).where(IS_PASSING)


def move(connection: sa.Connection, old: ConversationKey, new: ConversationKey) -> Sequence[Turn]:
    """See `bot.ports.taking_in.TakingIn.move`."""
    moved = connection.execute(_CONVERSATION, key_values(old)).one_or_none()
    if moved is None or old == new:
        return []
    which = {"moved_id": moved.id, "prefix": _prefix(old)}
    connection.execute(_DROP_RECEIPTS, which)
    connection.execute(_RENAME_MESSAGES, which)
    connection.execute(_RENAME_ANSWERS, which)
    connection.execute(_BEGIN_ANEW, which)
    connection.execute(_FORGET_PASSING, key_values(old))
    settings = moved.settings
    other = connection.execute(_CONVERSATION, key_values(new)).one_or_none()
    if other is not None:
        # Somebody wrote in the new chat before the platform told of it.
        settings = settings or other.settings
        both = {"moved_id": moved.id, "other_id": other.id}
        for adopt in _TO_ADOPT:
            connection.execute(adopt, both)
        connection.execute(_DROP_WINDOWS, both)
        connection.execute(_DROP, both)
    there = {**key_columns(new), "settings": settings, "wait_until": None}
    connection.execute(_RENAME, {"moved_id": moved.id, **there})
    connection.execute(_LEAVE_WORD, {**key_columns(old), "is_private": moved.is_private, "moved_to": moved.id})
    return [as_turn(row) for row in connection.execute(_UNDER_WAY, {"moved_id": moved.id}) if row.reply_to == ""]


def as_moved(connection: sa.Connection, message: MessageReceived, conversation_id: int) -> MessageReceived:
    """A message of a chat that moved, as one of the chat where it lives on. Nothing there can reply to it."""
    key = as_key(connection.execute(_BY_ID, {"moved_id": conversation_id}).one())
    return replace(message, key=key, message_id=MessageId(_prefix(message.key) + message.message_id))


def _prefix(old: ConversationKey) -> str:
    return f"{INNER}{old.chat_id}/{old.thread_id or ''}/"
