"""Tools from offer to result: what is sent, what comes back, and what servers that have none say."""

from collections.abc import AsyncIterator

import orjson
import pytest

from bot.ports.model import FinishReason, PromptMessage, TextContent, Tool, ToolCall
from bot.settings.parameters import ModelParameters
from tests.emulators.model import Asks, ModelEmulator, Script
from tests.model_servers import Servers, three_servers
from tests.model_world import JPEG, ask, asks, body_of, listen, result, says

LOOK = Tool(
    name="look_closer",
    description="Shows a region.",
    parameters={"type": "object", "properties": {"picture": {"type": "integer"}}, "required": ["picture"]},
)
CALL = ToolCall(id="c1", name="look_closer", arguments='{"picture":1}')
OTHER = ToolCall(id="c2", name="point_out", arguments="{}")


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    async with three_servers() as all_of_them:
        yield all_of_them


async def test_offered_tools_are_sent_and_without_any_nothing_about_tools_is(model: ModelEmulator) -> None:
    await ask(model, tools=[LOOK])
    assert body_of(model)["tools"] == [
        {
            "type": "function",
            "function": {"name": LOOK.name, "description": LOOK.description, "parameters": LOOK.parameters},
        }
    ]
    assert "tool_choice" not in body_of(model)

    await ask(model, parameters=ModelParameters(tool_choice="auto", parallel_tool_calls=False))
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & body_of(model).keys()


async def test_the_operators_own_tools_stand_before_the_bots(model: ModelEmulator) -> None:
    own = {"type": "function", "function": {"name": "weather", "parameters": {}}}
    parameters = ModelParameters.model_validate({"tools": [own], "parallel_tool_calls": False})

    await ask(model, tools=[LOOK], parameters=parameters)

    assert list(model.calls[0].tools) == ["weather", "look_closer"]
    assert body_of(model)["parallel_tool_calls"] is False


@pytest.mark.parametrize("stream", [True, False])
async def test_parallel_calls_come_whole_behind_words_streamed_or_not(model: ModelEmulator, stream: bool) -> None:
    boxes = {"picture": 2, "boxes": [{"label": 'a "Bär" 😀'}] * 4}
    model.reply(Script(pieces=("Let me ", "look."), calls=(Asks("look_closer", {"picture": 1}), Asks("mark", boxes))))

    heard = await ask(model, tools=[LOOK], parameters=ModelParameters(stream=stream))

    assert heard.text == "Let me look."
    assert [(call.id, call.name, orjson.loads(call.arguments)) for call in heard.calls] == [
        ("call_0", "look_closer", {"picture": 1}),
        ("call_1", "mark", boxes),
    ]
    assert heard.finished.reason is FinishReason.TOOL_CALLS


async def test_a_round_with_results_and_a_picture_goes_back_in_the_apis_order(model: ModelEmulator) -> None:
    await ask(
        model,
        says("be kind", role="system"),
        says("[Ann] what does the sign say?"),
        asks(CALL, OTHER, text="Let me look."),
        result(CALL, "Here it is."),
        result(OTHER),
        says("Picture 1, closer:", JPEG),
        says("and more"),
        tools=[LOOK],
    )

    messages = model.calls[0].messages
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool", "tool", "user"]
    assert messages[2] == {
        "role": "assistant",
        "content": "Let me look.",
        "tool_calls": [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in (CALL, OTHER)
        ],
    }
    assert messages[3] == {"role": "tool", "tool_call_id": "c1", "content": "Here it is."}
    assert [part["type"] for part in messages[5]["content"]] == ["text", "image_url", "text"]
    assert model.calls[0].tool_results == {"c1": "Here it is.", "c2": "done"}
    assert [image.size for image in model.calls[0].new_images] == [(1, 1)]


async def test_neighbours_are_joined_but_never_across_a_call_or_a_result(model: ModelEmulator) -> None:
    second = ToolCall(id="c3", name="look_closer", arguments="{}")
    await ask(
        model,
        says("one"),
        says("two"),
        says("earlier answer", role="assistant"),
        asks(CALL, text="and a look"),
        result(CALL, ""),
        asks(second),
        result(second, "x"),
        says("more", role="assistant"),
        says("words", role="assistant"),
        says(""),
        tools=[LOOK],
    )

    messages = model.calls[0].messages
    assert [(message["role"], message["content"]) for message in messages] == [
        ("user", "one\ntwo"),
        ("assistant", "earlier answer\nand a look"),
        ("tool", ""),
        ("assistant", ""),
        ("tool", "x"),
        ("assistant", "more\nwords"),
    ]


@pytest.mark.parametrize("arguments", ["", "{", "[1]", '"x"', "null", '{"a":1} trailing', "{'a':1}", "\ud800"])
async def test_arguments_that_are_no_json_object_go_back_as_an_empty_one(model: ModelEmulator, arguments: str) -> None:
    call = ToolCall(id="c1", name="look closer, please!", arguments=arguments)

    assert (await ask(model, says("hi"), asks(call), result(call), tools=[LOOK])).error is None

    assert model.calls[0].asked_before == [("look_closer__please_", {})]


async def test_with_several_servers_the_one_without_tools_is_asked_without_and_it_is_remembered(
    servers: Servers,
) -> None:
    servers.first.abilities.tools = False

    async with servers.model(2) as model:
        answers = [(await listen(model, tools=[LOOK])).text for _ in range(3)]
        servers.clock.passed_s += 3601
        servers.first.abilities.tools = True
        await listen(model, tools=[LOOK])

    assert answers == ["I am the first."] * 3
    assert servers.asked == [5, 0, 0]
    assert [bool(call.tools) for call in servers.first.calls] == [False, False, False, True]


async def test_a_round_of_tools_goes_on_where_tools_are_known_or_the_caller_is_told(servers: Servers) -> None:
    servers.first.abilities.tools = False
    round_of_tools = (says("hi"), asks(CALL), result(CALL))

    async with servers.model(2) as model:
        assert (await listen(model, *round_of_tools, tools=[LOOK])).text == "I am the second."
        servers.second.abilities.tools = False
        assert (await listen(model, *round_of_tools, tools=[LOOK])).failure.tools_refused
        assert (await listen(model, says("hi"))).text == "I am the first."


async def test_pictures_of_a_tool_or_the_assistant_are_never_sent(model: ModelEmulator) -> None:
    picture = says("", JPEG).content[1]
    prompt = (
        says("hi", JPEG),
        PromptMessage("assistant", (TextContent("a"), picture), tool_calls=(CALL,)),
        PromptMessage("tool", (TextContent("b"), picture), tool_call_id=CALL.id),
    )

    assert (await ask(model, *prompt, tools=[LOOK])).error is None
    assert model.calls[0].pictures == [JPEG]
