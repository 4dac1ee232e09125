"""Every form of a stream that servers are known to send, read by the real client from a real socket."""

import orjson
import pytest

from adapters.model.sse import MAX_EVENT_BYTES
from bot.errors import ModelTrouble
from bot.ports.model import Finished, FinishReason, TextDelta, ToolCallDelta
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import SHORT, PatientClock, ask


def sse(*chunks: object, done: bool = True) -> Script:
    """A stream of exactly these payloads; text stands as it is."""
    lines = [chunk if isinstance(chunk, str) else f"data: {orjson.dumps(chunk).decode()}\n\n" for chunk in chunks]
    return Script(body="".join(lines) + "data: [DONE]\n\n" * done, headers={"Content-Type": "text/event-stream"})


def delta(reason: str | None = None, **fields: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": reason}]}


async def test_comments_and_crlf_and_a_missing_end_mark_are_fine(model: ModelEmulator) -> None:
    model.reply(Script(comments=True, line_end="\r\n", done=False))

    heard = await ask(model)

    assert heard.text == "Hello from the emulated model."
    assert heard.finished.usage.completion_tokens == 5


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
async def test_all_line_ends_of_the_standard_are_read(model: ModelEmulator, line_end: str) -> None:
    model.reply(Script(line_end=line_end))

    assert (await ask(model)).text == "Hello from the emulated model."


async def test_fields_without_a_space_over_several_lines_and_unknown_ones_are_read(model: ModelEmulator) -> None:
    model.reply(
        sse(
            '\ufeff:hello\nretry: 5\nevent: message\nid: 7\ndata:{"choices":\ndata: [{"delta":{"content":"a"}}]}\n\n',
            'data:{"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]}\n\n',
            "data\n\n",
        )
    )

    assert (await ask(model)).text == "ab"


async def test_an_event_without_its_blank_line_at_the_end_counts(model: ModelEmulator) -> None:
    model.reply(sse(delta(content="a"), f"data: {orjson.dumps(delta('stop', content='b')).decode()}", done=False))

    assert (await ask(model)).text == "ab"


async def test_empty_null_and_missing_contents_are_passed_over(model: ModelEmulator) -> None:
    model.reply(
        sse(
            {"choices": [], "prompt_filter_results": []},
            {},
            delta(role="assistant", content=None),
            delta(content=""),
            delta(),
            {"choices": [{"index": 0, "delta": None, "finish_reason": None}]},
            {"choices": None},
            delta(content="x"),
            {"choices": [{"finish_reason": "stop"}]},
        )
    )

    heard = await ask(model)

    assert heard.events == [TextDelta("x"), Finished(reason=FinishReason.STOP)]


async def test_thoughts_are_told_apart_from_words(model: ModelEmulator) -> None:
    model.reply(
        sse(
            delta(reasoning_content="let me "),
            delta(reasoning="see"),
            delta(content="yes"),
            delta("stop", content=None),
        )
    )

    heard = await ask(model)

    assert (heard.thoughts, heard.text) == ("let me see", "yes")


async def test_tool_calls_come_in_pieces(model: ModelEmulator) -> None:
    model.reply(
        Script(
            pieces=(),
            finish_reason="tool_calls",
            tool_calls=(
                {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": ""}},
                {"index": 0, "function": {"arguments": '{"a":'}},
                {"index": 1, "id": "c2", "type": "function", "function": {"name": "hear", "arguments": {"b": 1}}},
            ),
        )
    )

    heard = await ask(model)

    assert heard.tool_calls == [
        ToolCallDelta(index=0, id="c1", name="look"),
        ToolCallDelta(index=0, arguments='{"a":'),
        ToolCallDelta(index=1, id="c2", name="hear", arguments='{"b":1}'),
    ]
    assert heard.finished.reason is FinishReason.TOOL_CALLS


async def test_a_refusal_and_contents_in_parts_are_words_too(model: ModelEmulator) -> None:
    model.reply(sse(delta(content=[{"type": "text", "text": "I "}]), delta("stop", refusal="won't.", content=None)))

    assert (await ask(model)).text == "I won't."


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("max_tokens", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("tool_calls", FinishReason.TOOL_CALLS),
        ("function_call", FinishReason.TOOL_CALLS),
        ("eos_token", FinishReason.STOP),
    ],
)
async def test_each_reason_to_stop_is_known(model: ModelEmulator, said: str, meant: FinishReason) -> None:
    model.reply(Script(finish_reason=said))

    assert (await ask(model)).finished.reason is meant


async def test_usage_and_cost_are_taken_from_wherever_they_stand(model: ModelEmulator) -> None:
    model.reply(
        sse(
            delta(content="x") | {"usage": {"prompt_tokens": 1, "completion_tokens": 1}},
            delta("stop") | {"usage": None, "meta": None},
            {"choices": [], "usage": {"prompt_tokens": 7.0, "completion_tokens": 2, "prompt_tokens_details": None}},
            {"meta": {"usage": {"credits_used": 2000}}},
        )
    )

    usage = (await ask(model)).finished.usage

    assert (usage.prompt_tokens, usage.completion_tokens, usage.cost_usd) == (7, 2, 0.001)


async def test_strange_usage_is_no_reason_to_lose_an_answer(model: ModelEmulator) -> None:
    strange = {"prompt_tokens": "many", "completion_tokens": -3, "prompt_tokens_details": [1], "cost": True}
    model.reply(sse(delta("stop", content="x"), {"choices": [], "usage": strange, "meta": {"usage": "free"}}))

    usage = (await ask(model)).finished.usage

    assert (usage.prompt_tokens, usage.completion_tokens, usage.cost_usd) == (None, None, None)


async def test_halves_of_an_emoji_in_two_chunks_become_one(model: ModelEmulator) -> None:
    model.reply(Script(pieces=("ok \ud83d", "\ude00", " \u00e4 \ud83d", "x")))

    assert (await ask(model)).text == "ok 😀 ä \ufffdx"


async def test_broken_utf8_is_no_reason_to_lose_an_answer(model: ModelEmulator) -> None:
    model.reply(Script(body=b'data: {"choices":[{"delta":{"content":"a\xffb"},"finish_reason":"stop"}]}\n\n'))

    assert (await ask(model)).text == "a\ufffdb"


async def test_a_stream_that_ends_without_a_reason_is_cut_off(model: ModelEmulator) -> None:
    model.reply(Script(finish_reason=None), times=2)

    for script in (Script(finish_reason=None), Script(finish_reason=None, done=False, usage=None)):
        model.reply(script)
        heard = await ask(model)
        assert heard.text == "Hello from the emulated model."
        assert heard.failure.trouble is ModelTrouble.CUT_OFF


async def test_a_broken_connection_keeps_what_came(model: ModelEmulator) -> None:
    model.reply(Script(cut_after=2))

    heard = await ask(model)

    assert heard.text == "Hello from"
    assert heard.failure.trouble is ModelTrouble.CUT_OFF
    assert heard.failure.retryable


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "Upstream failed", "code": 502}},
        {"error": "Upstream failed"},
        {"message": "Upstream failed", "path": "/", "requestId": "r", "statusCode": "500", "timestamp": "t"},
        {"choices": [{"delta": {"content": ""}, "finish_reason": "error"}], "error": {"message": "Upstream failed"}},
        {"choices": [{"delta": {}, "finish_reason": "error", "error": {"message": "Upstream failed"}}]},
    ],
)
async def test_an_error_in_the_middle_of_a_stream_keeps_what_came(model: ModelEmulator, error: object) -> None:
    model.reply(Script(error_after=2, error=error))

    heard = await ask(model)

    assert heard.text == "Hello from"
    assert heard.failure.trouble is ModelTrouble.CUT_OFF
    assert "Upstream failed" in str(heard.failure)
    assert "Upstream" not in heard.failure.person


