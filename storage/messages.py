"""What people said, and the attachments it came with."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bot.events import AttachmentRef, MessageReceived, Quoted
from bot.records import StoredQuote, TurnId, Verdict
from storage.columns import storable
from storage.tables import NAME_LENGTH, TEXT_LENGTH, attachments, messages

_ADD = messages.insert().returning(messages.c.id)
_QUOTED = sa.select(messages.c.quoted).where(messages.c.turn_id == sa.bindparam("of_turn"))


def add_message(connection: sa.Connection, message: MessageReceived, *, conversation_id: int, turn_id: TurnId) -> None:
    """Store a message as part of a turn, with what it quotes and all attachments."""
    offered = [(ref, True) for quote in message.quoted for ref in quote.attachments]
    offered += [(ref, False) for ref in message.attachments]
    values = {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "platform_message_id": message.message_id,
        "sender_id": message.sender.id,
        "sender_name": message.sender.name,
        "text": message.text,
        "quoted": [_quote_values(quote) for quote in message.quoted] or None,
        "attachment_count": len(offered),
        "sent_at": message.sent_at,
    }
    message_id = connection.execute(_ADD, values).scalar_one()
    if offered:
        rows = [_attachment_values(ref, quoted=quoted) for ref, quoted in offered]
        numbered = [{**row, "message_id": message_id, "ordinal": ordinal} for ordinal, row in enumerate(rows)]
        connection.execute(attachments.insert(), numbered)


def without_known_replies(connection: sa.Connection, message: MessageReceived, turn_id: TurnId) -> MessageReceived:
    """The message without the reply that its turn quotes already: every picture of an album repeats it."""
    stored = connection.execute(_QUOTED, {"of_turn": turn_id}).scalars()
    known = [values for quoted in stored for values in quoted or ()]
    kept = [quote for quote in message.quoted if quote.message_id is None or _quote_values(quote) not in known]
    return replace(message, quoted=tuple(kept))


def as_quotes(stored: list[dict[str, Any]] | None) -> tuple[StoredQuote, ...]:
    """Read `messages.quoted`."""
    return tuple(StoredQuote(author=q["author"], is_own=q["is_own"], text=q["text"]) for q in stored or ())


def _quote_values(quote: Quoted) -> dict[str, Any]:
    author = None if quote.author is None else storable(quote.author, NAME_LENGTH)
    return {"author": author, "is_own": quote.is_own, "text": storable(quote.text, TEXT_LENGTH)}


def _attachment_values(ref: AttachmentRef, *, quoted: bool) -> dict[str, Any]:
    return {
        "quoted": quoted,
        "handle": ref.handle,
        "name": ref.name,
        "media_type": ref.media_type,
        "size_bytes": ref.size_bytes,
        "verdict": Verdict.PENDING,
    }
