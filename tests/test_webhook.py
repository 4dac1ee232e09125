"""The bot's own process behind a webhook: what a person sees, whatever happens between the POST and its 200."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.process import ARMED
from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.emulators.telegram import TelegramEmulator
from tests.people import Place, TelegramPeople
from tests.process import BotProcess

PATH = "/from/telegram"
URL = f"https://bot.example.org{PATH}"


def bot_of(telegram: TelegramEmulator, model: ModelEmulator, folder: Path, **variables: str) -> BotProcess:
    return BotProcess(
        folder,
        module="tests.chaos.process",
        TELEGRAM_TOKEN=telegram.token,
        TELEGRAM_API_URL=telegram.api_url,
        MODEL_API_URL=model.url,
        MODEL_API_KEY="model-key",
        **variables,
    )


def lead(telegram: TelegramEmulator, bot: BotProcess) -> None:
    """Let the reverse proxy lead to this start of the bot."""
    telegram.webhook.leads_to = bot.health_url.removesuffix("/healthz")


@asynccontextmanager
async def webhooked(
    telegram: TelegramEmulator, model: ModelEmulator, folder: Path, **variables: str
) -> AsyncIterator[BotProcess]:
    """Running, with Telegram posting to it."""
    telegram.webhook.pace = 0.05
    async with bot_of(telegram, model, folder, TELEGRAM_WEBHOOK_URL=URL, **variables) as bot:
        lead(telegram, bot)
        await eventually(lambda: "it posts what is new to bot.example.org" in bot.output, what="a webhook")
        yield bot


def statuses(telegram: TelegramEmulator) -> list[int]:
    return [post.status for post in telegram.webhook.posts]


async def answered(people: TelegramPeople, place: Place, *texts: str) -> None:
    """Wait until exactly these texts stand there, and all updates are taken."""

    def is_so() -> bool:
        return people.shown(place) == list(texts) and people.telegram.pending_updates == 0

    await eventually(is_so, what=f"{texts}: {people.shown(place)}, {statuses(people.telegram)}")


@pytest.fixture
def people(telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator) -> TelegramPeople:
    model_emulator.reply_with(lambda call: f"To {call.text.split()[-1]}")
    return TelegramPeople(telegram_emulator)


async def test_what_is_posted_is_answered_in_private_and_in_groups(
    people: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    async with webhooked(people.telegram, model_emulator, tmp_path) as bot:
        private, group = people.private(), people.group()
        await people.say(private, "one")
        await people.say(group, "two", mention=True)
        await answered(people, private, "To one")
        await answered(people, group, "To two")
        message = await people.say(private, "three")
        await answered(people, private, "To one", "To three")
        people.deliver_again(message)
        await people.edit(message, "four")
        await answered(people, private, "To one", "To four")
        assert await bot.terminate() == 0
    assert set(statuses(people.telegram)) == {200}
    assert not [request for request in people.telegram.requests if request.path == "/getUpdates"]


@pytest.mark.parametrize("point", ["before store.accept", "after store.accept", "before store.begin"])
async def test_killed_between_the_post_and_its_200_nothing_is_lost_and_the_answer_comes_once(
    people: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path, point: str
) -> None:
    place = people.private()
    async with webhooked(people.telegram, model_emulator, tmp_path, CHAOS_KILL_AT=f"1 {point}") as bot:
        bot.send(signal.SIGUSR1)
        await eventually(lambda: ARMED in bot.lines)
        await people.say(place, "one")
        assert await bot.wait() == -signal.SIGKILL
        await people.say(place, "two")
        await bot.start()
        lead(people.telegram, bot)
        await answered(people, place, "To one", "To two")
    assert len(model_emulator.calls) == 2


async def test_who_does_not_know_the_secret_is_refused_and_nothing_happens(
    people: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = people.private()
    async with webhooked(people.telegram, model_emulator, tmp_path) as bot, aiohttp.ClientSession() as session:
        forged = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": place.chat.json(), "text": "forged"}}
        address = people.telegram.webhook.leads_to + PATH
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
            async with session.post(address, json=forged, headers=headers) as response:
                assert response.status == 403
        await people.say(place, "real")
        await answered(people, place, "To real")
        assert len(model_emulator.calls) == 1
        assert people.telegram.webhook.secret not in bot.output


async def test_while_nothing_can_be_stored_telegram_is_answered_503_and_the_person_later(
    people: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    sign = tmp_path / "full"
    place = people.private()
    async with webhooked(people.telegram, model_emulator, tmp_path, CHAOS_DISK=str(sign)) as bot:
        await people.say(place, "before")
        await answered(people, place, "To before")
        sign.touch()
        for number in range(4):
            # Long ones: a short one still finds room on the file's last page.
            await people.say(place, f"{'so ' * 1200}full{number}")
        await eventually(lambda: statuses(people.telegram).count(503) >= 3)
        assert len(people.shown(place)) < 5
        sign.unlink()
        await answered(people, place, "To before", *(f"To full{number}" for number in range(4)))
        assert len([line for line in bot.lines if "Storing what Telegram sent fails" in line]) == 1


async def test_while_it_stops_telegram_is_told_to_come_again_and_the_next_start_answers(
    people: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    hold = asyncio.Event()
    model_emulator.reply(Script(pieces=pieces_of("Whole and complete."), hold=hold, hold_after=1))
    place = people.private()
    async with webhooked(people.telegram, model_emulator, tmp_path) as bot:
        await people.say(place, "first")
        await eventually(lambda: people.shown(place))
        bot.send(signal.SIGTERM)
        await eventually(lambda: "stopping" in bot.output)
        await people.say(place, "second")
        await eventually(lambda: 503 in statuses(people.telegram))
        hold.set()
        assert await bot.wait() == 0
        assert people.shown(place) == ["Whole and complete."]
        await bot.start()
        lead(people.telegram, bot)
        await answered(people, place, "Whole and complete.", "To second")


async def test_from_polling_to_a_webhook_and_back_nothing_is_lost_or_said_twice(
    people: TelegramPeople, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = people.private()
    said: list[str] = []
    for number, way in enumerate(("polling", "webhook", "polling", "webhook")):
        await people.say(place, f"waits{number}")
        variables = {"TELEGRAM_WEBHOOK_URL": URL} if way == "webhook" else {}
        async with bot_of(people.telegram, model_emulator, tmp_path, **variables) as bot:
            lead(people.telegram, bot)
            said.append(f"To waits{number}")
            await answered(people, place, *said)
            assert (people.telegram.webhook.url != "") == (way == "webhook")
            assert await bot.terminate() == 0
    assert len(model_emulator.calls) == 4


async def test_a_large_picture_comes_from_the_disk_of_a_local_server(
    model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    files = tmp_path / "telegram-bot-api"
    files.mkdir()
    # The decoder reads no further than the picture; what is behind it makes the file larger than 20 MB.
    large = photo(320, 240) + bytes(25_000_000)
    async with TelegramEmulator(local_files=files) as telegram:
        people = TelegramPeople(telegram)
        place = people.private()
        variables = {"TELEGRAM_LOCAL_FILES": str(files), "PICTURE_MAX_BYTES": "40000000"}
        async with webhooked(telegram, model_emulator, tmp_path, **variables):
            model_emulator.reply("A drawing.")
            await people.send_file(place, large, "large.jpg", "image/jpeg", "what is it?")
            await answered(people, place, "A drawing.")
        assert telegram.violations == []
    assert len(model_emulator.calls[0].pictures) == 1
