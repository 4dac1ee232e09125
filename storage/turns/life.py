"""The life of a turn: begun, concluded, closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId
from bot.records.turns import Delivery, Lease, Outcome, Turn, TurnId, TurnState
from storage.columns import Moment
from storage.conversation.conversations import ID_OF_KEY, IS_KEY, key_values
from storage.tables import deliveries, messages, turns
from storage.turns.receipts import record_deliveries
from storage.turns.rows import IS_ONE_OF, IS_TURN, SELECT_TURN, as_turn, outcome_values, turn_by_id

IS_UNFINISHED = turns.c.finished_at.is_(None)

_UNFINISHED = SELECT_TURN.where(IS_UNFINISHED)
# By the receipts' index: otherwise SQLite would go through all turns of the conversation.
_BY_ID = SELECT_TURN.where(IS_KEY, IS_TURN)
_OF_QUESTION = SELECT_TURN.join(messages, messages.c.turn_id == turns.c.id).where(
    messages.c.conversation_id == ID_OF_KEY, messages.c.platform_message_id == sa.bindparam("message_id")
)
_OF_OWN_MESSAGE = (
    SELECT_TURN.join(deliveries, deliveries.c.turn_id == turns.c.id)
    .where(IS_KEY, deliveries.c.platform_message_id == sa.bindparam("message_id"))
    .order_by(turns.c.id.desc())
    .limit(1)
)

_IS_BEGINNING = turns.c.state.in_([TurnState.ACCEPTED.value, TurnState.ANSWERING.value])
_IS_FREE = sa.or_(
    turns.c.lease_owner.is_(None),
    turns.c.lease_owner == sa.bindparam("owner"),
    turns.c.lease_until <= sa.bindparam("now", type_=Moment),
    # Made before the clock jumped back: nobody takes a lease that long.
    turns.c.lease_until > sa.bindparam("unlikely", type_=Moment),
)
_BEGIN = (
    sa.update(turns)
    .where(IS_TURN, IS_UNFINISHED, _IS_FREE)
    .values(
        state=sa.case((_IS_BEGINNING, TurnState.ANSWERING.value), else_=turns.c.state),
        attempts=turns.c.attempts + sa.case((_IS_BEGINNING, 1), else_=0),
        never_begun=False,
        lease_owner=sa.bindparam("owner"),
        lease_until=sa.bindparam("until", type_=Moment),
    )
)
_RENEW = (
    sa.update(turns)
    .where(
        IS_ONE_OF,
        turns.c.lease_owner == sa.bindparam("owner"),
        IS_UNFINISHED,
    )
    .values(lease_until=sa.bindparam("until", type_=Moment))
)
_HAND_BACK = (
    sa.update(turns)
    .where(IS_TURN, turns.c.state == TurnState.ANSWERING.value, turns.c.lease_owner == sa.bindparam("owner"))
    .values(attempts=turns.c.attempts - 1, lease_owner=None, lease_until=None)
)
_VOID_LEASES = (
    sa.update(turns).where(IS_UNFINISHED, turns.c.lease_owner.is_not(None)).values(lease_owner=None, lease_until=None)
)
_CONCLUDE = (
    sa.update(turns)
    .where(IS_TURN, turns.c.state == TurnState.ANSWERING.value)
    .values(state=TurnState.DELIVERING.value, presses=None)
)
# What is to be withdrawn, or shown otherwise, counts as done only by who claimed the turn after that: who was still
# delivering then has done nothing of it.
_IS_CLOSING = sa.and_(
    turns.c.state.in_([TurnState.DELIVERING.value, TurnState.WITHDRAWING.value]), turns.c.lease_owner.is_not(None)
)
_NOW = sa.bindparam("now", type_=Moment)
_CLOSE = (
    sa.update(turns)
    .where(IS_TURN, _IS_CLOSING)
    .values(
        state=sa.case((turns.c.state == TurnState.WITHDRAWING.value, TurnState.WITHDRAWN.value), else_=turns.c.decided),
        # Retention goes by this: a clock that jumped back must not make the turn look old.
        language=sa.case((turns.c.state == TurnState.WITHDRAWING.value, sa.null()), else_=turns.c.language),
        finished_at=sa.case((turns.c.accepted_at > _NOW, turns.c.accepted_at), else_=_NOW),
        lease_owner=None,
        lease_until=None,
    )
)
_FAIL = (
    sa.update(turns)
    .where(IS_TURN, _IS_CLOSING)
    .values(decided=TurnState.FAILED.value, trouble=sa.bindparam("failed"), detail=sa.bindparam("detail"))
)
_IS_THERE = sa.select(turns.c.id).where(IS_TURN, IS_UNFINISHED)


def unfinished(connection: sa.Connection) -> Sequence[Turn]:
    """All turns without a final state, oldest first."""
    # Asked to sort, SQLite would walk through all turns by id instead of the few in the index.
    return sorted((as_turn(row) for row in connection.execute(_UNFINISHED)), key=lambda turn: turn.id)


def turn_of(
    connection: sa.Connection, key: ConversationKey, message_id: MessageId, *, claimed: int | None = None
) -> Turn | None:
    """See `bot.ports.store.Store.turn_of`."""
    which = {**key_values(key), "message_id": message_id, "turn_id": claimed}
    for query in (_BY_ID, _OF_OWN_MESSAGE, _OF_QUESTION)[claimed is None :]:
        row = connection.execute(query, which).first()
        if row is not None:
            return as_turn(row)
    return None


def begin(connection: sa.Connection, turn_id: TurnId, *, now: datetime, lease: Lease) -> Turn | None:
    """See `bot.ports.store.Store.begin`. After a jump of the clock another's lease lasts at most twice as long."""
    values = {
        "turn_id": turn_id,
        "owner": lease.owner,
        "until": lease.until,
        "now": now,
        "unlikely": lease.until + (lease.until - now),
    }
    if connection.execute(_BEGIN, values).rowcount == 0:
        return None
    turn = turn_by_id(connection, turn_id)
    return replace(turn, attempts=turn.attempts - 1) if turn.state is TurnState.ANSWERING else turn


