"""The emulated provider refuses what the provider's schema refuses, and takes what it takes."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_rules import refusal_of
from tests.model_world import JPEG, ask, says

MODEL = "alibaba/qwen3-vl-32b-instruct"
IMAGE = f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"x": None}}}


def body(**fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]} | fields


def message(**fields: Any) -> dict[str, Any]:
    return body(messages=[{"role": "user", "content": "hi"} | fields])


def image(url: str, **fields: Any) -> dict[str, Any]:
    return message(content=[{"type": "image_url", "image_url": {"url": url} | fields}])


def called(*ids: str, arguments: str = "{}") -> dict[str, Any]:
    calls = [{"id": id_, "type": "function", "function": {"name": "look", "arguments": arguments}} for id_ in ids]
    return {"role": "assistant", "tool_calls": calls}


def result(id_: str, **fields: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id_, "content": "done"} | fields


def used_tools(*messages: dict[str, Any]) -> dict[str, Any]:
    return body(messages=[{"role": "user", "content": "hi"}, *messages], tools=[TOOL])


TAKEN: list[object] = [
    body(),
    body(unknown_parameter=1),
    body(max_tokens=1, max_completion_tokens=1, seed=1, temperature=0, top_p=0.01, stream=True),
    body(temperature=2, top_p=1, frequency_penalty=-2, presence_penalty=2, repetition_penalty=7.5),
    body(frequency_penalty=None, presence_penalty=None, repetition_penalty=None, stop=None),
    body(stop="end"),
    body(stop=["a", "b", "c", "d"]),
    body(tools=[TOOL] * 128, tool_choice="required", parallel_tool_calls=False),
    body(tools=[TOOL], tool_choice={"type": "function", "function": {"name": "look"}}),
    body(response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {"a": None}, "strict": None}}),
    body(prediction={"type": "content", "content": [{"type": "text", "text": "a"}]}),
    message(role="system", content=[{"type": "text", "text": "a"}]),
    used_tools(called("1"), result("1", name=None)),
    used_tools(called("1", "2"), result("2"), result("1"), {"role": "user", "content": "look"}),
    used_tools(called("1"), result("1"), called("2"), result("2")),
    used_tools(called("1") | {"content": ""}, result("1")),
    message(role="assistant", content=[{"type": "refusal", "refusal": "no"}], refusal=None),
    body(messages=[{"role": "assistant"}]),
    message(content=[{"type": "text", "text": "a", "extra": 1}], extra=1),
    image(IMAGE, detail="high"),
    image("https://example.org/a.png"),
]

REFUSED: list[object] = [
    None,
    [],
    {"model": MODEL},
    {"messages": []},
    body(model=7),
    body(messages="hi"),
    body(max_tokens=0),
    body(max_tokens="4096"),
    body(max_tokens=None),
    body(max_completion_tokens=1.5),
    body(seed=0),
    body(seed=None),
    body(temperature=2.1),
    body(temperature=None),
    body(temperature=True),
    body(top_p=0),
    body(presence_penalty=-2.5),
    body(repetition_penalty="1"),
    body(stream="true"),
    body(stream_options={}),
    body(stream_options=None),
    body(stop=["a"] * 5),
    body(stop=[1]),
    body(tools=[TOOL] * 129),
    body(tools=[TOOL | {"extra": 1}]),
    body(tools=[{"type": "function", "function": {"name": "no spaces", "parameters": {}}}]),
    body(tools=[{"type": "function", "function": {"name": "x" * 65, "parameters": {}}}]),
    body(tools=[{"type": "function", "function": {"name": "x"}}]),
    body(tools=[{"type": "function", "function": {"name": "x", "parameters": {}, "extra": 1}}]),
    body(tool_choice="maybe"),
    body(tool_choice={"type": "function"}),
    body(response_format={"type": "json_schema"}),
    body(response_format={"type": "text", "extra": 1}),
    body(response_format="text"),
    body(prediction=None),
    body(prediction={"content": "x"}),
    message(role="developer"),
    message(content=None),
    message(content=[{"type": "video_url", "video_url": {"url": "x"}}]),
    message(name=None),
    message(role="system", extra=1),
    message(role="system", content=[{"type": "image_url", "image_url": {"url": IMAGE}}]),
    used_tools(called("1"), result("1", extra=1)),
    used_tools(called("1"), result("1", content=[{"type": "text", "text": "a"}])),
    used_tools(called("1"), result("1", content=[{"type": "image_url", "image_url": {"url": IMAGE}}])),
    used_tools(called("1"), {"role": "tool", "content": "a"}),
    used_tools(called("1") | {"content": None}, result("1")),
    used_tools(result("1")),
    used_tools(called("1")),
    used_tools(called("1"), result("2")),
    used_tools(called("1"), result("1"), result("1")),
    used_tools(called("1", "2"), result("1")),
    used_tools(called("1", "2"), result("1"), {"role": "user", "content": "look"}, result("2")),
    used_tools(called("1"), result("1"), called("1"), result("1")),
    used_tools(called("1", "1"), result("1"), result("1")),
    used_tools(called("1", arguments="{"), result("1")),
    used_tools(called("1", arguments="[]"), result("1")),
    body(tool_choice="auto"),
    message(role="assistant", content=None),
    message(role="assistant", content=[{"type": "image_url", "image_url": {"url": IMAGE}}]),
    message(role="assistant", tool_calls=[{"id": "1", "type": "function", "function": {"name": "x"}}]),
    image(IMAGE, detail="medium"),
    image(base64.b64encode(JPEG).decode()),
    image("data:image/jpeg;base64,###"),
    image("data:image/png;base64," + base64.b64encode(JPEG).decode()),
    image("data:image/heic;base64," + base64.b64encode(JPEG).decode()),
    image("data:image/jpeg," + base64.b64encode(JPEG).decode()),
    image("file:///etc/passwd"),
]


@pytest.mark.parametrize("request_body", TAKEN)
def test_what_the_schema_allows_is_taken(request_body: object) -> None:
    assert refusal_of(request_body) is None


@pytest.mark.parametrize("request_body", REFUSED)
def test_what_the_schema_forbids_is_refused(request_body: object) -> None:
    assert refusal_of(request_body)


@pytest.fixture
async def model() -> AsyncIterator[ModelEmulator]:
    async with ModelEmulator() as emulator:
        yield emulator


async def post(model: ModelEmulator, json: object, key: str = "model-key") -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{model.url}/chat/completions", json=json, headers={"Authorization": f"Bearer {key}"}) as answer,
    ):
        return answer.status, await answer.json()


async def test_a_refused_request_is_answered_in_the_providers_shape_and_noted(model: ModelEmulator) -> None:
    status, answer = await post(model, body(temperature=9))

    assert status == 400
    assert answer.keys() == {"message", "path", "requestId", "statusCode", "timestamp"}
    assert answer["statusCode"] == "400"
    assert "temperature" in answer["message"]
    assert len(model.violations) == 1
    assert model.calls == []


async def test_a_wrong_key_and_an_unknown_model_are_refused_without_being_violations(model: ModelEmulator) -> None:
    assert (await post(model, body(), key="wrong"))[0] == 401
    assert (await post(model, body(model="other")))[0] == 404
    assert model.violations == []
    assert [request.status for request in model.requests] == [401, 404]


async def test_two_conversations_are_scripted_apart(model: ModelEmulator) -> None:
    model.reply("for Ann", "again for Ann", when="[Ann]")
    model.reply(Script(pieces=("for ", "Bob")), when=lambda call: "[Bob]" in call.text)
    model.reply_with(lambda call: f"{len(call.messages)} messages")

    asked = [says(f"[{name}] hi") for name in ("Bob", "Ann", "Ann", "Ann", "Bob")]

    assert [(await ask(model, question)).text for question in asked] == [
        "for Bob",
        "for Ann",
        "again for Ann",
        "1 messages",
        "1 messages",
    ]


async def test_calls_are_recorded_without_the_key(model: ModelEmulator) -> None:
    await ask(model, says("look", JPEG))

    call = model.calls[0]
    assert call.text == "look"
    assert call.pictures == [JPEG]
    assert call.finished
    assert not call.disconnected
    assert "model-key" not in str(call.headers)
    assert call.first_sent_at is not None
    assert call.last_sent_at is not None
    assert call.received_at <= call.first_sent_at <= call.last_sent_at


async def test_faults_hit_the_scripted_number_of_requests(model: ModelEmulator) -> None:
    fault = model.fail("POST /chat/completions", status=503, skip=1, times=2)

    statuses = [(await post(model, body()))[0] for _ in range(4)]

    assert statuses == [200, 503, 503, 200]
    assert fault.times == 0
    assert len(model.calls) == 2
