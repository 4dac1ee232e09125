"""What a platform sent and nobody could read: kept for the operator."""

from datetime import datetime

import sqlalchemy as sa

from bot.events import Unreadable
from storage.columns import Id
from storage.tables import set_aside as kept

_KEPT = 1_000

_KNOWN = sa.select(kept.c.id).where(
    kept.c.platform == sa.bindparam("of_platform"), kept.c.platform_id == sa.bindparam("of_id")
)
_ADD = kept.insert().returning(kept.c.id)
_FORGET = sa.delete(kept).where(kept.c.id <= sa.bindparam("oldest", type_=Id))


def set_aside(connection: sa.Connection, unreadable: Unreadable, *, now: datetime) -> bool:
    """Keep it, and let only the newest stay. False if it was kept before."""
    which = {"of_platform": unreadable.platform, "of_id": unreadable.id}
    if connection.execute(_KNOWN, which).first() is not None:
        return False
    values = {
        "platform": unreadable.platform,
        "platform_id": unreadable.id,
        "raw": unreadable.raw,
        "error": unreadable.error,
        "set_aside_at": now,
    }
    newest = connection.execute(_ADD, values).scalar_one()
    connection.execute(_FORGET, {"oldest": newest - _KEPT})
    return True
