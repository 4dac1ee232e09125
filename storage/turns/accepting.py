"""Taking a message in: with a turn of its own, or as more of one that waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.choices import NOTHING_CHOSEN, AnswerMode, ConversationSettings, address_of
from bot.commands.known import LOOKING
from bot.events import Command, MessageId, MessageReceived, PersonId
from bot.records.accepting import Accepted, Arrival
from bot.records.turns import Turn, TurnId, TurnState
from storage.columns import Moment, storable
from storage.conversation import passing
from storage.conversation.albums import with_siblings
from storage.conversation.attachments import Offered, in_order, offered_by
from storage.conversation.conversations import IS_KEY, add_conversation, as_settings, key_values
from storage.conversation.conversations import settings as chosen_in
from storage.conversation.messages import HAS_OWN_ATTACHMENTS, IS_KNOWN, add_message, without_known_replies
from storage.tables import ARGUMENT_LENGTH, NAME_LENGTH, conversations, turns
from storage.transactions import AnyRow
from storage.turns import moving, refusals
from storage.turns.heard import Heard
from storage.turns.rows import turn_by_id

_open = turns.alias("open")
_NEWEST_OPEN = (
    sa.select(sa.func.max(_open.c.id))
    .where(
        _open.c.conversation_id == conversations.c.id,
        _open.c.finished_at.is_(None),
        _open.c.sender_id == sa.bindparam("sender"),
    )
    .scalar_subquery()
)
# All that can matter, in one query: the conversation, whether it has the message, the turn that it may join, and
# whether there is something that was posted to nobody.
_SITUATION = (
    sa.select(
        conversations.c.id.label("conversation_id"),
        conversations.c.settings,
        conversations.c.moved_to,
        IS_KNOWN.label("is_known"),
        passing.IS_WAITING.label("is_passing"),
        passing.SOME_IS_OVER.label("some_is_over"),
        turns.c.id,
        turns.c.state,
        turns.c.command,
        turns.c.album_id,
        turns.c.accepted_at,
        turns.c.ready_at,
        turns.c.never_begun,
    )
    .join_from(conversations, turns, turns.c.id == _NEWEST_OPEN, isouter=True)
    .where(IS_KEY)
)
_IS_NOT_NEWEST = sa.exists().where(
    turns.c.id > sa.bindparam("turn_id"),
    turns.c.conversation_id == sa.bindparam("conversation_id"),
    turns.c.sender_id == sa.bindparam("sender"),
)
_OVERTAKEN = sa.select(_IS_NOT_NEWEST)
_ADD = turns.insert().returning(turns.c.id)
_JOIN = (
    sa.update(turns)
    .where(turns.c.id == sa.bindparam("turn_id"))
    .values(state=TurnState.ACCEPTED.value, ready_at=sa.bindparam("ready", type_=Moment))
)


def accept(connection: sa.Connection, message: MessageReceived, arrival: Arrival) -> Accepted | None:
    """See `bot.ports.taking_in.TakingIn.accept`.

    A command never joins anything, and what is only remembered joins nothing but its album.
    """
    situation = _situation(connection, message, arrival)
    if situation is not None and situation.moved_to is not None:
        message = moving.as_moved(connection, message, situation.moved_to)
        situation = _situation(connection, message, arrival)
    settings = as_settings(situation.settings) if situation else _chosen_for_new(connection, message)
    if message.address is None and arrival.answer:
        message = replace(message, address=address_of(message, settings, arrival.defaults))
    heard = Heard(message=message, arrival=arrival, settings=settings)
    if situation is not None:
        if situation.is_known:
            return None
        if situation.some_is_over:
            passing.forget_old(connection, now=arrival.now, lifetime_s=arrival.joining.before_s)
        if _may_join(connection, situation, heard):
            return _join(connection, situation, heard)
    if heard.is_asked:
        return _take_on(connection, situation, heard)
    _let_pass(connection, heard)
    if settings.listens and arrival.answer:
        return _begin(connection, situation, replace(heard, is_overheard=True), None)
    return None


def ask_alone(connection: sa.Connection, question: MessageReceived, arrival: Arrival) -> Accepted | None:
    """Take a question on that joins nothing, and that nothing belongs to but its words. None if it is known."""
    situation = _situation(connection, question, arrival)
    if situation is not None and situation.is_known:
        return None
    settings = as_settings(situation.settings) if situation else NOTHING_CHOSEN
    return _take_on(connection, situation, Heard(message=question, arrival=arrival, settings=settings, is_alone=True))


def _chosen_for_new(connection: sa.Connection, message: MessageReceived) -> ConversationSettings:
    if message.asked_in is None:
        return NOTHING_CHOSEN
    chosen = chosen_in(connection, message.asked_in)
    # Where the bot listens, and where it answers everything, people are told so: not in this thread.
    answers = None if chosen.answers is AnswerMode.EVERY else chosen.answers
    return replace(chosen, listens=False, answers=answers)


def _situation(connection: sa.Connection, message: MessageReceived, arrival: Arrival) -> AnyRow | None:
    which = {**key_values(message.key), "sender": message.sender.id, "message_id": message.message_id}
    over = passing.over_values(arrival.now, arrival.joining.before_s)
    return connection.execute(_SITUATION, {**which, **over}).one_or_none()


def _take_on(connection: sa.Connection, situation: AnyRow | None, heard: Heard) -> Accepted | None:
    if (
        situation is not None
        and heard.arrival.answer
        and refusals.share(connection, heard, conversation_id=situation.conversation_id)
    ):
        return None
    return _begin(connection, situation, heard, heard.command)


def _let_pass(connection: sa.Connection, heard: Heard) -> None:
    arrival = heard.arrival
    if heard.message.attachments and arrival.answer:
        passing.keep(connection, heard.message, now=arrival.now, lifetime_s=arrival.joining.before_s)


def _may_join(connection: sa.Connection, turn: AnyRow, heard: Heard) -> bool:
    message, arrival = heard.message, heard.arrival
    if turn.id is None or message.command is not None:
        return False
    age_s = heard.seconds_since(turn.accepted_at)
    if age_s >= arrival.joining.cap_s:
        return False
    is_waiting = turn.state == TurnState.ACCEPTED
    # One that was begun before waits for further edits of its own words.
    is_for_more = is_waiting and turn.never_begun and turn.ready_at > max(arrival.now, turn.accepted_at)
    which = {"turn_id": turn.id, "conversation_id": turn.conversation_id, "sender": message.sender.id}
    if is_waiting and message.album_id is not None and message.album_id == turn.album_id:
        fits = turn.command is None or turn.command in LOOKING
    elif turn.command is not None or not arrival.answer:
        fits = False
    elif is_for_more and message.address is not None:
        fits = True
    else:
        fits = (
            (is_waiting or turn.state == TurnState.ANSWERING)
            and age_s < arrival.joining.late_picture_s
            and bool(message.attachments)
            and not message.text.strip()
            and not connection.execute(HAS_OWN_ATTACHMENTS, which).scalar_one()
        )
    return fits and not connection.execute(_OVERTAKEN, which).scalar_one()


def _join(connection: sa.Connection, turn: AnyRow, heard: Heard) -> Accepted:
    turn_id = TurnId(turn.id)
    arrival = heard.arrival
    ready_at = min(arrival.ready_at, turn.accepted_at + timedelta(seconds=arrival.joining.cap_s))
    connection.execute(_JOIN, {"turn_id": turn_id, "ready": ready_at})
    message = without_known_replies(connection, heard.message, turn_id)
    offered = with_siblings(connection, message, offered_by(message))
    add_message(connection, message, offered, conversation_id=turn.conversation_id, turn_id=turn_id)
    if turn.command is not None:
        _let_pass(connection, heard)
    return Accepted(turn=turn_by_id(connection, turn_id), restart=turn.state == TurnState.ANSWERING)


def _begin(connection: sa.Connection, situation: AnyRow | None, heard: Heard, command: Command | None) -> Accepted:
    message = heard.message
    if situation is None:
        conversation_id = add_conversation(
            connection, message.key, is_private=message.is_private, chosen=heard.settings
        )
    else:
        conversation_id = situation.conversation_id
    # Where the bot was never spoken to, nobody knows yet.
    some_passes = situation is None or situation.is_passing or message.asked_in is not None
    offered = _offered(connection, heard, command, some_passes=some_passes)
    turn_id = TurnId(connection.execute(_ADD, _new_values(heard, conversation_id, command)).scalar_one())
    add_message(connection, message, offered, conversation_id=conversation_id, turn_id=turn_id)
    return Accepted(turn=_new_turn(turn_id, heard, command))


def _offered(
    connection: sa.Connection, heard: Heard, command: Command | None, *, some_passes: bool
) -> Sequence[Offered]:
    message, arrival = heard.message, heard.arrival
    if heard.is_overheard or heard.is_alone:
        return offered_by(replace(message, quoted=()))
    offered = with_siblings(connection, message, offered_by(message))
    if message.attachments and command is not None:
        # A command is no part of the history: the question about its picture may still come.
        _let_pass(connection, heard)
    elif message.attachments:
        passing.forget(connection, message.key, [message.message_id])
    may_look = arrival.answer and arrival.refusal is None and (command is None or command.name in LOOKING)
    if some_passes and may_look and (not offered or message.album_id is not None):
        lifetime_s = arrival.joining.before_s
        # Questions in threads of their own don't know of each other: each is shown it.
        take = command is None and message.asked_in is None
        before = passing.before(connection, message, now=arrival.now, lifetime_s=lifetime_s, take=take)
        return in_order([*offered, *before])
    return offered


def _new_values(heard: Heard, conversation_id: int, command: Command | None) -> dict[str, Any]:
    message = heard.message
    return {
        "conversation_id": conversation_id,
        "command": command.name if command else None,
        "argument": command.argument if command else "",
        "sender_id": message.sender.id,
        "language": message.sender.language,
        "about": _about(message) if command else None,
        "album_id": message.album_id,
        "reply_to": heard.reply_to,
        "accepted_at": heard.arrival.now,
        "never_begun": True,
        **heard.beginning,
    }


def _new_turn(turn_id: TurnId, heard: Heard, command: Command | None) -> Turn:
    message = heard.message
    return Turn(
        id=turn_id,
        key=message.key,
        state=heard.beginning["state"],
        attempts=0,
        is_private=message.is_private,
        command=command.name if command else None,
        argument=storable(command.argument, ARGUMENT_LENGTH) if command else "",
        reply_to=heard.reply_to,
        accepted_at=heard.arrival.now,
        ready_at=heard.beginning["ready_at"],
        sender=PersonId(storable(message.sender.id)),
        language=storable(message.sender.language or "", NAME_LENGTH),
        about=_about(message) if command else None,
        settings=heard.settings,
    )


def _about(message: MessageReceived) -> MessageId | None:
    """What a command replies to: the id of no message where that stands in another chat."""
    return next((quote.message_id or MessageId("") for quote in message.quoted), None)
