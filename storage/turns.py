"""The life of a turn: accepted, begun, finished."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, MessageReceived, PlatformName
from bot.records import Delivery, Outcome, Turn, TurnId, TurnState
from storage.conversations import ID_OF_KEY, IS_KEY, add_conversation, key_values
from storage.deliveries import record_delivery
from storage.messages import add_message, without_known_replies
from storage.tables import conversations, messages, turns
from storage.transactions import AnyRow

_IS_UNFINISHED = turns.c.finished_at.is_(None)
_IS_TURN = turns.c.id == sa.bindparam("turn_id")

_TURN = sa.select(
    turns.c.id,
    turns.c.state,
    turns.c.attempts,
    turns.c.command,
    turns.c.reply_to,
    turns.c.accepted_at,
    turns.c.ready_at,
    conversations.c.platform,
    conversations.c.chat_id,
    conversations.c.thread_id,
    conversations.c.is_private,
).join_from(turns, conversations)
_BY_ID = _TURN.where(_IS_TURN)
_UNFINISHED = _TURN.where(_IS_UNFINISHED)


def _is_stored(conversation_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        messages.c.conversation_id == conversation_id,
        messages.c.platform_message_id == sa.bindparam("message_id"),
    )


_GIVEN = (
    turns.c.state,
    turns.c.command,
    turns.c.sender_id,
    turns.c.album_id,
    turns.c.reply_to,
    turns.c.accepted_at,
    turns.c.ready_at,
)
# Adds nothing when the conversation is not known yet, or the message is.
_ADD = (
    turns.insert()
    .from_select(
        [turns.c.conversation_id, *_GIVEN],
        sa.select(conversations.c.id, *(sa.bindparam(c.name, type_=c.type) for c in _GIVEN)).where(
            IS_KEY, ~_is_stored(conversations.c.id)
        ),
    )
    .returning(turns.c.id, turns.c.conversation_id)
)
_JOIN = (
    sa.update(turns)
    .where(
        turns.c.conversation_id == ID_OF_KEY,
        _IS_UNFINISHED,
        turns.c.state == TurnState.ACCEPTED.value,
        turns.c.sender_id == sa.bindparam("sender"),
        turns.c.album_id == sa.bindparam("album"),
        ~_is_stored(turns.c.conversation_id),
    )
    .values(ready_at=sa.bindparam("ready"))
    .returning(turns.c.id, turns.c.conversation_id)
)
_BEGIN = (
    sa.update(turns)
    .where(_IS_TURN, _IS_UNFINISHED)
    .values(state=TurnState.ANSWERING.value, attempts=turns.c.attempts + 1)
)
_FINISH = sa.update(turns).where(_IS_TURN, _IS_UNFINISHED)


def accept(connection: sa.Connection, message: MessageReceived, *, now: datetime, ready_at: datetime) -> Turn | None:
    """See `bot.ports.store.Store.accept`."""
    joined = _join(connection, message, ready_at) if message.album_id is not None else None
    if joined is not None:
        turn_id, conversation_id = joined
        message = without_known_replies(connection, message, TurnId(turn_id))
        add_message(connection, message, conversation_id=conversation_id, turn_id=TurnId(turn_id))
        return _as_turn(connection.execute(_BY_ID, {"turn_id": turn_id}).one())
    if message.address is None:
        return None
    values = _new_values(message, now=now, ready_at=ready_at)
    added = connection.execute(_ADD, values).one_or_none()
    if added is None:
        if not add_conversation(connection, message.key, is_private=message.is_private):
            return None
        added = connection.execute(_ADD, values).one()
    turn_id, conversation_id = added
    add_message(connection, message, conversation_id=conversation_id, turn_id=TurnId(turn_id))
    return _new_turn(turn_id, message, now=now, ready_at=ready_at)


def unfinished(connection: sa.Connection) -> Sequence[Turn]:
    """All turns without an outcome, oldest first."""
    # Asked to sort, SQLite would walk through all turns by id instead of the few in the index.
    return sorted((_as_turn(row) for row in connection.execute(_UNFINISHED)), key=lambda turn: turn.id)


def begin(connection: sa.Connection, turn_id: TurnId) -> Turn | None:
    """Mark a turn as ANSWERING and count the attempt; None if it is finished."""
    if connection.execute(_BEGIN, {"turn_id": turn_id}).rowcount == 0:
        return None
    return _as_turn(connection.execute(_BY_ID, {"turn_id": turn_id}).one(), begun=1)


def finish(connection: sa.Connection, turn_id: TurnId, outcome: Outcome, delivery: Delivery | None) -> None:
    """Store an outcome and its last receipt, unless there is one."""
    values = {
        "state": outcome.state,
        "answer": outcome.answer,
        "trouble": outcome.trouble,
        "detail": outcome.detail,
        "finish_reason": outcome.finish_reason,
        "model": outcome.model,
        "started_at": outcome.started_at,
        "first_text_at": outcome.first_text_at,
        "finished_at": outcome.finished_at,
        **asdict(outcome.usage),
    }
    if connection.execute(_FINISH, {"turn_id": turn_id, **values}).rowcount and delivery is not None:
        record_delivery(connection, turn_id, delivery)


def _join(connection: sa.Connection, message: MessageReceived, ready_at: datetime) -> sa.Row[int, int] | None:
    values = {
        **key_values(message.key),
        "sender": message.sender.id,
        "album": message.album_id,
        "message_id": message.message_id,
        "ready": ready_at,
    }
    return connection.execute(_JOIN, values).first()


def _new_values(message: MessageReceived, *, now: datetime, ready_at: datetime) -> dict[str, Any]:
    return {
        **key_values(message.key),
        "message_id": message.message_id,
        "state": TurnState.ACCEPTED,
        "command": message.command.name if message.command else None,
        "sender_id": message.sender.id,
        "album_id": message.album_id,
        "reply_to": message.message_id,
        "accepted_at": now,
        "ready_at": ready_at,
    }


def _new_turn(turn_id: int, message: MessageReceived, *, now: datetime, ready_at: datetime) -> Turn:
    return Turn(
        id=TurnId(turn_id),
        key=message.key,
        state=TurnState.ACCEPTED,
        attempts=0,
        is_private=message.is_private,
        command=message.command.name if message.command else None,
        reply_to=message.message_id,
        accepted_at=now,
        ready_at=ready_at,
    )


def _as_turn(row: AnyRow, *, begun: int = 0) -> Turn:
    """`begun` is how many of the stored attempts are not yet before this one."""
    return Turn(
        id=TurnId(row.id),
        key=ConversationKey(platform=PlatformName(row.platform), chat_id=row.chat_id, thread_id=row.thread_id or None),
        state=TurnState(row.state),
        attempts=row.attempts - begun,
        is_private=row.is_private,
        command=row.command,
        reply_to=MessageId(row.reply_to),
        accepted_at=row.accepted_at,
        ready_at=row.ready_at,
    )
