"""Other models to ask, in the environment and in the file: read, refused with clear words, and kept secret."""

import json
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings.settings import load_settings


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODEL_API_KEY", "first-key")
    return tmp_path


def problem(monkeypatch: pytest.MonkeyPatch, fallbacks: object) -> str:
    monkeypatch.setenv("MODEL_FALLBACKS", fallbacks if isinstance(fallbacks, str) else json.dumps(fallbacks))
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.__context__ is None
    return str(caught.value)


def test_there_are_none_at_first() -> None:
    assert load_settings().model.fallbacks == ()


def test_a_variable_holds_them_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [{"name": "a", "api_url": "http://localhost:11434/v1/", "api_key": "second-key"}, {"name": "b"}]
    monkeypatch.setenv("MODEL_FALLBACKS", json.dumps(values))
    first, second = load_settings().model.fallbacks

    assert (first.name, first.api_url) == ("a", "http://localhost:11434/v1")
    assert first.api_key is not None
    assert first.api_key.get_secret_value() == "second-key"
    assert (second.name, second.api_url, second.api_key) == ("b", None, None)


def test_the_file_holds_them_as_tables(directory: Path) -> None:
    (directory / "glimpse.toml").write_text(
        "[model]\nname = 'x'\n[[model.fallbacks]]\nname = 'a'\napi_key = ''\n[[model.fallbacks]]\nname = 'b'\n"
    )
    model = load_settings().model

    assert [fallback.name for fallback in model.fallbacks] == ["a", "b"]
    assert model.fallbacks[0].api_key is None
    assert model.name == "x"


def test_the_environment_wins_as_a_whole(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (directory / "glimpse.toml").write_text("[[model.fallbacks]]\nname = 'a'\n[[model.fallbacks]]\nname = 'b'\n")
    monkeypatch.setenv("MODEL_FALLBACKS", '[{"name": "c"}]')

    assert [fallback.name for fallback in load_settings().model.fallbacks] == ["c"]


def test_their_keys_and_passwords_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [{"name": "a", "api_url": "http://me:pass%2Fword@host/v1", "api_key": "second-key"}]
    monkeypatch.setenv("MODEL_FALLBACKS", json.dumps(values))
    settings = load_settings()

    assert {"first-key", "second-key", "pass%2Fword", "pass/word"} <= settings.secrets
    assert "second-key" not in repr(settings)


@pytest.mark.parametrize(
    ("fallbacks", "line"),
    [
        ([{"api_key": "hunter2"}], "MODEL_FALLBACKS: name is missing"),
        ([{"name": "", "api_key": "hunter2"}], "MODEL_FALLBACKS: name is missing"),
        ([{"name": "a", "key": "hunter2"}], "MODEL_FALLBACKS: it knows no key"),
        (
            [{"name": "a"}, {"name": "b", "api_key": "hunter2 hunter2"}],
            "MODEL_FALLBACKS has a wrong value in api_key of number 2, not shown here: it must be one word",
        ),
        (
            [{"name": "a", "api_url": "hunter2"}],
            "MODEL_FALLBACKS has a wrong value in api_url of number 1, not shown here: it must be an address",
        ),
        (
            {"name": "a", "api_key": "hunter2"},
            "MODEL_FALLBACKS has a wrong value, not shown here: it must be a JSON list",
        ),
        (["hunter2"], "MODEL_FALLBACKS has a wrong value in number 1, not shown here: it must be a JSON object"),
        ("hunter2", "MODEL_FALLBACKS has a wrong value, not shown here: it must be a JSON list"),
        ('[{"api_key": "hunter2"', "MODEL_FALLBACKS is not valid JSON: "),
    ],
)
def test_a_wrong_one_is_explained_without_its_key(
    monkeypatch: pytest.MonkeyPatch, fallbacks: object, line: str
) -> None:
    said = problem(monkeypatch, fallbacks)

    assert said.startswith(line)
    assert "hunter2" not in said
    assert "\n" not in said


def test_without_a_first_model_there_is_nothing_to_fall_back_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODEL_API_KEY")

    assert problem(monkeypatch, [{"name": "a"}]).endswith("set MODEL_API_KEY or MODEL_API_URL too")
    monkeypatch.setenv("MODEL_API_URL", "http://localhost:11434/v1")
    assert load_settings().model.fallbacks[0].name == "a"
