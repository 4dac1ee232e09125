"""Edits and deletions: what is taken back is gone, and its answer is done again or withdrawn."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.events import Command, ConversationKey, MessageId, MessageReceived, Quoted
from bot.ports.store import Store
from bot.records import Accepted, Attachment, Delivery, DeliveryState, Picture, Turn, TurnState, Verdict
from storage.tables import attachments, messages, turns
from tests.fakes import KEY, START, message, photo
from tests.storing import (
    accept,
    begin,
    database,
    exchange,
    finish,
    hear,
    outcome,
    picture,
    plain_connection,
    read,
    said,
    store_at,
)

LATER = START + timedelta(minutes=5)
SENT = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"), digest="d1")


async def _edit(store: Store, heard: MessageReceived, *, redo_since: datetime = START) -> Accepted | None:
    return await store.edit(heard, now=LATER, redo_since=redo_since)


async def _delete(store: Store, *ids: str, key: ConversationKey = KEY) -> list[Turn]:
    return list(await store.delete(key, [MessageId(i) for i in ids], now=LATER))


async def _attachments(store: Store, turn: Turn) -> list[Attachment]:
    return [a for m in (await read(store, turn))[-1].messages for a in m.attachments]


async def _bring_to(state: TurnState, store: Store, turn: Turn) -> None:
    """Bring a turn that was accepted to a later state."""
    if state in (TurnState.ANSWERING, TurnState.DELIVERING):
        await begin(store, turn)
    if state is TurnState.DELIVERING:
        await store.conclude(turn.id, outcome("4"))
    if state.is_final:
        await finish(store, turn, "4" if state is TurnState.ANSWERED else None)


LIVING = (TurnState.ACCEPTED, TurnState.ANSWERING, TurnState.DELIVERING, TurnState.ANSWERED, TurnState.FAILED)


# --- edits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LIVING)
async def test_an_edited_question_is_opened_again(tmp_path: Path, state: TurnState) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1"))
        await _bring_to(state, store, turn)
        await store.record_deliveries(turn.id, [SENT])
        edited = await _edit(store, message("3 + 3?", message_id="1"))

        ready_at = START if state is TurnState.ACCEPTED else LATER
        again = replace(turn, ready_at=ready_at, has_receipts=True)
        assert edited == Accepted(turn=again, restart=state is not TurnState.ACCEPTED)
        assert await store.unfinished() == [again]
        assert said(await read(store, turn)) == [("3 + 3?", None)]
        assert await store.deliveries(turn.id) == [SENT]
        assert not await store.conclude(turn.id, outcome("4")), "the answer to what is no longer asked"


async def test_a_turn_that_was_opened_again_ends_as_any_other(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1"))
        await finish(store, turn, None)
        await _edit(store, message("3 + 3?", message_id="1"))
        await finish(store, turn, "6")

        assert said(await read(store, turn)) == [("3 + 3?", "6")]
        assert await store.unfinished() == []


async def test_a_remembered_question_that_is_edited_is_asked_now(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        late = await hear(store, message("2 + 2?", message_id="1"), answer=False)
        assert late is not None
        edited = await _edit(store, message("3 + 3?", message_id="1"))

        assert edited == Accepted(turn=replace(late.turn, state=TurnState.ACCEPTED, ready_at=LATER))


@pytest.mark.parametrize(
    "heard",
    [
        message("2 + 2?", message_id="1", attachments=[photo("p")]),
        message("2 + 2?", message_id="2"),
        message("3 + 3?", message_id="1", key=replace(KEY, chat_id="2")),
    ],
    ids=["as it was", "unknown", "elsewhere"],
)
async def test_an_edit_that_changes_nothing_changes_nothing(tmp_path: Path, heard: MessageReceived) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1", attachments=[photo("p")]))
        await finish(store, turn, "4")

        assert await _edit(store, heard) is None
        assert await store.unfinished() == []
        assert said(await read(store, turn)) == [("2 + 2?", "4")]


async def test_an_old_question_is_changed_in_history_only(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1"))
        await finish(store, turn, "4")

        assert await _edit(store, message("3 + 3?", message_id="1"), redo_since=LATER) is None
        assert said(await read(store, turn)) == [("3 + 3?", "4")]


async def test_an_attachment_that_stays_keeps_its_verdict(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("0"), author="Bob", is_own=False, text="", attachments=(photo("bobs"),))
    before = message("Look", message_id="1", attachments=[photo("a"), photo("b"), photo("c")], quoted=[reply])
    async with store_at(tmp_path) as store:
        turn = await accept(store, before)
        verdicts: list[Picture | str] = [picture("bobs"), picture("a"), "it is too large", picture("c")]
        for attachment, verdict in zip(await _attachments(store, turn), verdicts, strict=True):
            await store.settle(attachment.id, verdict)
        await _edit(store, replace(before, attachments=(photo("new"), photo("b"), photo("a"))))

        now = await _attachments(store, turn)
        assert [(a.ref.handle, a.verdict, a.reason) for a in now] == [
            ("bobs", Verdict.USABLE, ""),
            ("new", Verdict.PENDING, ""),
            ("b", Verdict.UNUSABLE, "it is too large"),
            ("a", Verdict.USABLE, ""),
        ]
        assert now[3].sha256 == picture("a").sha256
        assert await store.jpeg(picture("a").sha256) is not None
        assert await store.jpeg(picture("c").sha256) is None, "it was taken back"


async def test_a_verdict_on_what_stood_there_before_an_edit_is_not_taken_for_what_stands_there_now(
    tmp_path: Path,
) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message(message_id="1", attachments=[photo("a")]))
        (before,) = await _attachments(store, turn)
        await _edit(store, message(message_id="1", attachments=[photo("b")]))
        await store.settle(before.id, picture("a"))

        assert [a.verdict for a in await _attachments(store, turn)] == [Verdict.PENDING]


async def test_a_command_that_is_edited_into_a_question_is_answered_as_one(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("/help", message_id="1", command=Command(name="help")))
        await finish(store, turn, None)
        edited = await _edit(store, message("2 + 2?", message_id="1"))

        assert edited is not None
        assert (edited.turn.command, edited.restart) == (None, True)
        assert said(await read(store, turn)) == [("2 + 2?", None)]


async def test_a_question_never_becomes_a_command(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("Hello", message_id="1"))
        edited = await _edit(store, message("/reset", message_id="1", command=Command(name="reset")))

        assert edited is not None
        assert edited.turn.command is None


async def test_a_photo_of_an_album_that_is_edited_does_not_repeat_the_reply(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("0"), author="Bob", is_own=False, text="mine", attachments=(photo("bobs"),))
    second = message(album_id="a", address=None, message_id="2", attachments=[photo("two")], quoted=[reply])
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Compare", album_id="a", attachments=[photo("one")], quoted=[reply]))
        await accept(store, second)
        await _edit(store, replace(second, text="I mean this"))

        assert [a.ref.handle for a in await _attachments(store, turn)] == ["bobs", "one", "two"]


# --- deletions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LIVING)
async def test_a_deleted_question_is_withdrawn_and_no_longer_history(tmp_path: Path, state: TurnState) -> None:
    async with store_at(tmp_path) as store:
        before = await exchange(store, "Before?")
        turn = await accept(store, message("My secret?", message_id="1"))
        await _bring_to(state, store, turn)
        await store.record_deliveries(turn.id, [SENT])
        (withdrawing,) = await _delete(store, "1")

        assert (withdrawing.id, withdrawing.state) == (turn.id, TurnState.WITHDRAWING)
        assert (withdrawing.text, withdrawing.has_receipts) == (None, True)
        assert await store.unfinished() == [withdrawing]
        assert said(await read(store, turn)) == [("Before?", "Yes.")]
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
        (attachment,) = await _attachments(store, turn)
        await store.settle(attachment.id, picture("secret"))
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
        assert await _edit(store, replace(heard, text="Still there?")) is None
        await begin(store, turn)
        await store.close(turn.id, now=LATER)
        assert await store.unfinished() == []


async def test_a_turn_goes_on_without_the_one_message_that_was_deleted(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("Look", message_id="1", album_id="a", attachments=[photo("one")]))
        turn = await accept(store, message("", message_id="2", album_id="a", attachments=[photo("two")]))

        assert await _delete(store, "1") == []
        assert await store.unfinished() == [replace(turn, reply_to=MessageId("2"))]
        assert [a.ref.handle for a in await _attachments(store, turn)] == ["two"]
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
            await store.settle((await _attachments(store, turn))[0].id, picture("cat"))
        await _delete(store, "1")
        assert await store.jpeg(picture("cat").sha256) is not None
        await _delete(store, "2")
        assert await store.jpeg(picture("cat").sha256) is None


async def test_who_was_still_delivering_does_not_end_the_withdrawal(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("My secret?", message_id="1"))
        await _bring_to(TurnState.DELIVERING, store, turn)
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
        await _bring_to(TurnState.DELIVERING, store, turn)
        await _edit(store, message("3 + 3?", message_id="1"))
        await store.close(turn.id, now=LATER, deliveries=[SENT])

        (left,) = await store.unfinished()
        assert (left.state, left.has_receipts) == (TurnState.ACCEPTED, True)


async def test_withdrawn_turns_go_with_the_years(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("My secret?", message_id="1", attachments=[photo("p")]))
        await _delete(store, "1")
        await begin(store, turn)
        await store.close(turn.id, now=LATER)
        await store.purge(before=LATER + timedelta(days=1), max_picture_bytes=0)

    with plain_connection(database(tmp_path)) as connection:
        for table in (turns, messages, attachments):
            assert connection.execute(table.select()).all() == []
