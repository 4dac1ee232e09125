"""Several model servers on real sockets: who is asked, in which order, and what is said when none of them answers."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from adapters.model.build import HURRY_S, open_model
from bot.errors import ModelTrouble
from bot.ports.model import TextDelta
from bot.settings.model import ModelSettings
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.model_servers import DOWN, Servers, three_servers
from tests.model_world import PatientClock, listen, says

T = ModelTrouble


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    async with three_servers() as running:
        yield running


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


async def test_silent_servers_are_not_waited_for_as_long_as_the_last_one(servers: Servers) -> None:
    loop = asyncio.get_running_loop()
    servers.first.reply_with(Script(first_token_s=60, json_instead=True))
    servers.second.reply_with(Script(first_token_s=60, json_instead=True))
    servers.third.reply_with(Script(first_token_s=1.0, json_instead=True))
    async with servers.model(3, first_byte_s=2.0, attempts=1) as model:
        begun = loop.time()
        heard = await listen(model)

    assert heard.text == "Hello from the emulated model."
    assert loop.time() - begun < 2 * 2.0, "two thirds of a second for each of the others"


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


async def test_a_key_goes_to_its_own_server_and_to_no_other() -> None:
    async with ModelEmulator(key="one-key", name="small") as server, ModelEmulator(key="one-key", name="big") as other:
        fallbacks = [{"name": "big", "api_url": other.url}, {"name": "small"}]
        settings = ModelSettings.model_validate(
            {"name": "big", "api_url": server.url, "api_key": "one-key", "fallbacks": fallbacks}
        )
        chance = random.Random(1)
        async with open_model(settings, clock=PatientClock(), random=chance) as model:
            assert (await listen(model)).text == "Hello from the emulated model."

    assert [request.status for request in server.requests] == [404, 200]
    assert [request.status for request in other.requests] == [401]


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
        await eventually(lambda: servers.second.calls[0].disconnected)


async def test_a_model_that_people_chose_is_asked_of_the_first_server_and_no_other(servers: Servers) -> None:
    servers.first.others.add("chosen")
    servers.first.reply_with(DOWN)
    async with servers.model(2, pause_after=0) as model:
        assert (await listen(model, model="chosen")).text == "I am the second."

    assert {call.body["model"] for call in servers.first.calls} == {"chosen"}
    assert {call.body["model"] for call in servers.second.calls} == {"two"}


async def test_a_chosen_model_that_is_not_there_does_not_cost_the_others_their_server(servers: Servers) -> None:
    servers.first.reply_with(lambda call: Script(status=404) if call.body["model"] == "gone" else "I am the first.")
    async with servers.model(1, pause_after=1) as model:
        assert (await listen(model, model="gone")).failure.trouble is T.NOT_FOUND
        assert (await listen(model)).text == "I am the first."
