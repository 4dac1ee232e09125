"""Doing a turn again, in place."""

from typing import Any

import sqlalchemy as sa

from bot.records.turns import TurnId, TurnState
from storage.conversation.pictures import drop_posted
from storage.tables import turns
from storage.turns.rows import IS_TURN, OUTCOME

_REOPEN = (
    sa.update(turns)
    .where(IS_TURN)
    .values(dict.fromkeys((*OUTCOME, "finished_at")) | {"state": TurnState.ACCEPTED.value, "attempts": 0})
)


def reopen(connection: sa.Connection, turn_id: TurnId, **values: Any) -> None:
    """Let a turn begin again, without an outcome and with its receipts. `values`: other columns that change."""
    connection.execute(_REOPEN, {"turn_id": turn_id, **values})
    drop_posted(connection, [turn_id])
