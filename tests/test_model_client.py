"""The model client against the emulated provider: what is sent, and what comes out."""

import asyncio
import tracemalloc
from contextlib import aclosing

import pytest

from adapters.model.client import ModelClient
from bot.background import Background
from bot.ports.model import Finished, FinishReason, PromptMessage, TextContent, TextDelta, Usage
from bot.settings.parameters import ModelParameters
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import JPEG, ask, body_of, client_of, contents, listen, says

PROVIDER_USAGE = Usage(prompt_tokens=100, completion_tokens=5, image_tokens=60, cached_tokens=20, cost_usd=0.00124)


async def test_an_answer_streams_and_ends_with_its_usage_and_cost(model: ModelEmulator) -> None:
    model.reply("A cat on a wall.")

    heard = await ask(model)

    assert heard.text == "A cat on a wall."
    assert heard.finished == Finished(reason=FinishReason.STOP, model="qwen3-vl-32b-instruct", usage=PROVIDER_USAGE)
    assert model.calls[0].finished


async def test_the_first_words_are_there_before_the_last_are_written(model: ModelEmulator) -> None:
    hold = asyncio.Event()
    model.reply(Script(pieces=("one ", "two"), hold=hold, hold_after=1))

    async with client_of(model.url) as client, aclosing(client.stream([says("Hi")], request_id="a")) as events:
        assert await anext(events) == TextDelta("one ")
        hold.set()
        assert await anext(events) == TextDelta("two")


async def test_the_request_names_itself_and_carries_the_key_only_if_there_is_one(model: ModelEmulator) -> None:
    async with client_of(model.url) as client:
        await listen(client, request_id="turn:17.a-b")
    assert model.calls[0].headers["X-Client-Request-Id"] == "turn:17.a-b"

    async with ModelEmulator(key=None) as local:
        assert (await ask(local, key=None)).text
        assert "Authorization" not in local.calls[0].headers


async def test_pictures_go_as_data_urls_beside_their_text(model: ModelEmulator) -> None:
    await ask(model, says("be kind", role="system"), says("what is this?", JPEG, JPEG))

    system, user = body_of(model)["messages"]
    assert system == {"role": "system", "content": "be kind"}
    assert [part["type"] for part in user["content"]] == ["text", "image_url", "image_url"]
    assert "detail" not in user["content"][1]["image_url"]
    assert model.calls[0].pictures == [JPEG, JPEG]


async def test_the_detail_of_pictures_is_sent_when_it_is_set(model: ModelEmulator) -> None:
    await ask(model, says("look", JPEG), parameters=ModelParameters(image_detail="low"))

    assert body_of(model)["messages"][0]["content"][1]["image_url"]["detail"] == "low"


async def test_neighbouring_messages_of_one_role_become_one(model: ModelEmulator) -> None:
    await ask(
        model, says("a"), says("b"), says("c", role="assistant"), says(""), says("d", role="assistant"), says("e")
    )

    assert body_of(model)["messages"] == [
        {"role": "user", "content": "a\nb"},
        {"role": "assistant", "content": "c\nd"},
        {"role": "user", "content": "e"},
    ]


async def test_a_prompt_that_grows_keeps_its_beginning(model: ModelEmulator) -> None:
    first = [says("be kind", role="system"), says("[Ann] a", JPEG)]
    await ask(model, *first)
    await ask(model, *first, says("nice", role="assistant"), says("[Ann] b"))

    before, after = model.calls
    assert after.messages[: len(before.messages)] == before.messages


async def test_half_an_emoji_in_a_message_does_not_cost_the_answer(model: ModelEmulator) -> None:
    heard = await ask(model, says("broken \ud83d here"))

    assert heard.text
    assert contents(body_of(model)["messages"]) == ["broken \ufffd here"]


async def test_texts_around_pictures_stay_in_order(model: ModelEmulator) -> None:
    words = says("[Ann] hi")
    label = TextContent("Picture 1 (PNG, 10×10):")
    picture = says("", JPEG).content[1]
    await ask(model, PromptMessage("user", (*words.content, label, picture, TextContent("after"))))

    parts = body_of(model)["messages"][0]["content"]
    assert [part.get("text", "picture") for part in parts] == ["[Ann] hi\nPicture 1 (PNG, 10×10):", "picture", "after"]


async def test_a_large_body_is_sent_whole(model: ModelEmulator) -> None:
    large = JPEG + bytes(3_000_000)

    assert (await ask(model, says("look", large))).text
    assert model.calls[0].pictures == [large]


