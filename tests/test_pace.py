"""Answers that grow in one chat share what the platform allows there: fairly, ends first, slower after a refusal."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

from bot.delivery.budget import Urgency
from bot.delivery.pace import Pace, Paces
from bot.delivery.throttle import Throttles
from bot.events import ConversationKey
from bot.ports.limits import Headroom, Rate
from bot.ports.store import Store
from tests.fake_chat import FakeChat
from tests.happenings import KEY
from tests.manual_clock import ManualClock, settle

MINUTE = (Rate(count=20, seconds=60),)
BURST = (Rate(count=5, seconds=5),)


BUCKET = (Rate(count=1, seconds=1, burst=5),)


class EmptyStore:
    """Nobody has to wait since the last run."""

    async def held(self, **_: object) -> dict[ConversationKey, object]:
        return {}

    async def hold(self, *_: object, **__: object) -> None: ...


def topic(number: int) -> ConversationKey:
    return replace(KEY, thread_id=str(number))


class Growing:
    """An answer that always has more to show."""

    def __init__(self, pace: Pace, clock: ManualClock) -> None:
        self.pace = pace
        self.clock = clock
        self.moved_at_s: list[float] = []
        pace.__enter__()
        self.task = asyncio.create_task(self._grow())

    async def _grow(self) -> None:
        while True:
            with await self.pace.slot(Urgency.UPDATE if self.pace.is_shown else Urgency.FIRST):
                self.pace.moved()
                self.moved_at_s.append(self.clock.elapsed_s)
            await self.clock.sleep(self.pace.interval_s)

    async def end(self) -> float:
        """End it, and tell when its last words came."""
        self.task.cancel()
        await asyncio.wait({self.task})
        with await asyncio.wait_for(self.pace.slot(Urgency.FINAL), 20):
            self.pace.__exit__()
            return self.clock.elapsed_s


class World:
    """One chat of the platform's, with topics."""

    def __init__(self, rates: tuple[Rate, ...], *, typing_counts: bool = False) -> None:
        self.clock = ManualClock()
        self.chat = FakeChat(threads_share_waits=True, rates=rates, typing_counts=typing_counts)
        self.paces = Paces(Throttles(cast("Store", EmptyStore()), self.clock), self.clock)
        self.growing: list[Growing] = []

    def pace(self, key: ConversationKey = KEY) -> Pace:
        return self.paces.of(key, self.chat, is_private=True)

    def grow(self, count: int) -> Sequence[Growing]:
        answers = [Growing(self.pace(topic(number)), self.clock) for number in range(count)]
        self.growing += answers
        return answers


@asynccontextmanager
async def world(rates: tuple[Rate, ...], *, typing_counts: bool = False) -> AsyncIterator[World]:
    made = World(rates, typing_counts=typing_counts)
    yield made
    for answer in made.growing:
        answer.task.cancel()
    await settle()


def sent_in_any(seconds: float, times_s: Sequence[float]) -> int:
    return max(sum(start <= other < start + seconds for other in times_s) for start in times_s)


async def test_one_answer_alone_moves_as_often_as_the_chat_allows_with_a_place_kept_for_its_end() -> None:
    async with world(BURST) as here:
        (answer,) = here.grow(1)
        await here.clock.advance(60)
        assert answer.moved_at_s[0] == 0
        assert sent_in_any(5, answer.moved_at_s) == 4
        assert 45 <= len(answer.moved_at_s) <= 49
        assert await answer.end() == here.clock.elapsed_s


async def test_answers_in_one_chat_take_turns() -> None:
    async with world(BURST) as here:
        answers = here.grow(5)
        await here.clock.advance(100)
        moves = [len(answer.moved_at_s) for answer in answers]
        assert max(moves) - min(moves) <= 1
        assert sent_in_any(5, [time_s for answer in answers for time_s in answer.moved_at_s]) == 4


async def test_where_a_chat_takes_bursts_five_answers_move_one_a_second_and_all_their_ends_come_within_one() -> None:
    async with world(BUCKET) as here:
        answers = here.grow(5)
        await here.clock.advance(60)
        assert [answer.moved_at_s[0] for answer in answers] == [0, 0, 0, 0, 1]
        assert {len(answer.moved_at_s) for answer in answers} <= {11, 12, 13}
        ends = [asyncio.create_task(answer.end()) for answer in answers]
        await here.clock.advance(1)
        assert all(end.done() for end in ends)


async def test_an_answer_that_comes_later_is_seen_before_the_others_move_again() -> None:
    async with world(BURST) as here:
        here.grow(4)
        await here.clock.advance(20)
        (late,) = here.grow(1)
        await here.clock.advance(5)
        assert len(late.moved_at_s) == 1


