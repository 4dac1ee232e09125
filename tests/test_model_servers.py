"""What is learned about model servers on real sockets: that one keeps failing, and how many pictures one takes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.model.failover import LIMIT_LASTS_S
from bot.errors import ModelTrouble
from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.model_servers import DOWN, Servers, three_servers
from tests.model_world import JPEG, listen, says

T = ModelTrouble


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    async with three_servers() as running:
        yield running


# --- the breaker --------------------------------------------------------------------------------


async def test_a_server_that_keeps_failing_is_not_asked_for_a_while(servers: Servers) -> None:
    servers.first.reply_with(DOWN)
    async with servers.model(2, pause_after=2, attempts=1) as model:
        for _ in range(5):
            assert (await listen(model)).text == "I am the second."
        assert servers.asked == [2, 5, 0]

        servers.first.reply_with("I am back.")
        servers.clock.passed_s += 13
        assert (await listen(model)).text == "I am back."
        assert (await listen(model)).text == "I am back."


async def test_an_only_server_that_keeps_failing_is_answered_for_at_once(servers: Servers) -> None:
    servers.first.reply_with(DOWN)
    async with servers.model(1, pause_after=3, attempts=1) as model:
        failures = [(await listen(model)).failure for _ in range(5)]
        assert servers.asked[0] == 3

        assert "status 503" in str(failures[0])
        assert failures[3].person.startswith("The model has problems at the moment. Please try again in ")
        assert failures[3].trouble is T.UNAVAILABLE

        servers.first.reply_with("I am back.")
        servers.clock.passed_s += 13
        assert (await listen(model)).text == "I am back."


async def test_only_one_request_tries_a_server_that_was_down(servers: Servers) -> None:
    servers.first.reply_with(DOWN)
    async with servers.model(2, pause_after=1, attempts=1) as model:
        await listen(model)
        hold = asyncio.Event()
        servers.first.reply_with(Script(json_instead=True, hold=hold))
        servers.clock.passed_s += 13
        probe = asyncio.create_task(listen(model))
        await eventually(lambda: servers.asked[0] == 2)
        assert [(await listen(model)).text for _ in range(3)] == ["I am the second."] * 3
        assert servers.asked[0] == 2

        hold.set()
        assert (await probe).text == "Hello from the emulated model."
        assert (await listen(model)).text == "Hello from the emulated model."


async def test_a_cancelled_probe_makes_room_for_the_next(servers: Servers) -> None:
    servers.first.reply_with(DOWN)
    async with servers.model(1, pause_after=1, attempts=1) as model:
        await listen(model)
        servers.first.reply(Script(json_instead=True, hold=asyncio.Event()))
        servers.clock.passed_s += 13
        probe = asyncio.create_task(listen(model))
        await eventually(lambda: servers.asked[0] == 2)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)

        servers.first.reply_with("I am back.")
        assert (await listen(model)).text == "I am back."


async def test_requests_that_are_refused_for_what_they_ask_do_not_open_it(servers: Servers) -> None:
    servers.first.reply_with(Script(status=400, message="Body validation error"))
    async with servers.model(1, pause_after=2) as model:
        for _ in range(5):
            assert (await listen(model)).failure.trouble is T.INVALID

    assert servers.asked[0] == 5


async def test_answers_that_are_cut_again_and_again_open_it(servers: Servers) -> None:
    servers.first.reply_with(Script(cut_after=2))
    async with servers.model(2, pause_after=3) as model:
        heard = [await listen(model) for _ in range(4)]

    assert [one.error is None for one in heard] == [False, False, False, True]
    assert heard[3].text == "I am the second."


# --- pictures -----------------------------------------------------------------------------------


def blind(answer: str) -> Any:
    return lambda call: Script(status=400, message="does not support images") if call.pictures else answer


async def test_pictures_go_to_a_server_that_can_see(servers: Servers) -> None:
    servers.first.reply_with(blind("I read."))
    servers.second.reply_with("I see.")
    look = says("What is this?", JPEG)
    async with servers.model(2) as model:
        assert (await listen(model, look)).text == "I see."
        assert (await listen(model, look)).text == "I see."
        assert (await listen(model, says("Hello"))).text == "I read."
        assert servers.asked == [2, 2, 0], "the blind one was not sent the picture again"

        servers.clock.passed_s += LIMIT_LASTS_S
        assert (await listen(model, look)).text == "I see."
        assert servers.asked == [3, 3, 0], "it may have learned to see meanwhile"


async def test_when_nobody_takes_so_many_pictures_the_most_that_one_takes_are_proposed(servers: Servers) -> None:
    servers.first.reply_with(lambda call: Script(status=400, message="At most 1 image(s) may be provided"))
    servers.second.reply_with(
        lambda call: (
            Script(status=400, message="At most 2 image(s) may be provided") if len(call.pictures) > 2 else "Two."
        )
    )
    async with servers.model(2) as model:
        failure = (await listen(model, says("Compare", JPEG, JPEG, JPEG))).failure
        assert (failure.trouble, failure.picture_limit, failure.picture_limit_lasts) == (T.PICTURES, 2, False)
        assert (await listen(model, says("Compare", JPEG, JPEG))).text == "Two."
        again = (await listen(model, says("Compare", JPEG, JPEG, JPEG))).failure

    assert again.picture_limit == 2
    assert servers.asked == [1, 2, 0]


async def test_a_stand_in_without_eyes_is_no_reason_to_forget_that_the_first_one_sees(servers: Servers) -> None:
    servers.first.reply_with(DOWN)
    servers.second.reply_with(blind("I read."))
    look = says("What is this?", JPEG)
    async with servers.model(2, pause_after=1, attempts=1) as model:
        failure = (await listen(model, look)).failure
        assert (failure.trouble, failure.picture_limit, failure.picture_limit_lasts) == (T.PICTURES, 0, False)
        assert (await listen(model, says("What is this?"))).text == "I read."

        servers.first.reply_with("I see.")
        servers.clock.passed_s += 13
        assert (await listen(model, look)).text == "I see."


async def test_an_only_server_tells_its_limit_to_whoever_remembers_it(servers: Servers) -> None:
    servers.first.reply_with(lambda call: Script(status=400, message="At most 1 image(s) may be provided"))
    async with servers.model(1) as model:
        failure = (await listen(model, says("Compare", JPEG, JPEG))).failure

    assert (failure.picture_limit, failure.picture_limit_lasts) == (1, True)
