"""Who may do what where on the emulated Discord: threads, reactions, voice, private words, and shards."""

import discord as dpy
import pytest

from tests.emulators.discord import ChannelKind, DiscordEmulator, Permission
from tests.emulators.discord_client import RecordingClient, connected
from tests.emulators.discord_world import Channel, Person


@pytest.mark.parametrize(
    ("kind", "denied", "code"),
    [
        (ChannelKind.TEXT, Permission.CREATE_PUBLIC_THREADS, 50013),
        (ChannelKind.VOICE, None, 50024),
        (ChannelKind.TEXT, None, 160004),
    ],
)
async def test_a_thread_is_started_only_where_and_once_it_can_be(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, kind: ChannelKind, denied: Permission, code: int
) -> None:
    channel = discord.add_channel(kind=kind)
    said = await discord.say(channel, ann, "hello")
    if denied:
        discord.deny(channel, denied)
    message = client.get_partial_messageable(channel.id, guild_id=discord.guild.id).get_partial_message(said.id)
    if code == 160004:
        await message.create_thread(name="first")
        assert said.thread is not None
        assert said.thread.owner is discord.bot
    with pytest.raises(dpy.HTTPException, match=str(code)):
        await message.create_thread(name="thread")


async def test_a_reaction_needs_its_permission(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel
) -> None:
    said = await discord.say(channel, ann, "hello")
    message = client.get_partial_messageable(channel.id).get_partial_message(said.id)
    await message.add_reaction("👀")
    discord.deny(channel, Permission.ADD_REACTIONS)
    with pytest.raises(dpy.Forbidden):
        await message.add_reaction("🔇")

    assert said.reactions == ["👀"]


async def test_the_chat_of_a_voice_channel_is_closed_to_who_may_not_connect(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    voice = discord.add_channel(kind=ChannelKind.VOICE)
    await client.get_partial_messageable(voice.id).send("hello")
    discord.deny(voice, Permission.CONNECT)
    with pytest.raises(dpy.Forbidden):
        await client.get_partial_messageable(voice.id).send("hello")


async def test_nobody_is_written_to_who_does_not_know_the_bot(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    stranger = discord.add_person("Cem", guild=discord.add_guild(with_bot=False))
    private = discord.dm(stranger)
    with pytest.raises(dpy.Forbidden, match="50007"):
        await client.get_partial_messageable(private.id).send("hello")
    discord.install(stranger)
    await client.get_partial_messageable(private.id).send("hello")


async def test_a_shard_is_told_of_its_own_guilds_and_only_the_first_of_private_chats(
    discord: DiscordEmulator, ann: Person
) -> None:
    channels = [discord.add_channel(guild=discord.add_guild_of_shard(number, of=2)) for number in range(2)]
    async with (
        connected(discord, shard_id=0, shard_count=2) as first,
        connected(discord, shard_id=1, shard_count=2) as second,
    ):
        for client, number in ((first, 0), (second, 1)):
            assert {(guild.id >> 22) % 2 for guild in client.guilds} == {number}
        for channel in [*channels, discord.dm(ann)]:
            await discord.say(channel, ann, str(channel.id))
        await first.hears(2)
        await second.hears(1)

    assert [message.content for message in second.heard] == [str(channels[1].id)]
    assert {message.content for message in first.heard} == {str(channels[0].id), str(discord.dm(ann).id)}


@pytest.mark.parametrize(("shard", "code"), [((3, 2), 4010), ((0, 2), 4011)])
async def test_shards_that_are_wrong_or_too_few_are_refused(
    discord: DiscordEmulator, shard: tuple[int, int], code: int
) -> None:
    discord.add_guild_of_shard(0, of=2)
    discord.recommend(shards=2, guilds_per_shard=0 if code == 4011 else 2500)
    with pytest.raises(dpy.ConnectionClosed) as closed:
        async with connected(discord, shard_id=shard[0], shard_count=shard[1]):
            pass

    assert closed.value.code == code
