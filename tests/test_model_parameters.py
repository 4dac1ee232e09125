"""The model's parameters: bounds, forms, and what of them is sent."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.model.request import fixed_fields, request_body
from bot.settings.parameters import ModelParameters
from tests.emulators.model_rules import refusal_of
from tests.model_world import says

MODEL = "alibaba/qwen3-vl-32b-instruct"
SCHEMA = {"type": "object", "properties": {"a": {"default": None}}}
EVERYTHING: dict[str, Any] = {
    "max_tokens": 100,
    "max_completion_tokens": 100,
    "stream": True,
    "stream_options": {"include_usage": True},
    "tools": [
        {"type": "function", "function": {"name": "look", "parameters": SCHEMA, "description": "x", "strict": True}}
    ],
    "tool_choice": {"type": "function", "function": {"name": "look"}},
    "parallel_tool_calls": False,
    "temperature": 0.5,
    "top_p": 0.5,
    "stop": ["a", "b"],
    "frequency_penalty": 0.5,
    "presence_penalty": -0.5,
    "repetition_penalty": 1.5,
    "seed": 7,
    "prediction": {"type": "content", "content": [{"type": "text", "text": "x"}]},
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": False}},
}


def sent(**parameters: Any) -> dict[str, Any]:
    return fixed_fields(ModelParameters.model_validate(parameters))


def test_what_is_sent_by_default_is_what_the_model_card_recommends() -> None:
    assert sent() == {
        "model": MODEL,
        "max_tokens": 4096,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.7,
        "top_p": 0.8,
        "presence_penalty": 1.5,
    }


def test_everything_that_is_set_is_sent_unchanged_and_the_provider_takes_it() -> None:
    fields = sent(**EVERYTHING)

    assert fields == EVERYTHING | {"model": MODEL}
    assert refusal_of(orjson.loads(request_body(fields, [says("hi")], detail=None).decode())) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0},
        {"max_tokens": 1.5},
        {"max_completion_tokens": 0},
        {"seed": 0},
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"temperature": float("nan")},
        {"top_p": 0.001},
        {"top_p": 1.1},
        {"frequency_penalty": 2.1},
        {"presence_penalty": -2.1},
        {"repetition_penalty": float("inf")},
        {"stop": ["a"] * 5},
        {"tools": EVERYTHING["tools"] * 129},
        {"tools": [{"type": "function", "function": {"name": "not ok", "parameters": {}}}]},
        {"tools": [{"type": "function", "function": {"name": "ok"}}]},
        {"tools": [{"type": "function", "function": {"name": "ok", "parameters": {}, "extra": 1}}]},
        {"tool_choice": "maybe"},
        {"stream_options": {}},
        {"response_format": {"type": "xml"}},
        {"response_format": {"type": "json_schema"}},
        {"prediction": {"type": "guess", "content": "x"}},
        {"image_detail": "medium"},
        {"name": ""},
    ],
)
def test_what_the_provider_refuses_is_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ModelParameters.model_validate(wrong)


def test_a_default_can_be_taken_back() -> None:
    fields = sent(presence_penalty="none", temperature="null", max_tokens="None", stream_options=None)

    assert fields == {"model": MODEL, "stream": True, "top_p": 0.8}


def test_a_limit_of_the_other_kind_takes_the_place_of_the_default() -> None:
    assert "max_tokens" not in sent(max_completion_tokens=50)
    assert sent(max_completion_tokens=50, max_tokens=60)["max_tokens"] == 60


def test_without_streaming_there_are_no_stream_options() -> None:
    assert "stream_options" not in sent(stream=False)


def test_they_can_be_read_from_variables_beside_secrets_which_are_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model(ModelParameters):
        api_key: str = ""

    class Settings(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="_", env_nested_max_split=1)
        model: Model = Model()

    for name, value in {
        "TEMPERATURE": "0.2",
        "MAX_TOKENS": "none",
        "STOP": "7",
        "TOOLS": orjson.dumps(EVERYTHING["tools"]).decode(),
        "RESPONSE_FORMAT": '{"type": "json_object"}',
        "STREAM_OPTIONS": '{"include_usage": false}',
        "API_KEY": "secret",
    }.items():
        monkeypatch.setenv(f"MODEL_{name}", value)

    fields = fixed_fields(Settings().model)

    assert fields == {
        "model": MODEL,
        "stream": True,
        "stream_options": {"include_usage": False},
        "temperature": 0.2,
        "top_p": 0.8,
        "presence_penalty": 1.5,
        "stop": "7",
        "tools": EVERYTHING["tools"],
        "response_format": {"type": "json_object"},
    }
