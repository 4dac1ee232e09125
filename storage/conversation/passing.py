"""What people post to nobody: kept for minutes, for a question about it. References and a name, no words."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.events import AttachmentRef, ConversationKey, MessageId, MessageReceived, Source
from bot.records.attachments import Place
from storage.columns import Moment
from storage.conversation.attachments import Offered
from storage.conversation.conversations import is_of_key, key_columns, key_values
from storage.tables import passing
from storage.transactions import AnyRow

KEPT = 10
"""Messages of one conversation: as many as the largest album has (Telegram Bot API, sendMediaGroup)."""

IS_KEY = is_of_key(passing)
"""Picks what was posted in the conversation that `key_values` name."""

IS_WAITING = sa.exists().where(IS_KEY, passing.c.is_taken.is_(sa.false()))
"""Whether there is something for a question there."""

# Whichever way the clock jumped since, what seems far away is over. Two ranges, for the index.
_IS_OVER = sa.or_(
    passing.c.heard_at <= sa.bindparam("over_before", type_=Moment),
    passing.c.heard_at >= sa.bindparam("over_after", type_=Moment),
)
SOME_IS_OVER = sa.exists().where(_IS_OVER)
"""Whether anything anywhere is to be forgotten, by `over_values`."""

_SOME_IS_OVER = sa.select(SOME_IS_OVER)
_FORGET_OLD = sa.delete(passing).where(_IS_OVER)
_FORGET = sa.delete(passing).where(IS_KEY, passing.c.platform_message_id.in_(sa.bindparam("forgotten", expanding=True)))
_REPLACE = sa.update(passing).where(IS_KEY, passing.c.platform_message_id == sa.bindparam("of_message"))
_ADD = passing.insert()
_NEWEST_TOO_MANY = (
    sa.select(passing.c.id).where(IS_KEY).order_by(passing.c.id.desc()).offset(KEPT).limit(1).scalar_subquery()
)
_TRIM = sa.delete(passing).where(IS_KEY, passing.c.id <= _NEWEST_TOO_MANY)
_WAITING = (
    sa.select(passing)
    .where(IS_KEY, passing.c.is_taken.is_(sa.false()), passing.c.sent_at <= sa.bindparam("until", type_=Moment))
    .order_by(passing.c.sent_at, passing.c.id)
)
_TAKE = sa.update(passing).where(passing.c.id.in_(sa.bindparam("taken", expanding=True))).values(is_taken=True)


def over_values(now: datetime, lifetime_s: float) -> dict[str, datetime]:
    """What `SOME_IS_OVER` compares with."""
    lifetime = timedelta(seconds=lifetime_s)
    return {"over_before": now - lifetime, "over_after": now + lifetime}


def keep(connection: sa.Connection, message: MessageReceived, *, now: datetime, lifetime_s: float) -> None:
    """Keep the attachments of a message for the next question, and forget what had its time or is too much."""
    forget_old(connection, now=now, lifetime_s=lifetime_s)
    if not message.attachments or lifetime_s <= 0 or replace(connection, message):
        return
    values = {
        **key_columns(message.key),
        "platform_message_id": message.message_id,
        "album_id": message.album_id,
        "author": message.sender.name,
        "sender_id": message.sender.id,
        "refs": [asdict(ref) for ref in message.attachments],
        "sent_at": message.sent_at,
        "heard_at": now,
        "is_taken": False,
    }
    connection.execute(_ADD, values)
    connection.execute(_TRIM, key_values(message.key))


def replace(connection: sa.Connection, message: MessageReceived) -> bool:
    """Bring what is kept of a message up to date. False if there is nothing."""
    if not message.attachments:
        forget(connection, message.key, [message.message_id])
        return False
    values = {"of_message": message.message_id, "refs": [asdict(ref) for ref in message.attachments]}
    return connection.execute(_REPLACE, {**key_values(message.key), **values}).rowcount > 0


def forget(connection: sa.Connection, key: ConversationKey, message_ids: Sequence[MessageId]) -> None:
    """Delete what was posted in these messages."""
    connection.execute(_FORGET, {**key_values(key), "forgotten": message_ids})


def is_some_over(connection: sa.Connection, *, now: datetime, lifetime_s: float) -> bool:
    """Whether `forget_old` has anything to delete."""
    return bool(connection.execute(_SOME_IS_OVER, over_values(now, lifetime_s)).scalar_one())


def forget_old(connection: sa.Connection, *, now: datetime, lifetime_s: float) -> None:
    """Delete what had its time, in all conversations."""
    connection.execute(_FORGET_OLD, over_values(now, lifetime_s))


def before(
    connection: sa.Connection, question: MessageReceived, *, now: datetime, lifetime_s: float, take: bool
) -> list[Offered]:
    """The attachments of the newest message, with its album, that was posted before a question.

    For a question that comes with a picture of an album: those of that album. Times of messages are compared by the
    platform's clock, so that looking back works too.

    Args:
        connection: To ask.
        question: Who asks.
        now: By our clock.
        lifetime_s: How long before the question they may have been posted.
        take: They are no longer there for another question, and neither is what is older.
    """
    rows = connection.execute(
        _WAITING, {**key_values(question.asked_in or question.key), "until": question.sent_at}
    ).all()
    lifetime = timedelta(seconds=lifetime_s)
    fresh = [row for row in rows if abs(now - row.heard_at) < lifetime and question.sent_at - row.sent_at < lifetime]
    album_id = question.album_id
    if not question.attachments:
        album_id = fresh[-1].album_id if fresh else None
    chosen = fresh[-1:] if album_id is None else [row for row in fresh if row.album_id == album_id]
    if chosen and take:
        connection.execute(_TAKE, {"taken": [row.id for row in (chosen if question.attachments else rows)]})
    return [
        Offered(
            ref=ref,
            place=Place.BEFORE,
            author=row.author,
            posted_in=row.platform_message_id,
            posted_by=row.sender_id or None,
        )
        for row in chosen
        for ref in as_refs(row)
    ]


def as_refs(row: AnyRow) -> Iterator[AttachmentRef]:
    """Read `passing.refs`."""
    for ref in row.refs:
        yield AttachmentRef(**{**ref, "source": Source(ref["source"])})
