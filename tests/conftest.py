"""What every test can use: the emulators, whose rules must not have been broken when the test ends."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.home import Home, at_home
from tests.picture_people import PLATFORMS, PicturePeople, people_of

# python-telegram-bot, which some tests use as a client, warns about the old unit of its waits unless this is set.
os.environ["PTB_TIMEDELTA"] = "true"


@pytest.fixture
async def discord_emulator() -> AsyncIterator[DiscordEmulator]:
    async with DiscordEmulator() as emulator:
        yield emulator
    assert emulator.violations == []


@pytest.fixture
async def telegram_emulator() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator
    assert emulator.violations == []


@pytest.fixture
async def model_emulator() -> AsyncIterator[ModelEmulator]:
    async with ModelEmulator() as emulator:
        yield emulator
    assert emulator.violations == []


@pytest.fixture(params=PLATFORMS)
async def people(request: pytest.FixtureRequest) -> AsyncIterator[PicturePeople]:
    """The people of one platform after the other."""
    async with people_of(request.param, rate_limits=True) as platform:
        yield platform


@pytest.fixture(params=PLATFORMS)
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Home]:
    """The bot as its own process, on one platform after the other."""
    async with at_home(request.param, tmp_path) as running:
        yield running
