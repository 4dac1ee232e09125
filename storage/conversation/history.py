"""Reading a conversation's history back, as exchanges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, PersonId
from bot.records.attachments import Attachment, AttachmentId
from bot.records.history import Exchange, History, StoredMessage
from bot.records.turns import TurnId
from storage.columns import Id
from storage.conversation import attachments
from storage.conversation.conversations import ID_OF_KEY, IS_KEY, key_values
from storage.conversation.messages import as_quotes
from storage.tables import attachments as attachment_table
from storage.tables import conversations, messages, turns, windows
from storage.transactions import AnyRow

_Attachments = Mapping[int, tuple[Attachment, ...]]

_UP_TO = sa.bindparam("up_to", type_=Id)
RESET = sa.select(conversations.c.reset_turn_id).where(IS_KEY).scalar_subquery()
"""The turn after which the history of a conversation begins."""
_PIXELS_FROM = sa.select(conversations.c.pixels_from).where(IS_KEY).scalar_subquery()
_IS_WINDOW = sa.and_(windows.c.conversation_id == ID_OF_KEY, windows.c.sender_id == sa.bindparam("of_person"))
OWN_RESET = sa.func.coalesce(sa.select(windows.c.reset_turn_id).where(_IS_WINDOW).scalar_subquery(), 0)
"""The same where each person has one of their own: of the bound ``of_person``."""
_OWN_PIXELS_FROM = sa.func.coalesce(sa.select(windows.c.pixels_from).where(_IS_WINDOW).scalar_subquery(), 0)
_IS_READ = sa.and_(turns.c.conversation_id == ID_OF_KEY, turns.c.withdrawn_at.is_(None), turns.c.id <= _UP_TO)
_IS_ASKED_AS_COMMAND = sa.and_(turns.c.id == _UP_TO, turns.c.command.is_not(None))


@dataclass(frozen=True, slots=True)
class _Queries:
    """For a history that all share, or that each person has of their own."""

    history: sa.Select[Any]
    is_part: sa.Select[Any]


def _queries(is_meant: sa.ColumnElement[bool], reset: Any, pixels_from: Any) -> _Queries:
    # The question itself is always read, also when a reset overtook it. One lower bound, for the index: no OR.
    is_since_reset = turns.c.id > sa.case((reset < _UP_TO, reset), else_=_UP_TO - 1)
    is_shown = sa.and_(_IS_READ, is_meant, is_since_reset)
    is_part = (
        sa.select(turns.c.id)
        .join_from(attachment_table, messages)
        .join(turns, turns.c.id == messages.c.turn_id)
        .where(
            attachment_table.c.id == sa.bindparam("attachment_id"),
            is_shown,
            sa.or_(turns.c.command.is_(None), _IS_ASKED_AS_COMMAND),
        )
    )
    return _Queries(_newest(is_shown, pixels_from), is_part)


def _newest(is_shown: sa.ColumnElement[bool], pixels_from: Any) -> sa.Select[Any]:
    # Newest first, and no further than the limit: that is what keeps the cost flat.
    questions = (
        sa.select(turns.c.id, turns.c.answer)
        .where(is_shown, turns.c.command.is_(None))
        .order_by(turns.c.id.desc())
        .limit(sa.bindparam("newest"))
        .subquery("questions")
    )
    newest = sa.union_all(
        sa.select(questions.c.id, questions.c.answer),
        sa.select(turns.c.id, turns.c.answer).where(_IS_READ, _IS_ASKED_AS_COMMAND),
    ).subquery("newest")
    return (
        sa.select(
            newest.c.id.label("turn_id"),
            newest.c.answer,
            messages.c.id,
            messages.c.platform_message_id,
            messages.c.sender_id,
            messages.c.sender_name,
            messages.c.text,
            messages.c.quoted,
            messages.c.attachment_count,
            pixels_from.label("pixels_from"),
        )
        .join_from(newest, messages, sa.and_(messages.c.turn_id == newest.c.id, messages.c.deleted_at.is_(None)))
        .order_by(newest.c.id, messages.c.id)
    )


_SHARED = _queries(sa.true(), RESET, _PIXELS_FROM)
_OWN = _queries(
    turns.c.sender_id == sa.bindparam("of_person"),
    sa.case((OWN_RESET > RESET, OWN_RESET), else_=RESET),
    sa.case((_OWN_PIXELS_FROM > _PIXELS_FROM, _OWN_PIXELS_FROM), else_=_PIXELS_FROM),
)


def history(
    connection: sa.Connection, key: ConversationKey, *, up_to: TurnId, limit: int, of: PersonId | None = None
) -> History:
    """See `bot.ports.store.Store.history`."""
    queries = _SHARED if of is None else _OWN
    which = {**key_values(key), "up_to": up_to, "newest": limit, "of_person": of}
    rows = connection.execute(queries.history, which).all()
    illustrated = [row.id for row in rows if row.attachment_count]
    attached = attachments.of_messages(connection, illustrated) if illustrated else {}
    exchanges = [_as_exchange(list(turn), attached) for _, turn in groupby(rows, key=itemgetter(0))]
    return History(
        # The turn of a command comes on top.
        exchanges=tuple(exchanges[-limit:]),
        pixels_from=AttachmentId(rows[0].pixels_from if rows else 0),
    )


def attachment(
    connection: sa.Connection,
    key: ConversationKey,
    attachment_id: AttachmentId,
    *,
    up_to: TurnId,
    of: PersonId | None = None,
) -> Attachment | None:
    """See `bot.ports.store.Store.attachment`."""
    queries = _SHARED if of is None else _OWN
    which = {**key_values(key), "up_to": up_to, "attachment_id": attachment_id, "of_person": of}
    if connection.execute(queries.is_part, which).first() is None:
        return None
    return attachments.by_id(connection, attachment_id)


def _as_exchange(rows: Sequence[AnyRow], attached: _Attachments) -> Exchange:
    # By position: by name it takes twice as long, and a request reads up to a hundred of them.
    turn_id, answer, *_ = rows[0]
    return Exchange(
        turn_id=TurnId(turn_id),
        messages=tuple(
            StoredMessage(
                message_id=MessageId(message_id),
                sender=sender,
                sender_id=PersonId(sender_id),
                text=text,
                quoted=as_quotes(quoted),
                attachments=attached.get(stored_as, ()),
            )
            for _, _, stored_as, message_id, sender_id, sender, text, quoted, _, _ in rows
        ),
        answer=answer,
    )
