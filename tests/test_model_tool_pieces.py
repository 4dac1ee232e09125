"""Tool calls arrive whole, whatever a server or the network makes of their pieces."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.model.tool_call_deltas import ToolCallDeltas
from bot.answering.tool_calls import ToolCalls
from bot.ports.model import FinishReason, Tool
from bot.settings.parameters import ModelParameters
from tests.emulators.model import Asks, ModelEmulator, Script
from tests.model_world import ask

LOOK = Tool(name="look_closer", description="", parameters={"type": "object"})
_LEFT = '<tool_call>\n{"name": "look_closer", "arguments": {"a": 1}}\n</tool_call>'
_LEFT_TOO = '<tool_call>{"name":"mark","arguments":"{}"}</tool_call>'


# What servers do to the pieces of calls. Each wants the calls f(a=1) and g(b=2), or f(a=1) twice.
_F, _G = ("f", '{"a":1}'), ("g", '{"b":2}')
_ODD: dict[str, tuple[list[list[Any]], list[tuple[str, str]]]] = {
    "the same id for every call": (
        [[{"index": 0, "id": "x", "function": {"name": n, "arguments": a}}] for n, a in (_F, _G, _G)],
        [_F, _G, _G],
    ),
    "the same index for every call (Ollama)": (
        [[{"index": 0, "id": n, "function": {"name": n, "arguments": a}}] for n, a in (_F, _G)],
        [_F, _G],
    ),
    "the same index and no ids": (
        [[{"index": 0, "function": {"name": n, "arguments": a}}] for n, a in (_F, _G)],
        [_F, _G],
    ),
    "the same tool twice, the same index, no ids": (
        [[{"index": 0, "function": {"name": n, "arguments": a}}] for n, a in (_F, _F)],
        [_F, _F],
    ),
    "no index, whole calls, empty ids (Gemini)": (
        [[{"id": "", "function": {"name": n, "arguments": a}}] for n, a in (_F, _G)],
        [_F, _G],
    ),
    "no index, whole calls in one chunk": (
        [[{"function": {"name": n, "arguments": a}} for n, a in (_F, _G)]],
        [_F, _G],
    ),
    "no index, in pieces": (
        [
            [{"id": "x", "function": {"name": "f", "arguments": '{"a"'}}],
            [{"function": {"arguments": ":1}"}}],
            [{"id": "y", "function": {"name": "g"}}],
            [{"function": {"arguments": '{"b":2'}}],
            [{"function": {"arguments": "}"}}],
        ],
        [_F, _G],
    ),
    "no index, pieces of both in each chunk": (
        [
            [{"function": {"name": "f"}}, {"function": {"name": "g"}}],
            [{"function": {"arguments": '{"a":'}}, {"function": {"arguments": '{"b":'}}],
            [{"function": {"arguments": "1}"}}, {"function": {"arguments": "2}"}}],
        ],
        [_F, _G],
    ),
    "an index that counts on within one call": (
        [
            [{"index": 0, "id": "x", "function": {"name": "f", "arguments": ""}}],
            [{"index": 1, "function": {"arguments": '{"a":'}}],
            [{"index": 2, "function": {"arguments": "1}"}}],
        ],
        [_F],
    ),
    "the head of the second call with the first one's index": (
        [
            [{"index": 0, "id": "x", "function": {"name": "f", "arguments": '{"a":1}'}}],
            [{"index": 0, "id": "y", "function": {"name": "g", "arguments": ""}}],
            [{"index": 1, "function": {"arguments": '{"b":2}'}}],
        ],
        [_F, _G],
    ),
    "the name and the id in each piece": (
        [
            [{"index": 0, "id": "x", "function": {"name": "f", "arguments": '{"a":'}}],
            [{"index": 0, "id": "x", "function": {"name": "f", "arguments": "1}"}}],
        ],
        [_F],
    ),
    "the name in each piece, no ids": (
        [
            [{"index": 0, "function": {"name": "f", "arguments": '{"a":'}}],
            [{"index": 0, "function": {"name": "f", "arguments": "1}"}}],
        ],
        [_F],
    ),
    "a new id for each piece": (
        [
            [{"index": 0, "id": "x", "function": {"name": "f", "arguments": '{"a":'}}],
            [{"index": 0, "id": "y", "function": {"arguments": "1}"}}],
        ],
        [_F],
    ),
    "the id late": (
        [
            [{"index": 0, "function": {"name": "f", "arguments": ""}}],
            [{"index": 0, "id": "x", "function": {"arguments": '{"a":1}'}}],
        ],
        [_F],
    ),
    "the name late": (
        [
            [{"index": 0, "id": "x", "function": {"arguments": '{"a":'}}],
            [{"index": 0, "function": {"name": "f", "arguments": "1}"}}],
        ],
        [_F],
    ),
    "an object for the arguments": (
        [[{"index": 0, "id": "x", "function": {"name": "f", "arguments": {"a": 1}}}]],
        [_F],
    ),
    "rubbish beside the call": (
        [
            [
                None,
                7,
                {"index": 0, "function": None},
                {"index": 0, "id": 5, "function": {"name": "f", "arguments": None}},
            ]
        ],
        [("f", "")],
    ),
    "indexes from elsewhere": (
        [
            [{"index": 7, "id": "x", "function": {"name": "f", "arguments": '{"a":1}'}}],
            [{"index": 3, "id": "y", "function": {"name": "g", "arguments": '{"b":2}'}}],
        ],
        [_F, _G],
    ),
}


@pytest.mark.parametrize("odd", _ODD)
def test_pieces_find_their_call_whatever_a_server_makes_of_index_id_and_name(odd: str) -> None:
    chunks, wanted = _ODD[odd]
    reader, calls = ToolCallDeltas(), ToolCalls()

    for chunk in chunks:
        for piece in reader.read(chunk):
            calls.add(piece)

    whole = calls.whole()
    assert [(call.name, call.arguments) for call in whole] == wanted
    assert len({call.id for call in whole}) == len(wanted)
    assert all(call.id for call in whole)


@given(data=st.data())
def test_calls_cut_and_mixed_anywhere_come_out_whole(data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.tuples(st.sampled_from("fg"), st.dictionaries(st.text(), st.text())), max_size=5))
    pieces = []
    for index, (name, arguments) in enumerate(wanted):
        written = orjson.dumps(arguments).decode()
        cuts = sorted(data.draw(st.sets(st.integers(0, len(written)), max_size=8)))
        parts = [written[start:end] for start, end in zip([0, *cuts], [*cuts, len(written)], strict=True)]
        pieces.append(
            [{"index": index, "id": f"c{index}", "function": {"name": name, "arguments": ""}}]
            + [{"index": index, "function": {"arguments": part}} for part in parts]
        )
    reader, calls = ToolCallDeltas(), ToolCalls()
    while any(pieces):
        for delta in reader.read([data.draw(st.sampled_from([mine for mine in pieces if mine])).pop(0)]):
            calls.add(delta)

    whole = {call.id: (call.name, orjson.loads(call.arguments)) for call in calls.whole()}
    assert whole == {f"c{index}": call for index, call in enumerate(wanted)}


def test_an_answer_that_asks_without_end_stays_within_bounds() -> None:
    reader, calls = ToolCallDeltas(), ToolCalls()
    for number in range(1000):
        for piece in reader.read([{"index": number, "id": f"c{number}", "function": {"name": "f", "arguments": "{"}}]):
            calls.add(piece)
    for _ in range(1000):
        for piece in reader.read([{"index": 0, "function": {"arguments": "x" * 1000}}]):
            calls.add(piece)

    whole = calls.whole()
    assert len(whole) == 8
    assert len(whole[0].arguments) == 16 * 1024


_WHOLE: list[dict[str, Any]] = [
    {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"a":1}'}},
    {
        "content": "",
        "tool_calls": [{"id": "x", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}],
    },
    {"tool_calls": [{"type": "custom", "id": "x", "custom": {"name": "f", "input": '{"a":1}'}}]},
]


@pytest.mark.parametrize("message", _WHOLE)
@pytest.mark.parametrize("reason", ["stop", "function_call", "tool_calls", None])
async def test_the_old_form_and_whole_answers_are_understood(
    model: ModelEmulator, message: Any, reason: str | None
) -> None:
    model.reply(Script(body={"choices": [{"message": message, "finish_reason": reason}]}))

    heard = await ask(model)

    assert [(call.name, call.arguments) for call in heard.calls] == [("f", '{"a":1}')]
    assert heard.finished.reason is FinishReason.TOOL_CALLS


async def test_the_old_form_is_streamed_in_pieces(model: ModelEmulator) -> None:
    chunks = [{"name": "f", "arguments": ""}, {"arguments": '{"a"'}, {"arguments": ":1}"}]
    events: list[Any] = [{"choices": [{"delta": {"content": None, "function_call": chunk}}]} for chunk in chunks]
    events.append({"choices": [{"delta": {}, "finish_reason": "function_call"}]})
    model.reply(Script(body=b"".join(b"data: " + orjson.dumps(event) + b"\n\n" for event in events)))

    assert [(call.name, call.arguments) for call in (await ask(model)).calls] == [("f", '{"a":1}')]


async def test_a_call_cut_by_the_length_limit_says_so(model: ModelEmulator) -> None:
    model.reply(Script(pieces=(), calls=(Asks("f", '{"a":'),), finish_reason="length"))

    assert (await ask(model)).finished.reason is FinishReason.LENGTH


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_calls_that_a_server_left_in_the_text_are_no_text(model: ModelEmulator, size: int, stream: bool) -> None:
    text = f"Let me look. {_LEFT}\n{_LEFT_TOO}"
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    model.reply(Script(pieces=pieces))

    heard = await ask(model, tools=[LOOK], parameters=ModelParameters(stream=stream))

    assert heard.text.strip() == "Let me look."
    assert [(call.name, call.arguments) for call in heard.calls] == [("look_closer", '{"a":1}'), ("mark", "{}")]
    assert heard.finished.reason is FinishReason.TOOL_CALLS


async def test_a_call_whose_end_is_missing_counts_at_the_end_of_the_answer(model: ModelEmulator) -> None:
    model.reply(_LEFT.removesuffix("</tool_call>"))

    heard = await ask(model, tools=[LOOK])

    assert (heard.text, [call.name for call in heard.calls]) == ("", ["look_closer"])


@pytest.mark.parametrize(
    "text",
    [
        "1 < 2 <b>bold</b> <tool",
        "<tool_call>",
        "a <tool_call> is how it begins",
        "<tool_call>{}</tool_call>",
        '<tool_call>[1]</tool_call> and <tool_call>{"name": 7}</tool_call><',
        "<tool_call>" + "x" * 100_000,
        "<<<tool_call",
    ],
)
@pytest.mark.parametrize("ends", ["stop", "length", None])
async def test_what_only_looks_like_a_call_is_said_in_full(model: ModelEmulator, text: str, ends: str | None) -> None:
    model.reply(Script(pieces=[text[start : start + 5] for start in range(0, len(text), 5)], finish_reason=ends))

    heard = await ask(model, tools=[LOOK])

    assert heard.text == text
    assert heard.calls == ()


async def test_without_tools_nothing_is_taken_out_of_the_text(model: ModelEmulator) -> None:
    model.reply(_LEFT)

    assert (await ask(model)).text == _LEFT
