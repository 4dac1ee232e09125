"""The Discord adapter at work on an emulated Discord, with a core that only writes down what it gets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from adapters.discord.bounds import CatchUp
from adapters.discord.chat import DiscordChat
from adapters.discord.interactions.suggesting import Choices
from adapters.discord.shards import AS_RECOMMENDED, Sharding
from bot.events import (
    Action,
    Address,
    AttachmentRef,
    ConversationKey,
    Event,
    MessageId,
    MessageReceived,
    MessagesDeleted,
    PlatformName,
    Unreadable,
)
from bot.ports.intake import KnownPlace, Recent
from bot.ports.parts import Button, Part, TextFile
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_world import Channel, Message, Person

T = TypeVar("T")

QUICK = CatchUp(servers_quiet_s=0.02)
"""Here all servers come at once."""

EXACT = replace(QUICK, overlap_s=0)
"""Looks at nothing twice."""


@dataclass
class HastyClock:
    """The real day, but sleeps take no time: they are written down."""

    takes_s: float = 0.001
    """Each sleep."""
    passed_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.passed_s)

    def monotonic_s(self) -> float:
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed_s += seconds
        await asyncio.sleep(self.takes_s)


@dataclass
class Core:
    """Takes down what it is brought, and knows it again after a restart. `before_taking` may raise, as storage may."""

    before_taking: Callable[[Event], object] = lambda _: None
    events: list[Event] = field(default_factory=list)
    """All that was brought, repeats too."""
    aside: list[Unreadable] = field(default_factory=list)
    told_missed: list[ConversationKey] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    stored: dict[MessageId, MessageReceived] = field(default_factory=dict)
    """The addressed messages."""
    pictures: list[str] = field(default_factory=list)
    """Handles of what was asked about."""
    asked_for_places: int = 0

    async def accept(self, event: Event) -> None:
        self.before_taking(event)
        self.events.append(event)
        match event:
            case MessageReceived(address=Address()):
                self.stored.setdefault(event.message_id, event)
            case MessagesDeleted():
                for message_id in event.message_ids:
                    self.stored.pop(message_id, None)
            case _:
                pass

    async def set_aside(self, unreadable: Unreadable) -> None:
        if unreadable.id not in [known.id for known in self.aside]:
            self.aside.append(unreadable)

    async def cursor(self, name: str) -> str | None:
        return self.cursors.get(name)

    async def move_cursor(self, name: str, value: str) -> None:
        self.cursors[name] = value

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        self.asked_for_places += 1
        newest = {message.key: message for message in self.stored.values()}
        return [
            KnownPlace(key=key, is_private=message.is_private, newest=message.message_id)
            for key, message in reversed(newest.items())
        ]

    async def recent(self, key: ConversationKey, *, since: datetime) -> Recent:
        of_key = [message for message in self.stored.values() if message.key == key]
        sent = [message.message_id for message in of_key if message.sent_at >= since]
        return Recent(messages=sent, pictures=self.pictures)

    async def place_of(
        self, platform: PlatformName, message_id: MessageId, *, chat_id: str | None = None, turn: int | None = None
    ) -> ConversationKey | None:
        raise NotImplementedError(platform, message_id, chat_id, turn)

    async def missed(self, place: KnownPlace, *, cursor: str) -> None:
        self.told_missed.append(place.key)
        self.cursors[cursor] = place.newest

    @property
    def messages(self) -> list[MessageReceived]:
        """The new messages among `events`."""
        return [event for event in self.events if isinstance(event, MessageReceived)]


@dataclass
class Bot:
    """A running adapter."""

    chat: DiscordChat
    clock: HastyClock
    core: Core
    asked_before: int = 0
    receiving: asyncio.Task[None] | None = None

    async def caught_up(self, *, sessions: int = 1) -> None:
        """Wait until nothing is looked for any more after so many sessions."""
        # It asks when it starts, and after the servers of each session have come.
        asks = self.asked_before + 1 + sessions
        await eventually(lambda: self.core.asked_for_places >= asks, what="the servers have come")
        await eventually(lambda: "discord catching up" not in {task.get_name() for task in asyncio.all_tasks()})

    @property
    def events(self) -> list[MessageReceived]:
        return self.core.messages

    async def hears(self, count: int = 1) -> MessageReceived:
        """The newest message, once there are `count`."""
        await eventually(lambda: len(self.events) >= count, what=f"{count} messages")
        assert len(self.events) == count
        return self.events[-1]

    async def hears_all(self, count: int) -> None:
        """Wait for so many different messages, of which some may come twice."""
        await eventually(lambda: len({event.message_id for event in self.events}) == count, what=f"{count} messages")

    async def hears_of(self, text: str) -> None:
        """Wait for a message, which may come twice: where the clock runs ahead, looking back finds it too."""
        await eventually(lambda: text in [event.text for event in self.events], what=text)

    async def notices(self, kind: type[T], count: int = 1) -> T:
        """The newest event of a kind, once there are `count`."""
        found = await eventually(
            lambda: [e for e in self.core.events if isinstance(e, kind)][count - 1 :], what=f"{kind}"
        )
        assert len(found) == 1
        return found[0]

    async def post(self, key: ConversationKey, text: str, *, nonce: str = "n1") -> MessageId:
        return await self.chat.post(key, Part(text), reply_to=None, nonce=nonce)


def chat_with(
    emulator: DiscordEmulator,
    *,
    token: str | None = None,
    clock: HastyClock | None = None,
    catch_up: CatchUp = QUICK,
    choices: Choices = MappingProxyType({}),
    opens_threads: bool = False,
    sharding: Sharding = AS_RECOMMENDED,
) -> DiscordChat:
    """An adapter pointed at the emulator."""
    return DiscordChat(
        token or emulator.token,
        api_url=emulator.api_url,
        gateway_url=emulator.gateway_url,
        clock=clock or HastyClock(),
        catch_up=catch_up,
        choices=choices,
        opens_threads=opens_threads,
        sharding=sharding,
    )


def key_of(channel_id: int) -> ConversationKey:
    """The conversation of a channel or private chat."""
    return ConversationKey(platform=PlatformName("discord"), chat_id=str(channel_id))


STOP = Button(action=Action.STOP, label="Stop")


def part(text: str, *buttons: Button, document: TextFile | None = None) -> Part:
    """With its buttons in one row."""
    return Part(text, buttons=(buttons,) if buttons else (), document=document)


@contextlib.asynccontextmanager
async def running(
    emulator: DiscordEmulator,
    *,
    core: Core | None = None,
    clock: HastyClock | None = None,
    catch_up: CatchUp = QUICK,
    listens: bool = True,
    choices: Choices = MappingProxyType({}),
    opens_threads: bool = False,
    sharding: Sharding = AS_RECOMMENDED,
) -> AsyncIterator[Bot]:
    """Run the adapter."""
    clock, core = clock or HastyClock(), core or Core()
    async with chat_with(
        emulator, clock=clock, catch_up=catch_up, choices=choices, opens_threads=opens_threads, sharding=sharding
    ) as chat:
        bot = Bot(chat, clock, core, asked_before=core.asked_for_places)
        if listens:
            bot.receiving = asyncio.create_task(chat.receive(core))
            await emulator.until_connected()
        try:
            yield bot
        finally:
            if bot.receiving is not None:
                bot.receiving.cancel()
                await asyncio.wait({bot.receiving})


async def was_running(discord: DiscordEmulator, core: Core) -> None:
    """A run of the bot in which nothing happens."""
    async with running(discord, core=core, catch_up=EXACT) as bot:
        await bot.caught_up()


async def talked(discord: DiscordEmulator, core: Core, *asked: tuple[Channel, Person, str]) -> list[Message]:
    """A run of the bot in which people talked to it."""
    async with running(discord, core=core, catch_up=EXACT) as bot:
        said = [await discord.say(channel, person, text) for channel, person, text in asked]
        await eventually(lambda: len(bot.events) >= len(asked))
        await bot.caught_up()
    discord.requests.clear()
    return said


def looks(discord: DiscordEmulator) -> list[str]:
    """Where the bot looked back, in order."""
    return [
        request.path.split("/")[2]
        for request in discord.requests
        if request.method == "GET" and request.path.endswith("/messages")
    ]


async def refetched(discord: DiscordEmulator, *refs: AttachmentRef) -> list[bytes]:
    """What these are to another process, after all links ran out."""
    discord.expire_links()
    async with running(discord, listens=False) as restarted:
        return [await restarted.chat.fetch(ref, max_bytes=100_000) for ref in refs]
