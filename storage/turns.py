"""The life of a turn: accepted, begun, finished."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, MessageReceived, PlatformName
from bot.records import Delivery, Outcome, Turn, TurnId, TurnState
from storage import deliveries as receipts
from storage.messages import IS_STORED, add_message
from storage.tables import conversations, turns

IS_KEY = sa.and_(
    conversations.c.platform == sa.bindparam("platform"),
    conversations.c.chat_id == sa.bindparam("chat_id"),
    conversations.c.thread_id == sa.bindparam("thread_id"),
)
"""Picks the conversation that `key_values` name."""


def _given(column: sa.Column[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(column.name, type_=column.type)
