"""Conversations: who is who by key, and where their history begins."""

import sqlalchemy as sa

from bot.events import ConversationKey
from bot.records import TurnId
from storage.tables import conversations

IS_KEY = sa.and_(
    conversations.c.platform == sa.bindparam("of_platform"),
    conversations.c.chat_id == sa.bindparam("of_chat"),
    conversations.c.thread_id == sa.bindparam("of_thread"),
)
"""Picks the conversation that `key_values` name."""

ID_OF_KEY = sa.select(conversations.c.id).where(IS_KEY).scalar_subquery()

_KNOWN = sa.select(conversations.c.id).where(IS_KEY)
_RESET = (
    sa.update(conversations)
    .where(IS_KEY, conversations.c.reset_turn_id < sa.bindparam("up_to"))
    .values(reset_turn_id=sa.bindparam("up_to"))
)


def key_values(key: ConversationKey) -> dict[str, str]:
    """What `IS_KEY` compares with."""
    return {"of_platform": key.platform, "of_chat": key.chat_id, "of_thread": key.thread_id or ""}


def add_conversation(connection: sa.Connection, key: ConversationKey, *, is_private: bool) -> bool:
    """Make a conversation known. False if it was."""
    if connection.execute(_KNOWN, key_values(key)).first() is not None:
        return False
    values = {"platform": key.platform, "chat_id": key.chat_id, "thread_id": key.thread_id or ""}
    connection.execute(conversations.insert(), {**values, "is_private": is_private})
    return True


def reset(connection: sa.Connection, key: ConversationKey, *, up_to: TurnId) -> None:
    """Let the history begin after `up_to`. It never begins earlier again."""
    connection.execute(_RESET, {**key_values(key), "up_to": up_to})
