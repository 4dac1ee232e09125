"""Starting and stopping the real process: what the operator reads, and how it ends."""

import asyncio
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, TelegramPeople
from tests.process import BotProcess
from tests.stored import receipts_in


def bot_on_telegram(directory: Path, telegram: TelegramEmulator, model: ModelEmulator, **variables: str) -> BotProcess:
    return BotProcess(
        directory,
        TELEGRAM_TOKEN=telegram.token,
        TELEGRAM_API_URL=telegram.api_url,
        MODEL_API_URL=model.url,
        MODEL_API_KEY="model-key",
        **variables,
    )


async def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    bot = BotProcess(tmp_path, TELEGRAM_TOKEN="123:abc", MODEL_TEMPERATURE="7")
    await bot.launch()
    assert await bot.wait() == 2
    assert bot.lines == ['MODEL_TEMPERATURE is "7": it must be less than or equal to 2']
    assert not (tmp_path / "glimpse.db").exists()


async def test_settings_are_read_from_the_env_file_of_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=loud\n")
    bot = BotProcess(tmp_path)
    await bot.launch()
    assert await bot.wait() == 2
    assert "LOG_LEVEL" in bot.output


async def test_it_answers_healthz_while_it_runs_and_ends_on_sigterm(
    tmp_path: Path, telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator
) -> None:
    async with bot_on_telegram(tmp_path, telegram_emulator, model_emulator) as bot:
        async with aiohttp.ClientSession() as session, session.get(bot.health_url) as response:
            assert response.status == 200
            assert await response.json() == {"status": "alive"}
        assert await bot.terminate() == 0


async def test_the_start_says_who_may_use_it_and_which_variables_it_does_not_know(
    tmp_path: Path, telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator
) -> None:
    async with bot_on_telegram(tmp_path, telegram_emulator, model_emulator, MODEL_NAMEE="x") as bot:
        assert "ACCESS=open" in bot.output
        assert "MODEL_NAMEE is not a variable of Glimpse; did you mean MODEL_NAME?" in bot.output


async def test_a_taken_port_stops_the_start_and_names_the_variable(
    tmp_path: Path, telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        bot = bot_on_telegram(tmp_path, telegram_emulator, model_emulator, HTTP_PORT=port)
        await bot.launch()
        assert await bot.wait() == 1
    assert "HTTP_PORT" in bot.lines[-1]
    bot.check_output()


async def test_a_token_that_telegram_refuses_stops_the_start_without_showing_it(
    tmp_path: Path, telegram_emulator: TelegramEmulator
) -> None:
    bot = BotProcess(tmp_path, TELEGRAM_TOKEN="99999:not-the-token", TELEGRAM_API_URL=telegram_emulator.api_url)
    await bot.launch()
    assert await bot.wait() == 1
    assert "TELEGRAM_TOKEN" in bot.lines[-1]
    bot.check_output()
    telegram_emulator.violations.clear()  # Asking with a wrong token is the scenario.


async def test_it_starts_again_after_being_killed(
    tmp_path: Path, telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator
) -> None:
    async with bot_on_telegram(tmp_path, telegram_emulator, model_emulator) as bot:
        await bot.kill()
        await bot.restart()
        assert await bot.health() == 200


async def test_ctrl_c_ends_it_like_sigterm(
    tmp_path: Path, telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator
) -> None:
    async with bot_on_telegram(tmp_path, telegram_emulator, model_emulator) as bot:
        bot.send(signal.SIGINT)
        assert await bot.wait() == 0


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_sigterm_ends_it_while_a_platform_does_not_answer_its_hello(
    tmp_path: Path, discord_emulator: DiscordEmulator, telegram_emulator: TelegramEmulator, platform: str
) -> None:
    people: People = DiscordPeople(discord_emulator) if platform == "discord" else TelegramPeople(telegram_emulator)
    people.emulated.fail("* /users/@me" if platform == "discord" else "* /getMe", delay_s=60, times=9)
    bot = BotProcess(tmp_path, **people.environment)
    await bot.launch()
    try:
        await eventually(lambda: people.emulated.faults[0].times < 9, what="it says hello")
        bot.send(signal.SIGTERM)
        assert await bot.wait() == 0
    finally:
        if bot.running:
            await bot.kill()
    assert "ready" not in bot.output
    bot.check_output()


async def test_an_answer_that_is_cut_short_by_stops_is_finished_however_often_that_happens(
    tmp_path: Path, telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator
) -> None:
    people = TelegramPeople(telegram_emulator)
    model_emulator.reply(Script(pieces=pieces_of("Half of it"), hold=asyncio.Event(), hold_after=2), times=3)
    model_emulator.reply("All of it.")
    place = people.private()
    limits = {"TURNS_GRACE_S": "0.1", "TURNS_ATTEMPTS": "2"}
    async with bot_on_telegram(tmp_path, telegram_emulator, model_emulator, **limits) as bot:
        await people.say(place, "a long one, please")
        for _ in range(3):
            await eventually(lambda: model_emulator.calls, what="an attempt")
            await eventually(lambda: receipts_in(tmp_path), what="it is known where the answer stands")
            model_emulator.calls.clear()
            telegram_emulator.bot_forgot()
            await bot.restart()
        await eventually(lambda: people.shown(place) == ["All of it."], what=str(people.shown(place)))
        assert await bot.terminate() == 0


async def test_a_send_that_hangs_does_not_keep_it_from_stopping(
    tmp_path: Path, telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator
) -> None:
    people = TelegramPeople(telegram_emulator)
    async with bot_on_telegram(tmp_path, telegram_emulator, model_emulator, TURNS_GRACE_S="0.2") as bot:
        hanging = telegram_emulator.fail("POST /sendMessage", status=200, delay_s=60)
        await people.say(people.private(), "hello?")
        await eventually(lambda: hanging.times == 0, what="the answer is on its way")
        assert await bot.terminate() == 0
