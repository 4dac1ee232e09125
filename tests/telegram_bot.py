"""The adapter on a Telegram for tests, listening, with a core that only notes down."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adapters.telegram.chat import TelegramChat
from adapters.telegram.receiving.polling import SILENCE_S
from adapters.telegram.request import READ_TIMEOUT_S
from bot.errors import StorageError
from bot.events import ConversationKey, Event, MessageId, PlatformName, Unreadable
from bot.ports.intake import KnownPlace, Recent
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator


@dataclass
class HastyClock:
    """Waits are over at once, and noted down. Time passes by the waits, and as a test says."""

    waits: list[float] = field(default_factory=list)
    idle_s: float = 0.0
    """Time that passed without anybody waiting."""
    silence: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: the poll under way has taken `SILENCE_S` by now."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_790_000_000 + self.monotonic_s(), UTC)

    def monotonic_s(self) -> float:
        return sum(self.waits) + self.idle_s

    async def sleep(self, seconds: float) -> None:
        if seconds == SILENCE_S:
            await self.silence.wait()
            self.silence.clear()
            self.idle_s += seconds
        else:
            self.waits.append(seconds)
            await asyncio.sleep(0.001)


@dataclass
class Bot:
    """The adapter and what it handed to the core."""

    chat: TelegramChat
    clock: HastyClock
    cursors: dict[str, str]
    heard: list[Any] = field(default_factory=list)
    """Events."""
    aside: list[Unreadable] = field(default_factory=list)
    storage_fails: Callable[[object], bool] = lambda _: False
    """Asked about each event, each `Unreadable` and each name of a cursor."""
    known: Sequence[KnownPlace] = ()
    """What the core knows from earlier runs."""
    own_messages: dict[MessageId, ConversationKey] = field(default_factory=dict)
    """Where the bot's own messages stand, as far as the core knows."""
    storage_works: asyncio.Event = field(default_factory=asyncio.Event)
    """Until it is set, whatever is to be stored waits."""
    storing: object = None
    """What was brought to storage last."""
    _read: int = 0

    async def accept(self, event: Event) -> None:
        await self._store(event)
        self.heard.append(event)

    async def set_aside(self, unreadable: Unreadable) -> None:
        await self._store(unreadable)
        self.aside.append(unreadable)

    async def cursor(self, name: str) -> str | None:
        await self._store(name)
        return self.cursors.get(name)

    async def move_cursor(self, name: str, value: str) -> None:
        await self._store(name)
        self.cursors[name] = value

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        return self.known

    async def recent(self, key: ConversationKey, *, since: datetime) -> Recent:
        raise NotImplementedError(key, since)

    async def place_of(
        self, platform: PlatformName, message_id: MessageId, *, chat_id: str | None = None, turn: int | None = None
    ) -> ConversationKey | None:
        key = self.own_messages.get(message_id)
        return key if key is not None and chat_id in (None, key.chat_id) else None

    async def missed(self, place: KnownPlace, *, cursor: str) -> None:
        raise NotImplementedError(place, cursor)

    async def hears(self) -> Any:
        """The next event that the core got."""
        self._read += 1
        await eventually(lambda: len(self.heard) >= self._read, what="an event")
        return self.heard[self._read - 1]

    async def _store(self, what: object) -> None:
        self.storing = what
        await self.storage_works.wait()
        if self.storage_fails(what):
            raise StorageError("disk full")


def chat_on(
    telegram: TelegramEmulator,
    clock: HastyClock,
    *,
    token: str | None = None,
    read_timeout_s: float = READ_TIMEOUT_S,
) -> TelegramChat:
    return TelegramChat(token or telegram.token, api_url=telegram.api_url, clock=clock, read_timeout_s=read_timeout_s)


@asynccontextmanager
async def receiving(bot: Bot) -> AsyncIterator[None]:
    """It hands over what comes, and its storage works."""
    bot.storage_works.set()
    receives = asyncio.create_task(bot.chat.receive(bot))
    try:
        yield
    finally:
        receives.cancel()
        await asyncio.wait([receives])
        if not receives.cancelled():
            await receives


@asynccontextmanager
async def running(
    telegram: TelegramEmulator,
    *,
    clock: HastyClock | None = None,
    cursors: dict[str, str] | None = None,
    storage_fails: Callable[[object], bool] = lambda _: False,
    known: Sequence[KnownPlace] = (),
) -> AsyncIterator[Bot]:
    """Connected and receiving; `cursors` and `known` are what an earlier run has left."""
    clock = clock or HastyClock()
    async with chat_on(telegram, clock) as chat:
        bot = Bot(chat, clock, {} if cursors is None else cursors, storage_fails=storage_fails, known=known)
        async with receiving(bot):
            yield bot
