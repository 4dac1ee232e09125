"""The bytes of pictures that the model is shown and that answers are posted with: each once, by its content."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from bot.records.pictures import Picture
from bot.records.turns import TurnId, TurnState
from storage.tables import pictures, posted, turns, views

_IS_PICTURE = pictures.c.sha256 == sa.bindparam("of_sha256")
_JPEG = sa.select(pictures.c.jpeg).where(_IS_PICTURE)
# The bytes are written again only after retention took them.
_USE = sa.update(pictures).where(_IS_PICTURE, pictures.c.jpeg.is_not(None))
_RESTORE = sa.update(pictures).where(_IS_PICTURE)
_USED_AGAIN = (
    sa.update(pictures)
    .where(pictures.c.sha256.in_(sa.bindparam("used", expanding=True)))
    .values(last_turn_id=sa.select(sa.func.coalesce(sa.func.max(turns.c.id), 0)).scalar_subquery())
)
IS_UNUSED = sa.and_(
    ~sa.exists().where(views.c.sha256 == pictures.c.sha256),
    ~sa.exists().where(posted.c.sha256 == pictures.c.sha256),
)
"""Picks the pictures that neither an attachment nor an answer shows."""

_DROP_UNUSED = sa.delete(pictures).where(pictures.c.sha256.in_(sa.bindparam("dropped", expanding=True)), IS_UNUSED)
_IS_ANSWERING = sa.select(turns.c.id).where(
    turns.c.id == sa.bindparam("of_turn"), turns.c.state == TurnState.ANSWERING.value
)
_IS_POSTED = sa.select(posted.c.turn_id).where(
    posted.c.turn_id == sa.bindparam("of_turn"), posted.c.sha256 == sa.bindparam("of_sha256")
)
_IS_OF_TURNS = posted.c.turn_id.in_(sa.bindparam("turn_ids", expanding=True))
_POSTED = sa.select(posted.c.sha256).where(_IS_OF_TURNS)
_UNPOST = sa.delete(posted).where(_IS_OF_TURNS)


def jpeg(connection: sa.Connection, sha256: str) -> bytes | None:
    """The bytes of a picture; None if retention removed them."""
    return connection.execute(_JPEG, {"of_sha256": sha256}).scalar_one_or_none()


def keep(connection: sa.Connection, picture: Picture, turn_id: int) -> None:
    """Store a picture as used by a turn."""
    which = {"of_sha256": picture.sha256, "last_turn_id": turn_id}
    if connection.execute(_USE, which).rowcount:
        return
    content = {"size_bytes": len(picture.jpeg), "jpeg": picture.jpeg}
    if connection.execute(_RESTORE, {**which, **content}).rowcount:
        return
    size = {"width_px": picture.width_px, "height_px": picture.height_px}
    new = {"sha256": picture.sha256, "last_turn_id": turn_id, **size, **content}
    connection.execute(pictures.insert(), new)


def keep_posted(connection: sa.Connection, turn_id: TurnId, picture: Picture) -> None:
    """Store a picture for the answer of a turn; not if that was edited or deleted meanwhile."""
    which = {"of_turn": turn_id, "of_sha256": picture.sha256}
    if connection.execute(_IS_ANSWERING, which).first() is None:
        return
    keep(connection, picture, turn_id)
    if connection.execute(_IS_POSTED, which).first() is None:
        connection.execute(posted.insert(), {"turn_id": turn_id, "sha256": picture.sha256})


def drop_posted(connection: sa.Connection, turn_ids: Sequence[int]) -> None:
    """Delete the pictures of answers that are no longer wanted."""
    which = {"turn_ids": turn_ids}
    if shown := connection.execute(_POSTED, which).scalars().all():
        connection.execute(_UNPOST, which)
        drop_unused(connection, shown)


def mark_used(connection: sa.Connection, used: Iterable[str]) -> None:
    """Let these pictures count as used by the newest turn, so that retention takes them last."""
    connection.execute(_USED_AGAIN, {"used": list(used)})


def drop_unused(connection: sa.Connection, dropped: Sequence[str]) -> None:
    """Delete these pictures unless something still shows them."""
    if dropped:
        connection.execute(_DROP_UNUSED, {"dropped": dropped})
