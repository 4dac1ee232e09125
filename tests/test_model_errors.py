"""What the model client makes of refusals, outages and silence: what people read, and what is tried again."""

import re
import socket

import pytest

from bot.errors import ModelTrouble
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import PatientClock, ask, client_of, listen, raw_server, refusal, says

PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway | Cloudflare</title></head><body>long</body></html>"
T = ModelTrouble


@pytest.mark.parametrize(
    ("status", "message", "trouble", "retryable", "remedy"),
    [
        (400, "Body validation error\ntemperature: Expected number", T.INVALID, False, "MODEL_"),
        (400, "Invalid API key", T.KEY, False, "MODEL_API_KEY"),
        (400, "This model's maximum context length is 126000 tokens", T.TOO_LARGE, False, ""),
        (400, "Input data may contain inappropriate content: data_inspection_failed", T.BLOCKED, False, ""),
        (400, "model: Invalid enum value. Received 'x'", T.NOT_FOUND, False, "MODEL_NAME"),
        (401, "Unauthorized", T.KEY, False, "MODEL_API_KEY"),
        (402, "Insufficient credits", T.CREDITS, False, "MODEL_API_KEY"),
        (403, "You've run out of credits. Please top up your balance", T.CREDITS, False, "account"),
        (403, "Your input was flagged by moderation", T.BLOCKED, False, ""),
        (403, "Forbidden", T.KEY, False, "MODEL_API_KEY"),
        (404, "Model not found", T.NOT_FOUND, False, "MODEL_NAME"),
        (405, "Method not allowed", T.NOT_FOUND, False, "MODEL_API_URL"),
        (408, "Request timeout", T.TIMEOUT, True, ""),
        (413, "Payload too large", T.TOO_LARGE, False, ""),
        (418, "I'm a teapot", T.INVALID, False, ""),
        (422, "Unprocessable", T.INVALID, False, ""),
        (429, "Too Many Requests", T.BUSY, True, ""),
        (429, "You exceeded your current quota, check your billing details", T.CREDITS, False, "account"),
        (451, "Unavailable for legal reasons", T.BLOCKED, False, ""),
        (500, "Your request is valid - try again", T.UNAVAILABLE, True, ""),
        (502, "Bad gateway", T.UNAVAILABLE, True, ""),
        (503, "Service unavailable", T.UNAVAILABLE, True, ""),
        (504, "Generation timeout", T.TIMEOUT, True, ""),
        (529, "Overloaded", T.BUSY, True, ""),
    ],
)
async def test_each_status_has_its_meaning_for_both_readers(
    model: ModelEmulator, status: int, message: str, trouble: ModelTrouble, retryable: bool, remedy: str
) -> None:
    failure = await refusal(model, status, message)

    assert (failure.trouble, failure.retryable, failure.status) == (trouble, retryable, status)
    assert_kind(failure.person)
    assert str(status) in str(failure)
    assert message.split("\n", maxsplit=1)[0] in str(failure)
    assert "turn-1" in str(failure)
    assert "inference-1" in str(failure)
    assert remedy in str(failure)
    assert len(model.requests) == (3 if retryable else 1)


def assert_kind(sentence: str) -> None:
    assert re.fullmatch(r"[A-Z][^{}<>_]{20,150}[.t]", sentence), sentence
    assert not re.search(r"status|token|http|json|API|\d{3}", sentence), sentence


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (502, PAGE, T.UNAVAILABLE),
        (524, PAGE, T.TIMEOUT),
        (403, PAGE, T.UNAVAILABLE),
        (404, PAGE, T.NOT_FOUND),
        (500, b"\xff\x00 not text", T.UNAVAILABLE),
        (500, b"", T.UNAVAILABLE),
        (429, {"error": {"message": "slow down", "type": "insufficient_quota", "code": None}}, T.CREDITS),
        (400, {"error": {"message": "no", "code": "content_policy_violation"}}, T.BLOCKED),
        (400, {"error": "just text"}, T.INVALID),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, T.INVALID),
        (404, {"object": "error", "message": "The model `x` does not exist.", "code": 404}, T.NOT_FOUND),
        (204, b"", T.BAD_RESPONSE),
    ],
)
async def test_bodies_of_any_shape_are_explained(
    model: ModelEmulator, status: int, body: bytes | str, trouble: ModelTrouble
) -> None:
    failure = await refusal(model, status, body=body)

    assert failure.trouble is trouble
    assert_kind(failure.person)
    assert "<html" not in str(failure)
    assert "{" not in str(failure)


async def test_a_pages_title_tells_the_operator_who_answered(model: ModelEmulator) -> None:
    assert "502 Bad Gateway | Cloudflare" in str(await refusal(model, 502, body=PAGE))


async def test_a_redirect_is_not_followed_with_the_key(model: ModelEmulator) -> None:
    failure = await refusal(model, 307, headers={"Location": f"{model.url}/elsewhere"}, body=b"")

    assert failure.trouble is T.NOT_FOUND
    assert "/elsewhere" in str(failure)
    assert "MODEL_API_URL" in str(failure)
    assert len(model.requests) == 1


async def test_a_wrong_key_is_refused_by_the_provider_and_never_shown(model: ModelEmulator) -> None:
    failure = (await ask(model, key="sk-very-secret-1234567890")).failure
    assert failure.trouble is T.KEY
    assert "very-secret" not in str(failure)

    model.reply(Script(status=400, message="key sk-other-9999999999 and model-key and Bearer abc.def are wrong"))
    said = str((await ask(model)).failure)
    assert not re.search(r"sk-other|model-key|abc\.def", said)


async def test_what_people_wrote_does_not_come_back_in_an_error(model: ModelEmulator) -> None:
    secret = "My neighbour's cat is called Tiberius the Third"
    echo = f'content: Expected string. Received "{secret}" and data:image/jpeg;base64,{"QUJD" * 50}'
    model.reply(Script(status=400, message=echo))

    said = str((await ask(model, says(f"[Ann] {secret}"))).failure)

    assert "Expected string" in said
    assert "Tiberius" not in said
    assert "QUJD" not in said


async def test_a_long_message_is_shortened(model: ModelEmulator) -> None:
    said = str(await refusal(model, 400, "word " * 1000))

    assert len(said) < 700


async def test_no_server_at_all_is_explained() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    async with client_of(url) as client:
        failure = (await listen(client)).failure

    assert failure.trouble is T.UNAVAILABLE
    assert failure.retryable
    assert "MODEL_API_URL" in str(failure)
    assert_kind(failure.person)


async def test_a_server_that_speaks_something_else_is_explained() -> None:
    async with raw_server(b"SSH-2.0-OpenSSH_9.2\r\n") as url, client_of(url) as client:
        failure = (await listen(client)).failure

    assert failure.trouble in {T.BAD_RESPONSE, T.UNAVAILABLE}
    assert_kind(failure.person)


async def test_plain_http_on_a_tls_address_is_not_tried_again(model: ModelEmulator) -> None:
    clock = PatientClock()
    async with client_of(model.url.replace("http:", "https:"), clock=clock) as client:
        failure = (await listen(client)).failure

    assert failure.trouble is T.UNAVAILABLE
    assert clock.slept == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbroken\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
    ],
)
async def test_broken_http_is_explained(answer: bytes) -> None:
    async with raw_server(answer) as url, client_of(url, attempts=1) as client:
        failure = (await listen(client)).failure

    assert failure.trouble in {T.BAD_RESPONSE, T.UNAVAILABLE, T.CUT_OFF}
    assert_kind(failure.person)
