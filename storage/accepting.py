"""Taking a message in: with a turn of its own, or as more of one that waits."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.events import MessageReceived
from bot.records import BUSY, Accepted, Joining, Refusal, Turn, TurnId, TurnState
from storage import refusals
from storage.columns import Moment
from storage.conversations import IS_KEY, add_conversation, key_values
from storage.messages import HAS_OWN_ATTACHMENTS, IS_KNOWN, add_message, without_known_replies
from storage.tables import conversations, turns
from storage.transactions import AnyRow
from storage.turns import decided_at_once, turn_by_id

_open = turns.alias("open")
_NEWEST_OPEN = (
    sa.select(sa.func.max(_open.c.id))
    .where(
        _open.c.conversation_id == conversations.c.id,
        _open.c.finished_at.is_(None),
        _open.c.sender_id == sa.bindparam("sender"),
    )
    .scalar_subquery()
)
# All that can matter, in one query: the conversation, whether it has the message, and the turn that it may join.
_SITUATION = (
    sa.select(
        conversations.c.id.label("conversation_id"),
        IS_KNOWN.label("is_known"),
        turns.c.id,
        turns.c.state,
        turns.c.command,
        turns.c.album_id,
        turns.c.accepted_at,
        turns.c.ready_at,
    )
    .join_from(conversations, turns, turns.c.id == _NEWEST_OPEN, isouter=True)
    .where(IS_KEY)
)
_IS_NOT_NEWEST = sa.exists().where(
    turns.c.id > sa.bindparam("turn_id"),
    turns.c.conversation_id == sa.bindparam("conversation_id"),
    turns.c.sender_id == sa.bindparam("sender"),
)
_OVERTAKEN = sa.select(_IS_NOT_NEWEST)
_ADD = turns.insert().returning(turns.c.id)
_JOIN = (
    sa.update(turns)
    .where(turns.c.id == sa.bindparam("turn_id"))
    .values(state=TurnState.ACCEPTED.value, ready_at=sa.bindparam("ready", type_=Moment))
)


def accept(
    connection: sa.Connection,
    message: MessageReceived,
    *,
    now: datetime,
    ready_at: datetime,
    joining: Joining,
    answer: bool,
    refusal: Refusal | None = None,
) -> Accepted | None:
    """See `bot.ports.store.Store.accept`.

    A command never joins anything, and what is only remembered joins nothing but its album.
    """
    values = {**key_values(message.key), "sender": message.sender.id, "message_id": message.message_id}
    situation = connection.execute(_SITUATION, values).one_or_none()
    if situation is not None:
        if situation.is_known:
            return None
        if _may_join(connection, situation, message, now=now, joining=joining, answer=answer):
            return _join(connection, situation, message, latest=ready_at, cap_s=joining.cap_s)
    if message.address is None:
        return None
    if not answer:
        beginning: dict[str, Any] = {"state": TurnState.REMEMBERED, "finished_at": now}
    elif situation is not None and refusals.share(
        connection, message, conversation_id=situation.conversation_id, now=now, joining=joining, refusal=refusal
    ):
        return None
    elif refusal is not None:
        beginning, ready_at = decided_at_once(refusal.text, trouble=BUSY, now=now), now
    else:
        beginning = {"state": TurnState.ACCEPTED}
    turn = _begin(connection, message, situation, beginning, now=now, ready_at=ready_at)
    return Accepted(turn=turn)


def _begin(
    connection: sa.Connection,
    message: MessageReceived,
    situation: AnyRow | None,
    beginning: dict[str, Any],
    *,
    now: datetime,
    ready_at: datetime,
) -> Turn:
    """Store a turn that consists of this message. `beginning`: its state, and what else is known of it already."""
    if situation is None:
        conversation_id = add_conversation(connection, message.key, is_private=message.is_private)
    else:
        conversation_id = situation.conversation_id
    values = {
        "conversation_id": conversation_id,
        "command": message.command.name if message.command else None,
        "sender_id": message.sender.id,
        "album_id": message.album_id,
        "reply_to": message.message_id,
        "accepted_at": now,
        "ready_at": ready_at,
        **beginning,
    }
    turn_id = TurnId(connection.execute(_ADD, values).scalar_one())
    add_message(connection, message, conversation_id=conversation_id, turn_id=turn_id)
    return Turn(
        id=turn_id,
        key=message.key,
        state=beginning["state"],
        attempts=0,
        is_private=message.is_private,
        command=message.command.name if message.command else None,
        reply_to=message.message_id,
        accepted_at=now,
        ready_at=ready_at,
    )


def _may_join(
    connection: sa.Connection,
    turn: AnyRow,
    message: MessageReceived,
    *,
    now: datetime,
    joining: Joining,
    answer: bool,
) -> bool:
    if turn.id is None or turn.command is not None or message.command is not None:
        return False
    # Whichever way the clock jumped since, what seems far away is not recent.
    age_s = abs((now - turn.accepted_at).total_seconds())
    if age_s >= joining.cap_s:
        return False
    is_waiting = turn.state == TurnState.ACCEPTED
    which = {"turn_id": turn.id, "conversation_id": turn.conversation_id, "sender": message.sender.id}
    if is_waiting and message.album_id is not None and message.album_id == turn.album_id:
        fits = True
    elif not answer:
        fits = False
    elif is_waiting and turn.ready_at > max(now, turn.accepted_at) and message.address is not None:
        fits = True
    else:
        fits = (
            (is_waiting or turn.state == TurnState.ANSWERING)
            and age_s < joining.late_picture_s
            and bool(message.attachments)
            and not message.text.strip()
            and not connection.execute(HAS_OWN_ATTACHMENTS, which).scalar_one()
        )
    return fits and not connection.execute(_OVERTAKEN, which).scalar_one()


def _join(
    connection: sa.Connection, turn: AnyRow, message: MessageReceived, *, latest: datetime, cap_s: float
) -> Accepted:
    turn_id = TurnId(turn.id)
    ready_at = min(latest, turn.accepted_at + timedelta(seconds=cap_s))
    connection.execute(_JOIN, {"turn_id": turn_id, "ready": ready_at})
    message = without_known_replies(connection, message, turn_id)
    add_message(connection, message, conversation_id=turn.conversation_id, turn_id=turn_id)
    return Accepted(turn=turn_by_id(connection, turn_id), restart=turn.state == TurnState.ANSWERING)
