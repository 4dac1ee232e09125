"""Prepared pictures: their bytes once, and what became of each attachment."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.records import AttachmentId, Picture, Verdict
from storage.tables import attachments, messages, pictures, turns

_IS_PICTURE = pictures.c.sha256 == sa.bindparam("of_sha256")
_JPEG = sa.select(pictures.c.jpeg).where(_IS_PICTURE)
_TURN_OF_ATTACHMENT = (
    sa.select(messages.c.turn_id)
    .join_from(attachments, messages)
    .where(attachments.c.id == sa.bindparam("attachment_id"))
)
# The bytes are written again only after retention took them.
_USE = sa.update(pictures).where(_IS_PICTURE, pictures.c.jpeg.is_not(None))
_RESTORE = sa.update(pictures).where(_IS_PICTURE)
_SETTLE = sa.update(attachments).where(attachments.c.id == sa.bindparam("attachment_id"))
_USED_AGAIN = (
    sa.update(pictures)
    .where(pictures.c.sha256.in_(sa.bindparam("used", expanding=True)))
    .values(last_turn_id=sa.select(sa.func.coalesce(sa.func.max(turns.c.id), 0)).scalar_subquery())
)
_DROP_UNUSED = sa.delete(pictures).where(
    pictures.c.sha256.in_(sa.bindparam("dropped", expanding=True)),
    ~sa.exists().where(attachments.c.sha256 == pictures.c.sha256),
)


def settle(connection: sa.Connection, attachment_id: AttachmentId, verdict: Picture | str) -> None:
    """Record the prepared picture of an attachment, or the reason why there is none."""
    turn_id = connection.execute(_TURN_OF_ATTACHMENT, {"attachment_id": attachment_id}).scalar_one_or_none()
    if turn_id is None:
        return  # Its message was edited or deleted, or retention took it.
    values: dict[str, str | None]
    if isinstance(verdict, Picture):
        _keep(connection, verdict, turn_id)
        values = {"verdict": Verdict.USABLE, "reason": "", "sha256": verdict.sha256, "origin": verdict.origin}
    else:
        values = {"verdict": Verdict.UNUSABLE, "reason": verdict, "sha256": None}
    connection.execute(_SETTLE, {"attachment_id": attachment_id, **values})


def jpeg(connection: sa.Connection, sha256: str) -> bytes | None:
    """The bytes of a picture; None if retention removed them."""
    return connection.execute(_JPEG, {"of_sha256": sha256}).scalar_one_or_none()


def mark_used(connection: sa.Connection, used: Sequence[str]) -> None:
    """Let these pictures count as used by the newest turn, so that retention takes them last."""
    connection.execute(_USED_AGAIN, {"used": used})


def drop_unused(connection: sa.Connection, dropped: Sequence[str]) -> None:
    """Delete these pictures unless an attachment still shows them."""
    if dropped:
        connection.execute(_DROP_UNUSED, {"dropped": dropped})


def _keep(connection: sa.Connection, picture: Picture, turn_id: int) -> None:
    which = {"of_sha256": picture.sha256, "last_turn_id": turn_id}
    if connection.execute(_USE, which).rowcount:
        return
    content = {"size_bytes": len(picture.jpeg), "jpeg": picture.jpeg}
    if connection.execute(_RESTORE, {**which, **content}).rowcount:
        return
    size = {"width_px": picture.width_px, "height_px": picture.height_px}
    new = {"sha256": picture.sha256, "last_turn_id": turn_id, **size, **content}
    connection.execute(pictures.insert(), new)
