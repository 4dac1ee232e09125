"""History: only this conversation's, oldest first, whole, and at a cost that does not grow."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.events import Command, ConversationKey, MessageId, MessageReceived, PlatformName, Quoted, Unreadable
from bot.records import (
    Accepted,
    AttachmentId,
    Delivery,
    DeliveryState,
    Notice,
    NoticeKind,
    Refusal,
    StoredQuote,
    TurnId,
    Verdict,
)
from storage import (
    accepting,
    conversations,
    cursors,
    history,
    notices,
    pictures,
    places,
    receipts,
    retention,
    taking_back,
    turns,
    unreadables,
)
from storage.tables import messages as message_table
from storage.tables import turns as turn_table
from tests.fakes import FAKE, KEY, START, message, photo
from tests.storing import (
    JOINING,
    accept,
    database,
    exchange,
    lease,
    outcome,
    picture,
    plain_connection,
    read,
    said,
    store_at,
)


async def test_history_ends_with_the_turn_that_is_being_answered(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "One?", "1")
        await exchange(store, "Two?", None)
        current = await accept(store, message("Three?"))
        await exchange(store, "Four?", "4")

        assert said(await read(store, current)) == [("One?", "1"), ("Two?", None), ("Three?", None)]


async def test_only_the_newest_exchanges_are_read(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in range(5):
            await exchange(store, f"{number}?", str(number))
        last = await exchange(store, "5?", "5")

        assert said(await read(store, last, limit=2)) == [("4?", "4"), ("5?", "5")]


async def test_conversations_do_not_leak(tmp_path: Path) -> None:
    places = (KEY, replace(KEY, thread_id="1"), replace(KEY, chat_id="2"), replace(KEY, platform=PlatformName("other")))
    async with store_at(tmp_path) as store:
        last = [await exchange(store, f"Secret {number}", key=key) for number, key in enumerate(places)]

        for number, turn in enumerate(last):
            assert said(await read(store, turn)) == [(f"Secret {number}", "Yes.")]
            # Even when asked with the id of a later turn of somewhere else.
            assert len(await store.exchanges(turn.key, up_to=last[-1].id, limit=10)) == 1
        assert await store.exchanges(replace(KEY, chat_id="3"), up_to=last[-1].id, limit=10) == []


async def test_commands_are_not_history(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "One?")
        await accept(store, message("/help", command=Command(name="help")))
        last = await exchange(store, "Two?")

        assert said(await read(store, last)) == [("One?", "Yes."), ("Two?", "Yes.")]


async def test_after_a_reset_the_past_is_gone_for_good(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        old = await exchange(store, "Old?")
        elsewhere = await exchange(store, "Elsewhere?", key=replace(KEY, chat_id="2"))
        reset = await accept(store, message("/reset", command=Command(name="reset")))
        await store.reset(KEY, up_to=reset.id)
        await store.reset(KEY, up_to=old.id)
        new = await exchange(store, "New?")

        assert said(await read(store, new)) == [("New?", "Yes.")]
        assert said(await read(store, old)) == [("Old?", "Yes.")], "a question is never without itself"
        assert len(await read(store, elsewhere)) == 1


async def test_a_message_is_read_back_with_its_quotes_and_attachments(tmp_path: Path) -> None:
    reply = Quoted(
        message_id=MessageId("1"),
        author="Bob",
        is_own=False,
        text="Look!",
        attachments=(photo("quoted", size_bytes=5),),
    )
    forward = Quoted(message_id=None, author=None, is_own=True, text="")
    heard = message("What is it?", message_id="2", quoted=[reply, forward], attachments=[photo("a"), photo("b")])

    async with store_at(tmp_path) as store:
        turn = await accept(store, heard)
        ((stored,),) = [e.messages for e in await read(store, turn)]

    assert (stored.message_id, stored.sender, stored.text) == ("2", "Ann", "What is it?")
    assert stored.quoted == (
        StoredQuote(author="Bob", is_own=False, text="Look!"),
        StoredQuote(author=None, is_own=True, text=""),
    )
    assert [(a.ref.handle, a.quoted) for a in stored.attachments] == [("quoted", True), ("a", False), ("b", False)]
    assert stored.attachments[0].ref == photo("quoted", size_bytes=5)
    assert {a.verdict for a in stored.attachments} == {Verdict.PENDING}


async def test_characters_that_no_database_takes_do_not_lose_the_message(tmp_path: Path) -> None:
    nasty = "a\0b \ud800 \udc00 é \U0001f600 \ud83d\ude00"
    quote = Quoted(message_id=None, author=nasty, is_own=False, text=nasty)
    ref = replace(photo("h"), name=nasty, media_type=nasty)
    async with store_at(tmp_path) as store:
        turn = await accept(store, message(nasty, sender=nasty, quoted=[quote], attachments=[ref]))
        ((stored,),) = [e.messages for e in await read(store, turn)]

    clean = "a\ufffdb \ufffd \ufffd é \U0001f600 \U0001f600"
    assert stored.text == stored.sender == clean
    assert stored.quoted[0].text == stored.quoted[0].author == clean
    assert stored.attachments[0].ref.name == stored.attachments[0].ref.media_type == clean


async def test_words_without_end_are_cut(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("x" * 2_000_000, sender="n" * 5_000))
        ((stored,),) = [e.messages for e in await read(store, turn)]

    assert (len(stored.text), len(stored.sender)) == (100_000, 300)


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
        first = (connection.execute(sa.select(sa.func.max(turn_table.c.id))).scalar() or 0) + 1
        ids = range(first, first + count)
        connection.execute(turn_table.insert(), [{**turn, "id": i} for i in ids])
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
        assert len(history.exchanges(connection, key, up_to=up_to, limit=10)) == 10
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


# The subquery that holds no more than the limit, and the index of the turns that wait.
SHORT_SCANS = {"SCAN newest", "SCAN CONSTANT ROW", "SCAN turns USING INDEX ix_turns_unfinished"}


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
    turns.begin(connection, turn_id, now=START, lease=lease())
    turns.renew(connection, [turn_id], lease())
    turns.unfinished(connection)
    history.exchanges(connection, KEY, up_to=turn_id, limit=10)
    pictures.settle(connection, AttachmentId(1), picture("cat"))
    pictures.jpeg(connection, picture("cat").sha256)
    receipts.record_deliveries(connection, turn_id, [Delivery(part=0, state=DeliveryState.SENDING)])
    receipts.deliveries_of(connection, turn_id)
    receipts.remove_delivery(connection, turn_id, 0)
    shown = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"))
    turns.conclude(connection, turn_id, outcome("A cat."), [shown])
    turns.close(connection, turn_id, now=START, receipts=[shown], failed="undeliverable", detail="")
    turns.turn_of(connection, KEY, MessageId("90"))
    taking_back.edit(connection, replace(heard, text="A cat?"), now=START, redo_since=START)
    taking_back.delete(connection, KEY, [heard.message_id], now=START)
    turns.close(connection, turn_id, now=START, receipts=[shown], failed="", detail="")
    conversations.reset(connection, KEY, up_to=turn_id)
    conversations.hold(connection, KEY, START, is_private=False)
    places.recent(connection, KEY, since=START)
    cursors.move_cursor(connection, "a", "1")
    cursors.move_cursor(connection, "a", "2")
    cursors.cursor(connection, "a")
    unreadables.set_aside(connection, Unreadable(platform=FAKE, id="1", raw="{}", error="KeyError"), now=START)
    strange = Notice(kind=NoticeKind.UNREADABLE, key=KEY, is_private=False, message_id=MessageId("s"), text="Sorry.")
    assert notices.notify(connection, strange, now=START, cursor="a") is not None
    assert notices.notify(connection, strange, now=START, cursor=None) is None
    _refuse(connection)
    retention.delete_turns(START)(connection)


def _refuse(connection: sa.Connection) -> None:
    refusal = Refusal(text="Busy.", shared_for_s=60, shared_by=9)
    for number in range(2):
        heard = message(sender="Cem", message_id=f"c{number}")
        accepted = accepting.accept(
            connection, heard, now=START, ready_at=START, joining=JOINING, answer=True, refusal=refusal
        )
        assert (accepted is None) == (number == 1), "the second one shares the refusal of the first"


def _accept_of_every_kind(connection: sa.Connection, heard: MessageReceived) -> TurnId:
    def hear(heard: MessageReceived) -> Accepted | None:
        return accepting.accept(connection, heard, now=START, ready_at=START, joining=JOINING, answer=True)

    accepted = hear(heard)
    assert accepted is not None
    assert hear(message(album_id="a", address=None)) is not None
    assert hear(heard) is None
    other = hear(message("What is it?", sender="Bob"))
    assert other is not None
    assert hear(message(sender="Bob", address=None, attachments=[photo("two")])) == other
    return accepted.turn.id
