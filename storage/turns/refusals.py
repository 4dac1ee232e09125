"""Telling a person once that there is no room, and counting it for all that they said meanwhile."""

from datetime import datetime, timedelta
from operator import attrgetter

import sqlalchemy as sa

from bot.events import MessageReceived
from bot.records.accepting import BUSY, Joining, Refusal
from bot.records.turns import TurnId, TurnState
from storage.columns import Moment
from storage.conversation.attachments import offered_by
from storage.conversation.messages import add_message, without_known_replies
from storage.tables import messages, turns
from storage.transactions import AnyRow

_SIZE = sa.select(sa.func.count()).where(messages.c.turn_id == turns.c.id).scalar_subquery()
_REFUSED = sa.select(turns.c.id, turns.c.command, turns.c.album_id, turns.c.accepted_at, _SIZE.label("size")).where(
    turns.c.conversation_id == sa.bindparam("conversation_id"),
    turns.c.sender_id == sa.bindparam("sender"),
    turns.c.trouble == BUSY,
)
# Two queries, each with its index, and unsorted: for the sake of an order SQLite would walk through all turns.
_ON_ITS_WAY = _REFUSED.where(turns.c.finished_at.is_(None), turns.c.state == TurnState.DELIVERING.value)
_SAID = _REFUSED.where(
    turns.c.finished_at >= sa.bindparam("since", type_=Moment), turns.c.state == TurnState.FAILED.value
)


def share(
    connection: sa.Connection,
    message: MessageReceived,
    *,
    conversation_id: int,
    now: datetime,
    joining: Joining,
    refusal: Refusal | None,
) -> bool:
    """Make a message part of the turn that its sender was refused last. False if that one has nothing to do with it."""
    if refusal is None and message.album_id is None:
        return False
    longest_s = max(joining.cap_s, refusal.shared_for_s if refusal else 0.0)
    which = {"conversation_id": conversation_id, "sender": message.sender.id}
    since = now - timedelta(seconds=longest_s)
    found = [*connection.execute(_ON_ITS_WAY, which), *connection.execute(_SAID, {**which, "since": since})]
    last = max(found, key=attrgetter("id"), default=None)
    if last is None or not _is_for_both(last, message, now=now, joining=joining, refusal=refusal):
        return False
    turn_id = TurnId(last.id)
    message = without_known_replies(connection, message, turn_id)
    add_message(connection, message, offered_by(message), conversation_id=conversation_id, turn_id=turn_id)
    return True


def _is_for_both(
    last: AnyRow, message: MessageReceived, *, now: datetime, joining: Joining, refusal: Refusal | None
) -> bool:
    # Whichever way the clock jumped since, what seems far away is not recent.
    age_s = abs((now - last.accepted_at).total_seconds())
    if message.album_id is not None and message.album_id == last.album_id and age_s < joining.cap_s:
        return True
    return (
        refusal is not None
        and age_s < refusal.shared_for_s
        and last.size < refusal.shared_by
        and (last.command is None) == (message.command is None)
    )
