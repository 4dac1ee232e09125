"""Several model servers on real sockets: who is asked, in which order, and what is said when none of them answers."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.model.build import HURRY_S, open_model
from adapters.model.failover import LIMIT_LASTS_S, Failover
from bot.errors import ModelTrouble
from bot.ports.model import TextDelta
from bot.settings import ModelSettings
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import JPEG, PatientClock, listen, says

T = ModelTrouble
DOWN = Script(status=503, message="down for now")


@dataclass
class Servers:
    """Three servers with a model and a key each, and the clock of who asks them."""

    first: ModelEmulator
    second: ModelEmulator
    third: ModelEmulator
    clock: PatientClock = field(default_factory=PatientClock)

    def settings(self, count: int = 3, **wanted: Any) -> ModelSettings:
        others = [
            {"name": name, "api_url": server.url, "api_key": f"{name}-key"}
            for name, server in (("two", self.second), ("three", self.third))
        ]
        values = {"name": "one", "api_url": self.first.url, "api_key": "one-key", "fallbacks": others[: count - 1]}
        return ModelSettings(**(values | wanted))

    @asynccontextmanager
    async def model(self, count: int = 3, **wanted: Any) -> AsyncIterator[Failover]:
        chance = random.Random(1)  # noqa: S311 - jitter, and the same in each run
        async with open_model(self.settings(count, **wanted), clock=self.clock, random=chance) as model:
            yield model

    @property
    def asked(self) -> list[int]:
        """How many requests each of them got."""
        return [len(server.requests) for server in (self.first, self.second, self.third)]


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        one, two, three = [
            await stack.enter_async_context(ModelEmulator(key=f"{name}-key", name=name))
            for name in ("one", "two", "three")
        ]
        one.reply_with("I am the first.")
        two.reply_with("I am the second.")
        three.reply_with("I am the third.")
        yield Servers(one, two, three)


async def test_the_first_one_answers_as_long_as_it_can(servers: Servers) -> None:
    async with servers.model() as model:
        heard = await listen(model)

    assert heard.text == "I am the first."
    assert heard.finished.usage.completion_tokens == 5
    assert servers.asked == [1, 0, 0]


@pytest.mark.parametrize(
    "failure",
    [
        Script(status=400, message="Body validation error: temperature"),
        Script(status=401),
        Script(status=402),
        Script(status=404),
        Script(status=408),
        Script(status=413),
        Script(status=429, headers={"Retry-After": "3600"}),
        Script(status=500),
        Script(status=502, body="<html>Bad gateway</html>"),
        Script(status=504),
        Script(body=b"not a chat completion", headers={"Content-Type": "text/plain"}),
        Script(error_after=0),
        Script(cut_after=0),
        Script(pieces=(), finish_reason=None),
    ],
    ids=lambda script: f"{script.status}" if script.status != 200 else "not whole",
)
async def test_what_another_one_may_cure_is_asked_there(servers: Servers, failure: Script) -> None:
    servers.first.reply_with(failure)
    async with servers.model() as model:
        heard = await listen(model)

    assert heard.text == "I am the second."
    assert sum(servers.clock.slept) <= HURRY_S + 1
    assert servers.asked[2] == 0


async def test_a_server_that_is_not_there_is_passed_over(servers: Servers) -> None:
    await servers.first.stop()
    await servers.second.stop()
    async with servers.model() as model:
        assert (await listen(model)).text == "I am the third."


async def test_what_moderation_refuses_is_not_carried_to_the_next(servers: Servers) -> None:
    servers.first.reply_with(Script(status=403, message="Your input was flagged by moderation"))
    async with servers.model() as model:
        assert (await listen(model)).failure.trouble is T.BLOCKED

    assert servers.asked == [1, 0, 0]


async def test_after_the_first_word_nobody_else_is_asked(servers: Servers) -> None:
    servers.first.reply_with(Script(cut_after=2))
    async with servers.model() as model:
        heard = await listen(model)

    assert heard.text == "Hello from"
    assert heard.failure.trouble is T.CUT_OFF
    assert servers.asked == [1, 0, 0]


async def test_a_hiccup_is_waited_for_but_not_a_long_wait(servers: Servers) -> None:
    servers.first.reply(Script(status=500))
    async with servers.model() as model:
        assert (await listen(model)).text == "I am the first."
        servers.first.reply(Script(status=429, headers={"Retry-After": "5"}))
        assert (await listen(model)).text == "I am the second."

    assert sum(servers.clock.slept) <= HURRY_S


async def test_a_silent_server_is_not_waited_for_as_long_as_the_last_one(servers: Servers) -> None:
    loop = asyncio.get_running_loop()
    servers.first.reply_with(Script(first_token_s=60, json_instead=True))
    servers.second.reply_with(Script(first_token_s=0.15, json_instead=True))
    async with servers.model(2, first_byte_s=0.3) as model:
        begun = loop.time()
        heard = await listen(model)

    assert heard.text == "Hello from the emulated model."
    assert loop.time() - begun < 1


async def test_keep_alives_do_not_hold_up_the_next_one(servers: Servers) -> None:
    class RealClock(PatientClock):
        def monotonic_s(self) -> float:
            return asyncio.get_running_loop().time()

    servers.clock = RealClock()
    servers.first.reply_with(Script(silent_after=0, keep_alive_s=0.02))
    async with servers.model(2, idle_s=0.2) as model:
        assert (await listen(model)).text == "I am the second."


async def test_each_server_gets_its_own_key_and_model(servers: Servers) -> None:
    servers.first.reply_with(DOWN)
    async with servers.model(2) as model:
        await listen(model, says("Hello"), request_id="turn-7")

    assert servers.second.calls[0].body["model"] == "two"
    assert servers.second.calls[0].body["max_tokens"] == 4096
    assert servers.second.calls[0].headers["X-Client-Request-Id"] == "turn-7"


async def test_another_model_of_the_same_server_gets_the_same_key() -> None:
    async with ModelEmulator(key="one-key", name="small") as server, ModelEmulator(key=None, name="other") as stranger:
        fallbacks = [{"name": "other", "api_url": stranger.url}, {"name": "small"}]
        settings = ModelSettings(name="big", api_url=server.url, api_key="one-key", fallbacks=fallbacks)
        stranger.reply_with(lambda call: Script(status=503 if "Authorization" not in call.headers else 200))
        stranger.fail("POST *", times=99, status=503)
        chance = random.Random(1)  # noqa: S311 - jitter
        async with open_model(settings, clock=PatientClock(), random=chance) as model:
            assert (await listen(model)).text == "Hello from the emulated model."

    assert [request.status for request in server.requests] == [404, 200]


# --- when nobody answers ------------------------------------------------------------------------


async def test_when_all_fail_the_person_reads_what_helps_most(servers: Servers) -> None:
    servers.first.reply_with(Script(status=401))
    servers.second.reply_with(Script(status=429, headers={"Retry-After": "40"}))
    servers.third.reply_with(Script(status=429, headers={"Retry-After": "90"}))
    async with servers.model() as model:
        failure = (await listen(model)).failure

    assert failure.trouble is T.BUSY
    assert failure.person.endswith("try again in 40 seconds.")
    assert (failure.retryable, failure.retry_after_s) == (True, 40)


async def test_fewer_words_help_more_than_a_right_key(servers: Servers) -> None:
    servers.first.reply_with(Script(status=401))
    servers.second.reply_with(Script(status=400, message="maximum context length is 4096 tokens"))
    async with servers.model(2) as model:
        failure = (await listen(model)).failure

    assert failure.trouble is T.TOO_LARGE
    assert "/reset" in failure.person


async def test_the_operator_reads_what_each_of_them_said(servers: Servers, caplog: pytest.LogCaptureFixture) -> None:
    servers.first.reply_with(Script(status=401))
    servers.second.reply_with(Script(status=404))
    async with servers.model(2) as model:
        said = str((await listen(model)).failure)

    for name, server, status in (("one", servers.first, 401), ("two", servers.second, 404)):
        assert f"{name} at 127.0.0.1:{server.port}: " in said
        assert f"status {status}" in said
        assert f"{name} at 127.0.0.1:{server.port} failed: " in caplog.text
    assert "-key" not in said + caplog.text


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
        await eventually(lambda: servers.asked[0] == 2, within_s=2)
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
        await eventually(lambda: servers.asked[0] == 2, within_s=2)
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


async def test_closing_the_answer_closes_the_connection_of_whoever_gives_it(servers: Servers) -> None:
    servers.first.reply_with(DOWN)
    servers.second.reply_with(Script(hang=True, per_token_s=0.01, pieces=("a",) * 1_000))
    async with (
        servers.model(2) as model,
        aclosing(model.stream((says("Hello"),), request_id="turn-1")) as events,
    ):
        async for event in events:
            assert isinstance(event, TextDelta)
            break
        await events.aclose()
        await eventually(lambda: servers.second.calls[0].disconnected, within_s=2)


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
