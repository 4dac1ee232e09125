"""How far adapters have read."""

import sqlalchemy as sa

from storage.tables import cursors, turns

_VALUE = sa.select(cursors.c.value).where(cursors.c.name == sa.bindparam("of_name"))
_NEWEST_TURN = sa.select(sa.func.coalesce(sa.func.max(turns.c.id), 0)).scalar_subquery()
_MOVE = (
    sa.update(cursors)
    .where(cursors.c.name == sa.bindparam("of_name"))
    .values(value=sa.bindparam("to"), last_turn_id=_NEWEST_TURN)
)
_ADD = cursors.insert().values(name=sa.bindparam("of_name"), value=sa.bindparam("to"), last_turn_id=_NEWEST_TURN)


def cursor(connection: sa.Connection, name: str) -> str | None:
    """Where a cursor stands; None if it was never moved."""
    return connection.execute(_VALUE, {"of_name": name}).scalar_one_or_none()


def move_cursor(connection: sa.Connection, name: str, value: str) -> None:
    """Set a cursor, in either direction."""
    values = {"of_name": name, "to": value}
    if connection.execute(_MOVE, values).rowcount == 0:
        connection.execute(_ADD, values)
