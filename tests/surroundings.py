"""Where the bot starts, for tests of its configuration: nothing of this machine is seen there."""

import os
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings.settings import Settings, load_settings
from bot.settings.variables import variables


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without anything of Glimpse's."""
    names = variables(Settings)
    for name in os.environ:
        if name.removesuffix("_FILE") in names:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def problem() -> str:
    """The text of the error that stops the start."""
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)