async def test_an_error_before_the_first_word_is_read_as_its_status(model: ModelEmulator) -> None:
    model.reply(Script(error_after=0, error={"error": {"message": "no credits left", "code": 402}}))
    model.reply(Script(body={"error": {"message": "bad key", "code": "401"}}))

    assert (await ask(model)).failure.trouble is ModelTrouble.CREDITS
    assert (await ask(model)).failure.trouble is ModelTrouble.KEY


@pytest.mark.parametrize("keep_alive_s", [None, 0.005])
@pytest.mark.parametrize("done", [True, False])
async def test_after_its_end_an_answer_does_not_wait_for_the_server(
    model: ModelEmulator, done: bool, keep_alive_s: float | None
) -> None:
    model.reply(Script(hang=True, done=done, keep_alive_s=keep_alive_s))

    heard = await ask(model, timeouts=SHORT)

    assert heard.text == "Hello from the emulated model."
    assert heard.finished.usage.prompt_tokens == 100
    await eventually(lambda: model.calls[0].disconnected)


async def test_a_line_without_end_is_refused(model: ModelEmulator) -> None:
    model.reply(Script(body=b"data: " + b"x" * (MAX_EVENT_BYTES + 1)))

    failure = (await ask(model)).failure

    assert failure.trouble is ModelTrouble.BAD_RESPONSE
    assert "more than Glimpse takes" in str(failure)


@pytest.mark.parametrize(
    ("body", "content_type", "hint"),
    [
        (b"<!DOCTYPE html><title>Welcome</title>", "text/html", "Welcome"),
        (b"", "text/event-stream", "empty"),
        (b"   \n", "text/event-stream", "empty"),
        (b"it works", "text/plain", "it works"),
        (b'{"detail": "nope"}', "application/json", "nope"),
        (b'{"object": "list", "data": []}', "application/json", "not a chat completion"),
        (b'{"broken', "application/json", "else than JSON"),
        (b"[1]", "application/json", "else than JSON"),
        (b"data: nonsense\n\n", "text/event-stream", "else than JSON"),
        (b'data: "text"\n\n', "text/event-stream", "else than JSON"),
        (b"[" * 100_000, "application/json", "else than JSON"),
    ],
)
async def test_what_is_no_chat_completion_is_explained(
    model: ModelEmulator, body: bytes, content_type: str, hint: str
) -> None:
    model.reply(Script(body=body, headers={"Content-Type": content_type}), times=3)

    failure = (await ask(model)).failure

    assert failure.trouble in {ModelTrouble.BAD_RESPONSE, ModelTrouble.UNAVAILABLE}
    assert hint in str(failure)


async def test_a_server_that_only_sends_keep_alives_is_given_up(model: ModelEmulator) -> None:
    class RunningClock(PatientClock):
        def monotonic_s(self) -> float:
            self.passed_s += 0.05
            return self.passed_s

    model.reply(Script(silent_after=0, keep_alive_s=0.005))
    failure = (await ask(model, timeouts=SHORT, clock=RunningClock(), attempts=1)).failure
    assert failure.trouble is ModelTrouble.TIMEOUT

    model.reply(Script(silent_after=1, keep_alive_s=0.005))
    heard = await ask(model, timeouts=SHORT, clock=RunningClock())
    assert heard.text == "Hello"
    assert heard.failure.trouble is ModelTrouble.TIMEOUT
