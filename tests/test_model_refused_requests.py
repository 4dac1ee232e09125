"""Refusals of the tools and of the length are told apart from all others: less may be sent instead."""

import pytest

from bot.errors import ModelTrouble
from bot.ports.model import Tool, ToolCall
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import JPEG, ask, asks, result, says

LOOK = Tool(name="look_closer", description="Shows a region.", parameters={"type": "object", "properties": {}})
CALL = ToolCall(id="c1", name="look_closer", arguments="{}")


REFUSALS = [
    (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    (400, "registry.ollama.ai/library/gemma3:4b does not support tools"),
    (500, "tools param requires --jinja flag"),
    (500, "Unsupported param: tools"),
    (404, "No endpoints found that support tool use. To learn more about provider routing, visit: https://…"),
    (404, "No endpoints found that support the provided 'tool_choice' value."),
    (400, "tools is not supported in this model. For a list of supported models, refer to …"),
    (400, "<400> InternalError.Algo.InvalidParameter: The tool call is not supported."),
    (405, "deepinfra error: Tool calling is not supported for model: mistralai/Mistral-Small-24B-Instruct-2501"),
    (400, "Tool use with function calling is unsupported"),
    (400, "Function calling is not enabled for this model"),
    (400, "The model does not support tool use or function calling but tools or tool_choice have been specified"),
    (400, "`tool calling` is not supported with this model"),
    (400, "Failed to call a function. Please adjust your prompt. See 'failed_generation' (tool_use_failed)"),
    (400, "Body validation error\nUnrecognized key(s) in object: 'tools'"),
    (400, "Body validation error\nmessages.2.role: Expected 'system' | 'user' | 'assistant', received 'tool'"),
    (422, "[{'type': 'extra_forbidden', 'loc': ('body', 'tools'), 'msg': 'Extra inputs are not permitted'}]"),
    (422, "messages[2].role: unknown variant `tool`, expected one of `system`, `user`, `assistant`"),
    (400, "Unexpected role 'user' after role 'tool'"),
    (400, "After the optional system message, conversation roles must alternate user/assistant/user/assistant/..."),
    (400, "Function call is missing a thought_signature in functionCall parts."),
    (500, "error parsing tool call: raw='{\"picture\":' err=unexpected end of JSON input"),
]


@pytest.mark.parametrize(("status", "message"), REFUSALS)
async def test_a_refusal_of_tools_is_told_apart_and_not_repeated(
    model: ModelEmulator, status: int, message: str
) -> None:
    model.reply_with(Script(status=status, message=message))

    failure = (await ask(model, says("hi"), asks(CALL), result(CALL), tools=[LOOK])).failure

    assert failure.tools_refused
    assert not failure.retryable
    assert "PICTURE_TOOLS" in str(failure)
    assert len(model.calls) == 1


@pytest.mark.parametrize(("status", "message"), REFUSALS)
async def test_without_tools_no_refusal_is_about_them(model: ModelEmulator, status: int, message: str) -> None:
    model.reply_with(Script(status=status, message=message))

    assert not (await ask(model)).failure.tools_refused


@pytest.mark.parametrize(
    ("status", "message"),
    [(400, "temperature: must be at most 1"), (401, "tools"), (429, "Too many tool calls"), (503, "tools are down")],
)
async def test_other_refusals_are_not_about_tools(model: ModelEmulator, status: int, message: str) -> None:
    model.reply_with(Script(status=status, message=message))

    assert not (await ask(model, tools=[LOOK])).failure.tools_refused


async def test_moderation_is_not_got_round_by_leaving_tools_out(model: ModelEmulator) -> None:
    model.reply(Script(status=400, message="Flagged by moderation: a tool for harm"))

    failure = (await ask(model, tools=[LOOK])).failure

    assert (failure.trouble, failure.tools_refused) == (ModelTrouble.BLOCKED, False)


async def test_a_server_without_tools_answers_without_them(model: ModelEmulator) -> None:
    model.abilities.tools = False

    assert (await ask(model, tools=[LOOK])).failure.tools_refused
    assert (await ask(model)).text


TOO_LONG = [
    (400, "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens"),
    (400, "request (25837 tokens) exceeds the available context size (25088 tokens), try increasing it"),
    (
        500,
        "the request exceeds the available context size. try increasing the context size (exceed_context_size_error)",
    ),
    (400, "The decoder prompt (length 9000) is longer than the maximum model length of 4096."),
    (400, "The input (9000 tokens) is longer than the model's context length (4096 tokens)."),
    (400, "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]"),
    (400, "prompt is too long: 210000 tokens > 200000 maximum"),
    (400, "prompt too long; exceeded max context length by 12 tokens"),
    (400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
    (400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
    (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"),
    (413, "Please reduce the length of the messages or completion. (context_length_exceeded)"),
    (400, "Your input exceeds the context window of this model. Please adjust your input and try again."),
    (400, "input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000"),
    (
        400,
        "Trying to keep the first 5000 tokens when context the overflows; it has a context length of only 4096 tokens",
    ),
    (400, "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"),
]


@pytest.mark.parametrize("pictures", [0, 1, 3])
@pytest.mark.parametrize(("status", "message"), TOO_LONG)
async def test_what_is_longer_than_the_context_is_told_apart(
    model: ModelEmulator, status: int, message: str, pictures: int
) -> None:
    model.reply_with(Script(status=status, message=message))

    failure = (await ask(model, says("hi", *[JPEG] * pictures), tools=[LOOK])).failure

    assert failure.too_long
    assert not failure.retryable
    assert len(model.calls) == 1
    if pictures < 2:
        assert failure.trouble is ModelTrouble.TOO_LARGE
        assert "HISTORY_TOKENS" in str(failure)


@pytest.mark.parametrize(
    ("status", "message"),
    [(413, "Payload Too Large"), (400, "temperature is too large"), (429, "Rate limit: too many tokens per minute")],
)
async def test_what_is_too_large_in_another_way_is_not_too_long(
    model: ModelEmulator, status: int, message: str
) -> None:
    model.reply_with(Script(status=status, message=message))

    assert not (await ask(model)).failure.too_long


async def test_the_emulator_counts_what_does_not_fit(model: ModelEmulator) -> None:
    model.abilities.characters = 10

    assert (await ask(model, says("far too long for it"))).failure.too_long
    assert (await ask(model, says("short"))).text
