"""Fills Glimpse's database with conversations of the past, before it starts."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.stages import Place
from bot.records.turns import TurnState
from storage.database import open_store
from storage.tables import conversations, messages, turns

_QUESTION = "And what about the other thing that we talked about yesterday?"


async def fill(path: Path, earlier: Iterable[tuple[int, Sequence[Place]]], *, answer: str) -> None:
    """Give each place so many earlier messages: half of them questions, the other half `answer`."""
    async with open_store(f"sqlite+aiosqlite:///{path}"):
        pass  # Its tables are made.
    engine = sa.create_engine(f"sqlite:///{path}")
    turn_ids = itertools.count(1)
    with engine.begin() as connection:
        for count, places in earlier:
            for place in places:
                _add(connection, place, list(itertools.islice(turn_ids, count // 2)), answer)
    engine.dispose()


def _add(connection: sa.Connection, place: Place, turn_ids: Sequence[int], answer: str) -> None:
    key = place.key
    added = connection.execute(
        conversations.insert().returning(conversations.c.id),
        {
            "platform": key.platform,
            "chat_id": key.chat_id,
            "thread_id": key.thread_id or "",
            "is_private": place.is_private,
        },
    )
    conversation_id = added.scalar_one()
    if turn_ids:
        connection.execute(turns.insert(), list(_turns(conversation_id, turn_ids, answer)))
        connection.execute(messages.insert(), list(_messages(conversation_id, turn_ids)))


def _turns(conversation_id: int, turn_ids: Sequence[int], answer: str) -> Iterator[dict[str, Any]]:
    at = datetime.now(UTC) - timedelta(days=1)
    for turn_id in turn_ids:
        yield {
            "id": turn_id,
            "conversation_id": conversation_id,
            "state": TurnState.ANSWERED,
            "sender_id": "1",
            "reply_to": f"{turn_id:020}",
            "accepted_at": at,
            "ready_at": at,
            "answer": answer,
            "started_at": at,
            "finished_at": at,
        }


def _messages(conversation_id: int, turn_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    at = datetime.now(UTC) - timedelta(days=1)
    for turn_id in turn_ids:
        yield {
            "conversation_id": conversation_id,
            "turn_id": turn_id,
            "platform_message_id": f"{turn_id:020}",
            "sender_id": "1",
            "sender_name": "Ann",
            "text": _QUESTION,
            "attachment_count": 0,
            "sent_at": at,
        }
