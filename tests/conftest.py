"""What every test can use: the emulators, whose rules must not have been broken when the test ends."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.end_to_end import start
from tests.home import Home, at_home
from tests.picture_people import PLATFORMS, PicturePeople, people_of
from tests.process import BotProcess

pytest_plugins = ("tests.answering", "tests.elsewhere", "tests.emulated", "tests.surroundings")

# python-telegram-bot, which some tests use as a client, warns about the old unit of its waits unless this is set.
os.environ["PTB_TIMEDELTA"] = "true"

# Properties. `make test` draws the same examples each time, so that it refuses a change only for what that changed;
# `make explore` draws new ones, and many more. Both start from what Hypothesis has for CI: no deadline, nothing kept.
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.load_profile("ci")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Hypothesis also draws the numbers and words of all our modules: which are loaded differs from run to run."""
    if settings().derandomize:
        pytest.MonkeyPatch().setattr("hypothesis.internal.conjecture.providers.is_local_module_file", lambda _: False)


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


@pytest.fixture
def model(model_emulator: ModelEmulator) -> ModelEmulator:
    return model_emulator


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


@pytest.fixture
async def bot_process(people: PicturePeople, model: ModelEmulator, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """The bot as its own process for `people`, with `model`."""
    async with start(people, model, tmp_path) as process:
        await people.ready()
        yield process
