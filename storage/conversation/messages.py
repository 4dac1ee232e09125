"""What people said."""

import enum
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import NOBODY, AttachmentRef, MessageId, MessageReceived, Quoted, Source
from bot.records.attachments import Place
from bot.records.history import StoredQuote
from bot.records.turns import TurnId
from storage.columns import storable
from storage.conversation import attachments
from storage.conversation.attachments import Offered, as_ref, in_order, offered_by
from storage.tables import NAME_LENGTH, TEXT_LENGTH, conversations, messages
from storage.tables import attachments as attachment_table
from storage.transactions import AnyRow

HAS_OWN_ATTACHMENTS = sa.select(
    sa.exists().where(
        messages.c.turn_id == sa.bindparam("turn_id"),
        attachment_table.c.message_id == messages.c.id,
        attachment_table.c.place == Place.OWN.value,
    )
)
"""Whether a turn has attachments beside those of what it quotes, and of what was posted before it."""

IS_KNOWN = sa.exists().where(
    messages.c.conversation_id == conversations.c.id,
    messages.c.platform_message_id == sa.bindparam("message_id"),
)
"""Whether a conversation has a message, deleted or not."""

INNER = "glimpse:"
"""How the ids of messages begin that no platform knows, or that it knows by this id no more."""

IS_OF_PLATFORM = ~messages.c.platform_message_id.startswith(INNER, autoescape=True)

_ADD = messages.insert().returning(messages.c.id)
_QUOTED = sa.select(messages.c.quoted).where(
    messages.c.turn_id == sa.bindparam("of_turn"), messages.c.id != sa.bindparam("but")
)
_IS_ONE_OF = messages.c.id.in_(sa.bindparam("message_ids", expanding=True))
_REPLACE = sa.update(messages).where(messages.c.id == sa.bindparam("of_message"))
_BLANK = (
    sa.update(messages)
    .where(_IS_ONE_OF)
    .values(sender_id=NOBODY, sender_name="", text="", quoted=None, attachment_count=0, deleted_at=sa.bindparam("now"))
)


class Change(enum.Enum):
    """What an edit changed."""

    NOTHING = enum.auto()
    PREVIEWS = enum.auto()
    """The platform found pictures behind links, which it does after the message was sent."""
    CONTENT = enum.auto()


def add_message(
    connection: sa.Connection,
    message: MessageReceived,
    offered: Sequence[Offered],
    *,
    conversation_id: int,
    turn_id: TurnId,
) -> None:
    """Store a message as part of a turn, with what it quotes and all attachments."""
    values = {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "platform_message_id": message.message_id,
        "sender_id": message.sender.id,
        "sent_at": message.sent_at,
        "album_id": message.album_id,
        **_content(message, offered),
    }
    message_id = connection.execute(_ADD, values).scalar_one()
    attachments.attach(connection, message_id, offered)


def add_blank_message(
    connection: sa.Connection, message_id: MessageId, *, conversation_id: int, turn_id: TurnId, sent_at: datetime
) -> None:
    """Store that there is a message, as part of a turn, where nobody knows what it says."""
    values = {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "platform_message_id": message_id,
        "sender_id": NOBODY,
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
    if not message.quoted:
        return message
    stored = connection.execute(_QUOTED, {"of_turn": turn_id, "but": stored_as}).scalars()
    known = [values for quoted in stored for values in quoted or ()]
    kept = [quote for quote in message.quoted if quote.message_id is None or _quote_values(quote) not in known]
    return replace(message, quoted=tuple(kept))


def replace_message(
    connection: sa.Connection, stored: AnyRow, message: MessageReceived
) -> tuple[Change, Sequence[str]]:
    """Bring a message up to date.

    Returns:
        What changed of its words and its own attachments, and the originals that no attachment has any more.
    """
    before = attachments.stored(connection, [stored.id]) if stored.attachment_count else []
    own = [one.ref for one in offered_by(message) if one.place is Place.OWN]
    is_same = [row.handle for row in before if row.place == Place.OWN and row.source != Source.PREVIEW] == [
        ref.handle for ref in own if ref.source is not Source.PREVIEW
    ]
    if is_same and stored.text == storable(message.text, TEXT_LENGTH):
        return _add_previews(connection, stored, own, before), ()
    found = _found_here(message, before)
    message = without_known_replies(connection, message, stored.turn_id, stored_as=stored.id)
    offered = in_order([*offered_by(message), *found])
    connection.execute(_REPLACE, {"of_message": stored.id, **_content(message, offered)})
    if not before and not offered:
        return Change.CONTENT, ()
    return Change.CONTENT, attachments.attach_instead(connection, stored.id, offered, before)


def blank_messages(connection: sa.Connection, message_ids: Sequence[int], *, now: datetime) -> None:
    """Delete what was said, and leave the ids. Attachments stay."""
    connection.execute(_BLANK, {"message_ids": message_ids, "now": now})


def as_quotes(stored: list[dict[str, Any]] | None) -> tuple[StoredQuote, ...]:
    """Read `messages.quoted`."""
    if not stored:
        return ()
    return tuple(StoredQuote(**quote) for quote in stored)


def _add_previews(
    connection: sa.Connection, stored: AnyRow, own: Sequence[AttachmentRef], before: Sequence[AnyRow]
) -> Change:
    known = {row.handle for row in before}
    previews = [Offered(ref=ref, place=Place.OWN) for ref in own if ref.handle not in known]
    if not previews:
        return Change.NOTHING
    attachments.attach(connection, stored.id, previews, start=before[-1].ordinal + 1 if before else 0)
    connection.execute(_REPLACE, {"of_message": stored.id, "attachment_count": len(before) + len(previews)})
    return Change.PREVIEWS


def _found_here(message: MessageReceived, before: Sequence[AnyRow]) -> list[Offered]:
    """What was added to a message when it was accepted: the platform knows nothing of it, and so an edit neither."""
    told = {None, *(quote.message_id for quote in message.quoted)}
    return [
        Offered(
            ref=as_ref(row),
            place=Place(row.place),
            author=row.author,
            posted_in=row.posted_in,
            posted_by=row.posted_by,
        )
        for row in before
        if row.posted_in not in told
    ]


def _content(message: MessageReceived, offered: Sequence[Offered]) -> dict[str, Any]:
    return {
        "sender_name": message.sender.name,
        "text": message.text,
        "quoted": [_quote_values(quote) for quote in message.quoted] or None,
        "attachment_count": len(offered),
    }


def _quote_values(quote: Quoted) -> dict[str, Any]:
    author = None if quote.author is None else storable(quote.author, NAME_LENGTH)
    stored = {"author": author, "is_own": quote.is_own, "text": storable(quote.text, TEXT_LENGTH)}
    if quote.message_id is not None:
        stored["message_id"] = storable(quote.message_id)
    return {**stored, "is_hidden": True} if quote.is_hidden else stored
