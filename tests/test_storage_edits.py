"""Edits: what a person changes is changed in history, and its answer is done again."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Command, MessageId, MessageReceived, Quoted, Source
from bot.records.accepting import Accepted
from bot.records.attachments import Verdict
from bot.records.pictures import Prepared
from bot.records.turns import TurnState
from bot.sentences import Sentence, sentence
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import (
    LATER,
    LIVING,
    SENT,
    accept,
    attachments_of,
    bring_to,
    edit,
    finish,
    hear,
    outcome,
    picture,
    prepared,
    read,
    said,
    shown,
    store_at,
)


@pytest.mark.parametrize("state", LIVING)
async def test_an_edited_question_is_opened_again(tmp_path: Path, state: TurnState) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1"))
        await bring_to(state, store, turn)
        await store.record_deliveries(turn.id, [SENT])
        edited = await edit(store, message("3 + 3?", message_id="1"))

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
        await edit(store, message("3 + 3?", message_id="1"))
        await finish(store, turn, "6")

        assert said(await read(store, turn)) == [("3 + 3?", "6")]
        assert await store.unfinished() == []


async def test_a_remembered_question_that_is_edited_is_asked_now(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        late = await hear(store, message("2 + 2?", message_id="1"), answer=False)
        assert late is not None
        edited = await edit(store, message("3 + 3?", message_id="1"))

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

        assert await edit(store, heard) is None
        assert await store.unfinished() == []
        assert said(await read(store, turn)) == [("2 + 2?", "4")]


async def test_an_old_question_is_changed_in_history_only(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1"))
        await finish(store, turn, "4")

        assert await edit(store, message("3 + 3?", message_id="1"), redo_since=LATER) is None
        assert said(await read(store, turn)) == [("3 + 3?", "4")]


async def test_an_attachment_that_stays_keeps_its_verdict(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("0"), author="Bob", is_own=False, text="", attachments=(photo("bobs"),))
    before = message("Look", message_id="1", attachments=[photo("a"), photo("b"), photo("c")], quoted=[reply])
    async with store_at(tmp_path) as store:
        turn = await accept(store, before)
        verdicts: list[Prepared | Sentence] = [
            prepared(picture("bobs")),
            prepared(picture("a")),
            sentence("it is too large"),
            prepared(picture("c")),
        ]
        for attachment, verdict in zip(await attachments_of(store, turn), verdicts, strict=True):
            await store.settle(attachment.id, verdict)
        await edit(store, replace(before, attachments=(photo("new"), photo("b"), photo("a"))))

        now = await attachments_of(store, turn)
        assert [(a.ref.handle, a.verdict, a.reason) for a in now] == [
            ("bobs", Verdict.USABLE, ""),
            ("new", Verdict.PENDING, ""),
            ("b", Verdict.UNUSABLE, "it is too large"),
            ("a", Verdict.USABLE, ""),
        ]
        assert now[3].views == shown(picture("a"))
        assert await store.jpeg(picture("a").sha256) is not None
        assert await store.jpeg(picture("c").sha256) is None, "it was taken back"


async def test_a_verdict_on_what_stood_there_before_an_edit_is_not_taken_for_what_stands_there_now(
    tmp_path: Path,
) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message(message_id="1", attachments=[photo("a")]))
        (before,) = await attachments_of(store, turn)
        await edit(store, message(message_id="1", attachments=[photo("b")]))
        await store.settle(before.id, prepared(picture("a")))

        assert [a.verdict for a in await attachments_of(store, turn)] == [Verdict.PENDING]


async def test_a_command_that_is_edited_into_a_question_is_answered_as_one(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("/help", message_id="1", command=Command(name="help")))
        await finish(store, turn, None)
        edited = await edit(store, message("2 + 2?", message_id="1"))

        assert edited is not None
        assert (edited.turn.command, edited.restart) == (None, True)
        assert said(await read(store, turn)) == [("2 + 2?", None)]


async def test_a_command_that_is_edited_into_words_to_nobody_is_answered_all_the_same(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("/help", message_id="1", command=Command(name="help")))
        edited = await edit(store, message("2 + 2?", message_id="1", address=None))

        assert edited is not None
        assert edited.turn.command is None


async def test_a_quoted_picture_that_the_platform_no_longer_tells_of_goes_with_the_edit(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("0"), author="Bob", is_own=False, text="", attachments=(photo("bobs"),))
    asked = message("Look", message_id="1", quoted=[reply])
    async with store_at(tmp_path) as store:
        turn = await accept(store, asked)
        await edit(store, replace(asked, text="Look!", quoted=(replace(reply, attachments=()),)))

        assert await attachments_of(store, turn) == []


async def test_a_question_never_becomes_a_command(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("Hello", message_id="1"))
        edited = await edit(store, message("/reset", message_id="1", command=Command(name="reset")))

        assert edited is not None
        assert edited.turn.command is None


async def test_a_photo_of_an_album_that_is_edited_does_not_repeat_the_reply(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("0"), author="Bob", is_own=False, text="mine", attachments=(photo("bobs"),))
    second = message(album_id="a", address=None, message_id="2", attachments=[photo("two")], quoted=[reply])
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Compare", album_id="a", attachments=[photo("one")], quoted=[reply]))
        await accept(store, second)
        await edit(store, replace(second, text="I mean this"))

        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["bobs", "one", "two"]


# --- what the platform finds behind links, some seconds later ---------------------------------------------


def _with_previews(*handles: str, text: str = "https://example.org") -> MessageReceived:
    previews = [replace(photo(handle), source=Source.PREVIEW) for handle in handles]
    return message(text, message_id="1", attachments=[photo("own"), *previews])


@pytest.mark.parametrize("state", LIVING)
async def test_pictures_behind_links_come_later_and_do_not_ask_again_once_the_answer_is_begun(
    tmp_path: Path, state: TurnState
) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, _with_previews())
        (own,) = await attachments_of(store, turn)
        await store.settle(own.id, prepared(picture("own")))
        await bring_to(state, store, turn)
        edited = await edit(store, _with_previews("one", "two"))

        is_open = state is TurnState.ACCEPTED
        assert edited == (Accepted(turn=turn) if is_open else None)
        same, one, two = await attachments_of(store, turn)
        assert (same.id, same.views) == (own.id, shown(picture("own")))
        assert [(a.ref.handle, a.ref.source, a.verdict) for a in (one, two)] == [
            ("one", Source.PREVIEW, Verdict.PENDING),
            ("two", Source.PREVIEW, Verdict.PENDING),
        ]
        assert await edit(store, _with_previews("one", "two")) is None
        assert await edit(store, _with_previews()) is None, "a preview that was hidden was seen all the same"
        assert len(await attachments_of(store, turn)) == 3
        assert await store.conclude(turn.id, outcome("4")) == (state is TurnState.ANSWERING)


async def test_an_edit_of_words_asks_again_with_the_previews_that_there_are_now(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, _with_previews())
        await edit(store, _with_previews("one", "two"))
        await finish(store, turn)
        edited = await edit(store, _with_previews("two", "three", text="https://example.net"))

        assert edited is not None
        assert edited.restart
        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["own", "two", "three"]


async def test_a_preview_of_a_message_that_lost_an_attachment_before_comes_behind_the_others(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("0"), author="Bob", is_own=False, text="", attachments=(photo("bobs"),))
    asked = replace(_with_previews(), quoted=(reply,))
    async with store_at(tmp_path) as store:
        turn = await accept(store, asked)
        await store.delete(KEY, [MessageId("0")], now=LATER)
        assert await edit(store, replace(_with_previews("one"), quoted=(reply,))) is not None

        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["own", "one"]
