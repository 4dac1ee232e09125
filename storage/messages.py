"""What people said, and the attachments it came with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import AttachmentRef, MessageId, MessageReceived, Quoted
from bot.records import StoredQuote, TurnId, Verdict
from storage.columns import storable
from storage.pictures import drop_unused
from storage.tables import NAME_LENGTH, TEXT_LENGTH, attachments, conversations, messages
from storage.transactions import AnyRow

HAS_OWN_ATTACHMENTS = sa.select(
    sa.exists().where(
        messages.c.turn_id == sa.bindparam("turn_id"),
        attachments.c.message_id == messages.c.id,
        attachments.c.quoted.is_(sa.false()),
    )
)
"""Whether a turn has attachments beside those of what it quotes."""

IS_KNOWN = sa.exists().where(
    messages.c.conversation_id == conversations.c.id,
    messages.c.platform_message_id == sa.bindparam("message_id"),
)
"""Whether a conversation has a message, deleted or not."""

_ADD = messages.insert().returning(messages.c.id)
_QUOTED = sa.select(messages.c.quoted).where(
    messages.c.turn_id == sa.bindparam("of_turn"), messages.c.id != sa.bindparam("but")
)
_IS_ONE_OF = messages.c.id.in_(sa.bindparam("message_ids", expanding=True))
_REPLACE = sa.update(messages).where(messages.c.id == sa.bindparam("of_message"))
_ATTACHMENTS = (
    sa.select(attachments)
    .where(attachments.c.message_id.in_(sa.bindparam("message_ids", expanding=True)))
    .order_by(attachments.c.message_id, attachments.c.ordinal)
)
_DETACH = sa.delete(attachments).where(attachments.c.message_id.in_(sa.bindparam("message_ids", expanding=True)))
_BLANK = (
    sa.update(messages)
    .where(_IS_ONE_OF)
    .values(sender_id="", sender_name="", text="", quoted=None, attachment_count=0, deleted_at=sa.bindparam("now"))
)


def add_message(connection: sa.Connection, message: MessageReceived, *, conversation_id: int, turn_id: TurnId) -> None:
    """Store a message as part of a turn, with what it quotes and all attachments."""
    offered = _offered(message)
    values = {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "platform_message_id": message.message_id,
        "sender_id": message.sender.id,
        "sent_at": message.sent_at,
        **_content(message, offered),
    }
    message_id = connection.execute(_ADD, values).scalar_one()
    _attach(connection, message_id, offered, {})


def add_blank_message(
    connection: sa.Connection, message_id: MessageId, *, conversation_id: int, turn_id: TurnId, sent_at: datetime
) -> None:
    """Store that there is a message, as part of a turn, where nobody knows what it says."""
    values = {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "platform_message_id": message_id,
        "sender_id": "",
        "sender_name": "",
        "text": "",
        "attachment_count": 0,
        "sent_at": sent_at,
    }
    connection.execute(_ADD, values)


def without_known_replies(
    connection: sa.Connection, message: MessageReceived, turn_id: int, *, stored_as: int = 0
) -> MessageReceived:
    """The message without the reply that others of its turn quote already: every picture of an album repeats it."""
    stored = connection.execute(_QUOTED, {"of_turn": turn_id, "but": stored_as}).scalars()
    known = [values for quoted in stored for values in quoted or ()]
    kept = [quote for quote in message.quoted if quote.message_id is None or _quote_values(quote) not in known]
    return replace(message, quoted=tuple(kept))


def replace_message(connection: sa.Connection, stored: AnyRow, message: MessageReceived) -> bool:
    """Bring a message up to date. False if its words and its own attachments are as they were.

    Attachments get new ids: what is still to be told about an earlier one is not about what stands there now.
    """
    which = {"message_ids": [stored.id]}
    before = connection.execute(_ATTACHMENTS, which).all() if stored.attachment_count else []
    is_attached = [row.handle for row in before if not row.quoted] == [ref.handle for ref in message.attachments]
    if is_attached and stored.text == storable(message.text, TEXT_LENGTH):
        return False
    message = without_known_replies(connection, message, stored.turn_id, stored_as=stored.id)
    offered = _offered(message)
    connection.execute(_REPLACE, {"of_message": stored.id, **_content(message, offered)})
    if before:
        connection.execute(_DETACH, which)
    _attach(connection, stored.id, offered, {(row.handle, row.quoted): row for row in before})
    drop_unused(connection, [row.sha256 for row in before if row.sha256])
    return True


def blank_messages(connection: sa.Connection, message_ids: Sequence[int], *, now: datetime) -> None:
    """Delete what was said, and leave the ids."""
    which = {"message_ids": message_ids}
    shown = [row.sha256 for row in connection.execute(_ATTACHMENTS, which) if row.sha256]
    connection.execute(_BLANK, {**which, "now": now})
    connection.execute(_DETACH, which)
    drop_unused(connection, shown)


def as_quotes(stored: list[dict[str, Any]] | None) -> tuple[StoredQuote, ...]:
    """Read `messages.quoted`."""
    if not stored:
        return ()
    return tuple(StoredQuote(author=q["author"], is_own=q["is_own"], text=q["text"]) for q in stored)


_Offered = Sequence[tuple[AttachmentRef, bool]]
"""Attachments in the order in which they are kept, and whether each belongs to a quote."""


def _offered(message: MessageReceived) -> _Offered:
    quoted = [(ref, True) for quote in message.quoted for ref in quote.attachments]
    return [*quoted, *((ref, False) for ref in message.attachments)]


def _content(message: MessageReceived, offered: _Offered) -> dict[str, Any]:
    return {
        "sender_name": message.sender.name,
        "text": message.text,
        "quoted": [_quote_values(quote) for quote in message.quoted] or None,
        "attachment_count": len(offered),
    }


def _quote_values(quote: Quoted) -> dict[str, Any]:
    author = None if quote.author is None else storable(quote.author, NAME_LENGTH)
    return {"author": author, "is_own": quote.is_own, "text": storable(quote.text, TEXT_LENGTH)}


def _attach(
    connection: sa.Connection,
    message_id: int,
    offered: _Offered,
    before: Mapping[tuple[str, bool], AnyRow],
) -> None:
    """Store attachments; one that was there `before`, by handle and whether it is quoted, keeps its verdict."""
    if offered:
        rows = [_attachment_values(ref, quoted, before.get((ref.handle, quoted))) for ref, quoted in offered]
        numbered = [{**row, "message_id": message_id, "ordinal": ordinal} for ordinal, row in enumerate(rows)]
        connection.execute(attachments.insert(), numbered)


def _attachment_values(ref: AttachmentRef, quoted: bool, before: AnyRow | None) -> dict[str, Any]:
    return {
        "quoted": quoted,
        "handle": ref.handle,
        "name": ref.name,
        "media_type": ref.media_type,
        "size_bytes": ref.size_bytes,
        "verdict": before.verdict if before else Verdict.PENDING,
        "reason": before.reason if before else "",
        "origin": before.origin if before else "",
        "sha256": before.sha256 if before else None,
    }
