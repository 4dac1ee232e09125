"""Turns: accepted once, joined by their album, begun, and finished for good."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.events import Command, ConversationKey, MessageId, PlatformName, Quoted
from bot.ports.model import Usage
from bot.records import Delivery, DeliveryState, Outcome, TurnState
from storage.tables import conversations, turns
from tests.fakes import KEY, START, message, photo
from tests.storing import accept, database, exchange, finish, plain_connection, read, said, store_at

LATER = START + timedelta(seconds=2)


async def test_an_accepted_turn_is_what_every_later_look_shows(tmp_path: Path) -> None:
    topic = ConversationKey(platform=PlatformName("telegram"), chat_id="-100", thread_id="7")
    heard = message("Hello", key=topic, message_id="41", is_private=True)

    async with store_at(tmp_path) as store:
        accepted = await store.accept(heard, now=START, ready_at=LATER)
        assert accepted is not None
        assert (accepted.key, accepted.reply_to, accepted.is_private) == (topic, "41", True)
        assert (accepted.accepted_at, accepted.ready_at) == (START, LATER)
        assert (accepted.state, accepted.attempts, accepted.command) == (TurnState.ACCEPTED, 0, None)
        assert await store.unfinished() == [accepted]

    async with store_at(tmp_path) as reopened:
        assert await reopened.unfinished() == [accepted]


async def test_the_same_message_again_changes_nothing(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello", message_id="1"))

        assert await store.accept(message("Hello", message_id="1"), now=LATER, ready_at=LATER) is None
        assert await store.unfinished() == [turn]


async def test_two_adapters_racing_with_one_message_make_one_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        racing = [store.accept(message("Hi", message_id="1"), now=START, ready_at=START) for _ in range(20)]
        turns_made = [turn for turn in await asyncio.gather(*racing) if turn is not None]

        assert len(turns_made) == 1
        assert await store.unfinished() == turns_made


async def test_one_id_in_two_conversations_is_two_messages(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for key in (
            KEY,
            replace(KEY, thread_id="5"),
            replace(KEY, chat_id="2"),
            replace(KEY, platform=PlatformName("other")),
        ):
            await accept(store, message("Hi", key=key, message_id="1"))

        assert len(await store.unfinished()) == 4


async def test_a_message_that_is_not_for_the_bot_is_not_stored(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        assert await store.accept(message("Lunch?", address=None), now=START, ready_at=START) is None
        assert await store.unfinished() == []

    with plain_connection(database(tmp_path)) as connection:
        assert connection.execute(conversations.select()).all() == []


async def test_the_photos_of_an_album_are_one_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        first = await accept(store, message("Compare", album_id="a", attachments=[photo("one")]))
        second = message(album_id="a", address=None, attachments=[photo("two")])
        joined = await accept(store, second, ready_after_s=2)

        assert joined == replace(first, ready_at=LATER)
        assert await store.unfinished() == [joined]
        (turn,) = await read(store, joined)
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

        again = await store.accept(second, now=START, ready_at=START + timedelta(seconds=9))

        assert again is None
        assert await store.unfinished() == [joined]


@pytest.mark.parametrize("other", [{"sender": "Bob"}, {"album_id": "b"}, {"key": replace(KEY, chat_id="2")}])
async def test_what_is_not_of_the_same_album_does_not_join(tmp_path: Path, other: dict[str, object]) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Compare", album_id="a"))
        stranger = message(**{"album_id": "a", "address": None, **other})  # type: ignore[arg-type]  # by parameter

        assert await store.accept(stranger, now=START, ready_at=LATER) is None
        assert await store.unfinished() == [turn]


async def test_nothing_joins_a_turn_that_has_begun(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Compare", album_id="a"))
        await store.begin(turn.id)

        assert await store.accept(message(album_id="a", address=None), now=START, ready_at=START) is None
        late = await accept(store, message(album_id="a"))
        assert late.id > turn.id


async def test_beginning_counts_the_attempts_before(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))

        first, second = await store.begin(turn.id), await store.begin(turn.id)

        assert first == replace(turn, state=TurnState.ANSWERING)
        assert second == replace(turn, state=TurnState.ANSWERING, attempts=1)
        assert [waiting.attempts for waiting in await store.unfinished()] == [2]


async def test_a_finished_turn_stays_as_it_is(tmp_path: Path) -> None:
    shown = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"))
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await finish(store, turn, "Hi!", delivery=shown)

        await finish(store, turn, None, delivery=Delivery(part=1, state=DeliveryState.UNKNOWN))

        assert await store.begin(turn.id) is None
        assert await store.unfinished() == []
        assert said(await read(store, turn)) == [("Hello", "Hi!")]
        assert await store.deliveries(turn.id) == [shown]


async def test_a_turn_that_never_was_can_neither_begin_nor_finish(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        ghost = replace(turn, id=type(turn.id)(turn.id + 1))

        assert await store.begin(ghost.id) is None
        await finish(store, ghost, "Hi!", delivery=Delivery(part=0, state=DeliveryState.SENT))
        assert await store.unfinished() == [turn]


async def test_the_outcome_is_kept_with_its_usage_and_times(tmp_path: Path) -> None:
    usage = Usage(prompt_tokens=900, completion_tokens=2**70, image_tokens=640, cached_tokens=0, cost_usd=0.0012)
    outcome = Outcome(
        state=TurnState.FAILED,
        answer="Half an",
        trouble="cut_off",
        detail="the server closed the connection",
        finish_reason="stop",
        model="m-1",
        usage=usage,
        started_at=START.astimezone(timezone(timedelta(hours=9))),
        first_text_at=START + timedelta(microseconds=1),
        finished_at=LATER,
    )
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await store.finish(turn.id, outcome)

    with plain_connection(database(tmp_path)) as connection:
        row = connection.execute(turns.select()).one()
    assert (row.state, row.answer, row.trouble, row.model) == ("failed", "Half an", "cut_off", "m-1")
    assert (row.prompt_tokens, row.image_tokens, row.cached_tokens, row.cost_usd) == (900, 640, 0, 0.0012)
    assert row.completion_tokens == 2**63 - 1  # An absurd claim is cut to what a database can hold.
    assert (row.started_at, row.finished_at) == (START, LATER)
    assert row.first_text_at == datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)


async def test_receipts_are_kept_by_part(tmp_path: Path) -> None:
    sending = Delivery(part=0, state=DeliveryState.SENDING)
    sent = replace(sending, state=DeliveryState.SENT, message_id=MessageId("90"))
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await store.record_deliveries(turn.id, [replace(sending, part=1)])
        await store.record_deliveries(turn.id, [sending])
        await store.record_deliveries(turn.id, [sent])
        assert await store.deliveries(turn.id) == [sent, replace(sending, part=1)]

        await store.remove_delivery(turn.id, 1)
        await store.remove_delivery(turn.id, 1)
        assert await store.deliveries(turn.id) == [sent]


async def test_a_command_is_a_turn_too(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("/help", command=Command(name="help")))

        assert turn.command == "help"
        begun = await store.begin(turn.id)
        assert begun is not None
        assert begun.command == "help"


async def test_ids_are_never_used_again(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await exchange(store, "Hello")
        await store.purge(before=LATER, max_picture_bytes=0)

        assert (await exchange(store, "Hello again")).id > turn.id
