"""Conversations: who is who by key, where their history begins, and how long they must be left in peace."""

from datetime import datetime

import sqlalchemy as sa

from bot.events import ConversationKey
from bot.records import TurnId
from storage.columns import Id, Moment
from storage.tables import conversations

IS_KEY = sa.and_(
    conversations.c.platform == sa.bindparam("of_platform"),
    conversations.c.chat_id == sa.bindparam("of_chat"),
    conversations.c.thread_id == sa.bindparam("of_thread"),
)
"""Picks the conversation that `key_values` name."""

ID_OF_KEY = sa.select(conversations.c.id).where(IS_KEY).scalar_subquery()

_ADD = conversations.insert().returning(conversations.c.id)
_RESET = (
    sa.update(conversations)
    .where(IS_KEY, conversations.c.reset_turn_id < sa.bindparam("up_to", type_=Id))
    .values(reset_turn_id=sa.bindparam("up_to", type_=Id))
)
_HOLD = sa.update(conversations).where(IS_KEY).values(wait_until=sa.bindparam("until", type_=Moment))


def key_values(key: ConversationKey) -> dict[str, str]:
    """What `IS_KEY` compares with."""
    return {"of_platform": key.platform, "of_chat": key.chat_id, "of_thread": key.thread_id or ""}


def add_conversation(connection: sa.Connection, key: ConversationKey, *, is_private: bool) -> int:
    """Make a new conversation known, and return its id."""
    values = {"platform": key.platform, "chat_id": key.chat_id, "thread_id": key.thread_id or ""}
    return int(connection.execute(_ADD, {**values, "is_private": is_private}).scalar_one())


def reset(connection: sa.Connection, key: ConversationKey, *, up_to: TurnId) -> None:
    """Let the history begin after `up_to`. It never begins earlier again."""
    connection.execute(_RESET, {**key_values(key), "up_to": up_to})


def hold(connection: sa.Connection, key: ConversationKey, until: datetime) -> None:
    """Note how long the platform wants nothing new there. What it said last counts."""
    connection.execute(_HOLD, {**key_values(key), "until": until})
