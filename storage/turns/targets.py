"""Which question a command is about."""

import sqlalchemy as sa

from bot.events import NOBODY
from bot.records.turns import Turn, TurnState
from storage.columns import Id
from storage.conversation.conversations import ID_OF_KEY, key_values
from storage.conversation.history import OWN_RESET, RESET
from storage.tables import turns
from storage.turns.life import turn_of
from storage.turns.rows import SELECT_TURN, as_turn

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
_NEWEST_OWN = _NEWEST.where(turns.c.sender_id == sa.bindparam("of_person"))
_NEWEST_SINCE_RESET = _NEWEST.where(turns.c.id > RESET)
_NEWEST_OWN_SINCE_RESET = _NEWEST_OWN.where(turns.c.id > OWN_RESET, turns.c.id > RESET)


def target_of(connection: sa.Connection, command: Turn, *, is_own: bool, is_remembered: bool = False) -> Turn | None:
    """The turn of the message that a command replies to, a question or an answer; else of the newest question.

    With `is_own` only one of the sender's own, or of nobody any more. With `is_remembered` the newest question is one
    that was asked since the conversation was reset. None if there is none.
    """
    which = {**key_values(command.key), "before": command.id, "of_person": command.sender}
    if command.about is None:
        every, since_reset = (_NEWEST_OWN, _NEWEST_OWN_SINCE_RESET) if is_own else (_NEWEST, _NEWEST_SINCE_RESET)
        row = connection.execute(since_reset if is_remembered else every, which).first()
        return None if row is None else as_turn(row)
    found = turn_of(connection, command.key, command.about)
    return found if found is not None and (not is_own or found.sender in (command.sender, NOBODY)) else None
