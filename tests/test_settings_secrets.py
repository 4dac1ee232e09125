"""Tokens, keys and passwords of the configuration: never in an error, in a printed setting or in the log."""

import pytest

from bot.errors import SettingsError
from bot.settings.settings import load_settings
from tests.surroundings import problem

pytestmark = pytest.mark.usefixtures("directory")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "hunter2-hunter2"),
        ("DISCORD_TOKEN", "Bot hunter2"),
        ("MODEL_API_KEY", "hunter2 hunter2"),
        ("MODEL_API_KEY", "hunter2-ключ"),
    ],
)
def test_a_wrong_secret_is_not_shown(env: pytest.MonkeyPatch, name: str, value: str) -> None:
    env.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name} has a wrong value, not shown here: it must ")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_password_inside_of_an_address_is_not_shown(env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_API_URL", "ftp://me:hunter2@host/v1")
    assert 'MODEL_API_URL is "ftp://***@host/v1"' in problem()


def test_secrets_are_masked_when_settings_are_printed_and_listed_for_the_log(env: pytest.MonkeyPatch) -> None:
    env.setenv("DISCORD_TOKEN", "discord-hunter2")
    env.setenv("TELEGRAM_TOKEN", "1:hunter2")
    env.setenv("MODEL_API_KEY", "key-hunter2")
    settings = load_settings()
    assert "hunter2" not in repr(settings)
    assert settings.secrets == {"discord-hunter2", "1:hunter2", "key-hunter2"}


def test_a_password_inside_of_an_address_is_a_secret_in_both_spellings(env: pytest.MonkeyPatch) -> None:
    env.setenv("MODEL_API_URL", "https://me:hunter%2Ftwo@host/v1")
    assert load_settings().secrets == {"hunter%2Ftwo", "hunter/two"}
