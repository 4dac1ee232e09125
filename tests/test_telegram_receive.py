"""Receiving from Telegram: nothing is confirmed that is not stored, nothing lost, and the operator is told."""

import logging

import pytest

from bot.errors import PlatformRefused
from bot.events import Address, MessageReceived
from tests.emulators.common import Request, eventually
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import HastyClock, chat_on, running

OTHER_TOKEN = "7000000001:AAAnotherTokenThatIsNotTheRightOne000"


def polls(telegram: TelegramEmulator) -> list[Request]:
    return [request for request in telegram.requests if request.path == "/getUpdates"]


def called(telegram: TelegramEmulator, method: str) -> int:
    return sum(request.path == f"/{method}" for request in telegram.requests)


def lines(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if words in record.getMessage()]


async def test_a_message_is_confirmed_only_after_it_was_accepted(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        bot.storage_works.clear()
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        await eventually(lambda: isinstance(bot.storing, MessageReceived))
        assert telegram_emulator.pending_updates == 1
        bot.storage_works.set()
        await eventually(lambda: telegram_emulator.pending_updates == 0)


async def test_what_was_not_accepted_at_the_stop_comes_again(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        bot.storage_works.clear()
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        await eventually(lambda: isinstance(bot.storing, MessageReceived))

    async with running(telegram_emulator) as bot:
        assert (await bot.hears()).text == "Hi"


async def test_messages_come_in_order_and_once(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        for number in range(150):
            await telegram_emulator.say(telegram_emulator.private(ann), ann, str(number))
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert [event.text for event in bot.heard] == [str(number) for number in range(150)]


async def test_storage_that_fails_makes_the_message_come_again(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    ann = telegram_emulator.add_person("Ann")
    failures = iter([False, True, True, True])
    caplog.set_level(logging.INFO)
    async with running(telegram_emulator) as bot:
        bot.storage_fails = lambda what: isinstance(what, MessageReceived) and next(failures, False)
        for number in range(3):
            await telegram_emulator.say(telegram_emulator.private(ann), ann, str(number))
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert [event.text for event in bot.heard] == ["0", "1", "2"]
    assert bot.clock.waits == [1, 2, 4]
    assert len(lines(caplog, "Storing what Telegram sent fails: disk full. I keep trying")) == 1
    assert len(lines(caplog, "Storing what Telegram sent works again, after 7 s")) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 502}, "the server answered 502"),
        ({"drop": True}, "ServerDisconnectedError"),
        ({"status": 200, "body": "<html>"}, "the answer is not the Bot API's"),
        ({"status": 200, "body": {"ok": True, "result": "what?"}}, "not the Bot API's answer"),
        ({"status": 401}, "TELEGRAM_TOKEN"),
    ],
)
async def test_an_outage_is_said_once_and_so_is_its_end(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture, fault: dict[str, object], said: str
) -> None:
    caplog.set_level(logging.INFO)
    ann = telegram_emulator.add_person("Ann")
    telegram_emulator.fail("POST /getUpdates", times=8, **fault)
    async with running(telegram_emulator) as bot:
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        assert (await bot.hears()).text == "Hi"

    assert bot.clock.waits == [1, 2, 4, 8, 16, 30, 30, 30]
    (line,) = lines(caplog, "Receiving from Telegram fails")
    assert said in line
    assert len(lines(caplog, "Receiving from Telegram works again, after 121 s")) == 1


async def test_a_flood_wait_is_kept(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    telegram_emulator.fail("POST /getUpdates", status=429, headers={"Retry-After": "17"})
    async with running(telegram_emulator) as bot:
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        await bot.hears()

    assert bot.clock.waits == [17]


async def test_connections_that_break_while_waiting_lose_nothing(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        telegram_emulator.drop()
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        assert (await bot.hears()).text == "Hi"


async def test_a_wrong_token_is_refused_with_its_remedy_and_not_shown(telegram_emulator: TelegramEmulator) -> None:
    with pytest.raises(PlatformRefused, match="TELEGRAM_TOKEN") as refused:
        async with chat_on(telegram_emulator, HastyClock(), token=OTHER_TOKEN):
            pass

    assert OTHER_TOKEN not in f"{refused.value!r} {refused.value.__cause__!r}"


async def test_telegram_gone_at_the_start_keeps_nothing_else_from_starting(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    ann = telegram_emulator.add_person("Ann")
    await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
    telegram_emulator.fail("POST /getMe", status=503, times=3)
    async with running(telegram_emulator) as bot:
        event = await bot.hears()

    assert (event.text, event.address) == ("Hi", Address.PRIVATE)
    assert bot.clock.waits[:2] == [1, 2]
    assert len(lines(caplog, "I will try again")) == 1


@pytest.mark.parametrize(("privacy", "said"), [(True, "@BotFather, /setprivacy"), (False, "privacy mode is off")])
async def test_privacy_mode_is_explained(privacy: bool, said: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with TelegramEmulator(privacy=privacy) as telegram, chat_on(telegram, HastyClock()):
        pass

    assert len(lines(caplog, said)) == 1


async def test_a_menu_that_can_not_be_set_stops_nothing(telegram_emulator: TelegramEmulator) -> None:
    telegram_emulator.fail("POST /setMyCommands", status=400)
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        await bot.hears()


async def test_a_webhook_is_removed_and_what_waits_is_kept(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
    telegram_emulator.fail(
        "POST /getWebhookInfo",
        status=200,
        body={
            "ok": True,
            "result": {"url": "https://x.de", "has_custom_certificate": False, "pending_update_count": 1},
        },
    )
    async with running(telegram_emulator) as bot:
        assert (await bot.hears()).text == "Hi"

    assert called(telegram_emulator, "deleteWebhook") == 1


async def test_without_a_webhook_none_is_removed(telegram_emulator: TelegramEmulator) -> None:
    async with chat_on(telegram_emulator, HastyClock()):
        pass

    assert called(telegram_emulator, "deleteWebhook") == 0


async def test_the_token_is_in_no_log(telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ann = telegram_emulator.add_person("Ann")
    telegram_emulator.fail("POST /getUpdates", drop=True)
    telegram_emulator.fail("POST /getUpdates", status=401)
    telegram_emulator.fail("POST /getUpdates", status=404, body="<html>")
    async with running(telegram_emulator) as bot:
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        await bot.hears()

    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert telegram_emulator.token not in formatted
    assert "connected as @glimpse_bot" in formatted


async def test_mention_with_a_photo_in_a_topic_arrives_whole(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    group = telegram_emulator.add_group("Group", forum=True)
    topic = telegram_emulator.add_topic(group, "Topic")
    async with running(telegram_emulator) as bot:
        await telegram_emulator.send_photo(group, ann, b"jpeg", caption="@glimpse_bot what?", topic=topic)
        event = await bot.hears()

    assert (event.address, event.text, event.is_private) == (Address.MENTION, "what?", False)
    assert (event.key.chat_id, event.key.thread_id) == (str(group.id), str(topic.id))
    assert len(event.attachments) == 1
