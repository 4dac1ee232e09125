"""Configuration, as an operator writes it: variables, `.env`, secret files and `glimpse.toml` in a real directory."""

from pathlib import Path

import pytest

from bot.settings.model import DEFAULT_MODEL_API_URL
from bot.settings.settings import Settings, load_settings, unknown_in_environment
from tests.surroundings import problem

pytestmark = pytest.mark.usefixtures("directory")


def test_without_anything_the_defaults_of_the_design_hold() -> None:
    settings = load_settings()
    assert settings.discord.token is None
    assert settings.telegram.token is None
    assert settings.telegram.api_url == "https://api.telegram.org"
    assert settings.model.api_url == "https://api.aimlapi.com/v1"
    assert settings.model.name == "alibaba/qwen3-vl-32b-instruct"
    assert settings.database.url == "sqlite+aiosqlite:///data/glimpse.db"
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert settings.access == "open"


def test_variables_are_named_after_section_and_field(env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_API_URL", "http://localhost:11434/v1/")
    env.setenv("MODEL_MAX_TOKENS", "512")
    env.setenv("MODEL_TOP_P", "0.5")
    env.setenv("TURNS_ALBUM_QUIET_S", "2.5")
    env.setenv("LOG_LEVEL", "debug")
    env.setenv("DISCORD_TOKEN", "abc.def")
    settings = load_settings()
    assert settings.model.api_url == "http://localhost:11434/v1"
    assert settings.model.max_tokens == 512
    assert settings.model.top_p == 0.5
    assert settings.turns.album_quiet_s == 2.5
    assert settings.log.level == "DEBUG"
    assert settings.discord.token is not None
    assert settings.discord.token.get_secret_value() == "abc.def"


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.http.port = 1  # type: ignore[misc]  # That it can't be done is the point.


# --- where values come from ---------------------------------------------------------------------


def test_environment_wins_over_env_file_wins_over_toml(directory: Path, env: pytest.MonkeyPatch) -> None:
    (directory / "glimpse.toml").write_text("[http]\nhost = '10.0.0.3'\nport = 3\n[history]\ndays = 3\n")
    (directory / ".env").write_text("HTTP_HOST=10.0.0.2\nHTTP_PORT=2\n")
    env.setenv("HTTP_HOST", "10.0.0.1")
    settings = load_settings()
    assert (settings.http.host, settings.http.port, settings.history.days) == ("10.0.0.1", 2, 3)


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_value_counts_as_not_set(directory: Path, env: pytest.MonkeyPatch, empty: str) -> None:
    (directory / "glimpse.toml").write_text("access = ''\n[http]\nport = 3\n[model]\nname = ''\n")
    (directory / ".env").write_text("HTTP_PORT=\n")
    for name in ("HTTP_PORT", "TELEGRAM_TOKEN", "MODEL_API_KEY", "MODEL_API_KEY_FILE"):
        env.setenv(name, empty)
    settings = load_settings()
    assert settings.http.port == 3
    assert settings.model.name == "alibaba/qwen3-vl-32b-instruct"
    assert settings.telegram.token is settings.model.api_key is None


def test_any_variable_can_come_from_a_file(directory: Path, env: pytest.MonkeyPatch) -> None:
    (directory / "key").write_text("sk-from-file\n")
    (directory / "prompt").write_text("You are a pirate.\nBe brief.\n")
    env.setenv("MODEL_API_KEY_FILE", str(directory / "key"))
    (directory / ".env").write_text("PROMPT_FILE=prompt\n")
    settings = load_settings()
    assert settings.model.api_key is not None
    assert settings.model.api_key.get_secret_value() == "sk-from-file"
    assert settings.prompt == "You are a pirate.\nBe brief."


def test_a_file_that_cannot_be_read_is_named(directory: Path, env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_API_KEY_FILE", str(directory / "nowhere"))
    assert problem() == f'MODEL_API_KEY_FILE is "{directory}/nowhere": it can\'t be read (No such file or directory)'


def test_an_empty_secret_file_is_a_mistake(directory: Path, env: pytest.MonkeyPatch) -> None:
    (directory / "key").write_text("\n")
    env.setenv("MODEL_API_KEY_FILE", "key")
    assert problem() == 'MODEL_API_KEY_FILE is "key": the file is empty'


def test_a_value_and_a_file_side_by_side_are_refused(env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_API_KEY", "sk-visible")
    env.setenv("MODEL_API_KEY_FILE", "key")
    assert problem() == "MODEL_API_KEY and MODEL_API_KEY_FILE are both set: leave one of them out"


def test_a_value_in_the_environment_beats_a_file_named_in_env_file(directory: Path, env: pytest.MonkeyPatch) -> None:
    (directory / ".env").write_text("MODEL_API_KEY_FILE=nowhere\n")
    env.setenv("MODEL_API_KEY", "sk-environment")
    key = load_settings().model.api_key
    assert key is not None
    assert key.get_secret_value() == "sk-environment"


def test_variables_of_other_programs_do_no_harm(env: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "LOG_DIR", "DATABASE_HOST", "HTTP", "MODEL", "HISTORY", "PICTURE_DIR"):
        env.setenv(name, "http://proxy.example:3128")
    assert load_settings() == Settings()
    assert unknown_in_environment() == []


def test_unknown_variables_that_look_like_ours_are_reported(directory: Path, env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_API_KEI", "sk-x")
    env.setenv("MODEL_API_KEY_FILE", "")
    env.setenv("DISCORD_SOMETHING_ELSE", "x")
    (directory / ".env").write_text("TELEGRAM_TOKN=x\n")
    assert unknown_in_environment() == [
        "DISCORD_SOMETHING_ELSE is not a variable of Glimpse",
        "MODEL_API_KEI is not a variable of Glimpse; did you mean MODEL_API_KEY?",
        "TELEGRAM_TOKN is not a variable of Glimpse; did you mean TELEGRAM_TOKEN?",
    ]


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("HTTP_PORT", "99999", 'HTTP_PORT is "99999": it must be less than or equal to 65535'),
        ("HTTP_PORT", "http", 'HTTP_PORT is "http": it must be a valid integer'),
        ("MODEL_TEMPERATURE", "7", 'MODEL_TEMPERATURE is "7": it must be less than or equal to 2'),
        ("HISTORY_DAYS", "1000000", 'HISTORY_DAYS is "1000000": it must be less than or equal to 36500'),
        ("HISTORY_EXCHANGES", "1" * 20, f'HISTORY_EXCHANGES is "{"1" * 20}": it must be less than or equal to {10**9}'),
        (
            "PICTURE_STORE_BYTES",
            "9" * 20,
            f'PICTURE_STORE_BYTES is "{"9" * 20}": it must be less than or equal to {10**15}',
        ),
        ("TURNS_ANSWER_WINDOW_S", "1e14", 'TURNS_ANSWER_WINDOW_S is "1e14": it must be less than or equal to 31536000'),
        ("GROUPS_WAKE_WORD", "..", 'GROUPS_WAKE_WORD is "..": it must have a letter, a number or an emoji'),
        ("PERSONAS", '{"usual": "x"}', "no name may be usual: that is how people choose none of them"),
        ("MODEL_STREAM", "perhaps", 'MODEL_STREAM is "perhaps": it must be on or off'),
        ("MODEL_SILENCE_S", "0", 'MODEL_SILENCE_S is "0": it must be greater than 0'),
        ("MODEL_SILENCE_S", "inf", 'MODEL_SILENCE_S is "inf": it must be a finite number'),
        ("LOG_LEVEL", "chatty", "LOG_LEVEL is \"CHATTY\": it must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("ACCESS", "shut", "ACCESS is \"shut\": it must be 'open' or 'closed'"),
        ("MODEL_API_URL", "localhost:11434", "it must be an address that begins with https:// or http://"),
        ("MODEL_API_URL", "http://", "it must be an address that begins with https:// or http://"),
        ("MODEL_API_URL", "http://[::1/v1", 'MODEL_API_URL is "http://[::1/v1": '),
        ("MODEL_API_URL", "http://localhost/v1/chat/completions", "it must be the address before /chat/completions"),
        ("DISCORD_GATEWAY_URL", "https://x.example", "it must be an address that begins with wss:// or ws://"),
        (
            "TELEGRAM_WEBHOOK_URL",
            "http://bot.example.org/x",
            "it must be an address that begins with https://, on port 443",
        ),
        ("TELEGRAM_WEBHOOK_URL", "https://bot.example.org:8080/x", "on port 443, 80, 88 or 8443"),
        ("TELEGRAM_WEBHOOK_URL", "https://bot.example.org:99999/x", "TELEGRAM_WEBHOOK_URL is "),
        ("TELEGRAM_LOCAL_FILES", "telegram-bot-api", "it must be a folder's whole path, from the root on"),
        ("DISCORD_SHARD_IDS", "[0]", "it must be different numbers below DISCORD_SHARD_COUNT, which has to be set too"),
        ("DATABASE_URL", "postgresql://db/x", "it must look like sqlite+aiosqlite:///data/glimpse.db"),
        ("MODEL_TOOLS", '[{"type": ', "MODEL_TOOLS is not valid JSON: Expecting value: line 1 column 10 (char 9)"),
        ("MODEL_TOOLS", "[{}]", "MODEL_TOOLS: function is missing"),
        ("MODEL_TOOL_CHOICE", "maybe", "it must be 'none', 'auto' or 'required', or it must be a JSON object"),
    ],
)
def test_a_wrong_value_is_one_line_with_name_value_and_wish(
    env: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    env.setenv(name, value)
    text = problem()
    assert line in text
    assert text.startswith(name)
    assert "\n" not in text


def test_every_problem_has_its_line(env: pytest.MonkeyPatch) -> None:
    env.setenv("HTTP_PORT", "x")
    env.setenv("HISTORY_DAYS", "0")
    env.setenv("MODEL_TOP_P", "2")
    assert [line.split(" ")[0] for line in problem().split("\n")] == ["MODEL_TOP_P", "HTTP_PORT", "HISTORY_DAYS"]


def test_closed_access_is_refused_until_it_exists(env: pytest.MonkeyPatch) -> None:
    env.setenv("ACCESS", "closed")
    assert "closed is not supported yet" in problem()


@pytest.mark.parametrize("port", ["", ":443", ":80", ":88", ":8443"])
def test_telegrams_own_servers_post_to_four_ports(env: pytest.MonkeyPatch, port: str) -> None:
    env.setenv("TELEGRAM_WEBHOOK_URL", f"https://me:hunter2@bot.example.org{port}/telegram/")
    settings = load_settings()
    assert settings.telegram.webhook_url == f"https://me:hunter2@bot.example.org{port}/telegram"
    assert settings.secrets == {"hunter2"}


def test_a_local_bot_api_server_posts_anywhere(env: pytest.MonkeyPatch) -> None:
    env.setenv("TELEGRAM_API_URL", "http://localhost:8081")
    env.setenv("TELEGRAM_WEBHOOK_URL", "http://localhost:8080/telegram")
    assert load_settings().telegram.webhook_url == "http://localhost:8080/telegram"


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("[model]\nnam = 'x'", "model.nam in glimpse.toml: there is no such setting; did you mean model.name?"),
        ("[models]\nname = 'x'", "models in glimpse.toml: there is no such setting"),
        ("colour = 1", "colour in glimpse.toml: there is no such setting"),
        ("[http]\nport = 'x'", 'HTTP_PORT is "x": it must be a valid integer'),
        ("model = 'x'", "model in glimpse.toml: it must be a table"),
        ("[model", "glimpse.toml is not valid TOML: "),
    ],
)
def test_a_wrong_toml_file_is_explained(directory: Path, toml: str, line: str) -> None:
    (directory / "glimpse.toml").write_text(toml)
    assert problem().startswith(line)


def test_a_toml_file_that_is_not_text_is_explained(directory: Path) -> None:
    (directory / "glimpse.toml").write_bytes(b"\xff\xfe\x00")
    assert problem() == ".env and glimpse.toml must be UTF-8 text"


# --- the model ----------------------------------------------------------------------------------


def test_structured_parameters_are_json_in_variables(env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_STOP", '["END", "\\n\\n"]')
    env.setenv("MODEL_TOOL_CHOICE", '{"type": "function", "function": {"name": "look"}}')
    env.setenv("MODEL_RESPONSE_FORMAT", '{"type": "json_object"}')
    parameters = load_settings().model.parameters
    assert parameters.stop == ("END", "\n\n")
    assert parameters.response_format is not None
    assert parameters.response_format.type == "json_object"


def test_a_plain_stop_word_needs_no_json(env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_STOP", "[END]")
    assert load_settings().model.parameters.stop == "[END]"


def test_the_parameters_hold_neither_key_nor_address_and_know_what_was_chosen(env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_API_KEY", "hunter2")
    env.setenv("MODEL_TEMPERATURE", "0.1")
    parameters = load_settings().model.parameters
    assert parameters.model_fields_set == {"temperature"}
    assert not {"api_key", "api_url", "attempts"} & parameters.model_dump().keys()


@pytest.mark.parametrize(
    ("variable", "offline"),
    [
        (("LOG_LEVEL", "INFO"), True),
        (("MODEL_API_URL", DEFAULT_MODEL_API_URL + "/"), True),
        (("MODEL_API_KEY", "sk-1"), False),
        (("MODEL_API_URL", "http://localhost:11434/v1"), False),
    ],
)
def test_the_offline_model_answers_only_when_no_model_was_chosen(
    env: pytest.MonkeyPatch, variable: tuple[str, str], *, offline: bool
) -> None:
    env.setenv(*variable)
    assert load_settings().offline is offline