async def test_five_ends_in_a_group_wait_for_nothing_however_much_has_grown() -> None:
    async with world(MINUTE) as here:
        answers = here.grow(5)
        await here.clock.advance(59)
        assert sum(len(answer.moved_at_s) for answer in answers) == 15
        assert [await answer.end() for answer in answers] == [59] * 5


async def test_where_twenty_answers_fill_the_minute_none_grows_and_all_ends_come_at_once() -> None:
    async with world(MINUTE) as here:
        answers = here.grow(20)
        await here.clock.advance(10)
        assert not any(answer.moved_at_s for answer in answers)
        assert [await answer.end() for answer in answers] == [10] * 20


async def test_an_end_goes_before_those_who_waited_longer_to_grow() -> None:
    async with world(BURST) as here:
        for _ in range(5):
            with await here.pace().slot(Urgency.FINAL):
                pass
        order = list[str]()

        async def take(name: str, urgency: Urgency) -> None:
            with await here.pace().slot(urgency):
                order.append(name)

        tasks = [asyncio.create_task(take(name, urgency)) for name, urgency in WAITING]
        await here.clock.advance(30)
        await asyncio.wait(tasks)
        assert order == ["end", "first", "update"]


WAITING = [("update", Urgency.UPDATE), ("first", Urgency.FIRST), ("end", Urgency.FINAL)]


async def test_who_gives_up_waiting_lets_the_next_one_go() -> None:
    async with world(BURST) as here:
        for _ in range(5):
            with await here.pace().slot(Urgency.FINAL):
                pass
        first, second = (asyncio.create_task(here.pace().slot(Urgency.FINAL)) for _ in range(2))
        await here.clock.advance(1)
        first.cancel()
        await here.clock.advance(4)
        assert second.done()
        with second.result():
            pass


async def test_typing_leaves_what_words_may_need() -> None:
    async with world(MINUTE, typing_counts=True) as here:
        with here.pace() as pace:
            count = 0
            while (slot := pace.slot_at_once(Urgency.TYPING)) is not None:
                with slot:
                    count += 1
            assert count == 13
            with await pace.slot(Urgency.FIRST):
                pass


async def test_after_a_refusal_answers_move_more_slowly_and_then_gradually_as_before() -> None:
    async with world(BURST) as here:
        (answer,) = here.grow(1)
        await here.clock.advance(20)
        await answer.pace.demand(10)
        demanded_at_s = here.clock.elapsed_s
        await here.clock.advance(600)
        after = [time_s - demanded_at_s for time_s in answer.moved_at_s if time_s > demanded_at_s]
        assert after[0] >= 10
        in_minute = [sum(60 * minute <= time_s - 10 < 60 * (minute + 1) for time_s in after) for minute in (0, 2, 8)]
        assert in_minute == sorted(in_minute)
        assert in_minute[0] <= 34
        assert in_minute[-1] >= 45


async def test_a_refusal_in_one_chat_slows_no_other() -> None:
    async with world(BURST) as here:
        with here.pace() as flooded, here.pace(replace(KEY, chat_id="2")) as other:
            await flooded.demand(10)
            assert (flooded.interval_s, other.interval_s) == (2, 1)


async def test_what_the_platform_says_is_left_is_kept_for_the_end() -> None:
    async with world(BURST) as here:
        with here.pace() as pace:
            here.chat.room = Headroom(left=1, resets_at_s=3)
            waiting = asyncio.create_task(pace.slot(Urgency.UPDATE))
            await here.clock.advance(2.9)
            assert not waiting.done()
            with await pace.slot(Urgency.FINAL):
                pass
            here.chat.room = None
            await here.clock.advance(0.1)
            with await waiting:
                pass


async def test_a_refusal_that_the_adapter_waited_for_by_itself_slows_too() -> None:
    async with world(BURST) as here:
        with here.pace() as pace:
            here.chat.room = Headroom(left=5, resets_at_s=0, refusals=1)
            with await pace.slot(Urgency.UPDATE):
                pass
            assert pace.interval_s == 2


async def test_the_whole_bot_has_a_pace_too_and_the_ends_may_use_all_of_it() -> None:
    async with world(()) as here:
        here.chat.limits = replace(here.chat.limits, bot_rate=Rate(count=30, seconds=1))
        paces = [here.pace(replace(KEY, chat_id=str(number))) for number in range(40)]
        tasks = [asyncio.create_task(pace.slot(Urgency.FIRST)) for pace in paces]
        await settle()
        assert sum(task.done() for task in tasks) == 20
        ends = [asyncio.create_task(paces[0].slot(Urgency.FINAL)) for _ in range(10)]
        await settle()
        assert all(task.done() for task in ends)
        for task in [*tasks, *ends]:
            task.cancel()
        await settle()
