"""What a person wants forgotten: words, pictures, answers and who it was. What it cost stays known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import NOBODY, ConversationKey
from bot.personal import Scope
from bot.records.accepting import OVERHEARD
from bot.records.turns import Turn, TurnState
from storage.columns import Id
from storage.conversation.attachments import detach
from storage.conversation.conversations import ID_OF_KEY, IS_KEY, key_values
from storage.conversation.messages import blank_messages
from storage.conversation.passing import IS_KEY as IS_PASSING
from storage.conversation.pictures import drop_posted
from storage.tables import attachments, conversations, messages, passing, turns, windows
from storage.turns.rows import IS_ONE_OF, TAKEN_BACK, WITHOUT_WORDS, turns_by_id
from storage.turns.targets import target_of

AT_ONCE = 50
"""Turns in one transaction: some ten milliseconds."""

Forgotten = tuple[Sequence[Turn], Sequence[str]]
"""The turns whose answers are to be taken back, and the originals that no attachment has any more."""

_IS_OF_ONE = messages.c.turn_id.in_(sa.bindparam("turn_ids", expanding=True))
_MESSAGES = sa.select(messages.c.id).where(_IS_OF_ONE)
_holder, _origin, _there = messages.alias("holder"), conversations.alias("origin"), conversations.alias("there")
# Their own, and those that others quoted or asked about anywhere in the chat.
_ATTACHED = (
    sa.select(attachments.c.id)
    .join_from(attachments, messages)
    .where(_IS_OF_ONE)
    .union(
        sa.select(attachments.c.id)
        .join_from(messages, attachments, attachments.c.posted_in == messages.c.platform_message_id)
        .join(_holder, _holder.c.id == attachments.c.message_id)
        .join(_origin, _origin.c.id == messages.c.conversation_id)
        .join(_there, _there.c.id == _holder.c.conversation_id)
        .where(_IS_OF_ONE, _origin.c.platform == _there.c.platform, _origin.c.chat_id == _there.c.chat_id)
    )
)
# By the index of the history.
_OVERHEARD = (
    sa.select(turns.c.id)
    .where(
        turns.c.conversation_id == ID_OF_KEY,
        turns.c.command.is_(None),
        turns.c.withdrawn_at.is_(None),
        turns.c.trouble == OVERHEARD,
    )
    .limit(AT_ONCE)
)
_ATTACHED_THERE = sa.select(attachments.c.id).join_from(attachments, messages).where(_IS_OF_ONE)
_DELETE = sa.delete(turns).where(IS_ONE_OF)
_FORGOTTEN = {"sender_id": NOBODY, "album_id": None, "detail": None}
# The language stays: in it is said where a message can't be deleted that it was taken back. `Store.close` takes it.
_TAKE_BACK = sa.update(turns).where(IS_ONE_OF).values({**TAKEN_BACK, **_FORGOTTEN}).returning(turns.c.id)
_TAKE_BACK_UNFINISHED = _TAKE_BACK.where(turns.c.finished_at.is_(None))
_FORGET_FINISHED = (
    sa.update(turns)
    .where(IS_ONE_OF, turns.c.finished_at.is_not(None))
    .values({**WITHOUT_WORDS, **_FORGOTTEN, "language": None, "state": TurnState.WITHDRAWN.value})
)

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
# What was posted in a channel may have been asked about in the message that began a thread of it, which has its id.
_POSTED_BY_HERE = _POSTED_BY.where(
    conversations.c.chat_id == sa.bindparam("of_chat"),
    sa.or_(
        conversations.c.thread_id == sa.bindparam("of_thread"),
        sa.and_(sa.bindparam("of_thread") == "", conversations.c.thread_id == messages.c.platform_message_id),
    ),
)
_POSTED = {Scope.MINE: _POSTED_BY, Scope.MINE_HERE: _POSTED_BY_HERE}
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
    return turns_by_id(connection, taken_back), unused


def forget_exchange(connection: sa.Connection, command: Turn, *, now: datetime) -> tuple[bool, Forgotten]:
    """See `bot.ports.personal_data.PersonalData.forget_exchange`. Returns whether there is one, too."""
    target = target_of(connection, command, is_own=True)
    if target is None or (target.sender == NOBODY and not target.state.is_taken_back):
        return False, ((), ())
    if target.sender == NOBODY:
        return True, ((), ())
    # Done again after a crash, it must not be the one before.
    about = connection.execute(_FIRST_MESSAGE, {"of_turn": target.id}).scalar()
    connection.execute(_SET_TARGET, {"but": command.id, "about": about})
    return True, forget_turns(connection, [target.id], now=now, in_chat=True)


def forget_overheard(connection: sa.Connection, key: ConversationKey) -> tuple[bool, Sequence[str]]:
    """Delete some of what was said to nobody in a conversation, as if it had never been heard.

    Returns:
        Whether there was any, and the originals that no attachment has any more.
    """
    which = {"turn_ids": connection.execute(_OVERHEARD, key_values(key)).scalars().all()}
    if not which["turn_ids"]:
        return False, ()
    unused = detach(connection, connection.execute(_ATTACHED_THERE, which).scalars().all())
    connection.execute(_DELETE, which)
    return True, unused


def forget_some(connection: sa.Connection, command: Turn, scope: Scope, *, now: datetime) -> tuple[bool, Forgotten]:
    """A step of `bot.ports.personal_data.PersonalData.forget`. Returns whether there was something left, too."""
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
