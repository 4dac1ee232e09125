"""Accepting: once, whoever tells it how often, and one turn from what belongs together."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.events import Command, MessageId, MessageReceived, PlatformName, Quoted
from bot.ports.store import Store
from bot.records.accepting import Accepted
from bot.records.turns import Turn, TurnState
from storage.tables import conversations
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import accept, begin, database, edit, exchange, finish, hear, plain_connection, read, said, store_at


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def a_photo(**more: object) -> MessageReceived:
    return message(attachments=[photo("p")], address=None, **more)  # type: ignore[arg-type]  # by name


async def test_the_same_message_again_changes_nothing(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello", message_id="1"))

        assert await hear(store, message("Hello", message_id="1"), at=after(2)) is None
        assert await store.unfinished() == [turn]
        await finish(store, turn)
        assert await hear(store, message("Hello", message_id="1"), at=after(99)) is None


async def test_two_adapters_racing_with_one_message_make_one_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        racing = [hear(store, message("Hi", message_id="1")) for _ in range(20)]
        made = [accepted.turn for accepted in await asyncio.gather(*racing) if accepted is not None]

        assert len(made) == 1
        assert await store.unfinished() == made


async def test_one_id_in_two_conversations_is_two_messages(tmp_path: Path) -> None:
    others = (replace(KEY, thread_id="5"), replace(KEY, chat_id="2"), replace(KEY, platform=PlatformName("other")))
    async with store_at(tmp_path) as store:
        for key in (KEY, *others):
            await accept(store, message("Hi", key=key, message_id="1"))

        assert len(await store.unfinished()) == 4


async def test_a_message_that_is_not_for_the_bot_is_not_stored(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        assert await hear(store, message("Lunch?", address=None)) is None
        assert await hear(store, a_photo()) is None
        assert await store.unfinished() == []

    with plain_connection(database(tmp_path)) as connection:
        assert connection.execute(conversations.select()).all() == []


async def test_what_is_found_too_late_is_remembered_and_not_answered(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        late = await hear(store, message("Anyone?"), answer=False)
        assert late is not None
        assert late.turn.state is TurnState.REMEMBERED
        assert await store.unfinished() == []
        now = await accept(store, message("And now?"))

        assert now.id > late.turn.id
        assert said(await read(store, now)) == [("Anyone?", None), ("And now?", None)]


# --- albums -----------------------------------------------------------------------------------------


async def test_the_photos_of_an_album_are_one_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        first = await accept(store, message("Compare", album_id="a", attachments=[photo("one")]))
        second = message(album_id="a", address=None, attachments=[photo("two")])
        joined = await hear(store, second, ready_after_s=2)

        assert joined == Accepted(turn=replace(first, ready_at=after(2)))
        assert await store.unfinished() == [joined.turn]
        (turn,) = await read(store, joined.turn)
        assert [a.ref.handle for m in turn.messages for a in m.attachments] == ["one", "two"]


async def test_an_album_that_replies_to_a_photo_quotes_it_once(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("p"), author="Bob", is_own=False, text="mine", attachments=(photo("mine"),))
    forwards = [replace(reply, message_id=None, attachments=(photo(name),)) for name in ("f1", "f2")]
    async with store_at(tmp_path) as store:
        await accept(store, message("Compare", album_id="a", attachments=[photo("one")], quoted=[reply, forwards[0]]))
        second = message(album_id="a", address=None, attachments=[photo("two")], quoted=[reply, forwards[1]])
        (turn,) = await read(store, await accept(store, second))

        assert [a.ref.handle for m in turn.messages for a in m.attachments] == ["mine", "f1", "one", "f2", "two"]
        assert [len(m.quoted) for m in turn.messages] == [2, 1]


async def test_a_photo_delivered_twice_does_not_move_its_album(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("Compare", album_id="a"))
        second = message(album_id="a", address=None, message_id="2")
        joined = await accept(store, second, ready_after_s=2)

        assert await hear(store, second, ready_after_s=9) is None
        assert await store.unfinished() == [joined]


@pytest.mark.parametrize("other", [{"sender": "Bob"}, {"album_id": "b"}, {"key": replace(KEY, chat_id="2")}])
async def test_what_is_not_of_the_same_album_does_not_join(tmp_path: Path, other: dict[str, object]) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Compare", album_id="a"))
        stranger = message(**{"album_id": "a", "address": None, **other})  # type: ignore[arg-type]  # by parameter

        assert await hear(store, stranger, ready_after_s=2) is None
        assert await store.unfinished() == [turn]


async def test_an_album_takes_nothing_more_in_once_it_is_being_answered(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Compare", album_id="a", attachments=[photo("one")]))
        await begin(store, turn)

        assert await hear(store, a_photo(album_id="a")) is None
        late = await accept(store, message(album_id="a"))
        assert late.id > turn.id


async def test_an_album_found_too_late_for_an_answer_joins_the_part_that_was_not(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Compare", album_id="a"))
        joined = await hear(store, a_photo(album_id="a"), answer=False)

        assert joined is not None
        assert joined.turn.id == turn.id


# --- what follows within a short time ---------------------------------------------------------------


async def _joins(store: Store, turn: Turn, heard: MessageReceived, *, at: datetime, answer: bool = True) -> bool:
    accepted = await hear(store, heard, at=at, ready_after_s=1, answer=answer)
    return accepted is not None and accepted.turn.id == turn.id


async def test_what_one_person_says_while_a_turn_waits_is_part_of_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message(attachments=[photo("p")]), ready_after_s=2)
        joined = await accept(store, message("What is this?"), at=after(1), ready_after_s=2)

        assert joined == replace(turn, ready_at=after(3))
        assert said(await read(store, turn)) == [("|What is this?", None)]


async def test_a_turn_that_keeps_growing_is_begun_all_the_same(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("0"), ready_after_s=2)
        for second in range(1, 10):
            turn = await accept(store, message(str(second)), at=after(second), ready_after_s=2)
        assert turn.ready_at == after(10)

        assert not await _joins(store, turn, message("10"), at=after(10))


@pytest.mark.parametrize(
    ("heard", "at_s"),
    [
        (message("Me too", sender="Bob"), 1),
        (message("/help", command=Command(name="help")), 1),
        (message("Elsewhere", key=replace(KEY, thread_id="1")), 1),
        (message("Too late", message_id="late"), 2),
        (message("Not for the bot", address=None), 1),
    ],
    ids=lambda value: value.text if isinstance(value, MessageReceived) else "",
)
async def test_what_does_not_belong_to_a_waiting_turn_stays_apart(
    tmp_path: Path, heard: MessageReceived, at_s: float
) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("What is", attachments=[photo("p")]), ready_after_s=2)

        assert not await _joins(store, turn, heard, at=after(at_s))


async def test_a_question_that_was_begun_waits_only_for_its_own_edits_also_after_a_restart(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("2 + 2?", message_id="1"))
        await begin(store, turn)
        await edit(store, message("3 + 3?", message_id="1"))
    async with store_at(tmp_path) as store:
        assert not await _joins(store, turn, message("What is pi?"), at=START)


async def test_nothing_joins_a_command(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("/help", command=Command(name="help"), album_id="a"), ready_after_s=2)

        assert not await _joins(store, turn, a_photo(album_id="a"), at=after(1))
        assert not await _joins(store, turn, message("What is this?"), at=after(1))


async def test_a_command_in_between_ends_what_came_before(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("One"), ready_after_s=5)
        command = await accept(store, message("/help", command=Command(name="help")), at=after(1))
        await finish(store, command)

        assert not await _joins(store, turn, message("Two"), at=after(2))


async def test_a_message_found_too_late_does_not_join_what_is_said_now(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Now"), ready_after_s=5)

        assert not await _joins(store, turn, message("An hour ago"), at=after(1), answer=False)
        assert not await _joins(store, turn, a_photo(), at=after(1), answer=False)


@pytest.mark.parametrize("jump_s", [-5000, 5000])
async def test_a_clock_that_jumps_joins_nothing_that_is_not_recent(tmp_path: Path, jump_s: float) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello", album_id="a"), ready_after_s=2)

        assert await hear(store, a_photo(album_id="a"), at=after(jump_s)) is None
        assert not await _joins(store, turn, message("An hour later"), at=after(jump_s))


async def test_a_clock_that_is_set_a_little_back_parts_nothing(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello", album_id="a"), ready_after_s=2)

        assert await _joins(store, turn, a_photo(album_id="a"), at=after(-1))


# --- the photo that was forgotten -------------------------------------------------------------------


async def test_a_photo_right_behind_its_question_joins_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("What is this?"))
        joined = await hear(store, a_photo(), at=after(4), ready_after_s=1)

        assert joined == Accepted(turn=replace(turn, ready_at=after(5)))


async def test_a_photo_that_comes_while_its_question_is_answered_starts_it_anew(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("What is this?"))
        await begin(store, turn)
        joined = await hear(store, a_photo(), at=after(4), ready_after_s=1)

        assert joined == Accepted(turn=replace(turn, attempts=1, ready_at=after(5)), restart=True)
        assert not await hear(store, a_photo(), at=after(4.5)), "one is enough"


async def test_a_photo_of_what_is_replied_to_does_not_keep_the_own_one_away(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("1"), author="Bob", is_own=False, text="", attachments=(photo("bobs"),))
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Is this the same?", quoted=[reply]))

        assert await _joins(store, turn, a_photo(), at=after(4))


@pytest.mark.parametrize("case", ["with words", "too late", "of another", "the turn has one", "it is delivered"])
async def test_a_photo_that_is_no_afterthought_stays_apart(tmp_path: Path, case: str) -> None:
    own = [photo("mine")] if case == "the turn has one" else []
    heard = a_photo(text="Lunch!" if case == "with words" else "", sender="Bob" if case == "of another" else "Ann")
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("What is this?", attachments=own))
        if case == "it is delivered":
            await finish(store, turn)

        assert await hear(store, heard, at=after(5 if case == "too late" else 4)) is None


async def test_an_answered_turn_before_it_leaves_a_new_question_alone(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        done = await exchange(store, "Hello")
        new = await accept(store, message("What is this?"))

        assert new.id > done.id
        assert await _joins(store, new, a_photo(), at=after(1))
