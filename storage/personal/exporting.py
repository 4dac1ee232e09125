"""All that is kept of a person, for themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.events import PersonId, PlatformName
from bot.records.attachments import Attachment
from bot.records.turns import TurnId
from storage.columns import Id
from storage.conversation.attachments import of_messages
from storage.tables import conversations, messages, turns
from storage.transactions import AnyRow

AT_ONCE = 50
"""Exchanges in one reading: some milliseconds."""

# By the index alone: only of the chosen ones the rows are read.
_CHOSEN = (
    sa.select(turns.c.id)
    .join_from(turns, conversations)
    .where(
        turns.c.sender_id == sa.bindparam("person"),
        conversations.c.platform == sa.bindparam("of_platform"),
        turns.c.id > sa.bindparam("after", type_=Id),
    )
    .order_by(turns.c.id)
    .limit(AT_ONCE)
)
_TURNS = (
    sa.select(
        turns.c.id,
        turns.c.command,
        turns.c.argument,
        turns.c.state,
        turns.c.accepted_at,
        turns.c.finished_at,
        turns.c.language,
        turns.c.answer,
        turns.c.model,
        turns.c.prompt_tokens,
        turns.c.completion_tokens,
        turns.c.cost_usd,
        conversations.c.platform,
        conversations.c.chat_id,
        conversations.c.thread_id,
    )
    .join_from(turns, conversations)
    .where(turns.c.id.in_(_CHOSEN))
    .order_by(turns.c.id)
)
_MESSAGES = (
    sa.select(messages)
    .where(messages.c.turn_id.in_(sa.bindparam("turn_ids", expanding=True)), messages.c.deleted_at.is_(None))
    .order_by(messages.c.id)
)


def kept_of(
    connection: sa.Connection, platform: PlatformName, person: PersonId, *, after: TurnId
) -> tuple[TurnId | None, Sequence[Mapping[str, Any]]]:
    """See `bot.ports.personal_data.PersonalData.kept_of`."""
    rows = connection.execute(_TURNS, {"person": person, "of_platform": platform, "after": after}).all()
    if not rows:
        return None, ()
    said = connection.execute(_MESSAGES, {"turn_ids": [row.id for row in rows]}).all()
    attached = of_messages(connection, [message.id for message in said if message.attachment_count])
    by_turn: dict[int, list[Mapping[str, Any]]] = {}
    for message in said:
        by_turn.setdefault(message.turn_id, []).append(_as_said(message, attached.get(message.id, ())))
    return TurnId(rows[-1].id), [_as_exchange(row, by_turn.get(row.id, ())) for row in rows]


def _as_said(row: AnyRow, attachments: Sequence[Attachment]) -> Mapping[str, Any]:
    return {
        "message_id": row.platform_message_id,
        "sent_at": row.sent_at.isoformat(),
        "sender_name": row.sender_name,
        "text": row.text,
        "quoted": row.quoted or [],
        "attachments": [_as_attached(one) for one in attachments],
    }


def _as_attached(attachment: Attachment) -> Mapping[str, Any]:
    return {
        "name": attachment.ref.name,
        "media_type": attachment.ref.media_type,
        "size_bytes": attachment.ref.size_bytes,
        "place": attachment.place,
        "source": attachment.ref.source,
        "about": attachment.ref.about,
        "posted_by": attachment.author,
        "verdict": attachment.verdict,
        "reason": attachment.reason,
        "what_it_is": attachment.origin,
        "text": attachment.text,
        "file_sha256": attachment.original,
        "pictures_sha256": [view.sha256 for view in attachment.views],
    }


def _as_exchange(row: AnyRow, said: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "turn": row.id,
        "platform": row.platform,
        "chat_id": row.chat_id,
        "thread_id": row.thread_id or None,
        "accepted_at": row.accepted_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "state": row.state,
        "command": row.command,
        "argument": row.argument,
        "language": row.language,
        "messages": said,
        "answer": row.answer,
        "model": row.model,
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "cost_usd": row.cost_usd,
    }
