"""When the model client asks again, how long it waits before, and when it gives up."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.errors import ModelTrouble
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import NOW, SHORT, Heard, PatientClock, ask, client_of, listen, raw_server, refusal

T = ModelTrouble


async def test_the_wait_that_a_server_asks_for_is_kept(model: ModelEmulator) -> None:
    clock = PatientClock()
    model.reply(Script(status=429, headers={"Retry-After": "7"}))
    in_nine_seconds = format_datetime(NOW + timedelta(seconds=16 + 0.9), usegmt=True)
    model.reply(Script(status=503, headers={"Retry-After": in_nine_seconds}))

    heard = await ask(model, clock=clock)

    assert heard.text == "Hello from the emulated model."
    assert 7 <= clock.slept[0] < 7.6
    assert 8 <= clock.slept[1] < 10


@pytest.mark.parametrize(
    ("header", "wait_s", "person"),
    [
        ("60", 60.0, "in 60 seconds."),
        ("600", 600.0, "in 10 minutes."),
        ("999999", 3600.0, "in 60 minutes."),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0, "in 2 minutes."),
    ],
)
async def test_a_longer_wait_is_told_to_the_person_instead(
    model: ModelEmulator, header: str, wait_s: float, person: str
) -> None:
    failure = await refusal(model, 429, headers={"Retry-After": header})

    assert failure.retry_after_s == wait_s
    assert failure.person.endswith(person)
    assert len(model.requests) == 1


@pytest.mark.parametrize("header", ["soon", "-5", "", "Mon, 99 Foo 2026"])
async def test_a_wait_that_makes_no_sense_is_ignored(model: ModelEmulator, header: str) -> None:
    failure = await refusal(model, 429, headers={"Retry-After": header})

    assert failure.retry_after_s is None
    assert len(model.requests) == 3


async def test_a_date_in_the_past_means_now(model: ModelEmulator) -> None:
    failure = await refusal(model, 429, headers={"Retry-After": "Sun, 22 Nov 2020 12:00:00 GMT"})

    assert failure.retry_after_s == 0


async def test_failures_before_the_first_word_are_tried_again_with_growing_waits(model: ModelEmulator) -> None:
    clock = PatientClock()
    model.reply(Script(status=500), Script(error_after=0), Script(finish_reason=None, pieces=()))

    heard = await ask(model, clock=clock, attempts=4)

    assert heard.text == "Hello from the emulated model."
    assert 0.5 <= clock.slept[0] <= 1 <= clock.slept[1] <= 2 <= clock.slept[2] <= 4


async def test_after_the_first_word_nothing_is_tried_again(model: ModelEmulator) -> None:
    model.reply(Script(cut_after=1), Script(error_after=1))

    assert (await ask(model)).failure.trouble is T.CUT_OFF
    assert (await ask(model)).failure.trouble is T.CUT_OFF
    assert len(model.calls) == 2


async def test_a_thought_counts_as_begun(model: ModelEmulator) -> None:
    model.reply(Script(reasoning=("hm",), cut_after=0))

    heard = await ask(model)

    assert heard.thoughts == "hm"
    assert heard.failure.trouble is T.CUT_OFF
    assert len(model.calls) == 1


async def test_attempts_end(model: ModelEmulator) -> None:
    clock = PatientClock()
    model.reply_with(Script(status=500))

    assert (await ask(model, clock=clock, attempts=2)).failure.trouble is T.UNAVAILABLE
    assert len(clock.slept) == 1


async def test_the_operator_reads_of_each_attempt(model: ModelEmulator, caplog: pytest.LogCaptureFixture) -> None:
    model.reply(Script(status=500, message="hiccup"))

    await ask(model)

    assert [record.levelname for record in caplog.records if "hiccup" in record.message] == ["WARNING"]
    assert "Asking again in" in caplog.text


async def test_a_connection_closed_by_the_server_meanwhile_costs_no_wait(model: ModelEmulator) -> None:
    clock = PatientClock()
    async with client_of(model.url, clock=clock) as client:
        model.fail("POST /chat/completions", drop=True)
        assert (await listen(client)).text == "Hello from the emulated model."

    assert clock.slept == [0.0]


async def test_silence_before_the_first_byte_ends_in_a_sentence(model: ModelEmulator) -> None:
    hold = asyncio.Event()
    model.reply_with(Script(json_instead=True, hold=hold))

    failure = (await ask(model, timeouts=SHORT, attempts=1)).failure

    assert (failure.trouble, failure.retryable) == (T.TIMEOUT, True)
    await eventually(lambda: model.calls[0].disconnected)


async def test_headers_alone_are_not_the_first_byte() -> None:
    headers = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    async with raw_server(headers) as url, client_of(url, timeouts=SHORT, attempts=1) as client:
        assert (await listen(client)).failure.trouble is T.TIMEOUT


async def test_silence_in_the_middle_keeps_what_came(model: ModelEmulator) -> None:
    model.reply(Script(silent_after=2))

    heard = await ask(model, timeouts=SHORT)

    assert heard.text == "Hello from"
    assert heard.failure.trouble is T.TIMEOUT
    assert "silent" in heard.failure.person
    await eventually(lambda: model.calls[0].disconnected)


async def test_a_slow_answer_has_no_time_limit_in_total(model: ModelEmulator) -> None:
    model.reply(Script(pieces=("a",) * 12, per_token_s=0.02))

    assert (await ask(model, timeouts=SHORT)).text == "a" * 12


async def test_a_server_that_comes_back_is_used_again(model: ModelEmulator) -> None:
    heard: list[Heard] = []
    async with client_of(model.url, attempts=1) as client:
        for change in (None, model.stop, model.start):
            if change is not None:
                await change()
            heard.append(await listen(client))

    assert heard[0].error is None
    assert heard[1].failure.trouble is T.UNAVAILABLE
    assert heard[2].error is None


async def test_no_further_attempt_begins_when_the_first_word_is_overdue(model: ModelEmulator) -> None:
    clock = PatientClock()
    model.reply_with(Script(status=500))

    await ask(model, clock=clock, timeouts=SHORT, attempts=9)

    assert len(clock.slept) == 1


async def test_cancelling_ends_the_wait_between_attempts(model: ModelEmulator) -> None:
    class EndlessClock(PatientClock):
        async def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.Event().wait()

    clock = EndlessClock()
    model.reply_with(Script(status=500))
    async with client_of(model.url, clock=clock) as client:
        task = asyncio.create_task(listen(client))
        await eventually(lambda: clock.slept)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert len(model.requests) == 1
