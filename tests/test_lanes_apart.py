"""When turns run where each person has a conversation of their own."""

import pytest

from bot.events import PersonId
from bot.lanes import Lanes
from bot.readiness import Readiness
from tests.answering import Answering, own, turn
from tests.manual_clock import ManualClock, settle


@pytest.fixture
def side_by_side(answering: Answering, clock: ManualClock) -> Lanes:
    return Lanes(answering, clock=clock, readiness=Readiness(), per_lane=4, total=9, at_once=2)


async def test_people_do_not_wait_for_each_other_and_each_ones_own_come_in_order(
    side_by_side: Lanes, answering: Answering
) -> None:
    for given in (own(1), own(2), own(3, sender="Ben")):
        side_by_side.put(given)
    await settle()
    assert answering.begun == [1, 3]
    answering.let_go(3)
    await settle()
    assert answering.begun == [1, 3]
    answering.let_go(1, 2)
    assert await side_by_side.drain() == 0
    assert answering.begun == [1, 3, 2]


async def test_no_more_than_so_many_are_answered_at_once_in_one_place(
    side_by_side: Lanes, answering: Answering
) -> None:
    for number, sender in enumerate(("Ann", "Ben", "Cem", "Dan"), start=1):
        side_by_side.put(own(number, sender=sender))
    side_by_side.put(own(5, chat="2"))
    await settle()
    assert answering.begun == [1, 2, 5]
    answering.let_go(2)
    await settle()
    assert answering.begun == [1, 2, 5, 3]
    answering.let_go(*range(6))
    await side_by_side.drain()


async def test_commands_of_several_people_still_come_one_by_one(answering: Answering, clock: ManualClock) -> None:
    lanes = Lanes(answering, clock=clock, readiness=Readiness(), per_lane=2, total=4)
    lanes.put(own(1))
    lanes.put(own(2, sender="Ben"))
    await settle()
    assert answering.begun == [1]
    answering.let_go(1, 2)
    await lanes.drain()


async def test_an_album_that_is_not_complete_holds_up_only_its_sender(
    side_by_side: Lanes, answering: Answering, clock: ManualClock
) -> None:
    side_by_side.put(own(1, ready_after_s=1))
    side_by_side.put(own(2))
    side_by_side.put(own(3, sender="Ben"))
    answering.let_go(1, 2, 3)
    await settle()
    assert answering.begun == [3]
    await clock.advance(1.1)
    assert answering.begun == [3, 1, 2]


async def test_a_change_of_the_setting_while_turns_wait_keeps_everybodys_order(
    side_by_side: Lanes, answering: Answering
) -> None:
    shared_then_own = [turn(1), turn(2, sender="Ben"), own(3, sender="Ben"), own(4, sender="Cem")]
    for given in [*shared_then_own, turn(5, sender="Dan")]:
        side_by_side.put(given, bounded=False)
    await settle()
    assert answering.begun == [1], "where all share it, one waits for all before it, and those after it wait too"
    answering.let_go(1)
    await settle()
    assert answering.begun == [1, 2, 4], "Ben's waits for what he asked before, and Cem for nobody"
    answering.let_go(2, 3)
    await settle()
    assert answering.begun == [1, 2, 4, 3]
    answering.let_go(4)
    await settle()
    assert answering.begun == [1, 2, 4, 3, 5]
    answering.let_go(5)
    await side_by_side.drain()


async def test_who_asked_before_people_were_set_apart_is_not_overtaken_for_ever(
    side_by_side: Lanes, answering: Answering
) -> None:
    side_by_side.put(turn(1))
    side_by_side.put(turn(2, sender="Ben"))
    for number in (3, 4, 5):
        side_by_side.put(own(number, sender=f"person {number}"))
        answering.let_go(number - 2)
        await settle()
    assert answering.begun == [1, 2, 3, 4, 5]
    answering.let_go(*range(6))
    await side_by_side.drain()


async def test_only_what_is_really_ahead_is_counted(side_by_side: Lanes, answering: Answering) -> None:
    key, ann, ben = turn(1).key, PersonId("Ann"), PersonId("Ben")
    assert side_by_side.ahead_of(key, ann) == 0
    side_by_side.put(own(1))
    side_by_side.put(own(2))
    assert side_by_side.ahead_of(key, ann) == 2
    side_by_side.put(own(3, sender="Cem"))
    await settle()
    assert answering.begun == [1, 3]
    assert side_by_side.ahead_of(key, ann) == 2
    assert side_by_side.ahead_of(key, ben) == 2, "two of three must end before there is room"
    side_by_side.put(turn(4, sender="Cem"))
    assert side_by_side.ahead_of(key, ben) == 4, "all share it now"
    answering.let_go(1, 2, 3, 4)
    await side_by_side.drain()


async def test_a_turn_that_is_done_again_or_dropped_cuts_short_nobody_elses(
    side_by_side: Lanes, answering: Answering
) -> None:
    side_by_side.put(own(1))
    side_by_side.put(own(2, sender="Ben"))
    await settle()
    side_by_side.redo(own(1))
    side_by_side.drop(own(2, sender="Ben"))
    side_by_side.put(own(3, sender="Cem"))
    await settle()
    assert answering.begun == [1, 2, 1, 3]
    answering.let_go(1, 3)
    assert await side_by_side.drain() == 0


async def test_who_has_an_answer_done_again_waits_behind_what_others_asked_before(
    side_by_side: Lanes, answering: Answering
) -> None:
    for number, sender in enumerate(("Ann", "Ben", "Cem", "Dan"), start=2):
        side_by_side.put(own(number, sender=sender))
    await settle()
    side_by_side.redo(own(1, sender="Dan"), yields=True)
    answering.let_go(*range(6))
    await side_by_side.drain()
    assert answering.begun == [2, 3, 4, 1, 5]


async def test_the_grace_period_ends_for_all_that_run_in_one_place(side_by_side: Lanes, answering: Answering) -> None:
    for number, sender in enumerate(("Ann", "Ben", "Cem"), start=1):
        side_by_side.put(own(number, sender=sender))
    await settle()
    assert await side_by_side.drain(grace_s=0.01) == 1
    assert answering.begun == [1, 2], "what waited does not begin any more"
    assert await side_by_side.drain() == 0
