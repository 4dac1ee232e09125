"""What became of each attachment: what the model is shown of it, or why there is nothing."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.records.attachments import AttachmentId, Verdict
from bot.records.pictures import Prepared
from bot.sentences import Sentence
from storage.conversation import pictures
from storage.conversation.attachments import in_use
from storage.tables import attachments, messages, views
from storage.tables import pictures as picture_table
from storage.transactions import AnyRow

_CANDIDATES = 20
"""Earlier attachments with the same bytes that are looked at: one is as good as another, but for what was left out."""

_IS_ATTACHMENT = attachments.c.id == sa.bindparam("attachment_id")
_TURN_OF_ATTACHMENT = sa.select(messages.c.turn_id).join_from(attachments, messages).where(_IS_ATTACHMENT)
_SETTLE = sa.update(attachments).where(_IS_ATTACHMENT)
_CLEAR = sa.delete(views).where(views.c.attachment_id == sa.bindparam("attachment_id"))
_is_of_it = views.c.attachment_id == attachments.c.id
_IS_INCOMPLETE = (
    sa.select(views.c.sha256).join_from(views, picture_table).where(_is_of_it, picture_table.c.jpeg.is_(None)).exists()
)
_KNOWN = (
    sa.select(
        attachments.c.id,
        attachments.c.origin,
        attachments.c.left_out,
        attachments.c.text,
        sa.select(sa.func.count()).select_from(views).where(_is_of_it).scalar_subquery().label("view_count"),
    )
    .where(
        attachments.c.original == sa.bindparam("of_original"),
        attachments.c.made_for == sa.bindparam("of_bounds"),
        attachments.c.verdict == Verdict.USABLE.value,
        attachments.c.id != sa.bindparam("attachment_id"),
        ~_IS_INCOMPLETE,
    )
    .order_by(attachments.c.id.desc())
    .limit(_CANDIDATES)
)
_VIEWS = (
    sa.select(views.c.ordinal, views.c.sha256, views.c.label)
    .where(views.c.attachment_id == sa.bindparam("attachment_id"))
    .order_by(views.c.ordinal)
)
_USED_BY = sa.update(picture_table).where(picture_table.c.sha256.in_(sa.bindparam("used", expanding=True)))


def settle(
    connection: sa.Connection, attachment_id: AttachmentId, verdict: Prepared | Sentence, original: str | None
) -> Sequence[str]:
    """See `bot.ports.store.Store.settle`. An original that is known stays known.

    Returns:
        The original, if the attachment is gone and no other has it: its file is to be removed.
    """
    turn_id = _turn_of(connection, attachment_id)
    if turn_id is None:  # Its message was edited or deleted, or retention took it.
        return [] if original is None or in_use(connection, [original]) else [original]
    values: dict[str, Any] = {} if original is None else {"original": original}
    if isinstance(verdict, Sentence):
        values |= {"verdict": Verdict.UNUSABLE, "reason": verdict, "left_out": "", "text": ""}
        shown = []
    else:
        values |= {"verdict": Verdict.USABLE, "reason": "", "origin": verdict.origin}
        values |= {"left_out": verdict.left_out, "text": verdict.text, "made_for": verdict.made_for}
        for picture in verdict.pictures:
            pictures.keep(connection, picture, turn_id)
        shown = [{"sha256": picture.sha256, "label": picture.label} for picture in verdict.pictures]
    connection.execute(_SETTLE, {"attachment_id": attachment_id, **values})
    _show(connection, attachment_id, shown)
    return []


def settle_as_known(connection: sa.Connection, attachment_id: AttachmentId, original: str, *, made_for: str) -> bool:
    """See `bot.ports.store.Store.settle_as_known`.

    It may have been in any conversation: what is copied says nothing but what is in the bytes that both have.
    """
    turn_id = _turn_of(connection, attachment_id)
    which = {"attachment_id": attachment_id, "of_original": original, "of_bounds": made_for}
    candidates = connection.execute(_KNOWN, which).all()
    if turn_id is None or not candidates:
        return False
    known = max(candidates, key=_completeness)
    values = {"origin": known.origin, "left_out": known.left_out, "text": known.text, "original": original}
    values["made_for"] = made_for
    connection.execute(_SETTLE, {"attachment_id": attachment_id, "verdict": Verdict.USABLE, "reason": "", **values})
    shown = connection.execute(_VIEWS, {"attachment_id": known.id}).all()
    _show(connection, attachment_id, [{"sha256": view.sha256, "label": view.label} for view in shown])
    if shown:
        connection.execute(_USED_BY, {"used": [view.sha256 for view in shown], "last_turn_id": turn_id})
    return True


def _turn_of(connection: sa.Connection, attachment_id: AttachmentId) -> int | None:
    return connection.execute(_TURN_OF_ATTACHMENT, {"attachment_id": attachment_id}).scalar_one_or_none()


def _show(connection: sa.Connection, attachment_id: AttachmentId, shown: Sequence[dict[str, str]]) -> None:
    connection.execute(_CLEAR, {"attachment_id": attachment_id})
    if shown:
        numbered = [{"attachment_id": attachment_id, "ordinal": ordinal, **view} for ordinal, view in enumerate(shown)]
        connection.execute(views.insert(), numbered)


def _completeness(known: AnyRow) -> tuple[bool, int, int]:
    # What did not fit into one question may fit into this one.
    return (not known.left_out, known.view_count, known.id)
