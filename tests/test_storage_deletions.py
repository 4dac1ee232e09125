"""Deletions: what is taken back is gone, and its answer is withdrawn."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, Quoted
from bot.ports.store import Store
from bot.records.turns import Turn, TurnState
from storage.tables import attachments, messages, turns
from tests.happenings import KEY, message, photo
from tests.storing import (
    LATER,
    LIVING,
    SENT,
    accept,
    attachments_of,
    begin,
    bring_to,
    database,
    edit,
    exchange,
    finish,
    hear,
    outcome,
    picture,
    plain_connection,
    prepared,
    purge,
    read,
    said,
    store_at,
)


async def _delete(store: Store, *ids: str, key: ConversationKey = KEY) -> list[Turn]:
    return list(await store.delete(key, [MessageId(i) for i in ids], now=LATER))


@pytest.mark.parametrize("state", LIVING)
async def test_a_deleted_question_is_withdrawn_and_no_longer_history(tmp_path: Path, state: TurnState) -> None:
    async with store_at(tmp_path) as store:
        before = await exchange(store, "Before?")
        turn = await accept(store, message("My secret?", message_id="1"))
        await bring_to(state, store, turn)
        await store.record_deliveries(turn.id, [SENT])
        (withdrawing,) = await _delete(store, "1")

        assert (withdrawing.id, withdrawing.state) == (turn.id, TurnState.WITHDRAWING)
        assert (withdrawing.text, withdrawing.has_receipts) == (None, True)
        assert await store.unfinished() == [withdrawing]
        assert said(await read(store, turn)) == [("Before?", "Yes.")]
        assert said(await read(store, turn, limit=1)) == [("Before?", "Yes.")], "it takes nobody's place"
        assert await _delete(store, "1") == []
        assert not await store.conclude(turn.id, outcome("4"))

        await begin(store, turn)
        await store.close(turn.id, now=LATER)
        assert await store.unfinished() == []
        assert said(await read(store, before)) == [("Before?", "Yes.")]


async def test_nothing_of_what_was_deleted_is_left_in_the_file(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("0"), author="Bob Secret", is_own=False, text="Secret quote")
    heard = message("Secret", sender="Secretary", message_id="1", attachments=[photo("secret.jpg")], quoted=[reply])
    async with store_at(tmp_path) as store:
        turn = await accept(store, heard)
        (attachment,) = await attachments_of(store, turn)
        await store.settle(attachment.id, prepared(picture("secret")))
        await finish(store, turn, "A secret answer")
        await _delete(store, "1")

    with plain_connection(database(tmp_path)) as connection:
        for name in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f"SELECT * FROM {name}")).all()  # noqa: S608  # names of our own tables
            assert "secret" not in str([row for row in rows if name != "turns"]).lower()
        row = connection.execute(turns.select()).one()
        assert (row.text, row.answer) == (None, None)


async def test_a_deleted_message_that_is_told_again_is_not_answered(tmp_path: Path) -> None:
    heard = message("My secret?", message_id="1")
    async with store_at(tmp_path) as store:
        turn = await accept(store, heard)
        await _delete(store, "1")

        assert await hear(store, heard) is None
        assert await edit(store, replace(heard, text="Still there?")) is None
        await begin(store, turn)
        await store.close(turn.id, now=LATER)
        assert await store.unfinished() == []


async def test_a_turn_goes_on_without_the_one_message_that_was_deleted(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("Look", message_id="1", album_id="a", attachments=[photo("one")]))
        turn = await accept(store, message("", message_id="2", album_id="a", attachments=[photo("two")]))

        assert await _delete(store, "1") == []
        assert await store.unfinished() == [replace(turn, reply_to=MessageId("2"))]
        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["two"]
        assert len(await _delete(store, "2")) == 1


async def test_what_was_sent_keeps_replying_to_what_it_replied_to(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("Look", message_id="1", album_id="a"))
        turn = await accept(store, message("", message_id="2", album_id="a"))
        await store.record_deliveries(turn.id, [SENT])
        await _delete(store, "1")

        assert [left.reply_to for left in await store.unfinished()] == ["1"]


async def test_many_messages_are_deleted_at_once_and_unknown_ones_harm_nothing(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        made = [await accept(store, message("Hi", message_id=str(n), sender=f"s{n}")) for n in range(150)]
        elsewhere = await accept(store, message("Hi", message_id="0", key=replace(KEY, chat_id="2")))
        withdrawn = await _delete(store, *(str(n) for n in range(100, 3000)))

        assert [turn.id for turn in withdrawn] == [turn.id for turn in made[100:]]
        assert await _delete(store) == []
        assert elsewhere in await store.unfinished()


async def test_a_picture_that_others_show_too_outlasts_a_deletion(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in ("1", "2"):
            turn = await accept(store, message(message_id=number, attachments=[photo(number)], sender=number))
            await store.settle((await attachments_of(store, turn))[0].id, prepared(picture("cat")))
        await _delete(store, "1")
        assert await store.jpeg(picture("cat").sha256) is not None
        await _delete(store, "2")
        assert await store.jpeg(picture("cat").sha256) is None


async def test_who_was_still_delivering_does_not_end_the_withdrawal(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("My secret?", message_id="1"))
        await bring_to(TurnState.DELIVERING, store, turn)
        await _delete(store, "1")
        await store.close(turn.id, now=LATER, deliveries=[SENT])

        (left,) = await store.unfinished()
        assert left.state is TurnState.WITHDRAWING
        assert await store.deliveries(turn.id) == [SENT], "what has to be taken back"
        await begin(store, turn)
        await store.close(turn.id, now=LATER)
        assert await store.unfinished() == []


async def test_who_was_still_delivering_leaves_the_receipts_of_an_edited_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1"))
        await bring_to(TurnState.DELIVERING, store, turn)
        await edit(store, message("3 + 3?", message_id="1"))
        await store.close(turn.id, now=LATER, deliveries=[SENT])

        (left,) = await store.unfinished()
        assert (left.state, left.has_receipts) == (TurnState.ACCEPTED, True)


async def test_withdrawn_turns_go_with_the_years(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("My secret?", message_id="1", attachments=[photo("p")]))
        await _delete(store, "1")
        await begin(store, turn)
        await store.close(turn.id, now=LATER)
        await purge(store, before=LATER + timedelta(days=1), picture_bytes=0)

    with plain_connection(database(tmp_path)) as connection:
        for table in (turns, messages, attachments):
            assert connection.execute(table.select()).all() == []
