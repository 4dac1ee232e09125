"""Telegram posts what is new: stored before it is answered, in order, and from nobody else."""

import asyncio
import io
import json
import logging
from typing import Any

import aiohttp
import pytest

from adapters.http.server import MOST_BYTES, serve_http
from adapters.telegram.convert import ALLOWED_UPDATES
from adapters.telegram.receiving.webhook import AT_ONCE, CONNECTIONS, Webhook
from bot.events import MessageReceived
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import running
from tests.telegram_webhook import PATH, URL, LookingClock, listening, say, statuses

SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
JSON = {"Content-Type": "application/json"}


def lines(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if words in record.getMessage()]


async def posted(telegram: TelegramEmulator, body: bytes, headers: dict[str, str], method: str = "POST") -> int:
    """The bot's answer to somebody who is perhaps not Telegram."""
    await eventually(lambda: telegram.webhook.url)
    address = telegram.webhook.leads_to + PATH
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, address, data=io.BytesIO(body), headers=headers) as response,
    ):
        return response.status


def update(update_id: int = 7, **message: Any) -> bytes:
    fields = {"message_id": 5, "date": 1_790_000_000, "chat": {"id": 11, "type": "private"}, "text": "Hi"}
    sender = {"id": 11, "is_bot": False, "first_name": "Ann"}
    return json.dumps({"update_id": update_id, "message": {**fields, "from": sender, **message}}).encode()


# --- what Telegram posts ------------------------------------------------------------------------


async def test_what_is_posted_is_heard_and_nothing_is_polled_for(telegram_emulator: TelegramEmulator) -> None:
    await say(telegram_emulator, "before")
    async with listening(telegram_emulator) as bot:
        assert (await bot.hears()).text == "before"
        await say(telegram_emulator, "after")
        assert (await bot.hears()).text == "after"
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert statuses(telegram_emulator) == [200, 200]
    (wish,) = [request.body for request in telegram_emulator.requests if request.path == "/setWebhook"]
    assert wish == {
        "url": URL,
        "secret_token": "s3cret",
        "max_connections": CONNECTIONS,
        "allowed_updates": list(ALLOWED_UPDATES),
    }
    assert not [request for request in telegram_emulator.requests if request.path == "/getUpdates"]


async def test_it_is_answered_only_once_it_is_stored(telegram_emulator: TelegramEmulator) -> None:
    async with listening(telegram_emulator) as bot:
        bot.storage_works.clear()
        await say(telegram_emulator)
        await eventually(lambda: bot.storing is not None)
        await asyncio.sleep(0.05)
        assert statuses(telegram_emulator) == []
        bot.storage_works.set()
        await eventually(lambda: statuses(telegram_emulator) == [200])

    assert len(bot.heard) == 1


async def test_while_storage_fails_telegram_is_told_to_come_again_soon(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    telegram_emulator.webhook.pace = 0.01
    failures = iter([True] * 5)
    async with listening(telegram_emulator, storage_fails=lambda _: next(failures, False)) as bot:
        await say(telegram_emulator)
        assert (await bot.hears()).text == "Hi"
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert statuses(telegram_emulator) == [503] * 5 + [200]
    assert len(lines(caplog, "Storing what Telegram sent fails: disk full")) == 1
    assert len(lines(caplog, "Storing what Telegram sent works again")) == 1


async def test_come_again_soon_means_two_seconds(telegram_emulator: TelegramEmulator) -> None:
    async with listening(telegram_emulator, storage_fails=lambda _: True):
        await eventually(lambda: telegram_emulator.webhook.url)
        async with (
            aiohttp.ClientSession() as session,
            session.post(telegram_emulator.webhook.leads_to + PATH, data=update(), headers=SECRET | JSON) as response,
        ):
            assert (response.status, response.headers["Retry-After"]) == (503, "2")


async def test_a_chat_whose_message_can_not_be_stored_keeps_its_order_and_holds_up_no_other(
    telegram_emulator: TelegramEmulator,
) -> None:
    telegram_emulator.webhook.pace = 0.01
    is_full = True

    def fails(what: object) -> bool:
        return is_full and isinstance(what, MessageReceived) and what.text == "Ann 1"

    for who in ("Ann", "Ben"):
        for number in (1, 2):
            await say(telegram_emulator, f"{who} {number}", who=who)
    async with listening(telegram_emulator, storage_fails=fails) as bot:
        assert [(await bot.hears()).text for _ in range(2)] == ["Ben 1", "Ben 2"]
        await eventually(lambda: 503 in statuses(telegram_emulator))
        is_full = False
        assert [(await bot.hears()).text for _ in range(2)] == ["Ann 1", "Ann 2"]


async def test_a_hundred_chats_at_once_are_all_heard(telegram_emulator: TelegramEmulator) -> None:
    for number in range(100):
        for text in ("one", "two"):
            await say(telegram_emulator, text, who=f"Person {number}")
    async with listening(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    heard: dict[str, list[str]] = {}
    for event in bot.heard:
        heard.setdefault(event.sender.name, []).append(event.text)
    assert len(heard) == 100
    assert all(texts == ["one", "two"] for texts in heard.values())


async def test_a_strange_update_is_kept_aside_and_does_not_come_again(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    strange = {"message_id": 5, "date": "no date", "chat": telegram_emulator.private(ann).json(), "from": ann.json()}
    async with listening(telegram_emulator) as bot:
        telegram_emulator.world.updates.add("message", strange)
        await say(telegram_emulator)
        assert (await bot.hears()).text == "Hi"
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert [aside.id for aside in bot.aside] == [str(telegram_emulator.webhook.posts[0].update_id)]
    assert statuses(telegram_emulator) == [200, 200]


# --- who else posts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [{}, {"X-Telegram-Bot-Api-Secret-Token": "s3cre"}, {"X-Telegram-Bot-Api-Secret-Token": "s3cret\xe9"}]
)
async def test_without_the_secret_nothing_is_read_and_nothing_happens(
    telegram_emulator: TelegramEmulator, given: dict[str, str]
) -> None:
    async with listening(telegram_emulator) as bot:
        assert await posted(telegram_emulator, update(), given | JSON) == 403
        assert await posted(telegram_emulator, b"x" * (MOST_BYTES + 1), given | JSON) == 403
        await say(telegram_emulator, "from Telegram")
        assert (await bot.hears()).text == "from Telegram"

    assert len(bot.heard) == 1
    assert bot.aside == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (update(), {"Content-Type": "text/plain"}, 415),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b'{"message": {}}', JSON, 400),
        (b'{"update_id": "7"}', JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b" " * MOST_BYTES + update(), JSON, 413),
    ],
)
async def test_what_is_no_update_is_refused(
    telegram_emulator: TelegramEmulator, body: bytes, headers: dict[str, str], status: int
) -> None:
    async with listening(telegram_emulator) as bot:
        assert await posted(telegram_emulator, body, SECRET | headers) == status
        assert await posted(telegram_emulator, b"", SECRET | JSON, method="GET") == 405
        assert await posted(telegram_emulator, update(), SECRET | JSON) == 200

    assert len(bot.heard) == 1


