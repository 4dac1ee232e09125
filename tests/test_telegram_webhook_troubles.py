"""What goes wrong at Telegram's side of the webhook: mended, and said to the operator once."""

import logging

import pytest

from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import Bot
from tests.telegram_client import client
from tests.telegram_webhook import URL, LookingClock, listening, say, statuses


def lines(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if words in record.getMessage()]


def clock_of(bot: Bot) -> LookingClock:
    assert isinstance(bot.clock, LookingClock)
    return bot.clock


async def test_a_webhook_that_cannot_be_set_yet_is_set_later(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    telegram_emulator.fail("POST /setWebhook", status=429, headers={"Retry-After": "3"})
    telegram_emulator.fail("POST /setWebhook", drop=True, times=2)
    async with listening(telegram_emulator) as bot:
        await say(telegram_emulator)
        await bot.hears()
        await eventually(lambda: lines(caplog, "Receiving from Telegram works again"))

    assert bot.clock.waits == [3, 2, 4]


async def test_an_address_that_telegram_refuses_is_explained_once(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(telegram_emulator, url="http://bot.example.org/from/telegram") as bot:
        await eventually(lambda: len(bot.clock.waits) >= 5)

    (line,) = lines(caplog, "Receiving from Telegram fails")
    assert "setting the webhook to TELEGRAM_WEBHOOK_URL: Bad webhook: an https url must be provided" in line


async def test_another_programs_webhook_is_replaced_and_said(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(telegram_emulator) as bot, client(telegram_emulator) as other:
        await eventually(lambda: telegram_emulator.webhook.url == URL)
        await other.set_webhook("https://elsewhere.example.org/")
        clock_of(bot).look.set()
        await eventually(lambda: telegram_emulator.webhook.url == URL)
        await say(telegram_emulator)
        assert (await bot.hears()).text == "Hi"

    assert len(lines(caplog, "another program with the same token has changed the webhook")) == 1


async def test_that_telegram_does_not_reach_the_bot_is_said_once_and_so_is_the_end_of_it(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    telegram_emulator.webhook.pace = 0.1
    async with listening(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.webhook.url)
        here, telegram_emulator.webhook.leads_to = telegram_emulator.webhook.leads_to, ""
        await say(telegram_emulator)
        await eventually(lambda: statuses(telegram_emulator))
        clock_of(bot).look.set()
        await eventually(lambda: len(bot.clock.waits) >= 5)
        telegram_emulator.webhook.leads_to = here
        assert (await bot.hears()).text == "Hi"
        await eventually(lambda: lines(caplog, "Receiving from Telegram works again"))

    (line,) = lines(caplog, "Receiving from Telegram fails")
    assert "can't deliver to TELEGRAM_WEBHOOK_URL: Connection refused" in line
    assert "HTTP_PORT" in line


async def test_neither_secret_nor_path_is_in_the_log(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram_emulator.fail("POST /setWebhook", status=500)
    async with listening(telegram_emulator) as bot:
        await say(telegram_emulator)
        await bot.hears()

    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "s3cret" not in formatted
    assert "from/telegram" not in formatted
    assert telegram_emulator.token not in formatted
