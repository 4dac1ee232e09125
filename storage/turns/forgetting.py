"""What a person wants forgotten: words, pictures, answers and who it was. What it cost stays known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import NOBODY
from bot.personal import Scope
from bot.records.turns import Turn, TurnState
from storage.columns import Id, Moment
from storage.conversation.attachments import detach
from storage.conversation.conversations import IS_KEY, key_values
from storage.conversation.messages import blank_messages
from storage.conversation.passing import IS_KEY as IS_PASSING
from storage.conversation.pictures import drop_posted
from storage.tables import attachments, conversations, messages, passing, turns, windows
from storage.turns.rows import SELECT_TURN, as_turn
from storage.turns.targets import target_of

AT_ONCE = 50
"""Turns in one transaction: some ten milliseconds."""

Forgotten = tuple[Sequence[Turn], Sequence[str]]
"""The turns whose answers are to be taken back, and the originals that no attachment has any more."""

_GONE = (TurnState.WITHDRAWING, TurnState.WITHDRAWN)
_IS_ONE_OF = turns.c.id.in_(sa.bindparam("turn_ids", expanding=True))
_MESSAGES = sa.select(messages.c.id).where(messages.c.turn_id.in_(sa.bindparam("turn_ids", expanding=True)))
_holder = messages.alias("holder")
# Their own, and those that others quoted or asked about.
_ATTACHED = (
    sa.select(attachments.c.id)
    .join_from(attachments, messages)
    .where(messages.c.turn_id.in_(sa.bindparam("turn_ids", expanding=True)))
    .union(
        sa.select(attachments.c.id)
        .join_from(messages, attachments, attachments.c.posted_in == messages.c.platform_message_id)
        .join(
            _holder,
            sa.and_(_holder.c.id == attachments.c.message_id, _holder.c.conversation_id == messages.c.conversation_id),
        )
        .where(messages.c.turn_id.in_(sa.bindparam("turn_ids", expanding=True)))
    )
)
_NOTHING_LEFT = {
    "sender_id": NOBODY,
    "language": None,
    "album_id": None,
    "text": None,
    "answer": None,
    "pictures": None,
    "buttons": None,
    "presses": None,
    "argument": "",
    "about": None,
    "detail": None,
    "withdrawn_at": sa.bindparam("now", type_=Moment),
    "lease_owner": None,
    "lease_until": None,
}
_WITHDRAW = sa.update(turns).where(_IS_ONE_OF)
# In their language it is said where a message can't be deleted: `Store.close` takes it.
_TO_BE_SAID = {name: value for name, value in _NOTHING_LEFT.items() if name != "language"}
_TAKE_BACK = _WITHDRAW.values(_TO_BE_SAID | {"state": TurnState.WITHDRAWING.value, "finished_at": None}).returning(
    turns.c.id
)
_TAKE_BACK_UNFINISHED = _TAKE_BACK.where(turns.c.finished_at.is_(None))
_FORGET_FINISHED = _WITHDRAW.values(_NOTHING_LEFT | {"state": TurnState.WITHDRAWN.value}).where(
    turns.c.finished_at.is_not(None)
)
_WITHDRAWN = SELECT_TURN.where(_IS_ONE_OF).order_by(turns.c.id)

_command = turns.alias("command")
_WISHED_AT = sa.select(_command.c.ready_at).where(_command.c.id == sa.bindparam("but", type_=Id)).scalar_subquery()
# What is said after the wish is not meant, and has an outcome of its own. A button is pressed long after its menu came.
_IS_MEANT = sa.and_(
    turns.c.id != sa.bindparam("but", type_=Id),
    sa.or_(turns.c.id < sa.bindparam("but", type_=Id), turns.c.accepted_at <= _WISHED_AT),
)
_OF_PERSON = (
    sa.select(turns.c.id)
    .join_from(turns, conversations)
    .where(
        turns.c.sender_id == sa.bindparam("person"),
        _IS_MEANT,
        conversations.c.platform == sa.bindparam("of_platform"),
    )
    .limit(AT_ONCE)
)
_OF_ALL_HERE = (
    sa.select(messages.c.turn_id)
    .distinct()
    .join_from(messages, conversations)
    .join(turns, turns.c.id == messages.c.turn_id)
    .where(IS_KEY, messages.c.deleted_at.is_(None), _IS_MEANT)
    .limit(AT_ONCE)
)
# Asked about by others. What everybody said here goes as a whole.
_POSTED_BY = (
    sa.select(attachments.c.id)
    .join_from(attachments, messages)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(attachments.c.posted_by == sa.bindparam("person"), conversations.c.platform == sa.bindparam("of_platform"))
    .limit(AT_ONCE)
)
_POSTED = {Scope.MINE: _POSTED_BY, Scope.MINE_HERE: _POSTED_BY.where(IS_KEY)}
_TURNS = {Scope.MINE: _OF_PERSON, Scope.MINE_HERE: _OF_PERSON.where(IS_KEY), Scope.ALL_HERE: _OF_ALL_HERE}
_FIRST_MESSAGE = (
    sa.select(messages.c.platform_message_id)
    .where(messages.c.turn_id == sa.bindparam("of_turn"))
    .order_by(messages.c.id)
    .limit(1)
)
_WINDOWS = sa.delete(windows).where(
    windows.c.sender_id == sa.bindparam("person"),
    windows.c.conversation_id.in_(
        sa.select(conversations.c.id).where(conversations.c.platform == sa.bindparam("of_platform"))
    ),
)
_PASSING = sa.delete(passing).where(
    passing.c.platform == sa.bindparam("of_platform"), passing.c.sender_id == sa.bindparam("person")
)
_PASSED = {
    Scope.MINE: _PASSING,
    Scope.MINE_HERE: _PASSING.where(IS_PASSING),
    Scope.ALL_HERE: sa.delete(passing).where(IS_PASSING),
}
_NAMELESS = sa.update(turns).where(turns.c.id == sa.bindparam("but", type_=Id)).values(sender_id=NOBODY, language=None)
_SET_TARGET = sa.update(turns).where(turns.c.id == sa.bindparam("but", type_=Id))


def forget_turns(connection: sa.Connection, turn_ids: Sequence[int], *, now: datetime, in_chat: bool) -> Forgotten:
    """Forget what was asked in these turns, and answered. With `in_chat` the answers are taken back there, too.

    Answers under way are taken back in any case: nobody may be left with half of one.
    """
    if not turn_ids:
        return (), ()
    which = {"turn_ids": turn_ids}
    unused = detach(connection, sorted(connection.execute(_ATTACHED, which).scalars()))
    blank_messages(connection, connection.execute(_MESSAGES, which).scalars().all(), now=now)
    withdrawn = connection.execute(_TAKE_BACK if in_chat else _TAKE_BACK_UNFINISHED, {**which, "now": now}).scalars()
    taken_back = withdrawn.all()
    if not in_chat:
        connection.execute(_FORGET_FINISHED, {**which, "now": now})
    drop_posted(connection, turn_ids)
    if not taken_back:
        return (), unused
    return [as_turn(row) for row in connection.execute(_WITHDRAWN, {"turn_ids": taken_back})], unused


def forget_exchange(connection: sa.Connection, command: Turn, *, now: datetime) -> tuple[bool, Forgotten]:
    """See `bot.ports.store.Store.forget_exchange`. Returns whether there is one, too."""
    target = target_of(connection, command, is_own=True)
    if target is None or (target.sender == NOBODY and target.state not in _GONE):
        return False, ((), ())
    if target.sender == NOBODY:
        return True, ((), ())
    # Done again after a crash, it must not be the one before.
    about = connection.execute(_FIRST_MESSAGE, {"of_turn": target.id}).scalar()
    connection.execute(_SET_TARGET, {"but": command.id, "about": about})
    return True, forget_turns(connection, [target.id], now=now, in_chat=True)


def forget_some(connection: sa.Connection, command: Turn, scope: Scope, *, now: datetime) -> tuple[bool, Forgotten]:
    """Forget some more of what `bot.ports.store.Store.forget` is to forget. Returns whether there was more, too."""
    turn_ids = connection.execute(_TURNS[scope], _values(command)).scalars().all()
    if turn_ids or scope not in _POSTED:
        return bool(turn_ids), forget_turns(connection, turn_ids, now=now, in_chat=False)
    posted = connection.execute(_POSTED[scope], _values(command)).scalars().all()
    return bool(posted), ((), detach(connection, posted))


def forget_rest(connection: sa.Connection, command: Turn, scope: Scope, *, now: datetime) -> None:
    """What is left of it when no turns are: last of all, who gave the command."""
    which = _values(command)
    connection.execute(_PASSED[scope], which)
    if scope is Scope.MINE:
        connection.execute(_WINDOWS, which)
    said = connection.execute(_MESSAGES, {"turn_ids": [command.id]}).scalars().all()
    blank_messages(connection, said, now=now)
    connection.execute(_NAMELESS, which)


def _values(command: Turn) -> dict[str, Any]:
    return {**key_values(command.key), "person": command.sender, "but": command.id}
