"""What is asked of the database: by index, and at a cost that does not grow with the history."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.events import Action, ConversationKey, MessageId, MessageReceived, Quoted, Unreadable
from bot.personal import Scope
from bot.ports.parts import Button
from bot.records.accepting import Accepted, Refusal
from bot.records.attachments import AttachmentId
from bot.records.notices import Notice, NoticeKind
from bot.records.turns import Delivery, DeliveryState, Turn, TurnId
from bot.sentences import sentence
from storage import cursors, retention, unreadables
from storage.conversation import attachments, conversations, history, passing, pictures, places, verdicts
from storage.personal import exporting, spending
from storage.tables import messages as message_table
from storage.tables import turns
from storage.turns import accepting, forgetting, life, moving, notices, pressing, receipts, taking_back
from storage.turns.rows import turn_by_id
from tests.happenings import FAKE, KEY, command, message, photo, pressed, quote
from tests.manual_clock import START
from tests.storing import (
    AT_START,
    JOINING,
    database,
    exchange,
    lease,
    outcome,
    picture,
    plain_connection,
    prepared,
    store_at,
)


def _add_past(path: Path, key: ConversationKey, count: int) -> TurnId:
    """Write so many old turns into a conversation that exists, and return the newest turn's id."""
    with plain_connection(path) as connection:
        conversation_id = connection.execute(
            sa.select(conversations.ID_OF_KEY), conversations.key_values(key)
        ).scalar_one()
        turn: dict[str, Any] = {
            "conversation_id": conversation_id,
            "state": "answered",
            "sender_id": "1",
            "reply_to": "1",
            "accepted_at": START,
            "ready_at": START,
            "finished_at": START,
            "answer": "Yes.",
        }
        said_: dict[str, Any] = {
            "conversation_id": conversation_id,
            "sender_id": "1",
            "sender_name": "Ann",
            "text": "Hello",
            "attachment_count": 0,
            "sent_at": START,
        }
        first = (connection.execute(sa.select(sa.func.max(turns.c.id))).scalar() or 0) + 1
        ids = range(first, first + count)
        connection.execute(turns.insert(), [{**turn, "id": i} for i in ids])
        connection.execute(
            message_table.insert(), [{**said_, "turn_id": i, "platform_message_id": f"p{i}"} for i in ids]
        )
        return TurnId(ids[-1])


