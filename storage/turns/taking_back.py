"""Editing and deleting: what a person takes back is gone, and the turn is done again or withdrawn."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.commands.known import LOOKING
from bot.events import ConversationKey, MessageId, MessageReceived
from bot.records.accepting import OVERHEARD, Accepted
from bot.records.turns import Turn, TurnId, TurnState
from storage.conversation import passing
from storage.conversation.attachments import detach
from storage.conversation.attachments import stored as stored_attachments
from storage.conversation.conversations import ID_OF_KEY, IDS_OF_CHAT, key_values
from storage.conversation.messages import Change, blank_messages, replace_message
from storage.conversation.pictures import drop_posted
from storage.tables import attachments, conversations, deliveries, messages, turns
from storage.transactions import AnyRow
from storage.turns.reopening import reopen
from storage.turns.rows import IS_ONE_OF, TAKEN_BACK, turn_by_id, turns_by_id

_IS_THERE = sa.and_(messages.c.conversation_id == ID_OF_KEY, messages.c.deleted_at.is_(None))
_EDITED = (
    sa.select(
        messages.c.id,
        messages.c.text,
        messages.c.attachment_count,
        messages.c.turn_id,
        turns.c.state,
        turns.c.command,
        turns.c.trouble,
        turns.c.accepted_at,
        turns.c.ready_at,
    )
    .join_from(messages, turns)
    .where(_IS_THERE, messages.c.platform_message_id == sa.bindparam("message_id"))
)
_POSTED_IN = (
    sa.select(attachments.c.id)
    .join_from(attachments, messages)
    .where(
        attachments.c.posted_in.in_(sa.bindparam("deleted_ids", expanding=True)),
        messages.c.conversation_id.in_(IDS_OF_CHAT),
    )
)
_STOOD_IN = sa.select(conversations.c.id).where(
    conversations.c.platform == sa.bindparam("of_platform"),
    conversations.c.chat_id == sa.bindparam("of_chat"),
    # A thread that a message began has its id.
    conversations.c.thread_id.in_(sa.bindparam("threads", expanding=True)),
)
_DELETED = sa.select(messages.c.id, messages.c.turn_id).where(
    messages.c.conversation_id.in_(_STOOD_IN),
    messages.c.deleted_at.is_(None),
    messages.c.platform_message_id.in_(sa.bindparam("deleted_ids", expanding=True)),
)
_IS_LEFT = sa.and_(messages.c.turn_id == turns.c.id, messages.c.deleted_at.is_(None))
_WITHDRAW = sa.update(turns).where(IS_ONE_OF, ~sa.exists().where(_IS_LEFT)).values(TAKEN_BACK).returning(turns.c.id)
_FIRST_LEFT = (
    sa.select(messages.c.platform_message_id).where(_IS_LEFT).order_by(messages.c.id).limit(1).scalar_subquery()
)
# Not once something was sent: by the message that it replies to it may have to be found again.
_REPLY_TO_NEXT = (
    sa.update(turns)
    .where(IS_ONE_OF, sa.exists().where(_IS_LEFT), ~sa.exists().where(deliveries.c.turn_id == turns.c.id))
    .values(reply_to=_FIRST_LEFT)
)


def edit(
    connection: sa.Connection, message: MessageReceived, *, ready_at: datetime, redo_since: datetime
) -> tuple[Accepted | None, Sequence[str]]:
    """See `bot.ports.taking_in.TakingIn.edit`. Not accepted either when the turn is too old to be done again.

    A command that became a question, or another command, is done as what it is now.

    Returns:
        What was accepted, and the originals that no attachment has any more.
    """
    passing.replace(connection, message)
    which = {**key_values(message.key), "message_id": message.message_id}
    stored = connection.execute(_EDITED, which).one_or_none()
    if stored is None:
        return None, ()
    change, unused = replace_message(connection, stored, message)
    is_open = stored.state == TurnState.ACCEPTED
    if change is Change.NOTHING or (change is Change.PREVIEWS and not is_open) or stored.accepted_at < redo_since:
        return None, unused
    turn_id = TurnId(stored.turn_id)
    if stored.trouble == OVERHEARD and message.address is None:
        return None, unused
    reopen(connection, turn_id, ready_at=stored.ready_at if is_open else ready_at, **_command(stored, message))
    is_new = stored.state in (TurnState.ACCEPTED, TurnState.REMEMBERED)
    return Accepted(turn=turn_by_id(connection, turn_id), restart=not is_new), unused


def _command(stored: AnyRow, message: MessageReceived) -> dict[str, str | None]:
    """What an edited turn is now. A question never becomes a command."""
    if stored.command is None or message.command is not None:
        command = message.command if stored.command else None
        return {"command": command.name if command else None, "argument": command.argument if command else ""}
    # It was not said to the bot, and is not now: it is described because every picture is.
    is_watched = stored.command in LOOKING and message.address is None
    return {"command": stored.command if is_watched else None, "argument": ""}


def delete(
    connection: sa.Connection, key: ConversationKey, message_ids: Sequence[MessageId], *, now: datetime
) -> tuple[Sequence[Turn], Sequence[str]]:
    """See `bot.ports.taking_in.TakingIn.delete`. Pictures go from wherever they were quoted in the chat, too.

    Returns:
        The turns that have no message left, and the originals that no attachment has any more.
    """
    which = {**key_values(key), "deleted_ids": message_ids}
    passing.forget(connection, key, message_ids)
    rows = connection.execute(_DELETED, {**which, "threads": [which["of_thread"], *message_ids]}).all()
    gone = {*connection.execute(_POSTED_IN, which).scalars()}
    if rows:
        gone |= {row.id for row in stored_attachments(connection, [row.id for row in rows])}
    unused = detach(connection, sorted(gone))
    return (_withdraw(connection, rows, now=now) if rows else []), unused


def _withdraw(connection: sa.Connection, deleted: Sequence[AnyRow], *, now: datetime) -> Sequence[Turn]:
    blank_messages(connection, [row.id for row in deleted], now=now)
    touched = {"turn_ids": sorted({row.turn_id for row in deleted})}
    withdrawn = connection.execute(_WITHDRAW, {**touched, "now": now}).scalars().all()
    connection.execute(_REPLY_TO_NEXT, touched)
    if withdrawn:
        drop_posted(connection, withdrawn)
    return turns_by_id(connection, withdrawn)
