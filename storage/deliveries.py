"""The receipts of answers, part by part."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.events import MessageId
from bot.records import Delivery, DeliveryState, TurnId
from storage.tables import deliveries

_IS_PART = sa.and_(
    deliveries.c.turn_id == sa.bindparam("of_turn"),
    deliveries.c.part == sa.bindparam("of_part"),
)
_OF_TURN = (
    sa.select(deliveries.c.part, deliveries.c.platform_message_id, deliveries.c.state)
    .where(deliveries.c.turn_id == sa.bindparam("of_turn"))
    .order_by(deliveries.c.part)
)
_REPLACE = sa.update(deliveries).where(_IS_PART)
_REMOVE = sa.delete(deliveries).where(_IS_PART)


def deliveries_of(connection: sa.Connection, turn_id: TurnId) -> Sequence[Delivery]:
    """All receipts of a turn, by part."""
    return [
        Delivery(
            part=part,
            state=DeliveryState(state),
            message_id=None if message_id is None else MessageId(message_id),
        )
        for part, message_id, state in connection.execute(_OF_TURN, {"of_turn": turn_id})
    ]


def record_delivery(connection: sa.Connection, turn_id: TurnId, delivery: Delivery) -> None:
    """Insert or replace a receipt."""
    values = {"platform_message_id": delivery.message_id, "state": delivery.state}
    which = {"of_turn": turn_id, "of_part": delivery.part}
    # Two statements and not an upsert, which each database spells in its own way.
    if connection.execute(_REPLACE, {**which, **values}).rowcount == 0:
        connection.execute(deliveries.insert(), {"turn_id": turn_id, "part": delivery.part, **values})


def remove_delivery(connection: sa.Connection, turn_id: TurnId, part: int) -> None:
    """Delete a receipt, if there is one."""
    connection.execute(_REMOVE, {"of_turn": turn_id, "of_part": part})