def _steps_to_read(path: Path, key: ConversationKey, up_to: TurnId) -> int:
    """How many instructions SQLite's virtual machine runs to read ten exchanges."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with plain_connection(path) as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 1)
        assert len(history.history(connection, key, up_to=up_to, limit=10).exchanges) == 10
        driver.set_progress_handler(None, 1)
    return steps


async def test_reading_costs_the_same_after_fifty_thousand_messages(tmp_path: Path) -> None:
    busy, path = replace(KEY, chat_id="2"), database(tmp_path)
    async with store_at(tmp_path) as store:
        await exchange(store, "Hello")
        await exchange(store, "Hello", key=busy)

    few = _steps_to_read(path, KEY, _add_past(path, KEY, 20))
    newest = _add_past(path, busy, 50_000)
    assert _steps_to_read(path, busy, newest) <= few * 1.1
    assert _steps_to_read(path, KEY, newest) <= few * 1.1


# The subquery that reads no more than the limit, and the index of the turns that wait.
SHORT_SCANS = {"SCAN questions", "SCAN CONSTANT ROW", "SCAN turns USING INDEX ix_turns_unfinished"}


async def test_no_query_of_an_answer_reads_a_whole_table(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass
    asked: list[tuple[str, Any]] = []
    with plain_connection(database(tmp_path)) as connection:

        @sa.event.listens_for(connection, "before_cursor_execute")
        def _note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
            asked.append((statement, parameters[0] if many else parameters))

        _one_of_everything(connection)
        sa.event.remove(connection, "before_cursor_execute", _note)
        assert len(asked) > 20
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            slow = {row.detail for row in plan if row.detail.startswith("SCAN")} - SHORT_SCANS
            assert not slow, statement


def _one_of_everything(connection: sa.Connection) -> None:
    heard = message(album_id="a", message_id="1", attachments=[photo("one")])
    turn_id = _accept_of_every_kind(connection, heard)
    life.begin(connection, turn_id, now=START, lease=lease())
    life.renew(connection, [turn_id], lease())
    life.unfinished(connection)
    history.history(connection, KEY, up_to=turn_id, limit=10)
    history.attachment(connection, KEY, AttachmentId(1), up_to=turn_id)
    verdicts.settle(connection, AttachmentId(1), prepared(picture("cat")), "0" * 64)
    verdicts.settle_as_known(connection, AttachmentId(2), "0" * 64, made_for="")
    pictures.keep_posted(connection, turn_id, picture("box"))
    attachments.in_use(connection, ["0" * 64])
    pictures.jpeg(connection, picture("cat").sha256)
    receipts.record_deliveries(connection, turn_id, [Delivery(part=0, state=DeliveryState.SENDING)])
    receipts.deliveries_of(connection, turn_id)
    receipts.remove_delivery(connection, turn_id, 0)
    shown = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"))
    life.conclude(connection, turn_id, outcome("A cat."), [shown])
    life.close(connection, turn_id, now=START, receipts=[shown], failed="undeliverable", detail="")
    life.turn_of(connection, KEY, MessageId("90"))
    taking_back.edit(connection, replace(heard, text="A cat?"), ready_at=START, redo_since=START)
    taking_back.delete(connection, KEY, [heard.message_id], now=START)
    life.close(connection, turn_id, now=START, receipts=[shown], failed="", detail="")
    conversations.reset(connection, KEY, up_to=turn_id)
    conversations.hold(connection, KEY, START, is_private=False)
    conversations.move_window(connection, KEY, first_turn=turn_id, pixels_from=AttachmentId(1))
    conversations.settings(connection, KEY)
    conversations.change_settings(connection, KEY, ConversationSettings(describes_pictures=True), before=NOTHING_CHOSEN)
    places.recent(connection, KEY, since=START)
    cursors.move_cursor(connection, "a", "1")
    cursors.move_cursor(connection, "a", "2")
    cursors.cursor(connection, "a")
    unreadables.set_aside(connection, Unreadable(platform=FAKE, id="1", raw="{}", error="KeyError"), now=START)
    strange = Notice(
        kind=NoticeKind.UNREADABLE, key=KEY, is_private=False, message_id=MessageId("s"), text=sentence("Sorry.")
    )
    assert notices.notify(connection, strange, now=START, cursor="a") is not None
    assert notices.notify(connection, strange, now=START, cursor=None) is None
    _refuse(connection)
    _press_and_order(connection)
    _forget_and_move(connection)
    retention.delete_turns(START)(connection)


def _answered(connection: sa.Connection, heard: MessageReceived, shown_as: str) -> Turn:
    """A turn with an answer that has every button."""
    accepted = accepting.accept(connection, heard, AT_START)
    assert accepted is not None
    turn_id = accepted.turn.id
    life.begin(connection, turn_id, now=START, lease=lease())
    buttons = (tuple(Button(action=action, label="?") for action in Action),)
    life.conclude(connection, turn_id, replace(outcome("Yes."), buttons=buttons), [])
    shown = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId(shown_as))
    life.close(connection, turn_id, now=START, receipts=[shown], failed="", detail="")
    return turn_by_id(connection, turn_id)


def _press_and_order(connection: sa.Connection) -> None:
    asked = _answered(connection, message("?", message_id="q1", attachments=[photo("three")]), "a1")
    _answered(connection, command("/settings"), "a2")
    for action, shown_as in ((Action.CONTINUE, "a1"), (Action.RETRY, "a1"), (Action.CHOOSE, "a2")):
        heard = pressed(action, MessageId(shown_as))
        pressing.press(connection, heard, now=START, joining=JOINING, refusal=None)
        pressing.press(connection, heard, now=START, joining=JOINING, refusal=None)
    order = _answered(connection, command("/retry", quoted=[quote("q1")]), "a3")
    assert pressing.retry(connection, order, now=START) is not None
    assert pressing.retry(connection, replace(order, about=None), now=START) is not None
    conversations.reset(connection, KEY, up_to=TurnId(1), of=order.sender)
    conversations.move_window(connection, KEY, first_turn=TurnId(2), pixels_from=AttachmentId(1), of=order.sender)
    history.history(connection, KEY, up_to=asked.id, limit=10, of=order.sender)
    history.attachment(connection, KEY, AttachmentId(1), up_to=asked.id, of=order.sender)


def _forget_and_move(connection: sa.Connection) -> None:
    order = _answered(connection, command("/forget"), "a4")
    for person, is_here in ((order.sender, False), (order.sender, True), (None, True)):
        spending.spent(connection, KEY, person=person, is_here=is_here, since=START)
    exporting.kept_of(connection, KEY.platform, order.sender, after=TurnId(0))
    forgetting.forget_exchange(connection, order, now=START)
    for scope in Scope:
        while forgetting.forget_some(connection, order, scope, now=START)[0]:
            pass
        forgetting.forget_rest(connection, order, scope, now=START)
    accepting.accept(connection, message(), AT_START)
    moving.move(connection, KEY, replace(KEY, chat_id="-1"))
    accepting.accept(connection, message(), AT_START)


def _refuse(connection: sa.Connection) -> None:
    refusal = Refusal(text=sentence("Busy."), shared_for_s=60, shared_by=9)
    for number in range(2):
        heard = message(sender="Cem", message_id=f"c{number}")
        accepted = accepting.accept(connection, heard, replace(AT_START, refusal=refusal))
        assert (accepted is None) == (number == 1), "the second one shares the refusal of the first"


def _accept_of_every_kind(connection: sa.Connection, heard: MessageReceived) -> TurnId:
    def hear(heard: MessageReceived) -> Accepted | None:
        return accepting.accept(connection, heard, AT_START)

    accepted = hear(heard)
    assert accepted is not None
    assert hear(message(album_id="a", address=None)) is not None
    assert hear(heard) is None
    other = hear(message("What is it?", sender="Bob"))
    assert other is not None
    assert hear(message(sender="Bob", address=None, attachments=[photo("two")])) == other
    posted = message(sender="Zoe", message_id="p", address=None, album_id="b", attachments=[photo("passing")])
    assert hear(posted) is None
    assert hear(message("And this?", sender="Cem")) is not None
    reply = Quoted(message_id=MessageId("p"), author="Zoe", is_own=False, text="", attachments=posted.attachments)
    assert hear(message("And that?", sender="Eve", quoted=[reply])) is not None
    passing.forget_old(connection, now=START, lifetime_s=60)
    return accepted.turn.id
