"""Conversations: who is who by key, where their history begins, what was chosen there, and when to leave them alone."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.choices import NOTHING_CHOSEN, AnswerMode, ConversationSettings
from bot.events import ConversationKey, PersonId, PlatformName
from bot.records.attachments import AttachmentId
from bot.records.turns import TurnId
from storage.columns import Id, Moment
from storage.tables import conversations
from storage.transactions import AnyRow


def is_of_key(table: sa.Table) -> sa.ColumnElement[bool]:
    """Picks the rows of the conversation that `key_values` name, in a table with the columns of `key_columns`."""
    return sa.and_(
        table.c.platform == sa.bindparam("of_platform"),
        table.c.chat_id == sa.bindparam("of_chat"),
        table.c.thread_id == sa.bindparam("of_thread"),
    )


IS_KEY = is_of_key(conversations)
"""Picks the conversation that `key_values` name."""

ID_OF_KEY = sa.select(conversations.c.id).where(IS_KEY).scalar_subquery()

IDS_OF_CHAT = sa.select(conversations.c.id).where(
    conversations.c.platform == sa.bindparam("of_platform"), conversations.c.chat_id == sa.bindparam("of_chat")
)
"""All conversations of the chat that `key_values` name: its own, and those of its threads and topics."""

_SETTING_NAMES = frozenset(field.name for field in fields(ConversationSettings))
_ANSWER_MODES = frozenset(AnswerMode)

_ADD = conversations.insert().returning(conversations.c.id)
_RESET = (
    sa.update(conversations)
    .where(IS_KEY, conversations.c.reset_turn_id < sa.bindparam("up_to", type_=Id))
    .values(reset_turn_id=sa.bindparam("up_to", type_=Id))
)
_MOVE_PIXELS = (
    sa.update(conversations)
    .where(IS_KEY, conversations.c.pixels_from < sa.bindparam("first", type_=Id))
    .values(pixels_from=sa.bindparam("first", type_=Id))
)
_FIND = sa.select(conversations.c.id).where(IS_KEY)
# In these words, which SQLite and PostgreSQL both understand; SQLAlchemy has other ones for each of them.
_MOVE_OWN = sa.text(
    "INSERT INTO windows (conversation_id, sender_id, reset_turn_id, pixels_from)"
    " VALUES (:conversation_id, :sender_id, :up_to, :pixels_from)"
    " ON CONFLICT (conversation_id, sender_id) DO UPDATE SET"
    " reset_turn_id = CASE WHEN excluded.reset_turn_id > windows.reset_turn_id"
    " THEN excluded.reset_turn_id ELSE windows.reset_turn_id END,"
    " pixels_from = CASE WHEN excluded.pixels_from > windows.pixels_from"
    " THEN excluded.pixels_from ELSE windows.pixels_from END"
)
_SETTINGS = sa.select(conversations.c.settings).where(IS_KEY)
_CHANGE_SETTINGS = sa.update(conversations).where(IS_KEY)
_HELD = sa.select(
    conversations.c.platform, conversations.c.chat_id, conversations.c.thread_id, conversations.c.wait_until
).where(conversations.c.wait_until > sa.bindparam("now", type_=Moment))
_HOLD = sa.update(conversations).where(IS_KEY).values(wait_until=sa.bindparam("until", type_=Moment))


def key_values(key: ConversationKey) -> dict[str, str]:
    """What `is_of_key` compares with."""
    return {"of_platform": key.platform, "of_chat": key.chat_id, "of_thread": key.thread_id or ""}


def key_columns(key: ConversationKey) -> dict[str, str]:
    """The columns of a row that say which conversation it is."""
    return {"platform": key.platform, "chat_id": key.chat_id, "thread_id": key.thread_id or ""}


def as_key(row: AnyRow) -> ConversationKey:
    """Read these columns."""
    return ConversationKey(platform=PlatformName(row.platform), chat_id=row.chat_id, thread_id=row.thread_id or None)


def add_conversation(
    connection: sa.Connection,
    key: ConversationKey,
    *,
    is_private: bool,
    chosen: ConversationSettings = NOTHING_CHOSEN,
) -> int:
    """Make a new conversation known, and return its id."""
    values = {**key_columns(key), "is_private": is_private, "settings": _to_keep(chosen)}
    return int(connection.execute(_ADD, values).scalar_one())


def reset(connection: sa.Connection, key: ConversationKey, *, up_to: TurnId, of: PersonId | None = None) -> None:
    """Let the history, or that of one person, begin after `up_to`. It never begins earlier again."""
    if of is None:
        connection.execute(_RESET, {**key_values(key), "up_to": up_to})
    else:
        _move_own(connection, key, of, up_to=up_to, pixels_from=0)


def move_window(
    connection: sa.Connection,
    key: ConversationKey,
    *,
    first_turn: TurnId,
    pixels_from: AttachmentId,
    of: PersonId | None = None,
) -> None:
    """See `bot.ports.store.Store.move_window`."""
    if of is None:
        reset(connection, key, up_to=TurnId(first_turn - 1), of=None)
        connection.execute(_MOVE_PIXELS, {**key_values(key), "first": pixels_from})
    else:
        _move_own(connection, key, of, up_to=first_turn - 1, pixels_from=pixels_from)


def _move_own(
    connection: sa.Connection, key: ConversationKey, person: PersonId, *, up_to: int, pixels_from: int
) -> None:
    conversation_id = connection.execute(_FIND, key_values(key)).scalar()
    if conversation_id is not None:
        values = {"conversation_id": conversation_id, "sender_id": person, "up_to": up_to, "pixels_from": pixels_from}
        connection.execute(_MOVE_OWN, values)


def settings(connection: sa.Connection, key: ConversationKey) -> ConversationSettings:
    """What was chosen for a conversation, or what nobody chose."""
    return as_settings(connection.execute(_SETTINGS, key_values(key)).scalar_one_or_none())


def change_settings(
    connection: sa.Connection, key: ConversationKey, chosen: ConversationSettings, *, before: ConversationSettings
) -> None:
    """Keep what was chosen: of all settings those that differ from `before`."""
    changed = {name: value for name, value in asdict(chosen).items() if value != getattr(before, name)}
    kept = replace(settings(connection, key), **changed)
    connection.execute(_CHANGE_SETTINGS, {**key_values(key), "settings": _to_keep(kept)})


def _to_keep(chosen: ConversationSettings) -> dict[str, Any] | None:
    return {name: value for name, value in asdict(chosen).items() if value != getattr(NOTHING_CHOSEN, name)} or None


def as_settings(stored: Mapping[str, Any] | None) -> ConversationSettings:
    """Read `conversations.settings`; what an older or newer Glimpse wrote fits too."""
    if not stored:
        return NOTHING_CHOSEN
    chosen = {name: value for name, value in stored.items() if name in _SETTING_NAMES}
    answers = chosen.get("answers")
    return ConversationSettings(**{**chosen, "answers": AnswerMode(answers) if answers in _ANSWER_MODES else None})


def hold(connection: sa.Connection, chat: ConversationKey, until: datetime, *, is_private: bool) -> None:
    """Note how long the platform wants nothing new there, in a row of the chat's own if nothing was said there yet."""
    values = {**key_values(chat), "until": until}
    if connection.execute(_HOLD, values).rowcount == 0:
        add_conversation(connection, chat, is_private=is_private)
        connection.execute(_HOLD, values)


def held(connection: sa.Connection, *, now: datetime) -> Mapping[ConversationKey, datetime]:
    """The chats that are to be left in peace, and until when."""
    return {as_key(row): row.wait_until for row in connection.execute(_HELD, {"now": now})}
