from dataclasses import replace
from datetime import timedelta

import pytest

from bot.lanes import Lanes
from bot.readiness import Readiness
from bot.records.turns import Turn
from tests.answering import Answering, turn
from tests.manual_clock import START, ManualClock, settle


@pytest.fixture
def lanes(answering: Answering, clock: ManualClock) -> Lanes:
    return Lanes(answering, clock=clock, readiness=Readiness(), per_lane=2, total=4)


async def test_one_conversation_is_answered_in_order_one_at_a_time(lanes: Lanes, answering: Answering) -> None:
    for number in (1, 2):
        lanes.put(turn(number))
    await settle()
    assert answering.begun == [1]
    answering.let_go(1, 2)
    assert await lanes.drain() == 0
    assert answering.begun == [1, 2]


async def test_a_slow_conversation_does_not_delay_another(lanes: Lanes, answering: Answering) -> None:
    lanes.put(turn(1, chat="slow"))
    lanes.put(turn(2, chat="quick"))
    await settle()
    assert answering.begun == [1, 2]
    answering.let_go(1, 2)
    await lanes.drain()


async def test_a_turn_waits_until_it_is_ready_and_longer_when_more_comes(
    lanes: Lanes, answering: Answering, clock: ManualClock
) -> None:
    lanes.put(turn(1, ready_after_s=1))
    await clock.advance(0.9)
    lanes.put(turn(1, ready_after_s=1.9))
    await clock.advance(0.9)
    assert answering.begun == []
    await clock.advance(0.2)
    assert answering.begun == [1]
    answering.let_go(1)
    await lanes.drain()


async def test_who_is_ready_begins_at_once_when_what_it_waited_for_is_dropped_or_comes_sooner(
    lanes: Lanes, answering: Answering
) -> None:
    lanes.put(turn(1, ready_after_s=9))
    lanes.put(turn(2))
    await settle()
    assert answering.begun == []
    lanes.drop(turn(1))
    await settle()
    assert answering.begun == [2]
    lanes.put(turn(3, ready_after_s=9))
    lanes.put(turn(3))
    answering.let_go(2, 3)
    await lanes.drain()
    assert answering.begun == [2, 3]


async def test_queues_are_bounded_for_each_conversation_and_in_all(lanes: Lanes, answering: Answering) -> None:
    assert [lanes.put(turn(number)) for number in (1, 2, 3)] == [True, True, False]
    assert [lanes.put(turn(number, chat="2")) for number in (4, 5)] == [True, True]
    assert not lanes.put(turn(6, chat="3")), "four wait in all"
    await settle()
    assert lanes.put(turn(7, chat="3")), "two of the four run now, which makes room"
    answering.let_go(*range(8))
    await lanes.drain()
    assert sorted(answering.begun) == [1, 2, 4, 5, 7]


async def test_turns_of_an_earlier_run_always_find_a_place(lanes: Lanes, answering: Answering) -> None:
    assert all(lanes.put(turn(number), bounded=False) for number in range(1, 9))
    answering.let_go(*range(9))
    await lanes.drain()
    assert answering.begun == list(range(1, 9))


async def test_an_error_in_one_turn_does_not_stop_the_next(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    answered: list[int] = []

    async def answer(given: Turn) -> None:
        if given.id == 1:
            raise RuntimeError("the disk is gone")
        answered.append(given.id)

    lanes = Lanes(answer, clock=clock, readiness=Readiness(), per_lane=9, total=9)
    lanes.put(turn(1))
    lanes.put(turn(2))
    await lanes.drain()
    assert answered == [2]
    assert "turn 1" in caplog.text


async def test_what_does_not_end_within_the_grace_period_is_cut_short(lanes: Lanes, answering: Answering) -> None:
    lanes.put(turn(1, chat="1"))
    lanes.put(turn(2, chat="2"))
    await settle()
    answering.let_go(2)
    assert await lanes.drain(grace_s=0.01) == 1
    assert await lanes.drain() == 0


async def test_a_turn_that_has_changed_is_done_again_before_the_others(lanes: Lanes, answering: Answering) -> None:
    lanes.put(turn(1))
    lanes.put(turn(2))
    await settle()
    lanes.redo(turn(1))
    await settle()
    assert answering.begun == [1, 1]
    answering.let_go(1, 2)
    await lanes.drain()
    assert answering.begun == [1, 1, 2]


async def test_a_turn_of_the_past_can_be_done_again_too(lanes: Lanes, answering: Answering) -> None:
    answering.let_go(1)
    lanes.put(turn(1))
    await lanes.drain()
    lanes.redo(turn(1))
    await lanes.drain()
    assert answering.begun == [1, 1]


async def test_while_the_store_is_away_the_turn_is_tried_again_and_the_operator_told_once(
    lanes: Lanes, answering: Answering, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    answering.storage_troubles = 3
    lanes.put(turn(1))
    await clock.advance(2.5)
    assert answering.begun == [1, 1]
    await clock.advance(20)
    assert answering.begun == [1, 1, 1, 1]
    answering.let_go(1)
    await lanes.drain()
    assert caplog.text.count("the disk is full") == 1
    assert "answering: works again" in caplog.text


async def test_a_clock_that_jumps_back_delays_no_turn_for_long(answering: Answering, clock: ManualClock) -> None:
    lanes = Lanes(answering, clock=clock, readiness=Readiness(), per_lane=2, total=4)
    far = replace(turn(1), accepted_at=START + timedelta(days=1), ready_at=START + timedelta(days=1, seconds=1))
    lanes.put(far)
    await clock.advance(1.1)
    assert answering.begun == [1]
    answering.let_go(1)
    await lanes.drain()
