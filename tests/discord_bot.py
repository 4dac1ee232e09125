"""The Discord adapter at work on an emulated Discord, with a core that only writes down what it gets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.discord.chat import DiscordChat
from bot.events import ConversationKey, Event, MessageReceived, PlatformName
from bot.ports.chat import Part
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator


@dataclass
class HastyClock:
    """The real day, but sleeps take no time: they are written down."""

    passed_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.passed_s)

    def monotonic_s(self) -> float:
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed_s += seconds
        await asyncio.sleep(0.001)


@dataclass
class Bot:
    """A running adapter."""

    chat: DiscordChat
    clock: HastyClock
    events: list[MessageReceived]
    receiving: asyncio.Task[None] | None = None

    async def hears(self, count: int = 1) -> MessageReceived:
        """The newest event, once there are `count`."""
        await eventually(lambda: len(self.events) >= count, what=f"{count} events")
        assert len(self.events) == count
        return self.events[-1]

    async def post(self, key: ConversationKey, text: str, *, nonce: str = "n1") -> str:
        return await self.chat.post(key, Part(text), reply_to=None, nonce=nonce)


def chat_with(emulator: DiscordEmulator, *, token: str | None = None, clock: HastyClock | None = None) -> DiscordChat:
    """An adapter pointed at the emulator."""
    return DiscordChat(
        token or emulator.token,
        api_url=emulator.api_url,
        gateway_url=emulator.gateway_url,
        clock=clock or HastyClock(),
    )


def key_of(channel_id: int) -> ConversationKey:
    """The conversation of a channel or private chat."""
    return ConversationKey(platform=PlatformName("discord"), chat_id=str(channel_id))


def part(text: str) -> Part:
    return Part(text)


@contextlib.asynccontextmanager
async def running(
    emulator: DiscordEmulator, *, before_taking: Callable[[Event], object] = lambda _: None, listens: bool = True
) -> AsyncIterator[Bot]:
    """Run the adapter. `before_taking` may raise, as storage may."""
    clock, events = HastyClock(), list[MessageReceived]()

    async def accept(event: Event) -> None:
        before_taking(event)
        events.append(event)

    async with chat_with(emulator, clock=clock) as chat:
        bot = Bot(chat, clock, events)
        if listens:
            bot.receiving = asyncio.create_task(chat.receive(accept))
            await emulator.until_connected()
        try:
            yield bot
        finally:
            if bot.receiving is not None:
                bot.receiving.cancel()
                await asyncio.wait({bot.receiving})
