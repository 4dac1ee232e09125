"""What the bot says of its own accord, and what of its own words is still to be said."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.events import NOBODY
from bot.records.accepting import BUSY
from bot.records.notices import Notice, NoticeKind
from bot.records.turns import Turn, TurnId, TurnState
from storage.conversation.conversations import IS_KEY, add_conversation, as_settings, key_values
from storage.conversation.messages import IS_KNOWN, add_blank_message
from storage.cursors import move_cursor
from storage.tables import conversations, turns
from storage.turns.life import IS_UNFINISHED
from storage.turns.rows import SELECT_TURN, as_turn, decided_at_once, turn_by_id

_SITUATION = sa.select(conversations.c.id, conversations.c.settings, IS_KNOWN.label("is_known")).where(IS_KEY)
_ADD = turns.insert().returning(turns.c.id)
_PLACE = sa.func.row_number().over(partition_by=turns.c.conversation_id, order_by=turns.c.id)
_WAITING = (
    sa.select(turns.c.id, _PLACE.label("place"))
    .where(
        IS_UNFINISHED,
        turns.c.state == TurnState.DELIVERING.value,
        turns.c.lease_owner.is_(None),
        sa.or_(turns.c.trouble == BUSY, turns.c.command.in_([kind.value for kind in NoticeKind])),
    )
    .subquery("waiting")
)
_UNSAID = (
    SELECT_TURN.join(_WAITING, _WAITING.c.id == turns.c.id)
    .where(_WAITING.c.place <= sa.bindparam("per_conversation"))
    .order_by(_WAITING.c.id)
    .limit(sa.bindparam("at_most"))
)


def notify(connection: sa.Connection, notice: Notice, *, now: datetime, cursor: str | None) -> Turn | None:
    """See `bot.ports.taking_in.TakingIn.notify`.

    The unreadable message is kept as one without words: it can be edited into a question, or deleted.
    """
    which = {**key_values(notice.key), "message_id": notice.message_id}
    situation = connection.execute(_SITUATION, which).one_or_none()
    is_outcome = notice.kind is NoticeKind.UNREADABLE
    if is_outcome and situation is not None and situation.is_known:
        return None
    if situation is None:
        conversation_id = add_conversation(connection, notice.key, is_private=notice.is_private)
        language = notice.language
    else:
        conversation_id = situation.id
        language = as_settings(situation.settings).language or notice.language
    values = {
        "conversation_id": conversation_id,
        "command": notice.kind,
        "sender_id": NOBODY,
        "reply_to": notice.message_id,
        "accepted_at": now,
        "ready_at": now,
        **decided_at_once(notice.text.in_language(language), trouble=notice.kind, now=now),
    }
    turn_id = TurnId(connection.execute(_ADD, values).scalar_one())
    if is_outcome:
        add_blank_message(connection, notice.message_id, conversation_id=conversation_id, turn_id=turn_id, sent_at=now)
    if cursor is not None:
        move_cursor(connection, cursor, notice.message_id)
    return turn_by_id(connection, turn_id)


def unsaid(connection: sa.Connection, *, per_conversation: int, limit: int) -> Sequence[Turn]:
    """See `bot.ports.taking_in.TakingIn.unsaid`."""
    bounds = {"per_conversation": per_conversation, "at_most": limit}
    return [as_turn(row) for row in connection.execute(_UNSAID, bounds)]