def renew(connection: sa.Connection, turn_ids: Sequence[TurnId], lease: Lease) -> None:
    """Move the end of the leases of one owner."""
    connection.execute(_RENEW, {"turn_ids": turn_ids, "owner": lease.owner, "until": lease.until})


def hand_back(connection: sa.Connection, turn_id: TurnId, *, owner: str) -> None:
    """See `bot.ports.store.Store.hand_back`."""
    connection.execute(_HAND_BACK, {"turn_id": turn_id, "owner": owner})


def void_leases(connection: sa.Connection) -> None:
    """End every lease: whoever held one can't be running."""
    connection.execute(_VOID_LEASES)


def conclude(connection: sa.Connection, turn_id: TurnId, outcome: Outcome, receipts: Sequence[Delivery]) -> bool:
    """See `bot.ports.store.Store.conclude`."""
    if connection.execute(_CONCLUDE, {"turn_id": turn_id, **outcome_values(outcome)}).rowcount == 0:
        return False
    record_deliveries(connection, turn_id, receipts)
    return True


def close(
    connection: sa.Connection,
    turn_id: TurnId,
    *,
    now: datetime,
    receipts: Sequence[Delivery],
    failed: str,
    detail: str,
) -> None:
    """See `bot.ports.store.Store.close`.

    The receipts of a turn that was opened again meanwhile are stored all the same: they tell what stands in the chat.
    """
    which = {"turn_id": turn_id}
    if failed:
        connection.execute(_FAIL, {**which, "failed": failed, "detail": detail})
    is_closed = connection.execute(_CLOSE, {**which, "now": now}).rowcount > 0
    if receipts and (is_closed or connection.execute(_IS_THERE, which).first() is not None):
        record_deliveries(connection, turn_id, receipts)
