"""Several answers grow in one chat at once where the limits are enforced: the real process, the real libraries."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, Place, TelegramPeople
from tests.process import BotProcess

AT_ONCE = 5
PIECES = ("So", *(f" w{number}" for number in range(100)))
WHOLE = "".join(PIECES)
GROWING = Script(pieces=PIECES, first_token_s=0.2, per_token_s=0.04)


@pytest.fixture(params=["discord", "telegram"])
async def people(request: pytest.FixtureRequest) -> AsyncIterator[DiscordPeople | TelegramPeople]:
    if request.param == "discord":
        async with DiscordEmulator() as discord:
            yield DiscordPeople(discord)
            assert discord.violations == []
            assert discord.refused == 0
    else:
        async with TelegramEmulator(flood_limits=True) as telegram:
            yield TelegramPeople(telegram)
            assert telegram.violations == []
            assert telegram.refused == 0


@pytest.fixture
async def bot(
    people: DiscordPeople | TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> AsyncIterator[BotProcess]:
    variables = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key"}
    async with BotProcess(tmp_path, **variables, **people.environment) as process:
        await people.ready()
        yield process


async def grown(people: DiscordPeople | TelegramPeople, places: list[Place]) -> None:
    for number, place in enumerate(places):
        await people.say(place, f"question {number}", mention=True)
    await eventually(lambda: all(people.shown(place) == [WHOLE] for place in places), what="all answers")
    for place in places:
        growth = people.growth(place)
        assert len(growth) > 1, "it came at once"
        assert all(later.startswith(earlier) for earlier, later in pairwise(growth))


@pytest.mark.usefixtures("bot")
async def test_answers_in_one_chat_all_grow_and_all_end_whole_and_nothing_is_refused(
    people: DiscordPeople | TelegramPeople, model_emulator: ModelEmulator
) -> None:
    model_emulator.reply(GROWING, times=AT_ONCE)
    group = people.group()
    await grown(people, [people.side_room(group) for _ in range(AT_ONCE)])


@pytest.mark.usefixtures("bot")
async def test_an_answer_alone_grows_every_second_or_so(
    people: DiscordPeople | TelegramPeople, model_emulator: ModelEmulator
) -> None:
    model_emulator.reply(GROWING)
    place = people.private()
    await grown(people, [place])
    assert 4 <= len(people.growth(place)) <= 6
