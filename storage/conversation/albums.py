"""The other pictures of an album: a reply shows only the one that it was pressed on."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.events import MessageReceived
from bot.records.attachments import Place
from storage.conversation.attachments import Offered, as_ref, in_order
from storage.conversation.conversations import ID_OF_KEY, key_values
from storage.conversation.passing import IS_KEY, KEPT, as_refs
from storage.tables import attachments, messages, passing

_replied_to = messages.alias("replied_to")
_STORED = (
    sa.select(attachments, messages.c.platform_message_id, messages.c.sender_id)
    .select_from(_replied_to)
    .join(
        messages,
        sa.and_(
            messages.c.conversation_id == _replied_to.c.conversation_id,
            messages.c.album_id == _replied_to.c.album_id,
            messages.c.id != _replied_to.c.id,
        ),
    )
    .join(attachments, attachments.c.message_id == messages.c.id)
    .where(
        _replied_to.c.conversation_id == ID_OF_KEY,
        _replied_to.c.platform_message_id == sa.bindparam("of_message"),
        attachments.c.place == Place.OWN.value,
    )
    .order_by(messages.c.id, attachments.c.ordinal)
    .limit(KEPT)
)
_passed = passing.alias("passed")
_PASSING = (
    sa.select(passing)
    .select_from(passing)
    .join(
        _passed,
        sa.and_(
            _passed.c.platform == passing.c.platform,
            _passed.c.chat_id == passing.c.chat_id,
            _passed.c.thread_id == passing.c.thread_id,
            _passed.c.album_id == passing.c.album_id,
            _passed.c.id != passing.c.id,
        ),
    )
    .where(IS_KEY, _passed.c.platform_message_id == sa.bindparam("of_message"))
    .order_by(passing.c.id)
)


def with_siblings(connection: sa.Connection, message: MessageReceived, offered: Sequence[Offered]) -> Sequence[Offered]:
    """What a message offers, and with what it quotes the rest of that album, as far as it is known."""
    albums = dict.fromkeys(one.posted_in for one in offered if one.place is Place.QUOTED and one.posted_in is not None)
    if not albums:
        return offered
    key = key_values(message.key)
    return in_order([*offered, *(one for of in albums for one in _siblings(connection, {**key, "of_message": of}))])


def _siblings(connection: sa.Connection, which: dict[str, str]) -> list[Offered]:
    stored = [
        Offered(ref=as_ref(row), place=Place.QUOTED, posted_in=row.platform_message_id, posted_by=row.sender_id)
        for row in connection.execute(_STORED, which)
    ]
    passed = [
        Offered(ref=ref, place=Place.QUOTED, posted_in=row.platform_message_id, posted_by=row.sender_id or None)
        for row in connection.execute(_PASSING, which)
        for ref in as_refs(row)
    ]
    return [*stored, *passed]
