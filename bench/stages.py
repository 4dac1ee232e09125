"""The platforms on which bots are measured: where somebody asks, and what is on screen there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from bot.events import ConversationKey, PlatformName
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_world import Channel
from tests.emulators.discord_world import Person as DiscordPerson
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Topic
from tests.emulators.telegram_types import Person as TelegramPerson

_START_S = 30.0


class Look(Protocol):
    """How a message looked from some time on."""

    @property
    def at(self) -> float: ...


class Shown(Protocol):
    """A message of the bot on screen."""

    @property
    def text(self) -> str: ...

    @property
    def versions(self) -> Sequence[Look]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A conversation."""

    key: ConversationKey
    """As Glimpse knows it."""
    is_private: bool
    say: Callable[[str], Awaitable[object]]
    """Ask the bot."""
    newest: Callable[[], Shown | None]
    """The newest message, if it is the bot's."""


class Stage(Protocol):
    """One emulated platform with one bot."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the bot's environment says of it."""
        ...

    @property
    def violations(self) -> Sequence[str]: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    @property
    def refused(self) -> int:
        """Requests over a limit."""
        ...

    def add_place(self) -> Place: ...

    def add_places_together(self, count: int) -> Sequence[Place]:
        """Topics or threads of one chat."""
        ...

    async def until_connected(self, check: Callable[[], None]) -> None:
        """Wait for the bot; `check` raises when that is in vain."""
        ...


class TelegramStage:
    """Private chats and groups."""

    def __init__(self, *, limited: bool = False) -> None:
        """With flood limits only if `limited`."""
        self._telegram = TelegramEmulator(flood_limits=limited)

    async def __aenter__(self) -> Self:
        await self._telegram.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._telegram.__aexit__()

    @property
    def variables(self) -> Mapping[str, str]:
        return {"TELEGRAM_API_URL": self._telegram.api_url, "TELEGRAM_TOKEN": self._telegram.token}

    @property
    def violations(self) -> Sequence[str]:
        return self._telegram.violations

    def add_place(self) -> Place:
        person = self._telegram.add_person("Ann")
        chat = self._telegram.private(person)
        return Place(
            key=ConversationKey(platform=PlatformName("telegram"), chat_id=str(chat.id)),
            is_private=True,
            say=lambda text: self._say(chat, person, text),
            newest=lambda: chat.own[-1] if chat.own else None,
        )

    @property
    def refused(self) -> int:
        return self._telegram.refused

    def add_places_together(self, count: int) -> Sequence[Place]:
        group = self._telegram.add_group("Friends", forum=True)
        return [self._topic(group, self._telegram.add_topic(group, f"Topic {number}")) for number in range(count)]

    def _topic(self, group: Chat, topic: Topic) -> Place:
        person = self._telegram.add_person("Ann")

        def newest() -> Shown | None:
            own = self._telegram.visible(group, topic)
            return own[-1] if own else None

        return Place(
            key=ConversationKey(platform=PlatformName("telegram"), chat_id=str(group.id), thread_id=str(topic.id)),
            is_private=False,
            say=lambda text: self._telegram.say(group, person, f"@{self._telegram.username} {text}", topic=topic),
            newest=newest,
        )

    async def until_connected(self, check: Callable[[], None]) -> None:
        def polling() -> bool:
            check()
            return self._telegram.polling

        await eventually(polling, within_s=_START_S, what="the bot polls")

    async def _say(self, chat: Chat, person: TelegramPerson, text: str) -> None:
        # What was recorded is of no use here, and grows.
        self._telegram.requests.clear()
        await self._telegram.say(chat, person, text)


class DiscordStage:
    """Channels of a server, where the bot is mentioned."""

    def __init__(self, *, limited: bool = False) -> None:
        """With rate limits only if `limited`."""
        self._discord = DiscordEmulator(rate_limits=limited)

    async def __aenter__(self) -> Self:
        await self._discord.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._discord.__aexit__(None, None, None)

    @property
    def variables(self) -> Mapping[str, str]:
        return {
            "DISCORD_API_URL": self._discord.api_url,
            "DISCORD_GATEWAY_URL": self._discord.gateway_url,
            "DISCORD_TOKEN": self._discord.token,
        }

    @property
    def violations(self) -> Sequence[str]:
        return self._discord.violations

    @property
    def refused(self) -> int:
        return self._discord.refused

    def add_place(self) -> Place:
        channel = self._discord.add_channel()
        return self._place(channel, ConversationKey(platform=PlatformName("discord"), chat_id=str(channel.id)))

    def add_places_together(self, count: int) -> Sequence[Place]:
        channel = self._discord.add_channel()
        threads = [self._discord.add_thread(channel) for _ in range(count)]
        return [
            self._place(
                thread,
                ConversationKey(platform=PlatformName("discord"), chat_id=str(channel.id), thread_id=str(thread.id)),
            )
            for thread in threads
        ]

    def _place(self, channel: Channel, key: ConversationKey) -> Place:
        person = self._discord.add_person("Ann")

        def newest() -> Shown | None:
            last = channel.messages[channel.order[-1]] if channel.order else None
            return last if last is not None and last.author is self._discord.bot else None

        return Place(key=key, is_private=False, say=lambda text: self._say(channel, person, text), newest=newest)

    async def until_connected(self, check: Callable[[], None]) -> None:
        def connected() -> bool:
            check()
            return self._discord.connected

        await eventually(connected, within_s=_START_S, what="the bot connects")

    async def _say(self, channel: Channel, person: DiscordPerson, text: str) -> None:
        # What was recorded is of no use here, and grows.
        self._discord.requests.clear()
        await self._discord.say(channel, person, f"{self._discord.bot.mention} {text}")
