"""Buttons that somebody pressed: each press has its effect once, however often the platform tells of it."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa

from bot.commands.known import FORGET, GO_ON, MENUS, is_question
from bot.events import Action, Address, ButtonPressed, MessageId, MessageReceived
from bot.records.accepting import Accepted, Arrival, Joining, NotPressed, Refusal
from bot.records.turns import Press, Turn, TurnState
from storage.conversation.messages import INNER
from storage.tables import presses, turns
from storage.turns.accepting import ask_alone
from storage.turns.forgetting import forget_turns
from storage.turns.life import turn_of
from storage.turns.reopening import reopen
from storage.turns.rows import IS_TURN, turn_by_id
from storage.turns.targets import target_of

_MOST_PRESSES = 20
"""Under one menu, waiting to be acted on. More are not taken."""

_IS_KNOWN = sa.select(presses.c.press_id).where(
    presses.c.platform == sa.bindparam("of_platform"), presses.c.press_id == sa.bindparam("of_press")
)
_ADD = presses.insert()
_DELIVER_AGAIN = (
    sa.update(turns)
    .where(IS_TURN)
    .values(state=TurnState.DELIVERING.value, finished_at=None, buttons=None, lease_owner=None, lease_until=None)
)
_REPLY_TO = sa.update(turns).where(IS_TURN)

_Pressed = tuple[Sequence[Accepted] | NotPressed, Sequence[str]]
"""What is to be run, or why nothing is; and the originals that no attachment has any more."""


def press(
    connection: sa.Connection, pressed: ButtonPressed, *, now: datetime, joining: Joining, refusal: Refusal | None
) -> _Pressed:
    """See `bot.ports.taking_in.TakingIn.press`."""
    turn = turn_of(connection, pressed.key, pressed.message_id, claimed=pressed.turn)
    if turn is None or (turn.state.is_taken_back and pressed.action is not Action.FORGET):
        return NotPressed.FORGOTTEN, ()
    if turn.state.is_taken_back or not _is_new(connection, pressed, now=now):
        return (), ()
    if not _is_theirs(turn, pressed):
        return NotPressed.OF_ANOTHER, ()
    if not _is_offered(turn, pressed.action):
        return (), ()
    accepted: Sequence[Accepted] = ()
    unused: Sequence[str] = ()
    match pressed.action:
        case Action.CHOOSE:
            accepted = _choose(connection, turn, pressed, now=now)
        case Action.RETRY if refusal is not None:
            return NotPressed.REFUSED, ()
        case Action.RETRY:
            accepted = [_again(connection, turn, now=now)]
        case Action.CONTINUE:
            accepted = _go_on(connection, turn, pressed, now=now, joining=joining, refusal=refusal)
        case Action.FORGET:
            withdrawn, unused = forget_turns(connection, [turn.id], now=now, in_chat=True)
            accepted = [Accepted(turn=one, restart=True) for one in withdrawn]
    return accepted, unused


def _is_theirs(turn: Turn, pressed: ButtonPressed) -> bool:
    if pressed.sender.id == turn.sender:
        return True
    if pressed.action is Action.CHOOSE:
        return turn.command != FORGET
    return pressed.action is not Action.FORGET and not turn.settings.is_per_person


def _is_offered(turn: Turn, action: Action) -> bool:
    match action:
        case Action.CHOOSE:
            return turn.command in MENUS
        case Action.FORGET:
            return True
    return _offers(turn, action)


def retry(connection: sa.Connection, command: Turn, *, now: datetime) -> Accepted | None:
    """See `bot.ports.taking_in.TakingIn.retry`."""
    turn = target_of(connection, command, is_own=command.settings.is_per_person, is_remembered=True)
    if turn is None or turn.state.is_taken_back:
        return None
    if not is_question(turn.command, turn.argument):
        return None  # A command would be done once more in the name, and with the rights, of who gave it.
    return _again(connection, turn, now=now) if turn.state.is_final else Accepted(turn=turn)


def _is_new(connection: sa.Connection, pressed: ButtonPressed, *, now: datetime) -> bool:
    platform = pressed.key.platform
    if connection.execute(_IS_KNOWN, {"of_platform": platform, "of_press": pressed.press_id}).first() is not None:
        return False
    connection.execute(_ADD, {"platform": platform, "press_id": pressed.press_id, "pressed_at": now})
    return True


def _offers(turn: Turn, action: Action) -> bool:
    # People see them before the turn is closed. A turn that is done again has none in the store, whatever is on screen.
    return any(button.action is action for row in turn.buttons for button in row)


def _again(connection: sa.Connection, turn: Turn, *, now: datetime) -> Accepted:
    reopen(connection, turn.id, ready_at=now)
    return Accepted(turn=turn_by_id(connection, turn.id), restart=True)


def _choose(connection: sa.Connection, turn: Turn, pressed: ButtonPressed, *, now: datetime) -> Sequence[Accepted]:
    if len(turn.presses) >= _MOST_PRESSES:
        return ()
    waiting = [*turn.presses, Press(by=pressed.sender.id, value=pressed.value)]
    reopen(connection, turn.id, ready_at=now, presses=[asdict(one) for one in waiting])
    return [Accepted(turn=turn_by_id(connection, turn.id), restart=True)]


def _go_on(
    connection: sa.Connection,
    turn: Turn,
    pressed: ButtonPressed,
    *,
    now: datetime,
    joining: Joining,
    refusal: Refusal | None,
) -> Sequence[Accepted]:
    """A question of who pressed, which replies to the answer. That one is shown again, without its buttons.

    They stay where there is no room: who is asked to come back needs them.
    """
    question = MessageReceived(
        key=pressed.key,
        message_id=MessageId(f"{INNER}press/{pressed.press_id}"),
        sender=pressed.sender,
        sent_at=now,
        is_private=pressed.is_private,
        text=GO_ON,
        raw_text=GO_ON,
        address=Address.REPLY,
    )
    arrival = Arrival(now=now, ready_at=now, joining=joining, refusal=refusal)
    accepted = ask_alone(connection, question, arrival)
    if accepted is None:
        return ()
    connection.execute(_REPLY_TO, {"turn_id": accepted.turn.id, "reply_to": pressed.message_id})
    asked = replace(accepted, turn=turn_by_id(connection, accepted.turn.id))
    if refusal is not None:
        return [asked]
    connection.execute(_DELIVER_AGAIN, {"turn_id": turn.id})
    return [asked, Accepted(turn=turn_by_id(connection, turn.id), restart=True)]
