"""Which question a command is about."""

import sqlalchemy as sa

from bot.records import NOBODY, Turn, TurnState
from storage.columns import Id
from storage.conversations import ID_OF_KEY, key_values
from storage.tables import messages, turns
from storage.turn_rows import SELECT_TURN, as_turn
from storage.turns import turn_of

_OF_QUESTION = SELECT_TURN.join(messages, messages.c.turn_id == turns.c.id).where(
    messages.c.conversation_id == ID_OF_KEY, messages.c.platform_message_id == sa.bindparam("message_id")
)
_NEWEST = (
    SELECT_TURN.where(
        turns.c.conversation_id == ID_OF_KEY,
        turns.c.id < sa.bindparam("before", type_=Id),
        turns.c.command.is_(None),
        turns.c.withdrawn_at.is_(None),
        turns.c.state != TurnState.REMEMBERED.value,
    )
    .order_by(turns.c.id.desc())
    .limit(1)
)
_NEWEST_OWN = _NEWEST.where(turns.c.sender_id == sa.bindparam("sender"))


def target_of(connection: sa.Connection, command: Turn, *, is_own: bool) -> Turn | None:
    """The turn of the message that a command replies to, a question or an answer; else of the newest question.

    With `is_own` only one of the sender's own, or of nobody any more. None if there is none.
    """
    which = {**key_values(command.key), "before": command.id, "sender": command.sender}
    if command.about is None:
        row = connection.execute(_NEWEST_OWN if is_own else _NEWEST, which).first()
        return None if row is None else as_turn(row)
    found = turn_of(connection, command.key, command.about)
    if found is None:
        row = connection.execute(_OF_QUESTION, {**which, "message_id": command.about}).first()
        found = None if row is None else as_turn(row)
    return found if found is not None and (not is_own or found.sender in (command.sender, NOBODY)) else None
