"""Long outages in fast time: what people see, and the line that the operator gets."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from tests.emulators.common import Fault, eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, Place, TelegramPeople
from tests.process import BotProcess

SPEED = 100
"""Seconds of the bot's clock in one second."""

TEN_MINUTES_S = 600 / SPEED


@pytest.fixture
def discord(discord_emulator: DiscordEmulator) -> DiscordPeople:
    return DiscordPeople(discord_emulator)


@pytest.fixture
def telegram(telegram_emulator: TelegramEmulator) -> TelegramPeople:
    # Polls end in fast time too.
    telegram_emulator.world.updates.longest_poll_s /= SPEED
    return TelegramPeople(telegram_emulator)


@pytest.fixture(params=["discord", "telegram"])
def people(request: pytest.FixtureRequest) -> People:
    found: People = request.getfixturevalue(request.param)
    return found


def fast(folder: Path, model: ModelEmulator, *people: People, **variables: str) -> BotProcess:
    environment = {name: value for one in people for name, value in one.environment.items()}
    return BotProcess(
        folder,
        module="tests.chaos.process",
        CHAOS_SPEED=str(SPEED),
        MODEL_API_URL=model.url,
        MODEL_API_KEY="model-key",
        **environment,
        **variables,
    )


async def answered(people: People, place: Place, *texts: str) -> None:
    """Wait until exactly these texts stand there."""
    await eventually(lambda: people.shown(place) == list(texts), what=f"{texts}: {people.shown(place)}")


async def until_ready(bot: BotProcess, status: int) -> None:
    """Wait until `/readyz` answers with this status."""
    url = bot.health_url.replace("healthz", "readyz")
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        while True:
            async with session.get(url) as response:
                if response.status == status:
                    return
            await asyncio.sleep(0.01)


def lines(bot: BotProcess, pattern: str) -> list[str]:
    return [line for line in bot.lines if re.search(pattern, line)]


async def test_a_platform_that_is_gone_for_ten_minutes_is_waited_for(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    held = asyncio.Event()
    model_emulator.reply("I am here.", Script(pieces=("Before it ", "went."), hold=held), "While it was away.")
    place = people.private()
    async with fast(tmp_path, model_emulator, people) as bot:
        await people.ready()
        await people.say(place, "are you there?")
        await answered(people, place, "I am here.")
        await people.say(place, "one before")
        await eventually(lambda: len(model_emulator.calls) == 2)
        gone = _leave(people)
        held.set()
        await people.say(place, "one meanwhile")
        await asyncio.sleep(TEN_MINUTES_S)
        gone.times = 0
        if isinstance(people, DiscordPeople):
            people.discord.refuses_gateway = False
        await answered(people, place, "I am here.", "Before it went.", "While it was away.")
        await asyncio.sleep(0.5)
        assert len(people.shown(place)) == 3
    if isinstance(people, DiscordPeople):
        assert lines(bot, r"WARNING .*Discord: the gateway was lost .*Attempting a reconnect")
        assert lines(bot, r"INFO .*Discord: connected as")
    else:
        (fails,) = lines(bot, r"WARNING .*Receiving from Telegram fails")
        assert fails.endswith("I keep trying.")
        (works,) = lines(bot, r"Receiving from Telegram works again, after (\d+) s")
        assert int(works.split()[-2]) >= 500
    waiting = lines(bot, r"WARNING .*not delivered yet, next attempt in")
    assert 5 <= len(waiting) <= 30


def _leave(people: People) -> Fault:
    """The platform goes away."""
    gone = people.emulated.fail("* *", drop=True, times=1_000_000)
    if isinstance(people, DiscordPeople):
        people.discord.refuses_gateway = True
        people.discord.drop_connection()
    elif isinstance(people, TelegramPeople):
        people.telegram.drop()
    return gone


async def test_while_the_model_is_gone_people_read_a_sentence_and_the_operator_reads_where_to_look(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = people.private()
    async with fast(tmp_path, model_emulator, people) as bot:
        await people.ready()
        await model_emulator.stop()
        await people.say(place, "hello?")
        await eventually(lambda: people.shown(place))
        (sentence,) = people.shown(place)
        assert re.fullmatch(r"[A-Z][^{}<>_:/]{20,150}[.t]", sentence), sentence
        await model_emulator.start()
        model_emulator.reply("I am back.")
        await asyncio.sleep(200 / SPEED)  # A server that failed is left alone for two minutes at most.
        await people.say(place, "and now?")
        await answered(people, place, sentence, "I am back.")
    assert lines(bot, r"WARNING .*The model server can't be reached.*MODEL_API_URL")


async def test_a_full_disk_is_told_and_what_was_asked_meanwhile_is_answered_once_there_is_space(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    sign = tmp_path / "full"
    place = people.private()
    model_emulator.reply_with(lambda call: f"To {call.text[-5:]}")
    async with fast(tmp_path, model_emulator, people, CHAOS_DISK=str(sign)) as bot:
        await people.ready()
        await people.say(place, "first")
        await answered(people, place, "To first")
        sign.touch()
        for number in range(4):
            # Long ones: a short one still finds room on the file's last page.
            await people.say(place, f"{'so ' * 600}one {number}")
        await eventually(lambda: lines(bot, "the disk is full. Free some space."))
        await until_ready(bot, 503)
        assert await bot.health() == 200
        assert len(people.shown(place)) < 5
        sign.unlink()
        await answered(people, place, "To first", *(f"To one {number}" for number in range(4)))
        await until_ready(bot, 200)
    assert len(lines(bot, "the disk is full. Free some space.")) <= 4


async def test_a_poll_that_hangs_is_noticed_and_begun_anew(
    telegram: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = telegram.private()
    model_emulator.reply("I hear you.")
    async with fast(tmp_path, model_emulator, telegram) as bot:
        await eventually(lambda: telegram.telegram.polling)
        telegram.telegram.hang_polls = True
        await telegram.say(place, "do you hear me?")
        await eventually(lambda: lines(bot, "no answer for 120 s; the connection is built anew"))
        assert telegram.shown(place) == []
        telegram.telegram.hang_polls = False
        await answered(telegram, place, "I hear you.")
    assert len(lines(bot, "no answer for 120 s")) == 1
    assert lines(bot, "Receiving from Telegram works again")


async def test_a_gateway_that_refuses_holds_up_no_other_platform_and_loses_nothing(
    discord: DiscordPeople, telegram: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord.discord.refuses_gateway = True
    here, there = discord.group(), telegram.private()
    model_emulator.reply_with(lambda call: f"To {call.text[-5:]}")
    async with fast(tmp_path, model_emulator, discord, telegram) as bot:
        await asyncio.sleep(0.1)  # What was said before its first start is not for the bot.
        await discord.say(here, "hello", mention=True)
        await telegram.say(there, "there")
        await answered(telegram, there, "To there")
        await eventually(lambda: len(lines(bot, r"WARNING .*Discord: connecting again in \d+ s")) >= 3)
        assert lines(bot, r"WARNING .*Discord: the gateway could not be reached")
        assert discord.shown(here) == []
        discord.discord.refuses_gateway = False
        await answered(discord, here, "To hello")
