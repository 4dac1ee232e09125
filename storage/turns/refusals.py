"""Telling a person once that there is no room, and counting it for all that they said meanwhile."""

from datetime import timedelta
from operator import attrgetter

import sqlalchemy as sa

from bot.records.accepting import BUSY
from bot.records.turns import TurnId, TurnState
from storage.columns import Moment
from storage.conversation.attachments import offered_by
from storage.conversation.messages import add_message, without_known_replies
from storage.tables import messages, turns
from storage.transactions import AnyRow
from storage.turns.heard import Heard

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


def share(connection: sa.Connection, heard: Heard, *, conversation_id: int) -> bool:
    """Make a message part of the turn that its sender was refused last. False if that one has nothing to do with it."""
    message, arrival = heard.message, heard.arrival
    if arrival.refusal is None and message.album_id is None:
        return False
    longest_s = max(arrival.joining.cap_s, arrival.refusal.shared_for_s if arrival.refusal else 0.0)
    which = {"conversation_id": conversation_id, "sender": message.sender.id}
    since = arrival.now - timedelta(seconds=longest_s)
    found = [*connection.execute(_ON_ITS_WAY, which), *connection.execute(_SAID, {**which, "since": since})]
    last = max(found, key=attrgetter("id"), default=None)
    if last is None or not _is_for_both(last, heard):
        return False
    turn_id = TurnId(last.id)
    message = without_known_replies(connection, message, turn_id)
    add_message(connection, message, offered_by(message), conversation_id=conversation_id, turn_id=turn_id)
    return True


def _is_for_both(last: AnyRow, heard: Heard) -> bool:
    message, refusal = heard.message, heard.arrival.refusal
    age_s = heard.seconds_since(last.accepted_at)
    if message.album_id is not None and message.album_id == last.album_id and age_s < heard.arrival.joining.cap_s:
        return True
    return (
        refusal is not None
        and age_s < refusal.shared_for_s
        and last.size < refusal.shared_by
        and (last.command is None) == (message.command is None)
    )