async def test_no_more_is_stored_at_the_same_time_than_a_bound(telegram_emulator: TelegramEmulator) -> None:
    async with listening(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.webhook.url)
        bot.storage_works.clear()
        posts = [asyncio.create_task(posted(telegram_emulator, update(n), SECRET | JSON)) for n in range(AT_ONCE + 1)]
        await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        assert [post.result() for post in posts if post.done()] == [503]
        bot.storage_works.set()
        assert sorted(await asyncio.gather(*posts)) == [200] * AT_ONCE + [503]


# --- the beginning and the end ------------------------------------------------------------------


async def test_before_it_listens_telegram_is_told_to_come_again(telegram_emulator: TelegramEmulator) -> None:
    webhook = Webhook(URL, secret="s3cret", clock=LookingClock())
    async with serve_http("127.0.0.1", 0, troubles=dict, posts={webhook.path: webhook.post}) as port:
        telegram_emulator.webhook.url = URL
        telegram_emulator.webhook.leads_to = f"http://127.0.0.1:{port}"
        assert await posted(telegram_emulator, update(), SECRET | JSON) == 503


async def test_what_is_being_stored_when_it_stops_comes_again(telegram_emulator: TelegramEmulator) -> None:
    async with listening(telegram_emulator) as bot:
        bot.storage_works.clear()
        await say(telegram_emulator)
        await eventually(lambda: bot.storing is not None)
    await eventually(lambda: statuses(telegram_emulator) == [503])
    assert bot.heard == []

    async with listening(telegram_emulator, secret="another") as bot:
        assert (await bot.hears()).text == "Hi"


async def test_what_waited_long_for_the_bot_comes_at_once_when_it_is_back(telegram_emulator: TelegramEmulator) -> None:
    async with listening(telegram_emulator):
        await eventually(lambda: telegram_emulator.webhook.url)
    telegram_emulator.webhook.leads_to = ""
    telegram_emulator.webhook.pace = 30
    await say(telegram_emulator)
    # At once, and then only after one minute, two, four ...
    await eventually(lambda: statuses(telegram_emulator) == [0, 0])

    async with listening(telegram_emulator, secret="another") as bot:
        assert (await bot.hears()).text == "Hi"


async def test_back_to_polling_the_webhook_is_deleted_and_nothing_is_lost(telegram_emulator: TelegramEmulator) -> None:
    async with listening(telegram_emulator) as bot:
        await say(telegram_emulator, "posted")
        assert (await bot.hears()).text == "posted"
        await eventually(lambda: telegram_emulator.pending_updates == 0)
    await say(telegram_emulator, "polled")

    async with running(telegram_emulator) as bot:
        assert (await bot.hears()).text == "polled"
    assert telegram_emulator.webhook.url == ""

    await say(telegram_emulator, "posted again")
    async with listening(telegram_emulator) as bot:
        assert (await bot.hears()).text == "posted again"