async def test_without_streaming_the_answer_comes_at_once(model: ModelEmulator) -> None:
    model.reply(Script(pieces=("all ", "of it"), reasoning=("hm",)))

    heard = await ask(model, parameters=ModelParameters(stream=False))

    assert (heard.text, heard.thoughts) == ("all of it", "hm")
    assert heard.finished.usage == PROVIDER_USAGE
    assert body_of(model)["stream"] is False
    assert "stream_options" not in body_of(model)


async def test_without_streaming_the_cost_may_stand_in_the_headers(model: ModelEmulator) -> None:
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]}
    model.reply(Script(body=answer, headers={"x-aimlapi-usd-spent": "0.5"}))
    model.reply(Script(body=answer, headers={"x-aimlapi-credits-used": "4000000"}))

    async with client_of(model.url, parameters=ModelParameters(stream=False)) as client:
        costs = [(await listen(client)).finished.usage.cost_usd for _ in range(2)]

    assert costs == [0.5, 2.0]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_server_may_answer_in_the_form_that_was_not_asked_for(model: ModelEmulator, stream: bool) -> None:
    model.reply(Script(json_instead=True) if stream else Script(stream_instead=True))

    heard = await ask(model, parameters=ModelParameters(stream=stream))

    assert heard.text == "Hello from the emulated model."
    assert heard.finished.reason is FinishReason.STOP


async def test_a_wrong_content_type_is_looked_through(model: ModelEmulator) -> None:
    model.reply(Script(headers={"Content-Type": "application/octet-stream"}))

    assert (await ask(model)).text == "Hello from the emulated model."


@pytest.mark.parametrize("stream", [True, False])
async def test_a_compressed_answer_is_read(model: ModelEmulator, stream: bool) -> None:
    model.reply(Script(gzip=True))

    assert (await ask(model, parameters=ModelParameters(stream=stream))).text == "Hello from the emulated model."


async def test_one_connection_serves_one_answer_after_the_other(model: ModelEmulator) -> None:
    async with client_of(model.url) as client:
        for _ in range(3):
            assert (await listen(client)).text

    assert len({call.client_port for call in model.calls}) == 1


async def test_closing_the_generator_closes_the_connection_at_once(model: ModelEmulator) -> None:
    model.reply(Script(silent_after=2))

    async with client_of(model.url) as client:
        async with aclosing(client.stream([says("Hi")], request_id="a")) as events:
            await anext(events)
            assert not model.calls[0].disconnected
        await eventually(lambda: model.calls[0].disconnected)


@pytest.mark.parametrize("silent_after", [0, 2])
async def test_cancelling_the_reader_closes_the_connection_at_once(model: ModelEmulator, silent_after: int) -> None:
    model.reply(Script(silent_after=silent_after))

    async with client_of(model.url) as client:
        task = asyncio.create_task(listen(client))
        await eventually(lambda: model.calls)
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await eventually(lambda: model.calls[0].disconnected)


async def fail_while_reading(client: ModelClient) -> None:
    async with aclosing(client.stream([says("Hi")], request_id="a")) as events:
        async for _ in events:
            raise ZeroDivisionError


async def test_an_error_in_the_readers_own_code_closes_the_connection(model: ModelEmulator) -> None:
    model.reply(Script(silent_after=2))

    async with client_of(model.url) as client:
        with pytest.raises(ZeroDivisionError):
            await fail_while_reading(client)
        await eventually(lambda: model.calls[0].disconnected)


async def test_many_answers_at_once_do_not_mix(model: ModelEmulator) -> None:
    model.reply_with(lambda call: f"echo of {call.text}")

    async with client_of(model.url) as client:
        heard = await asyncio.gather(*(listen(client, says(f"question {n}")) for n in range(50)))

    assert [answer.text for answer in heard] == [f"echo of question {n}" for n in range(50)]


async def test_ten_large_pictures_are_sent_without_holding_up_anybody_else() -> None:
    received = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        while received < length:
            received += len(await reader.read(1 << 16))
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    pictures = [JPEG[:4] + bytes(1_000_000)] * 10
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        async with Background(somebody_else(), name="somebody else"), client_of(url, attempts=1) as client:
            tracemalloc.start()
            await listen(client, says("What are these?", *pictures))
            _, most_bytes = tracemalloc.get_traced_memory()
            tracemalloc.stop()

    assert received > 13_000_000
    assert turns > 100
    assert most_bytes < 2_000_000, "never more than some pieces are encoded"
