"""Reading a conversation's history back, as exchanges."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa

from bot.events import AttachmentRef, ConversationKey, MessageId
from bot.records import Attachment, AttachmentId, Exchange, StoredMessage, TurnId, Verdict
from storage.columns import Id
from storage.conversations import ID_OF_KEY, IS_KEY, key_values
from storage.messages import as_quotes
from storage.tables import attachments, conversations, messages, pictures, turns
from storage.transactions import AnyRow

_Attachments = Mapping[int, tuple[Attachment, ...]]

_UP_TO = sa.bindparam("up_to", type_=Id)
_RESET = sa.select(conversations.c.reset_turn_id).where(IS_KEY).scalar_subquery()
# The question itself is always read, also when a reset overtook it. One lower bound, for the index: no OR.
_IS_SINCE_RESET = turns.c.id > sa.case((_RESET < _UP_TO, _RESET), else_=_UP_TO - 1)
# Newest first, and no further than the limit: that is what keeps the cost flat.
_NEWEST = (
    sa.select(turns.c.id, turns.c.answer)
    .where(
        turns.c.conversation_id == ID_OF_KEY,
        turns.c.command.is_(None),
        turns.c.withdrawn_at.is_(None),
        turns.c.id <= _UP_TO,
        _IS_SINCE_RESET,
    )
    .order_by(turns.c.id.desc())
    .limit(sa.bindparam("newest"))
    .subquery("newest")
)
_HISTORY = (
    sa.select(
        _NEWEST.c.id.label("turn_id"),
        _NEWEST.c.answer,
        messages.c.id,
        messages.c.platform_message_id,
        messages.c.sender_name,
        messages.c.text,
        messages.c.quoted,
        messages.c.attachment_count,
    )
    .join_from(_NEWEST, messages, sa.and_(messages.c.turn_id == _NEWEST.c.id, messages.c.deleted_at.is_(None)))
    .order_by(_NEWEST.c.id, messages.c.id)
)
_ATTACHMENTS = (
    sa.select(attachments, pictures.c.width_px, pictures.c.height_px)
    .join_from(attachments, pictures, isouter=True)
    .where(attachments.c.message_id.in_(sa.bindparam("message_ids", expanding=True)))
    .order_by(attachments.c.message_id, attachments.c.ordinal)
)


def exchanges(connection: sa.Connection, key: ConversationKey, *, up_to: TurnId, limit: int) -> Sequence[Exchange]:
    """See `bot.ports.store.Store.exchanges`. Turns of commands are not history."""
    rows = connection.execute(_HISTORY, {**key_values(key), "up_to": up_to, "newest": limit}).all()
    illustrated = [row.id for row in rows if row.attachment_count]
    attached = _attached(connection, illustrated) if illustrated else {}
    return [_as_exchange(list(turn), attached) for _, turn in groupby(rows, key=itemgetter(0))]


def _attached(connection: sa.Connection, message_ids: Sequence[int]) -> _Attachments:
    rows = connection.execute(_ATTACHMENTS, {"message_ids": message_ids})
    by_message = groupby(rows, key=lambda row: row.message_id)
    return {message_id: tuple(map(_as_attachment, group)) for message_id, group in by_message}


def _as_exchange(rows: Sequence[AnyRow], attached: _Attachments) -> Exchange:
    # By position: by name it takes twice as long, and a request reads up to a hundred of them.
    turn_id, answer, *_ = rows[0]
    return Exchange(
        turn_id=TurnId(turn_id),
        messages=tuple(
            StoredMessage(
                message_id=MessageId(message_id),
                sender=sender,
                text=text,
                quoted=as_quotes(quoted),
                attachments=attached.get(stored_as, ()),
            )
            for _, _, stored_as, message_id, sender, text, quoted, _ in rows
        ),
        answer=answer,
    )


def _as_attachment(row: AnyRow) -> Attachment:
    return Attachment(
        id=AttachmentId(row.id),
        ref=AttachmentRef(handle=row.handle, name=row.name, media_type=row.media_type, size_bytes=row.size_bytes),
        quoted=row.quoted,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        sha256=row.sha256,
        width_px=row.width_px or 0,
        height_px=row.height_px or 0,
        origin=row.origin,
    )
