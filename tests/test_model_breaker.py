"""When a model server is left alone, for how long, and how it comes back."""

import random

import pytest

from adapters.model.breaker import MAX_PAUSE_S, Breaker
from bot.errors import ModelError, ModelTrouble
from bot.sentences import sentence
from tests.model_world import PatientClock

T = ModelTrouble
DOWN = ModelError(
    "It is down.", trouble=T.UNAVAILABLE, person=sentence("The model has a problem at the moment."), retryable=True
)


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock()


@pytest.fixture
def breaker(clock: PatientClock) -> Breaker:
    chance = random.Random(1)
    return Breaker("qwen at host", clock=clock, random=chance, failures=3, pause_s=10)


def fail(breaker: Breaker, times: int = 1, error: ModelError = DOWN) -> None:
    for _ in range(times):
        ticket = breaker.enter()
        assert ticket is not None
        breaker.failed(ticket, error)


def pause_of(breaker: Breaker) -> float:
    wait_s = breaker.refusal().retry_after_s
    assert wait_s is not None
    return wait_s


def test_failures_in_a_row_open_it(breaker: Breaker, clock: PatientClock) -> None:
    fail(breaker, 3)

    assert breaker.enter() is None
    assert 8 <= pause_of(breaker) <= 12
    clock.passed_s += 7.9
    assert breaker.enter() is None


def test_a_whole_answer_in_between_begins_the_count_again(breaker: Breaker) -> None:
    fail(breaker, 2)
    ticket = breaker.enter()
    assert ticket is not None
    breaker.succeeded(ticket)
    fail(breaker, 2)

    assert breaker.enter() is not None


def test_the_first_words_alone_do_not_begin_the_count_again(breaker: Breaker) -> None:
    for _ in range(3):
        ticket = breaker.enter()
        assert ticket is not None
        breaker.began(ticket)
        breaker.failed(ticket, DOWN)

    assert breaker.enter() is None


def test_after_the_pause_a_single_request_tries_it(breaker: Breaker, clock: PatientClock) -> None:
    fail(breaker, 3)
    clock.passed_s += 13

    probe = breaker.enter()
    assert probe is not None
    assert breaker.enter() is None
    breaker.began(probe)
    assert breaker.enter() is not None


def test_a_probe_that_fails_doubles_the_pause_up_to_a_limit(breaker: Breaker, clock: PatientClock) -> None:
    fail(breaker, 3)
    pauses = []
    for _ in range(30):
        pauses.append(pause_of(breaker))
        clock.passed_s += pauses[-1]
        fail(breaker)

    for number, expected in enumerate((10, 20, 40, 80, 120, 120)):
        assert expected * 0.8 <= pauses[number] <= expected * 1.2
    assert max(pauses) <= MAX_PAUSE_S * 1.2
    assert len(set(pauses[5:])) > 10


def test_the_pause_is_short_again_only_after_a_whole_answer(breaker: Breaker, clock: PatientClock) -> None:
    fail(breaker, 3)
    clock.passed_s += 13
    probe = breaker.enter()
    assert probe is not None
    breaker.began(probe)
    fail(breaker, 3)
    assert pause_of(breaker) >= 16

    clock.passed_s += 30
    probe = breaker.enter()
    assert probe is not None
    breaker.succeeded(probe)
    fail(breaker, 3)
    assert pause_of(breaker) <= 12


def test_a_probe_that_nobody_waits_for_any_more_makes_room_for_another(breaker: Breaker, clock: PatientClock) -> None:
    fail(breaker, 3)
    clock.passed_s += 13
    probe = breaker.enter()
    assert probe is not None

    breaker.left(probe)

    assert breaker.enter() is not None
    breaker.left(probe)
    assert breaker.enter() is None, "the second probe is still under way"


def test_what_was_asked_before_it_opened_changes_nothing_any_more(breaker: Breaker, clock: PatientClock) -> None:
    old = breaker.enter()
    assert old is not None
    fail(breaker, 3)
    before = pause_of(breaker)

    breaker.failed(old, DOWN)
    breaker.began(old)
    breaker.succeeded(old)
    breaker.left(old)

    assert breaker.enter() is None
    assert pause_of(breaker) == before
    clock.passed_s += 13
    assert breaker.enter() is not None
    breaker.failed(old, DOWN)
    assert breaker.enter() is None, "the probe is still under way"


def test_a_longer_wait_that_the_server_asks_for_is_kept(breaker: Breaker, clock: PatientClock) -> None:
    busy = ModelError("busy", trouble=T.BUSY, person=sentence("Busy."), retryable=True, retry_after_s=300.0)
    fail(breaker, 3, busy)

    assert pause_of(breaker) == 300
    assert breaker.refusal().person.endswith("Please try again in 5 minutes.")
    clock.passed_s += 299
    assert breaker.enter() is None


def test_people_read_when_to_ask_again(breaker: Breaker, clock: PatientClock) -> None:
    fail(breaker, 3)
    refusal = breaker.refusal()

    assert refusal.person.startswith("The model has problems at the moment. Please try again in ")
    assert refusal.person.endswith(" seconds.")
    assert (refusal.trouble, refusal.retryable) == (T.UNAVAILABLE, True)
    assert "It is down." in str(refusal)
    clock.passed_s += 13
    breaker.enter()
    assert breaker.refusal().person.endswith("in 10 seconds."), "while it is tried"


@pytest.mark.parametrize("trouble", [T.KEY, T.CREDITS, T.NOT_FOUND, T.BAD_RESPONSE])
def test_what_waiting_does_not_cure_keeps_its_own_sentence(breaker: Breaker, trouble: ModelTrouble) -> None:
    fail(breaker, 3, ModelError("no", trouble=trouble, person=sentence("Tell the person who runs me.")))
    refusal = breaker.refusal()

    assert (refusal.person, refusal.trouble) == ("Tell the person who runs me.", trouble)
    assert not refusal.retryable


def test_the_operator_reads_one_line_at_the_beginning_and_one_at_the_end(
    breaker: Breaker, clock: PatientClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fail(breaker, 3)
    for _ in range(5):
        clock.passed_s += 300
        fail(breaker)
    clock.passed_s += 300
    probe = breaker.enter()
    assert probe is not None
    breaker.began(probe)
    breaker.succeeded(probe)

    opened, closed = (record.getMessage() for record in caplog.records)
    assert opened.startswith("qwen at host failed 3 times in a row. It is left alone for ")
    assert "It is down." in opened
    assert closed == "qwen at host answers again."


def test_it_can_be_switched_off(clock: PatientClock) -> None:
    chance = random.Random(1)
    breaker = Breaker("x", clock=clock, random=chance, failures=0)
    fail(breaker, 100)

    assert breaker.enter() is not None
