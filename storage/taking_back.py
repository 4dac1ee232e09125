"""Editing and deleting: what a person takes back is gone, and the turn is done again or withdrawn."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, MessageReceived
from bot.records import Accepted, Turn, TurnId, TurnState
from storage.columns import Moment
from storage.conversations import ID_OF_KEY, key_values
from storage.messages import blank_messages, replace_message
from storage.tables import deliveries, messages, turns
from storage.turns import OUTCOME, SELECT_TURN, as_turn, turn_by_id

_IS_THERE = sa.and_(messages.c.conversation_id == ID_OF_KEY, messages.c.deleted_at.is_(None))
_EDITED = (
    sa.select(
        messages.c.id,
        messages.c.text,
        messages.c.attachment_count,
        messages.c.turn_id,
        turns.c.state,
        turns.c.command,
        turns.c.accepted_at,
        turns.c.ready_at,
    )
    .join_from(messages, turns)
    .where(_IS_THERE, messages.c.platform_message_id == sa.bindparam("message_id"))
)
_REOPEN = (
    sa.update(turns)
    .where(turns.c.id == sa.bindparam("turn_id"))
    .values(dict.fromkeys((*OUTCOME, "finished_at")) | {"state": TurnState.ACCEPTED.value, "attempts": 0})
)
_DELETED = sa.select(messages.c.id, messages.c.turn_id).where(
    _IS_THERE, messages.c.platform_message_id.in_(sa.bindparam("deleted_ids", expanding=True))
)
_IS_LEFT = sa.and_(messages.c.turn_id == turns.c.id, messages.c.deleted_at.is_(None))
_IS_ONE_OF = turns.c.id.in_(sa.bindparam("turn_ids", expanding=True))
# The answer goes with its question; what it cost stays known.
_WITHDRAW = (
    sa.update(turns)
    .where(_IS_ONE_OF, ~sa.exists().where(_IS_LEFT))
    .values(
        state=TurnState.WITHDRAWING.value,
        withdrawn_at=sa.bindparam("now", type_=Moment),
        finished_at=None,
        lease_owner=None,
        lease_until=None,
        text=None,
        answer=None,
    )
    .returning(turns.c.id)
)
_FIRST_LEFT = (
    sa.select(messages.c.platform_message_id).where(_IS_LEFT).order_by(messages.c.id).limit(1).scalar_subquery()
)
# Not once something was sent: by the message that it replies to it may have to be found again.
_REPLY_TO_NEXT = (
    sa.update(turns)
    .where(_IS_ONE_OF, sa.exists().where(_IS_LEFT), ~sa.exists().where(deliveries.c.turn_id == turns.c.id))
    .values(reply_to=_FIRST_LEFT)
)
_WITHDRAWN = SELECT_TURN.where(_IS_ONE_OF).order_by(turns.c.id)


def edit(
    connection: sa.Connection, message: MessageReceived, *, now: datetime, redo_since: datetime
) -> Accepted | None:
    """See `bot.ports.store.Store.edit`. None also when the turn is too old to be done again.

    A command that became a question, or another command, is done as what it is now.
    """
    which = {**key_values(message.key), "message_id": message.message_id}
    stored = connection.execute(_EDITED, which).one_or_none()
    if stored is None or not replace_message(connection, stored, message) or stored.accepted_at < redo_since:
        return None
    turn_id = TurnId(stored.turn_id)
    command = stored.command and (message.command.name if message.command else None)
    ready_at = stored.ready_at if stored.state == TurnState.ACCEPTED else now
    connection.execute(_REOPEN, {"turn_id": turn_id, "command": command, "ready_at": ready_at})
    is_new = stored.state in (TurnState.ACCEPTED, TurnState.REMEMBERED)
    return Accepted(turn=turn_by_id(connection, turn_id), restart=not is_new)


def delete(
    connection: sa.Connection, key: ConversationKey, message_ids: Sequence[MessageId], *, now: datetime
) -> Sequence[Turn]:
    """See `bot.ports.store.Store.delete`."""
    rows = connection.execute(_DELETED, {**key_values(key), "deleted_ids": message_ids}).all()
    if not rows:
        return []
    blank_messages(connection, [row.id for row in rows], now=now)
    touched = {"turn_ids": sorted({row.turn_id for row in rows})}
    withdrawn = connection.execute(_WITHDRAW, {**touched, "now": now}).scalars().all()
    connection.execute(_REPLY_TO_NEXT, touched)
    if not withdrawn:
        return []
    return [as_turn(row) for row in connection.execute(_WITHDRAWN, {"turn_ids": withdrawn})]
