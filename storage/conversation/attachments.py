"""What came along with messages: as the platform offered it, as it is stored, and how it goes again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bot.events import NOBODY, AttachmentRef, MessageReceived, PersonId, Source
from bot.records.attachments import Attachment, AttachmentId, Place, Verdict, View
from storage.conversation.pictures import drop_unused
from storage.tables import attachments, pictures, views
from storage.transactions import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An attachment that is to be stored with a message."""

    ref: AttachmentRef
    place: Place
    author: str = ""
    posted_in: str | None = None
    """The platform's id of the message where it stands, if that is another one and known."""
    posted_by: PersonId | None = None
    """Who posted that message, if known."""


_ORDER = (Place.QUOTED, Place.BEFORE, Place.OWN)

_IS_OF_MESSAGES = attachments.c.message_id.in_(sa.bindparam("message_ids", expanding=True))
_IS_ONE_OF = attachments.c.id.in_(sa.bindparam("attachment_ids", expanding=True))
_STORED = sa.select(attachments).where(_IS_OF_MESSAGES).order_by(attachments.c.message_id, attachments.c.ordinal)
_WHOLE = sa.select(
    attachments,
    views.c.sha256,
    views.c.label,
    pictures.c.width_px,
    pictures.c.height_px,
).select_from(attachments.outerjoin(views, views.c.attachment_id == attachments.c.id).outerjoin(pictures))
_WHOLE_OF_MESSAGES = _WHOLE.where(_IS_OF_MESSAGES).order_by(
    attachments.c.message_id, attachments.c.ordinal, views.c.ordinal
)
_WHOLE_BY_ID = _WHOLE.where(attachments.c.id == sa.bindparam("attachment_id")).order_by(views.c.ordinal)
# Out of the way of those that come in their place.
_SET_APART = (
    sa.update(attachments)
    .where(attachments.c.message_id == sa.bindparam("of_message"))
    .values(ordinal=-1 - attachments.c.ordinal)
)
_earlier = attachments.alias("earlier")
_COPY_VIEWS = views.insert().from_select(
    ["attachment_id", "ordinal", "sha256", "label"],
    sa.select(attachments.c.id, views.c.ordinal, views.c.sha256, views.c.label)
    .select_from(views)
    .join(_earlier, _earlier.c.id == views.c.attachment_id)
    .join(
        attachments,
        sa.and_(
            attachments.c.message_id == _earlier.c.message_id,
            attachments.c.handle == _earlier.c.handle,
        ),
    )
    .where(_earlier.c.id.in_(sa.bindparam("kept", expanding=True)), attachments.c.ordinal >= 0),
)
_SHOWN = sa.select(views.c.sha256).where(views.c.attachment_id.in_(sa.bindparam("attachment_ids", expanding=True)))
_ORIGINALS = sa.select(attachments.c.original).where(_IS_ONE_OF, attachments.c.original.is_not(None))
_DETACH = sa.delete(attachments).where(_IS_ONE_OF)
_IN_USE = (
    sa.select(attachments.c.original)
    .where(attachments.c.original.in_(sa.bindparam("hashes", expanding=True)))
    .distinct()
)


def offered_by(message: MessageReceived) -> Sequence[Offered]:
    """What a message brings and quotes, each once: what it brings counts as its own."""
    if not message.attachments and not message.quoted:
        return ()
    own = (Offered(ref=ref, place=Place.OWN) for ref in message.attachments)
    quoted = (
        Offered(ref=ref, place=Place.QUOTED, posted_in=quote.message_id, posted_by=quote.author_id)
        for quote in message.quoted
        for ref in quote.attachments
    )
    return in_order([*own, *quoted])


def in_order(offered: Iterable[Offered]) -> Sequence[Offered]:
    """Each once, as it is offered first: what is quoted, what was posted before, and what is the message's own."""
    once: dict[str, Offered] = {}
    for one in offered:
        once.setdefault(one.ref.handle, one)
    return sorted(once.values(), key=lambda one: _ORDER.index(one.place))


def attach(connection: sa.Connection, message_id: int, offered: Iterable[Offered], *, start: int = 0) -> None:
    """Store attachments of a message, numbered from `start`."""
    rows = [
        {"message_id": message_id, "ordinal": ordinal, "verdict": Verdict.PENDING, **_values(one)}
        for ordinal, one in enumerate(offered, start)
    ]
    if rows:
        connection.execute(attachments.insert(), rows)


