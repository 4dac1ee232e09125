"""Turns as rows of the database, and as the core sees them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from bot.events import Action, MessageId, PersonId
from bot.ports.parts import Button
from bot.records.pictures import PostedPicture
from bot.records.turns import Buttons, Outcome, Press, Turn, TurnId, TurnState
from storage.columns import Moment, storable
from storage.conversation.conversations import as_key, as_settings
from storage.tables import DETAIL_LENGTH, conversations, deliveries, turns
from storage.transactions import AnyRow

_receipts = deliveries.alias("receipts")
_HAS_RECEIPTS = sa.exists().where(_receipts.c.turn_id == turns.c.id)

SELECT_TURN = sa.select(
    turns.c.id,
    turns.c.state,
    turns.c.attempts,
    turns.c.command,
    turns.c.reply_to,
    turns.c.accepted_at,
    turns.c.ready_at,
    turns.c.text,
    turns.c.argument,
    turns.c.pictures,
    turns.c.sender_id,
    turns.c.language,
    turns.c.about,
    turns.c.buttons,
    turns.c.presses,
    conversations.c.platform,
    conversations.c.chat_id,
    conversations.c.thread_id,
    conversations.c.is_private,
    conversations.c.settings,
    _HAS_RECEIPTS.label("has_receipts"),
).join_from(turns, conversations)
"""For `as_turn`."""

OUTCOME = (
    "decided",
    "text",
    "pictures",
    "buttons",
    "answer",
    "trouble",
    "detail",
    "finish_reason",
    "model",
    "prompt_tokens",
    "completion_tokens",
    "image_tokens",
    "cached_tokens",
    "cost_usd",
    "started_at",
    "first_text_at",
)
"""The columns that an outcome fills."""

IS_TURN = turns.c.id == sa.bindparam("turn_id")
IS_ONE_OF = turns.c.id.in_(sa.bindparam("turn_ids", expanding=True))
_BY_ID = SELECT_TURN.where(IS_TURN)
_BY_IDS = SELECT_TURN.where(IS_ONE_OF).order_by(turns.c.id)

WITHOUT_WORDS: Mapping[str, Any] = MappingProxyType(
    {
        "withdrawn_at": sa.bindparam("now", type_=Moment),
        "lease_owner": None,
        "lease_until": None,
        "text": None,
        "answer": None,
        "pictures": None,
        "buttons": None,
        "presses": None,
        "argument": "",
        "about": None,
    }
)
"""The columns of a turn of which no words are kept. What it cost stays known."""

TAKEN_BACK: Mapping[str, Any] = MappingProxyType(
    {**WITHOUT_WORDS, "state": TurnState.WITHDRAWING.value, "finished_at": None}
)
"""The same for one whose answer may still stand in the chat."""


def turn_by_id(connection: sa.Connection, turn_id: TurnId) -> Turn:
    """A turn that exists."""
    return as_turn(connection.execute(_BY_ID, {"turn_id": turn_id}).one())


def turns_by_id(connection: sa.Connection, turn_ids: Sequence[int]) -> Sequence[Turn]:
    """Those of these that exist, oldest first."""
    return [as_turn(row) for row in connection.execute(_BY_IDS, {"turn_ids": turn_ids})] if turn_ids else []


def as_turn(row: AnyRow) -> Turn:
    """Read a row of `SELECT_TURN`."""
    return Turn(
        id=TurnId(row.id),
        key=as_key(row),
        state=TurnState(row.state),
        attempts=row.attempts,
        is_private=row.is_private,
        command=row.command,
        reply_to=MessageId(row.reply_to),
        accepted_at=row.accepted_at,
        ready_at=row.ready_at,
        text=row.text,
        pictures=tuple(PostedPicture(**picture) for picture in row.pictures or ()),
        argument=row.argument,
        has_receipts=bool(row.has_receipts),
        sender=PersonId(row.sender_id),
        language=row.language or "",
        about=None if row.about is None else MessageId(row.about),
        settings=as_settings(row.settings),
        buttons=_as_buttons(row.buttons) if row.buttons else (),
        presses=tuple(Press(by=PersonId(press["by"]), value=press["value"]) for press in row.presses or ()),
    )


def decided_at_once(text: str, *, trouble: str, now: datetime) -> dict[str, Any]:
    """The columns of a new turn that nobody begins: what it says is known, and it will be FAILED."""
    return {
        "state": TurnState.DELIVERING,
        "decided": TurnState.FAILED,
        "text": text,
        "trouble": trouble,
        "started_at": now,
    }


def _as_buttons(rows: Sequence[Sequence[Mapping[str, str]]]) -> Buttons:
    """Read `turns.buttons`."""
    return tuple(
        tuple(Button(action=Action(one["action"]), label=one["label"], value=one["value"]) for one in row)
        for row in rows
    )


def outcome_values(outcome: Outcome) -> dict[str, Any]:
    """The columns of a turn whose outcome is decided."""
    usage = outcome.usage
    return {
        "decided": outcome.state,
        "text": outcome.text,
        "pictures": [_picture_values(picture) for picture in outcome.pictures] or None,
        "buttons": [[_button_values(button) for button in row] for row in outcome.buttons] or None,
        "answer": outcome.answer,
        "trouble": outcome.trouble,
        "detail": outcome.detail,
        "finish_reason": outcome.finish_reason,
        "model": outcome.model,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "image_tokens": usage.image_tokens,
        "cached_tokens": usage.cached_tokens,
        "cost_usd": usage.cost_usd,
        "started_at": outcome.started_at,
        "first_text_at": outcome.first_text_at,
    }


def _button_values(button: Button) -> dict[str, str]:
    return {"action": button.action, "label": button.label, "value": button.value}


def _picture_values(picture: PostedPicture) -> dict[str, str]:
    return {"sha256": picture.sha256, "caption": storable(picture.caption, DETAIL_LENGTH)}
