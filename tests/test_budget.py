"""Counting requests against a platform's numbers."""

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.budget import CAUTION_HALVES_S, MOST_CAUTION, SAME_FLOOD_S, Bucket, Caution, Window
from bot.ports.limits import Rate

FIVE = Rate(count=5, seconds=5)
TWENTY_A_MINUTE = Rate(count=20, seconds=60)


def sent(window: Window, *times_s: float) -> Window:
    for time_s in times_s:
        window.begin()
        window.end(time_s)
    return window


def test_a_full_window_opens_when_the_oldest_request_leaves_it() -> None:
    window = sent(Window(FIVE), 0, 1, 2, 3, 4)
    assert window.wait_s(4, spare=0) == 1
    assert window.wait_s(4, spare=1) == 2
    assert window.wait_s(5, spare=0) == 0


def test_a_request_under_way_holds_its_place_for_as_long_as_it_takes() -> None:
    window = Window(FIVE)
    for _ in range(5):
        window.begin()
    assert window.wait_s(1000, spare=0) == math.inf
    window.end(1000)
    assert window.wait_s(1000, spare=0) == 5


def test_what_was_not_sent_after_all_does_not_count() -> None:
    window = sent(Window(FIVE), 0, 0, 0, 0)
    window.begin()
    window.take_back()
    assert window.wait_s(0, spare=0) == 0


def test_more_places_than_there_are_can_not_be_kept() -> None:
    assert Window(FIVE).wait_s(0, spare=5) == math.inf


def test_in_a_short_window_a_third_is_kept_at_most_and_in_a_long_one_whatever_is_needed() -> None:
    assert [Window(FIVE).spare(wanted) for wanted in (0, 1, 20)] == [0, 1, 1]
    assert [Window(TWENTY_A_MINUTE).spare(wanted) for wanted in (0, 1, 20)] == [0, 1, 20]


def test_a_window_forgets_what_no_caution_could_count_any_more() -> None:
    window = sent(Window(FIVE), 0)
    assert not window.is_idle(5 * MOST_CAUTION - 1)
    assert window.is_idle(5 * MOST_CAUTION)


def test_a_bucket_gives_a_burst_and_then_one_place_after_the_other() -> None:
    bucket = Bucket(Rate(count=1, seconds=1, burst=3))
    for _ in range(3):
        assert bucket.wait_s(10, spare=0) == 0
        bucket.begin()
        bucket.end(10)
    assert bucket.wait_s(10, spare=0) == 1
    assert bucket.wait_s(10.5, spare=0) == 0.5
    assert bucket.wait_s(10.5, spare=0, caution=2) == 1
    assert bucket.wait_s(11, spare=0) == 0
    assert not bucket.is_idle(12)
    assert bucket.is_idle(13)


def test_a_bucket_keeps_all_places_but_one_from_updates_and_one_from_first_words() -> None:
    bucket = Bucket(Rate(count=1, seconds=1, burst=5))
    assert [bucket.spare(wanted) for wanted in (1, 4, 20)] == [1, 4, 4]
    assert [bucket.spare(wanted, for_updates=False) for wanted in (0, 1, 20)] == [0, 1, 1]
    assert bucket.wait_s(0, spare=5) == math.inf


def test_each_refusal_doubles_the_waits_up_to_a_bound_and_those_of_one_moment_count_once() -> None:
    caution = Caution()
    assert caution.factor(0) == 1
    caution.refused(0)
    caution.refused(SAME_FLOOD_S / 2)
    assert caution.factor(0) == 2
    for time_s in range(10, 100, 10):
        caution.refused(time_s)
    assert 7.9 < caution.factor(90) <= MOST_CAUTION


def test_after_a_refusal_the_pace_recovers_gradually() -> None:
    caution = Caution()
    caution.refused(0)
    factors = [caution.factor(minute * CAUTION_HALVES_S) for minute in range(6)]
    assert factors == sorted(factors, reverse=True)
    assert factors[1] == 1.5
    assert factors[-1] < 1.1


@given(
    rate=st.builds(Rate, count=st.integers(1, 8), seconds=st.floats(0.5, 20)),
    steps=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2), st.floats(0, 1)), max_size=60),
)
def test_whenever_requests_arrive_the_platform_never_counts_more_than_its_rate(
    rate: Rate, steps: list[tuple[float, float, float]]
) -> None:
    """Each step: a pause, how long the request takes, and at which share of that it arrives."""
    window, now_s, arrived = Window(rate), 0.0, list[float]()
    for pause_s, takes_s, share in steps:
        now_s += pause_s
        now_s += window.wait_s(now_s, spare=0) + 1e-6
        window.begin()
        arrived.append(now_s + takes_s * share)
        now_s += takes_s
        window.end(now_s)
    for first, time_s in enumerate(arrived):
        assert sum(time_s <= other < time_s + rate.seconds for other in arrived[first:]) <= rate.count
