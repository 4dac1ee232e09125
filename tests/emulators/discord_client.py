"""The real discord.py, turned towards an emulated Discord and back again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator


@contextlib.contextmanager
def discord_py_talks_to(emulator: DiscordEmulator) -> Iterator[None]:
    """Point discord.py, which keeps its addresses in two classes, at `emulator`."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = emulator.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(emulator.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


class RecordingClient(discord.Client):
    """A client that writes down what it hears."""

    def __init__(self, *, content: bool = True, **options: Any) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content)
        # Waiting 2 s for guilds that may still come is of no use where all are there at once.
        super().__init__(intents=intents, guild_ready_timeout=0.01, max_messages=None, **options)
        self.heard: list[discord.Message] = []
        self.edits: list[discord.Message] = []
        self.deleted: list[int] = []
        self.commands: list[discord.Interaction] = []
        self.readies = self.resumes = 0

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait the 5 s between two sessions: the emulator asks for them only when told to."""

    async def on_ready(self) -> None:
        self.readies += 1

    async def on_resumed(self) -> None:
        self.resumes += 1

    async def on_message(self, message: discord.Message) -> None:
        assert self.user is not None
        if message.author.id != self.user.id:
            self.heard.append(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self.edits.append(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.deleted.append(event.message_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.commands.append(interaction)

    async def hears(self, count: int = 1) -> discord.Message:
        """Wait until `count` messages of others were heard in all; the last one."""
        await eventually(lambda: len(self.heard) >= count, what=f"{count} messages are heard")
        return self.heard[-1]


@contextlib.asynccontextmanager
async def connected(emulator: DiscordEmulator, **options: Any) -> AsyncIterator[RecordingClient]:
    """A real client that is connected to `emulator`; disconnected at the end."""
    with discord_py_talks_to(emulator):
        async with RecordingClient(**options) as client:
            running = asyncio.create_task(client.start(emulator.token), name="discord client")
            await asyncio.wait(
                [running, asyncio.ensure_future(client.wait_until_ready())], return_when="FIRST_COMPLETED"
            )
            if running.done():
                running.result()
            yield client
        await running
