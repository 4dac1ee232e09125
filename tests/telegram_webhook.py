"""The adapter behind a webhook on a Telegram for tests, with a core that only notes down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.http.server import serve_http
from adapters.telegram.chat import TelegramChat
from adapters.telegram.receiving.webhook import LOOK_EVERY_S, Webhook
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import Bot, HastyClock, receiving

URL = "https://bot.example.org/from/telegram"
PATH = "/from/telegram"
SECRET = "s3cret"


@dataclass
class LookingClock(HastyClock):
    """Time for the bot to look at its webhook comes when a test says so."""

    look: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        if seconds == LOOK_EVERY_S:
            await self.look.wait()
            self.look.clear()
        else:
            await super().sleep(seconds)


@asynccontextmanager
async def listening(
    telegram: TelegramEmulator,
    *,
    clock: LookingClock | None = None,
    secret: str = SECRET,
    url: str = URL,
    storage_fails: Callable[[object], bool] = lambda _: False,
) -> AsyncIterator[Bot]:
    """Connected, with its HTTP server where the address leads."""
    clock = clock or LookingClock()
    webhook = Webhook(url, secret=secret, clock=clock)
    async with (
        serve_http("127.0.0.1", 0, troubles=dict, posts={webhook.path: webhook.post}) as port,
        TelegramChat(telegram.token, api_url=telegram.api_url, clock=clock, webhook=webhook) as chat,
    ):
        telegram.webhook.leads_to = f"http://127.0.0.1:{port}"
        bot = Bot(chat, clock, {}, storage_fails=storage_fails)
        async with receiving(bot):
            yield bot


def statuses(telegram: TelegramEmulator) -> list[int]:
    return [post.status for post in telegram.webhook.posts]


async def say(telegram: TelegramEmulator, text: str = "Hi", *, who: str = "Ann") -> None:
    person = next((p for p in telegram.world.people.values() if p.name == who), None) or telegram.add_person(who)
    await telegram.say(telegram.private(person), person, text)
