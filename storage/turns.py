"""The life of a turn: begun, concluded, closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, PlatformName
from bot.records import Delivery, Lease, Outcome, PostedPicture, Turn, TurnId, TurnState
from storage.columns import Moment, storable
from storage.conversations import IS_KEY, key_values
from storage.receipts import record_deliveries
from storage.tables import DETAIL_LENGTH, conversations, deliveries, turns
from storage.transactions import AnyRow

IS_UNFINISHED = turns.c.finished_at.is_(None)

_receipts = deliveries.alias("receipts")

SELECT_TURN = sa.select(
    turns.c.id,
    turns.c.state,
    turns.c.attempts,
    turns.c.command,
    turns.c.reply_to,
    turns.c.accepted_at,
    turns.c.ready_at,
    turns.c.text,
    turns.c.argument,
    turns.c.pictures,
    conversations.c.platform,
    conversations.c.chat_id,
    conversations.c.thread_id,
    conversations.c.is_private,
    sa.exists().where(_receipts.c.turn_id == turns.c.id).label("has_receipts"),
).join_from(turns, conversations)
"""For `as_turn`."""

OUTCOME = (
    "decided",
    "text",
    "pictures",
    "answer",
    "trouble",
    "detail",
    "finish_reason",
    "model",
    "prompt_tokens",
    "completion_tokens",
    "image_tokens",
    "cached_tokens",
    "cost_usd",
    "started_at",
    "first_text_at",
)
"""The columns that an outcome fills."""

_IS_TURN = turns.c.id == sa.bindparam("turn_id")
_BY_ID = SELECT_TURN.where(_IS_TURN)
_UNFINISHED = SELECT_TURN.where(IS_UNFINISHED)
# By the receipts' index: otherwise SQLite would go through all turns of the conversation.
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
    .where(_IS_TURN, IS_UNFINISHED, _IS_FREE)
    .values(
        state=sa.case((_IS_BEGINNING, TurnState.ANSWERING.value), else_=turns.c.state),
        attempts=turns.c.attempts + sa.case((_IS_BEGINNING, 1), else_=0),
        lease_owner=sa.bindparam("owner"),
        lease_until=sa.bindparam("until", type_=Moment),
    )
)
_RENEW = (
    sa.update(turns)
    .where(
        turns.c.id.in_(sa.bindparam("turn_ids", expanding=True)),
        turns.c.lease_owner == sa.bindparam("owner"),
        IS_UNFINISHED,
    )
    .values(lease_until=sa.bindparam("until", type_=Moment))
)
_HAND_BACK = (
    sa.update(turns)
    .where(_IS_TURN, turns.c.state == TurnState.ANSWERING.value, turns.c.lease_owner == sa.bindparam("owner"))
    .values(attempts=turns.c.attempts - 1, lease_owner=None, lease_until=None)
)
_VOID_LEASES = (
    sa.update(turns).where(IS_UNFINISHED, turns.c.lease_owner.is_not(None)).values(lease_owner=None, lease_until=None)
)
_CONCLUDE = (
    sa.update(turns)
    .where(_IS_TURN, turns.c.state == TurnState.ANSWERING.value)
    .values(state=TurnState.DELIVERING.value)
)
# A withdrawal counts only for who claimed the turn after it: who was still delivering has taken nothing back.
_IS_CLOSING = sa.or_(
    turns.c.state == TurnState.DELIVERING.value,
    sa.and_(turns.c.state == TurnState.WITHDRAWING.value, turns.c.lease_owner.is_not(None)),
)
_NOW = sa.bindparam("now", type_=Moment)
_CLOSE = (
    sa.update(turns)
    .where(_IS_TURN, _IS_CLOSING)
    .values(
        state=sa.case((turns.c.state == TurnState.WITHDRAWING.value, TurnState.WITHDRAWN.value), else_=turns.c.decided),
        # Retention goes by this: a clock that jumped back must not make the turn look old.
        finished_at=sa.case((turns.c.accepted_at > _NOW, turns.c.accepted_at), else_=_NOW),
        lease_owner=None,
        lease_until=None,
    )
)
_FAIL = (
    sa.update(turns)
    .where(_IS_TURN, _IS_CLOSING)
    .values(decided=TurnState.FAILED.value, trouble=sa.bindparam("failed"), detail=sa.bindparam("detail"))
)
_IS_THERE = sa.select(turns.c.id).where(_IS_TURN, IS_UNFINISHED)


def unfinished(connection: sa.Connection) -> Sequence[Turn]:
    """All turns without a final state, oldest first."""
    # Asked to sort, SQLite would walk through all turns by id instead of the few in the index.
    return sorted((as_turn(row) for row in connection.execute(_UNFINISHED)), key=lambda turn: turn.id)


def turn_by_id(connection: sa.Connection, turn_id: TurnId) -> Turn:
    """A turn that exists."""
    return as_turn(connection.execute(_BY_ID, {"turn_id": turn_id}).one())


def turn_of(connection: sa.Connection, key: ConversationKey, message_id: MessageId) -> Turn | None:
    """The newest turn with a receipt that names this message of the bot's own."""
    row = connection.execute(_OF_OWN_MESSAGE, {**key_values(key), "message_id": message_id}).first()
    return None if row is None else as_turn(row)


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
    turn = connection.execute(_BY_ID, {"turn_id": turn_id}).one()
    return as_turn(turn, begun=1 if turn.state == TurnState.ANSWERING else 0)


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
    if connection.execute(_CONCLUDE, {"turn_id": turn_id, **_outcome_values(outcome)}).rowcount == 0:
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


def as_turn(row: AnyRow, *, begun: int = 0) -> Turn:
    """Read a row of `SELECT_TURN`. `begun` is how many of the stored attempts are not yet before this one."""
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
        text=row.text,
        pictures=tuple(PostedPicture(**picture) for picture in row.pictures or ()),
        argument=row.argument,
        has_receipts=bool(row.has_receipts),
    )


def decided_at_once(text: str, *, trouble: str, now: datetime) -> dict[str, Any]:
    """The columns of a new turn that nobody begins: what it says is known, and it will be FAILED."""
    return {
        "state": TurnState.DELIVERING,
        "decided": TurnState.FAILED,
        "text": text,
        "trouble": trouble,
        "started_at": now,
    }


def _outcome_values(outcome: Outcome) -> dict[str, Any]:
    usage = outcome.usage
    return {
        "decided": outcome.state,
        "text": outcome.text,
        "pictures": [_picture_values(picture) for picture in outcome.pictures] or None,
        "answer": outcome.answer,
        "trouble": outcome.trouble,
        "detail": outcome.detail,
        "finish_reason": outcome.finish_reason,
        "model": outcome.model,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "image_tokens": usage.image_tokens,
        "cached_tokens": usage.cached_tokens,
        "cost_usd": usage.cost_usd,
        "started_at": outcome.started_at,
        "first_text_at": outcome.first_text_at,
    }


def _picture_values(picture: PostedPicture) -> dict[str, str]:
    return {"sha256": picture.sha256, "caption": storable(picture.caption, DETAIL_LENGTH)}
