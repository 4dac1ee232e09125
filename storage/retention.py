"""What is deleted in time, one short transaction after the other."""

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from storage.columns import Moment
from storage.conversation.pictures import IS_UNUSED
from storage.tables import conversations, cursors, pictures, presses, set_aside, turns, windows

_TURNS_AT_ONCE = 50
"""With their messages and receipts, a few milliseconds."""
_PICTURES_AT_ONCE = 20
"""Of some 200 KB each, a few milliseconds."""
_CURSORS_AT_ONCE = 500
_CONVERSATIONS_AT_ONCE = 500
_KEPT_CURSORS = 10_000
"""Far more than one bot has conversations in use; of some 100 bytes each."""

Step = Callable[[sa.Connection], int]
"""Deletes a little and returns how much; 0 when nothing is left to delete."""

_BEFORE = sa.bindparam("before", type_=Moment)

_OLD_TURNS = (
    sa.select(turns.c.id).where(turns.c.finished_at < _BEFORE).order_by(turns.c.finished_at).limit(_TURNS_AT_ONCE)
)
# Messages, attachments and receipts go with their turn, by the foreign keys.
_DELETE_TURNS = sa.delete(turns).where(turns.c.id.in_(_OLD_TURNS))

_ORPHANS = sa.select(pictures.c.sha256).where(IS_UNUSED).limit(_PICTURES_AT_ONCE)
_DELETE_ORPHANS = sa.delete(pictures).where(pictures.c.sha256.in_(_ORPHANS))

_KEPT_BYTES = sa.select(sa.func.coalesce(sa.func.sum(pictures.c.size_bytes), 0))
_LEAST_RECENTLY_USED = (
    sa.select(pictures.c.sha256, pictures.c.size_bytes)
    .where(
        pictures.c.size_bytes > 0,
        pictures.c.last_turn_id.not_in(sa.select(turns.c.id).where(turns.c.finished_at.is_(None))),
    )
    .order_by(pictures.c.last_turn_id)
    .limit(_PICTURES_AT_ONCE)
)
# The row stays: attachments still tell what they were.
_EMPTY = (
    sa.update(pictures)
    .where(pictures.c.sha256.in_(sa.bindparam("evicted", expanding=True)))
    .values(size_bytes=0, jpeg=None)
)

_DELETE_UNREADABLES = sa.delete(set_aside).where(set_aside.c.set_aside_at < _BEFORE)
_DELETE_WINDOWS = sa.delete(windows).where(
    windows.c.reset_turn_id < sa.select(sa.func.min(turns.c.id)).scalar_subquery()
)
_target = conversations.alias("target")
_moved = conversations.alias("moved")
# What is next said there makes it anew. Each question asked inline is one: they would pile up.
_IDLE = (
    sa.select(_target.c.id)
    .where(
        _target.c.settings.is_(None),
        _target.c.moved_to.is_(None),
        sa.or_(_target.c.wait_until.is_(None), _target.c.wait_until < _BEFORE),
        ~sa.exists().where(turns.c.conversation_id == _target.c.id),
        ~sa.exists().where(_moved.c.moved_to == _target.c.id),
    )
    .limit(_CONVERSATIONS_AT_ONCE)
)
_DELETE_IDLE = sa.delete(conversations).where(conversations.c.id.in_(_IDLE))
_DELETE_PRESSES = sa.delete(presses).where(presses.c.pressed_at < _BEFORE)

_LONG_UNMOVED = (
    sa.select(cursors.c.name).order_by(cursors.c.last_turn_id.desc()).offset(_KEPT_CURSORS).limit(_CURSORS_AT_ONCE)
)
_DELETE_CURSORS = sa.delete(cursors).where(cursors.c.name.in_(_LONG_UNMOVED))


def delete_turns(before: datetime) -> Step:
    """Turns that were finished before a time, with all that belongs to them."""
    return lambda connection: connection.execute(_DELETE_TURNS, {"before": before}).rowcount


def delete_unreadables(before: datetime) -> Step:
    """What was set aside before a time: it holds people's words too. All at once, as few are kept."""
    return lambda connection: _at_once(connection, _DELETE_UNREADABLES, {"before": before})


def delete_presses(before: datetime) -> Step:
    """Buttons that were pressed before a time. No platform tells of them again."""
    return lambda connection: _at_once(connection, _DELETE_PRESSES, {"before": before})


def delete_idle_conversations(before: datetime) -> Step:
    """Conversations of which nothing is kept any more, and for which nobody chose anything."""
    return lambda connection: connection.execute(_DELETE_IDLE, {"before": before}).rowcount


def delete_windows(connection: sa.Connection) -> int:
    """Beginnings of people's own histories that lie before all that is kept."""
    return _at_once(connection, _DELETE_WINDOWS, {})


def delete_cursors(connection: sa.Connection) -> int:
    """Cursors over `_KEPT_CURSORS`, the longest unmoved first."""
    return connection.execute(_DELETE_CURSORS).rowcount


def delete_orphans(connection: sa.Connection) -> int:
    """Pictures that neither an attachment nor an answer shows any more."""
    return connection.execute(_DELETE_ORPHANS).rowcount


def evict_pictures(max_bytes: int) -> Step:
    """The bytes of the least recently used pictures, until `max_bytes` are left. Unfinished turns keep theirs."""

    def evict(connection: sa.Connection) -> int:
        excess = connection.execute(_KEPT_BYTES).scalar_one() - max_bytes
        evicted = []
        for sha256, size_bytes in connection.execute(_LEAST_RECENTLY_USED):
            if excess <= 0:
                break
            evicted.append(sha256)
            excess -= size_bytes
        if evicted:
            connection.execute(_EMPTY, {"evicted": evicted})
        return len(evicted)

    return evict


def _at_once(connection: sa.Connection, deletion: sa.Delete, values: Mapping[str, datetime]) -> int:
    """Delete all that there is, of which there is never much. Nothing is left."""
    connection.execute(deletion, values)
    return 0