def attach_instead(
    connection: sa.Connection, message_id: int, offered: Iterable[Offered], before: Sequence[AnyRow]
) -> Sequence[str]:
    """Store attachments in the place of those `before`; what stays keeps its verdict.

    All get new ids: what is still to be told about an earlier one is not about what stands there now.

    Returns:
        As `detach`.
    """
    known = {row.handle: row for row in before}
    connection.execute(_SET_APART, {"of_message": message_id})
    rows = [
        {
            "message_id": message_id,
            "ordinal": ordinal,
            **_values(one),
            **_verdict(known.get(one.ref.handle)),
        }
        for ordinal, one in enumerate(offered)
    ]
    if rows:
        connection.execute(attachments.insert(), rows)
        connection.execute(_COPY_VIEWS, {"kept": [row.id for row in known.values()]})
    return detach(connection, [row.id for row in before])


def detach(connection: sa.Connection, attachment_ids: Sequence[int]) -> Sequence[str]:
    """Delete attachments, with the prepared pictures that nothing else shows.

    Returns:
        The originals that no attachment has any more. Their files are to be removed after the commit.
    """
    if not attachment_ids:
        return ()
    which = {"attachment_ids": attachment_ids}
    shown = connection.execute(_SHOWN, which).scalars().all()
    hashes = set(connection.execute(_ORIGINALS, which).scalars())
    connection.execute(_DETACH, which)
    drop_unused(connection, shown)
    return sorted(hashes - in_use(connection, hashes))


def in_use(connection: sa.Connection, hashes: Iterable[str]) -> set[str]:
    """Those of these originals that an attachment has."""
    asked = list(hashes)
    return set(connection.execute(_IN_USE, {"hashes": asked}).scalars()) if asked else set()


def stored(connection: sa.Connection, message_ids: Sequence[int]) -> Sequence[AnyRow]:
    """The rows of all attachments of some messages."""
    return connection.execute(_STORED, {"message_ids": message_ids}).all()


def of_messages(connection: sa.Connection, message_ids: Sequence[int]) -> Mapping[int, tuple[Attachment, ...]]:
    """All attachments of some messages, with what the model is shown of them."""
    rows = connection.execute(_WHOLE_OF_MESSAGES, {"message_ids": message_ids})
    return {
        message_id: tuple(_as_attachment(list(one)) for _, one in groupby(group, key=lambda row: row.id))
        for message_id, group in groupby(rows, key=lambda row: row.message_id)
    }


def by_id(connection: sa.Connection, attachment_id: AttachmentId) -> Attachment | None:
    """One attachment."""
    rows = connection.execute(_WHOLE_BY_ID, {"attachment_id": attachment_id}).all()
    return _as_attachment(rows) if rows else None


def _as_attachment(rows: Sequence[AnyRow]) -> Attachment:
    """Read an attachment's rows: one for each view, or one without."""
    row = rows[0]
    return Attachment(
        id=AttachmentId(row.id),
        ref=as_ref(row),
        place=Place(row.place),
        author=row.author,
        author_id=PersonId(row.posted_by or NOBODY),
        verdict=Verdict(row.verdict),
        reason=row.reason,
        original=row.original,
        views=tuple(
            View(sha256=each.sha256, width_px=each.width_px, height_px=each.height_px, label=each.label)
            for each in rows
            if each.sha256 is not None
        ),
        text=row.text,
        origin=row.origin,
        left_out=row.left_out,
    )


def as_ref(row: AnyRow) -> AttachmentRef:
    """What the platform offered, from a row of an attachment."""
    return AttachmentRef(
        handle=row.handle,
        source=Source(row.source),
        about=row.about,
        still=row.still,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
    )


def _values(offered: Offered) -> dict[str, Any]:
    return {
        **asdict(offered.ref),
        "place": offered.place,
        "author": offered.author,
        "posted_in": offered.posted_in,
        "posted_by": offered.posted_by,
    }


def _verdict(before: AnyRow | None) -> dict[str, Any]:
    return {
        "verdict": before.verdict if before else Verdict.PENDING,
        "reason": before.reason if before else "",
        "origin": before.origin if before else "",
        "original": before.original if before else None,
        "left_out": before.left_out if before else "",
        "text": before.text if before else "",
        "made_for": before.made_for if before else "",
    }
