"""What Discord's headers say of a channel reaches the core, so that what can be left out never empties a bucket."""

from collections.abc import AsyncIterator

import pytest

from adapters.discord.chat import DiscordChat
from bot.events import ConversationKey, PlatformName
from bot.ports.limits import Headroom
from bot.ports.parts import Part
from tests.discord_bot import HastyClock
from tests.emulators.discord import DiscordEmulator

NEW = "POST /channels/*/messages"
EDIT = "PATCH /channels/*/messages/*"


@pytest.fixture
def key(discord_emulator: DiscordEmulator) -> ConversationKey:
    return ConversationKey(platform=PlatformName("discord"), chat_id=str(discord_emulator.add_channel().id))


@pytest.fixture
async def chat(discord_emulator: DiscordEmulator) -> AsyncIterator[DiscordChat]:
    emulated = discord_emulator
    clock = HastyClock()
    async with DiscordChat(emulated.token, api_url=emulated.api_url, gateway_url=None, clock=clock) as connected:
        yield connected


async def test_nothing_is_known_before_the_first_request(chat: DiscordChat, key: ConversationKey) -> None:
    assert chat.headroom(key) is None


async def test_the_bucket_with_the_least_left_counts(
    chat: DiscordChat, key: ConversationKey, discord_emulator: DiscordEmulator
) -> None:
    discord_emulator.limit(EDIT, 3, per_s=20)
    message_id = await chat.post(key, Part("one"), reply_to=None, nonce="n")
    assert left_in(chat, key) == 4
    await chat.edit(key, message_id, Part("two"))
    assert left_in(chat, key) == 2
    room = chat.headroom(key)
    assert room is not None
    assert 19 < room.resets_at_s <= 20.1


async def test_one_channel_says_nothing_of_another(
    chat: DiscordChat, key: ConversationKey, discord_emulator: DiscordEmulator
) -> None:
    other = ConversationKey(platform=PlatformName("discord"), chat_id=str(discord_emulator.add_channel().id))
    await chat.post(key, Part("one"), reply_to=None, nonce="n")
    assert chat.headroom(other) is None


async def test_a_refusal_that_the_library_waited_for_is_counted(
    chat: DiscordChat, key: ConversationKey, discord_emulator: DiscordEmulator
) -> None:
    body = {"message": "You are being rate limited.", "retry_after": 0.05, "global": False}
    discord_emulator.fail(NEW, status=429, body=body, headers={"Retry-After": "0.05"})
    await chat.post(key, Part("one"), reply_to=None, nonce="n")
    room = chat.headroom(key)
    assert room is not None
    assert room.refusals == 1


def left_in(chat: DiscordChat, key: ConversationKey) -> int:
    room = chat.headroom(key)
    assert isinstance(room, Headroom)
    return room.left
