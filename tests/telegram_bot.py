"""The adapter on a Telegram for tests, listening, with a core that only notes down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.telegram.chat import TelegramChat
from bot.events import Event, MessageReceived
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator


@dataclass
class HastyClock:
    """Waits are over at once, and noted down. Time passes by the waits alone."""

    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.monotonic_s(), UTC)

    def monotonic_s(self) -> float:
        return sum(self.waits)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0.001)


@dataclass
class Bot:
    """The adapter and what it handed to the core."""

    chat: TelegramChat
    clock: HastyClock
    heard: list[MessageReceived] = field(default_factory=list)
    storage_fails: Callable[[Event], bool] = lambda _: False
    _read: int = 0

    async def accept(self, event: Event) -> None:
        if self.storage_fails(event):
            raise OSError("disk full")
        self.heard.append(event)

    async def hears(self) -> MessageReceived:
        """The next message that the core got."""
        self._read += 1
        await eventually(lambda: len(self.heard) >= self._read, what="a message")
        return self.heard[self._read - 1]


def chat_on(telegram: TelegramEmulator, clock: HastyClock, *, token: str | None = None) -> TelegramChat:
    return TelegramChat(token or telegram.token, api_url=telegram.api_url, clock=clock)


@asynccontextmanager
async def running(telegram: TelegramEmulator) -> AsyncIterator[Bot]:
    """Connected and receiving."""
    clock = HastyClock()
    async with chat_on(telegram, clock) as chat:
        bot = Bot(chat, clock)
        receiving = asyncio.create_task(chat.receive(bot.accept))
        try:
            yield bot
        finally:
            receiving.cancel()
            await asyncio.wait([receiving])
            if not receiving.cancelled():
                await receiving
