"""What goes slowly in one conversation does not delay another."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.demanding import demand_wait
from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator, Script
from tests.people import DiscordPeople, People, Place
from tests.process import BotProcess


@pytest.fixture
async def bot(people: People, model_emulator: ModelEmulator, tmp_path: Path) -> AsyncIterator[BotProcess]:
    async with bot_of(people, model_emulator, tmp_path) as process:
        await people.ready()
        yield process


def bot_of(people: People, model: ModelEmulator, folder: Path) -> BotProcess:
    return BotProcess(folder, MODEL_API_URL=model.url, MODEL_API_KEY="model-key", **people.environment)


async def promptly_answered(people: People, place: Place, text: str) -> None:
    """Wait until exactly this answer stands there, however busy others keep it."""
    await eventually(lambda: people.shown(place) == [text], what=f"{text}: {people.shown(place)}")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("wait_s", [120, 300])
async def test_a_long_flood_wait_of_one_chat_delays_no_other(
    people: People, model_emulator: ModelEmulator, wait_s: int
) -> None:
    model_emulator.reply_with(lambda call: f"To {call.text.split()[-1]}.")
    flooded, other = people.private("Ann"), people.private("Bob")
    demand = demand_wait(people, wait_s)
    await people.say(flooded, "flooded")
    await eventually(lambda: demand.times == 0)
    await people.say(other, "other")
    await promptly_answered(people, other, "To other.")
    assert people.shown(flooded) == []


@pytest.mark.usefixtures("bot")
async def test_slow_models_in_many_conversations_delay_no_other(people: People, model_emulator: ModelEmulator) -> None:
    hold = asyncio.Event()
    model_emulator.reply(Script(hold=hold), when="slow", times=15)
    for number in range(15):  # One less than are answered at the same time.
        await people.say(people.private(f"Person {number}"), "slow")
    await eventually(lambda: len(model_emulator.calls) == 15)
    model_emulator.reply("Quick.")
    place = people.private("Bob")
    await people.say(place, "quick")
    await promptly_answered(people, place, "Quick.")
    hold.set()


async def test_an_album_of_huge_pictures_delays_neither_words_nor_a_picture_elsewhere(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    huge = photo(8000, 6000, "WEBP", quality=60, method=0)  # It takes about a second to open.
    model_emulator.reply_with(lambda call: f"{len(call.pictures)} seen.")
    people = DiscordPeople(discord_emulator)
    slow, words, picture = people.private("Ann"), people.private("Bob"), people.private("Cem")
    async with bot_of(people, model_emulator, tmp_path):
        await people.ready()
        await people.send_album(slow, [huge] * 10, "huge")
        await eventually(
            lambda: sum(request.path.startswith("/attachments/") for request in discord_emulator.requests) > 3,
            what="several of them are being opened",
        )
        await people.say(words, "words")
        await promptly_answered(people, words, "0 seen.")
        await people.send_photo(picture, photo(640, 480), "small")
        await promptly_answered(people, picture, "1 seen.")
        assert people.shown(slow) == [], "opening the huge ones took no time"
