"""Private chats, threads and forum posts of the emulated Discord, as discord.py sees them."""

import discord as dpy
import pytest

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_client import RecordingClient, connected
from tests.emulators.discord_kinds import ChannelKind


@pytest.fixture
def discord(discord_emulator: DiscordEmulator) -> DiscordEmulator:
    """Here no rule is broken."""
    return discord_emulator


async def test_a_private_chat_is_one(discord: DiscordEmulator, client: RecordingClient) -> None:
    ann = discord.add_person("Ann")
    await discord.say(discord.dm(ann), ann, "psst")
    message = await client.hears()

    await message.channel.send("yes?")

    assert isinstance(message.channel, dpy.DMChannel)
    assert [answer.text for answer in discord.visible(discord.dm(ann))] == ["yes?"]


async def test_the_bot_can_write_first(discord: DiscordEmulator, client: RecordingClient) -> None:
    ann = discord.add_person("Ann")

    await (await client.fetch_user(ann.id)).send("hello")

    assert [answer.text for answer in discord.visible(discord.dm(ann))] == ["hello"]


async def test_threads_know_their_parent(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel, ann = discord.add_channel(), discord.add_person()
    thread = discord.add_thread(channel, "roses", starter=ann)
    await discord.say(thread, ann, "in here")

    message = await client.hears(2)

    assert client.heard[0].type is dpy.MessageType.thread_created
    assert isinstance(message.channel, dpy.Thread)
    assert (message.channel.id, message.channel.parent_id) == (thread.id, channel.id)


async def test_a_thread_started_from_a_message_has_its_id_and_begins_with_a_pointer_to_it(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    channel, ann = discord.add_channel(), discord.add_person()
    start = await discord.say(channel, ann, "let us talk")
    thread = discord.add_thread(channel, message=start)

    pointer = await client.hears(2)

    assert (thread.id, thread.kind) == (start.id, ChannelKind.PUBLIC_THREAD)
    assert (pointer.type, pointer.content) == (dpy.MessageType.thread_starter_message, "")
    assert pointer.reference is not None
    assert isinstance(pointer.reference.resolved, dpy.Message)


async def test_a_forum_post_is_a_thread_with_the_id_of_its_first_message(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    post = await discord.add_post(discord.add_forum(), discord.add_person(), "Roses", "red?")

    message = await client.hears()

    assert (message.id, message.channel.id, message.content) == (post.id, post.id, "red?")
    assert isinstance(message.channel, dpy.Thread)
    assert isinstance(message.channel.parent, dpy.ForumChannel)


async def test_a_private_thread_is_silent_until_the_bot_is_invited(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    channel, ann = discord.add_channel(), discord.add_person()
    thread = discord.add_thread(channel, private=True, starter=ann)
    await discord.say(thread, ann, "secret")
    discord.invite(thread)
    await discord.say(thread, ann, "for you too")

    assert (await client.hears()).content == "for you too"


async def test_a_message_in_an_archived_thread_brings_the_thread_back(discord: DiscordEmulator) -> None:
    ann = discord.add_person()
    thread = discord.add_thread(discord.add_channel(), starter=ann)
    discord.archive(thread)
    async with connected(discord) as client:
        assert client.get_channel(thread.id) is None
        await discord.say(thread, ann, "still here?")

        assert isinstance((await client.hears()).channel, dpy.Thread)
