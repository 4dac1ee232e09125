"""An emulator, the real library connected to it, and somebody to talk to: for the emulators' own tests, mostly."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import telegram

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_client import RecordingClient, connected
from tests.emulators.discord_world import Channel, Person
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import client as telegram_client


@pytest.fixture
def discord(discord_emulator: DiscordEmulator) -> Iterator[DiscordEmulator]:
    """A Discord whose rules may be broken, to see that it notices."""
    yield discord_emulator
    discord_emulator.violations.clear()


@pytest.fixture
async def client(discord: DiscordEmulator) -> AsyncIterator[RecordingClient]:
    """The real discord.py."""
    async with connected(discord) as client:
        yield client


@pytest.fixture
async def rest(discord: DiscordEmulator) -> AsyncIterator[aiohttp.ClientSession]:
    """The bot without a library, which may send what no library sends."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {discord.token}"}) as session:
        yield session


@pytest.fixture
def ann(discord_emulator: DiscordEmulator) -> Person:
    return discord_emulator.add_person("Ann")


@pytest.fixture
def channel(discord_emulator: DiscordEmulator) -> Channel:
    return discord_emulator.add_channel()


@pytest.fixture
def world(telegram_emulator: TelegramEmulator) -> TelegramEmulator:
    return telegram_emulator


@pytest.fixture
async def bot(world: TelegramEmulator) -> AsyncIterator[telegram.Bot]:
    """The real python-telegram-bot."""
    async with telegram_client(world) as bot:
        yield bot


def messages_url(discord: DiscordEmulator, channel: Channel) -> str:
    """Where messages of a channel are posted to and read from."""
    return f"{discord.api_url}/channels/{channel.id}/messages"


async def post(
    rest: aiohttp.ClientSession, discord: DiscordEmulator, channel: Channel, **body: Any
) -> tuple[int, dict[str, Any]]:
    """Post a message: the status and the body of the answer."""
    async with rest.post(messages_url(discord, channel), json=body) as response:
        return response.status, await response.json()
