"""Turns: claimed under a lease, concluded once, and closed for good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import sqlalchemy as sa

from bot.events import Action, Command, ConversationKey, MessageId, PlatformName
from bot.ports.model import Usage
from bot.ports.parts import Button
from bot.ports.store import Store
from bot.records.turns import Delivery, DeliveryState, Outcome, Turn, TurnId, TurnState
from storage.tables import turns
from tests.happenings import KEY, message, pressed
from tests.manual_clock import START
from tests.storing import (
    JOINING,
    accept,
    begin,
    database,
    exchange,
    finish,
    lease,
    outcome,
    plain_connection,
    purge,
    read,
    said,
    store_at,
)

LATER = START + timedelta(seconds=2)
SENDING = Delivery(part=0, state=DeliveryState.SENDING, digest="d1", sent_after=MessageId("80"))
SENT = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"), digest="d1")


def _row(folder: Path) -> sa.Row[tuple[object, ...]]:
    with plain_connection(database(folder)) as connection:
        return connection.execute(turns.select()).one()


async def _delivering(store: Store, text: str = "Hello") -> Turn:
    turn = await accept(store, message(text))
    await begin(store, turn)
    assert await store.conclude(turn.id, outcome("Hi!"))
    return turn


async def test_an_accepted_turn_is_what_every_later_look_shows(tmp_path: Path) -> None:
    topic = ConversationKey(platform=PlatformName("telegram"), chat_id="-100", thread_id="7")
    heard = message("Hello", key=topic, message_id="41", is_private=True)

    async with store_at(tmp_path) as store:
        accepted = await accept(store, heard, ready_after_s=2)
        assert (accepted.key, accepted.reply_to, accepted.is_private) == (topic, "41", True)
        assert (accepted.accepted_at, accepted.ready_at) == (START, LATER)
        assert (accepted.state, accepted.attempts, accepted.command) == (TurnState.ACCEPTED, 0, None)
        assert (accepted.text, accepted.has_receipts) == (None, False)
        assert await store.unfinished() == [accepted]

    async with store_at(tmp_path) as reopened:
        assert await reopened.unfinished() == [accepted]


async def test_a_command_is_a_turn_too(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("/help", command=Command(name="help")))

        assert turn.command == "help"
        assert (await begin(store, turn)).command == "help"


async def test_ids_are_never_used_again(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await exchange(store, "Hello")
        await purge(store, before=LATER, picture_bytes=0)

        assert (await exchange(store, "Hello again")).id > turn.id


# --- beginning --------------------------------------------------------------------------------------


async def test_beginning_counts_the_attempts_before(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))

        first, second = await begin(store, turn), await begin(store, turn)

        assert first == replace(turn, state=TurnState.ANSWERING)
        assert second == replace(turn, state=TurnState.ANSWERING, attempts=1)
        assert [waiting.attempts for waiting in await store.unfinished()] == [2]


async def test_delivering_again_is_no_attempt_at_an_answer(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _delivering(store)

        first, second = await begin(store, turn), await begin(store, turn)

        assert first == second
        assert (first.state, first.attempts, first.text) == (TurnState.DELIVERING, 1, "Hi!")


async def test_a_turn_that_never_was_can_neither_begin_nor_end(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        ghost = TurnId(turn.id + 1)

        assert await store.begin(ghost, now=START, lease=lease()) is None
        assert not await store.conclude(ghost, outcome(), [SENT])
        await store.close(ghost, now=START, deliveries=[SENT])
        assert await store.unfinished() == [turn]


# --- concluding and closing -------------------------------------------------------------------------


async def test_the_outcome_is_kept_with_its_usage_and_times(tmp_path: Path) -> None:
    usage = Usage(prompt_tokens=900, completion_tokens=2**70, image_tokens=640, cached_tokens=0, cost_usd=0.0012)
    cut_off = Outcome(
        state=TurnState.FAILED,
        text="Half an ... (it broke off)",
        answer="Half an",
        trouble="cut_off",
        detail="the server closed the connection",
        finish_reason="stop",
        model="m-1",
        usage=usage,
        started_at=START.astimezone(timezone(timedelta(hours=9))),
        first_text_at=START + timedelta(microseconds=1),
    )
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await begin(store, turn)
        assert await store.conclude(turn.id, cut_off)
        (delivering,) = await store.unfinished()
        assert (delivering.state, delivering.text) == (TurnState.DELIVERING, "Half an ... (it broke off)")
        await store.close(turn.id, now=LATER)
        assert await store.unfinished() == []

    row = _row(tmp_path)
    assert (row.state, row.answer, row.trouble, row.model) == ("failed", "Half an", "cut_off", "m-1")
    assert (row.prompt_tokens, row.image_tokens, row.cached_tokens, row.cost_usd) == (900, 640, 0, 0.0012)
    assert row.completion_tokens == 2**63 - 1  # An absurd claim is cut to what a database can hold.
    assert (row.started_at, row.finished_at) == (START, LATER)
    assert row.first_text_at == datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)


async def test_what_is_being_delivered_is_history_already(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _delivering(store)

        assert said(await read(store, turn)) == [("Hello", "Hi!")]


async def test_an_outcome_is_decided_once(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        assert not await store.conclude(turn.id, outcome("Too early."), [SENT])
        await begin(store, turn)
        assert await store.conclude(turn.id, outcome("Hi!"), [SENDING])
        assert not await store.conclude(turn.id, outcome("Ho!"), [SENT])

        assert said(await read(store, turn)) == [("Hello", "Hi!")]
        assert await store.deliveries(turn.id) == [SENDING]


async def test_a_closed_turn_stays_as_it_is(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await finish(store, turn, "Hi!", delivery=SENT)

        await store.close(turn.id, now=LATER, failed="undeliverable", deliveries=[replace(SENT, part=1)])

        assert await store.begin(turn.id, now=LATER, lease=lease(LATER)) is None
        assert not await store.conclude(turn.id, outcome("Ho!"))
        assert await store.deliveries(turn.id) == [SENT]
    assert (_row(tmp_path).state, _row(tmp_path).trouble) == ("answered", "")


async def test_a_delivery_that_failed_is_told_with_the_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _delivering(store)
        await store.close(turn.id, now=LATER, failed="undeliverable", detail="no permission to write")

        assert said(await read(store, turn)) == [("Hello", "Hi!")]
    assert (_row(tmp_path).state, _row(tmp_path).trouble) == ("failed", "undeliverable")
    assert _row(tmp_path).detail == "no permission to write"


async def test_a_turn_that_is_not_delivered_yet_cannot_be_closed(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await store.close(turn.id, now=LATER, failed="undeliverable")
        assert await store.unfinished() == [turn]


async def test_who_still_delivered_it_with_its_buttons_does_not_end_what_is_to_be_shown_without(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("count!"))
        await begin(store, turn)
        buttons = ((Button(action=Action.CONTINUE, label="Go on"),),)
        await store.conclude(turn.id, replace(outcome("One, two"), buttons=buttons))
        press = pressed(Action.CONTINUE, MessageId("90"), turn=turn.id)
        await store.press(press, now=LATER, joining=JOINING, refusal=None)

        await store.close(turn.id, now=LATER, deliveries=[SENT])
        again, going_on = await store.unfinished()
        assert (again.id, again.buttons, again.has_receipts) == (turn.id, (), True)
        await begin(store, again)
        await store.close(turn.id, now=LATER)
        assert await store.unfinished() == [going_on]


async def test_a_clock_that_jumps_back_does_not_make_a_turn_look_old(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _delivering(store)
        await store.close(turn.id, now=START - timedelta(days=400))
        await purge(store, before=START - timedelta(days=30), picture_bytes=0)

        assert said(await read(store, turn)) == [("Hello", "Hi!")]


# --- receipts ---------------------------------------------------------------------------------------


async def test_receipts_are_kept_by_part(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await store.record_deliveries(turn.id, [replace(SENDING, part=1), SENDING])
        await store.record_deliveries(turn.id, [SENT])
        await store.record_deliveries(turn.id, [])
        assert await store.deliveries(turn.id) == [SENT, replace(SENDING, part=1)]

        await store.remove_delivery(turn.id, 1)
        await store.remove_delivery(turn.id, 1)
        assert await store.deliveries(turn.id) == [SENT]
        assert [waiting.has_receipts for waiting in await store.unfinished()] == [True]


async def test_receipts_are_stored_together_with_what_they_belong_to(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await begin(store, turn)
        await store.conclude(turn.id, outcome("Hi!"), [SENDING])
        assert (await begin(store, turn)).has_receipts
        assert await store.deliveries(turn.id) == [SENDING]
        await store.close(turn.id, now=LATER, deliveries=[SENT, replace(SENT, part=1, message_id=MessageId("91"))])

        assert [receipt.message_id for receipt in await store.deliveries(turn.id)] == ["90", "91"]


async def test_the_turn_of_an_own_message_is_found(tmp_path: Path) -> None:
    elsewhere = replace(KEY, chat_id="2")
    async with store_at(tmp_path) as store:
        mine, other = await accept(store, message("Hello")), await accept(store, message("Hello", key=elsewhere))
        await finish(store, mine, delivery=SENT)
        await finish(store, other, delivery=SENT)

        for turn in (mine, other):
            found = await store.turn_of(turn.key, MessageId("90"))
            assert found is not None
            assert (found.id, found.state) == (turn.id, TurnState.ANSWERED)
        assert await store.turn_of(KEY, MessageId("91")) is None
        assert await store.turn_of(replace(KEY, thread_id="3"), MessageId("90")) is None


# --- what the platform demands ----------------------------------------------------------------------


async def test_a_wait_that_the_platform_demands_survives_a_restart_and_concerns_one_chat(tmp_path: Path) -> None:
    thread, unknown = replace(KEY, thread_id="5"), replace(KEY, chat_id="3")
    async with store_at(tmp_path) as store:
        for key in (KEY, thread, replace(KEY, chat_id="2")):
            await accept(store, message("Hello", key=key))
        await store.hold(KEY, START, is_private=False)
        await store.hold(KEY, LATER, is_private=False)
        await store.hold(unknown, LATER + timedelta(seconds=1), is_private=True)

    async with store_at(tmp_path) as store:
        assert await store.held(now=START) == {KEY: LATER, unknown: LATER + timedelta(seconds=1)}
        assert list(await store.held(now=LATER)) == [unknown]
        assert (await accept(store, message("I am here", key=unknown, is_private=True))).is_private
        assert len(await store.unfinished()) == 4
