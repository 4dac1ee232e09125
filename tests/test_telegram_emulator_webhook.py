"""The emulated Telegram posts updates as the Bot API server does."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import telegram
from aiohttp import web
from telegram.error import BadRequest, Conflict

from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import refused

URL = "https://bot.example.org/hook"


@asynccontextmanager
async def receiver(world: TelegramEmulator, answer: Callable[[Any], Awaitable[int]]) -> AsyncIterator[list[Any]]:
    """Somebody at the webhook's address. Gives the headers and bodies that came."""
    came: list[Any] = []

    async def post(request: web.Request) -> web.Response:
        body = await request.json()
        came.append((request.headers, body))
        return web.Response(status=await answer(body))

    app = web.Application()
    app.router.add_post("/hook", post)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    world.webhook.leads_to = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield came
    finally:
        world.webhook.delete()
        await runner.cleanup()


async def fine(_: Any) -> int:
    return 200


async def say(world: TelegramEmulator, *texts: str, who: str = "Ann") -> None:
    person = next((p for p in world.world.people.values() if p.name == who), None) or world.add_person(who)
    for text in texts:
        await world.say(world.private(person), person, text)


async def test_what_waits_and_what_comes_is_posted_with_the_secret(
    telegram_emulator: TelegramEmulator, bot: telegram.Bot
) -> None:
    await say(telegram_emulator, "before")
    async with receiver(telegram_emulator, fine) as came:
        await bot.set_webhook(URL, secret_token="Abc_-1", allowed_updates=["message"])
        await say(telegram_emulator, "Grüße")
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert [body["message"]["text"] for _, body in came] == ["before", "Grüße"]
    headers = came[0][0]
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == "Abc_-1"


async def test_what_is_refused_comes_again_and_holds_up_only_its_own_chat(
    telegram_emulator: TelegramEmulator, bot: telegram.Bot
) -> None:
    telegram_emulator.webhook.pace = 0.02
    refusals = iter([500, 403, 302])

    async def answer(body: Any) -> int:
        return next(refusals, 204) if body["message"]["text"] == "Ann 1" else 200

    await say(telegram_emulator, "Ann 1", "Ann 2")
    await say(telegram_emulator, "Ben 1", "Ben 2", who="Ben")
    async with receiver(telegram_emulator, answer) as came:
        await bot.set_webhook(URL)
        await eventually(lambda: telegram_emulator.pending_updates == 0)
        info = await bot.get_webhook_info()

    texts = [body["message"]["text"] for _, body in came]
    assert [text for text in texts if text.startswith("Ann")] == [*["Ann 1"] * 4, "Ann 2"]
    assert texts.index("Ben 2") < texts.index("Ann 2")
    assert info.last_error_message == "Wrong response from the webhook: 302 Found"
    assert info.last_error_date is not None


async def test_the_waits_grow_to_two_seconds_and_double(telegram_emulator: TelegramEmulator, bot: telegram.Bot) -> None:
    telegram_emulator.webhook.pace = 0.05
    at: list[float] = []

    async def answer(_: Any) -> int:
        at.append(time.monotonic())
        return 500

    await say(telegram_emulator, "Hi")
    async with receiver(telegram_emulator, answer):
        await bot.set_webhook(URL)
        await eventually(lambda: len(at) == 4)

    waits = [later - earlier for earlier, later in itertools.pairwise(at)]
    assert waits[1] >= 0.1
    assert waits[2] >= 0.2


@pytest.mark.parametrize(("connections", "at_once"), [(2, 2), (100, 6)])
async def test_no_more_posts_are_under_way_than_the_bot_wants(
    telegram_emulator: TelegramEmulator, bot: telegram.Bot, connections: int, at_once: int
) -> None:
    under_way, most = 0, 0

    async def answer(_: Any) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.05)
        under_way -= 1
        return 200

    for number in range(6):
        await say(telegram_emulator, "one", "two", who=f"Person {number}")
    async with receiver(telegram_emulator, answer):
        await bot.set_webhook(URL, max_connections=connections)
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert most == at_once


async def test_a_poll_ends_when_a_webhook_is_set_and_works_again_without_one(
    telegram_emulator: TelegramEmulator, bot: telegram.Bot
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await eventually(lambda: telegram_emulator.polling)
    await bot.set_webhook(URL)
    with pytest.raises(Conflict):
        await poll
    await say(telegram_emulator, "Hi")
    await eventually(lambda: telegram_emulator.webhook.posts)
    await bot.delete_webhook()

    assert len(await bot.get_updates(timeout=0)) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://bot.example.org/", "an https url must"), ("https://bot.example.org:9000/", "only on ports 80, 88, 443")],
)
async def test_an_address_that_telegram_would_not_post_to_is_refused(bot: telegram.Bot, url: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        await bot.set_webhook(url)


async def test_a_secret_with_other_characters_is_refused(
    telegram_emulator: TelegramEmulator, bot: telegram.Bot
) -> None:
    async with refused(telegram_emulator, "unallowed characters", violation="unallowed characters"):
        await bot.set_webhook(URL, secret_token="a b")
