"""Places that the bot itself is not in, on Discord: who is there has installed it for themselves."""

from dataclasses import dataclass

import pytest

from bot.events import MessageReceived
from tests.discord_bot import Bot
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_world import Channel, Interaction, Person


@dataclass
class Elsewhere:
    """A place that the bot itself is not in, and somebody there who installed it for themselves."""

    discord: DiscordEmulator
    channel: Channel
    ann: Person
    ben: Person

    async def asks(self, bot: Bot, question: str = "Why?") -> tuple[MessageReceived, Interaction]:
        before = len(bot.events)
        used = await self.discord.use_command(self.channel, self.ann, "ask", {"question": question})
        event = await bot.hears(before + 1)
        await eventually(lambda: used.acknowledged_at)
        return event, used

    @property
    def shown(self) -> list[str]:
        return [message.text for message in self.discord.visible(self.channel)]

    @property
    def written(self) -> list[str]:
        """In the private chat with her."""
        return [message.text for message in self.discord.visible(self.discord.dm(self.ann))]


@pytest.fixture(params=["server", "group", "private chat"])
def elsewhere(request: pytest.FixtureRequest, discord_emulator: DiscordEmulator) -> Elsewhere:
    discord = discord_emulator
    if request.param == "server":
        guild = discord.add_guild(with_bot=False)
        ann, ben = discord.add_person("Ann", guild=guild), discord.add_person("Ben", guild=guild)
        channel = discord.add_channel(guild=guild)
    else:
        ann, ben, cem = (discord.add_person(name) for name in ("Ann", "Ben", "Cem"))
        channel = discord.add_group(ann, ben, *([cem] if request.param == "group" else []))
    discord.install(ann)
    return Elsewhere(discord, channel, ann, ben)
