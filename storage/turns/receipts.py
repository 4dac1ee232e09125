"""The receipts of answers, part by part."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId
from bot.records.turns import Delivery, DeliveryState, TurnId
from storage.columns import Id
from storage.tables import conversations, deliveries, turns

_BEFORE = 1000
"""Turns of any chat that were accepted before one, and may be answered only after it."""
_MOST = 1000

_OF_TURN = (
    sa.select(
        deliveries.c.part,
        deliveries.c.platform_message_id,
        deliveries.c.state,
        deliveries.c.digest,
        deliveries.c.sent_after,
    )
    .where(deliveries.c.turn_id == sa.bindparam("of_turn"))
    .order_by(deliveries.c.part)
)
_OF_CHAT = (
    sa.select(deliveries.c.platform_message_id)
    .join_from(deliveries, turns)
    .join(conversations)
    .where(
        conversations.c.platform == sa.bindparam("of_platform"),
        conversations.c.chat_id == sa.bindparam("of_chat"),
        turns.c.id >= sa.bindparam("first", type_=Id),
        deliveries.c.platform_message_id.is_not(None),
    )
    .order_by(turns.c.id)
    .limit(_MOST)
)
# In these words, which SQLite and PostgreSQL both understand; SQLAlchemy has other ones for each of them.
_RECORD = sa.text(
    "INSERT INTO deliveries (turn_id, part, platform_message_id, state, digest, sent_after)"
    " VALUES (:turn_id, :part, :platform_message_id, :state, :digest, :sent_after)"
    " ON CONFLICT (turn_id, part) DO UPDATE SET platform_message_id = excluded.platform_message_id,"
    " state = excluded.state, digest = excluded.digest, sent_after = excluded.sent_after"
).bindparams(*(sa.bindparam(column.name, type_=column.type) for column in deliveries.c))
_REMOVE = sa.delete(deliveries).where(
    deliveries.c.turn_id == sa.bindparam("of_turn"),
    deliveries.c.part == sa.bindparam("of_part"),
)


def own_messages(connection: sa.Connection, key: ConversationKey, *, about: TurnId) -> set[MessageId]:
    """See `bot.ports.store.Store.own_messages`."""
    which = {"of_platform": key.platform, "of_chat": key.chat_id, "first": about - _BEFORE}
    return {MessageId(message_id) for message_id in connection.execute(_OF_CHAT, which).scalars()}


def deliveries_of(connection: sa.Connection, turn_id: TurnId) -> Sequence[Delivery]:
    """All receipts of a turn, by part."""
    return [
        Delivery(
            part=part,
            state=DeliveryState(state),
            message_id=None if message_id is None else MessageId(message_id),
            digest=digest,
            sent_after=None if sent_after is None else MessageId(sent_after),
        )
        for part, message_id, state, digest, sent_after in connection.execute(_OF_TURN, {"of_turn": turn_id})
    ]


def record_deliveries(connection: sa.Connection, turn_id: TurnId, receipts: Sequence[Delivery]) -> None:
    """Insert or replace receipts."""
    if receipts:
        connection.execute(
            _RECORD,
            [
                {
                    "turn_id": turn_id,
                    "part": receipt.part,
                    "platform_message_id": receipt.message_id,
                    "state": receipt.state,
                    "digest": receipt.digest,
                    "sent_after": receipt.sent_after,
                }
                for receipt in receipts
            ],
        )


def remove_delivery(connection: sa.Connection, turn_id: TurnId, part: int) -> None:
    """Delete a receipt, if there is one."""
    connection.execute(_REMOVE, {"of_turn": turn_id, "of_part": part})
