"""Several connections to Discord's gateway: the real discord.py on real sockets."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.gateway.slots import IDENTIFY_WITHIN_S, until_slot_s
from adapters.discord.shards import Sharding
from bot.errors import PlatformRefused
from tests.discord_bot import Bot, Core, HastyClock, chat_with, key_of, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_world import Channel, Person


@pytest.fixture
def channels(discord_emulator: DiscordEmulator) -> list[Channel]:
    """One for each of three shards."""
    return [
        discord_emulator.add_channel(guild=discord_emulator.add_guild_of_shard(number, of=3)) for number in range(3)
    ]


@pytest.fixture
def ann(discord_emulator: DiscordEmulator, channels: list[Channel]) -> Person:
    ann = discord_emulator.add_person("Ann")
    for channel in channels:
        assert channel.guild is not None
        discord_emulator.join(channel.guild, ann)
    return ann


async def connected(discord: DiscordEmulator, *shards: int) -> None:
    await eventually(lambda: discord.connected_shards == set(shards), what=f"shards {shards}")


async def said_everywhere(discord: DiscordEmulator, ann: Person, *channels: Channel) -> None:
    for channel in [*channels, discord.dm(ann)]:
        await discord.say(channel, ann, f"{discord.bot.mention} hello")


def heard(bot: Bot) -> list[str]:
    return sorted({event.key.chat_id for event in bot.events})


async def test_as_many_connections_are_kept_as_discord_recommends(
    discord_emulator: DiscordEmulator, channels: list[Channel], ann: Person
) -> None:
    discord_emulator.recommend(shards=3)
    clock = HastyClock()
    async with running(discord_emulator, clock=clock) as bot:
        await connected(discord_emulator, 0, 1, 2)
        await said_everywhere(discord_emulator, ann, *channels)
        await bot.hears_all(4)

    assert heard(bot) == sorted(str(channel.id) for channel in [*channels, discord_emulator.dm(ann)])
    assert discord_emulator.identifies == 3
    assert len([wait_s for wait_s in clock.slept if wait_s == pytest.approx(5.0, abs=0.1)]) >= 2


async def test_one_connection_is_kept_where_discord_recommends_one(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator):
        assert discord_emulator.identifies == 1


async def test_groups_of_connections_begin_side_by_side_where_discord_allows_that(
    discord_emulator: DiscordEmulator, channels: list[Channel]
) -> None:
    discord_emulator.recommend(shards=3, max_concurrency=3)
    clock = HastyClock()
    async with running(discord_emulator, clock=clock):
        await connected(discord_emulator, 0, 1, 2)

    assert [wait_s for wait_s in clock.slept if wait_s > 1] == []
    assert len(channels) == 3


async def test_processes_share_the_connections_by_number(
    discord_emulator: DiscordEmulator, channels: list[Channel], ann: Person
) -> None:
    here, there = Sharding(count=3, ids=(0, 2)), Sharding(count=3, ids=(1,))
    async with running(discord_emulator, sharding=here) as one:
        await connected(discord_emulator, 0, 2)
        async with running(discord_emulator, sharding=there) as other:
            await connected(discord_emulator, 0, 1, 2)
            await said_everywhere(discord_emulator, ann, *channels)
            await one.hears_all(3)
            await other.hears_all(1)

    private = str(discord_emulator.dm(ann).id)
    assert heard(one) == sorted([str(channels[0].id), str(channels[2].id), private])
    assert heard(other) == [str(channels[1].id)]


@given(
    shards=st.integers(2, 40),
    at_once=st.sampled_from([1, 2, 16]),
    data=st.data(),
    now_s=st.floats(1.7e9, 1.9e9),
    skew_s=st.floats(-0.9, 0.9),
)
def test_processes_that_know_nothing_of_each_other_begin_five_seconds_apart(
    shards: int, at_once: int, data: st.DataObject, now_s: float, skew_s: float
) -> None:
    one, other = data.draw(st.lists(st.integers(0, shards - 1), min_size=2, max_size=2, unique=True))
    asked_s = now_s + data.draw(st.floats(0, 400))

    def begins_s(shard_id: int, when_s: float) -> float:
        wait_s = until_slot_s(when_s, shard_id, shards=shards, at_once=at_once, within_s=IDENTIFY_WITHIN_S)
        assert wait_s <= 8 * (-(-shards // at_once))
        return when_s + wait_s

    apart_s = abs(begins_s(one, now_s) - (begins_s(other, asked_s + skew_s) - skew_s))
    assert apart_s >= 5 or one % at_once != other % at_once


async def test_a_process_with_a_part_of_the_connections_keeps_to_their_times(
    discord_emulator: DiscordEmulator, channels: list[Channel]
) -> None:
    clock = HastyClock()
    async with running(discord_emulator, clock=clock, sharding=Sharding(count=3, ids=(1, 2))):
        await connected(discord_emulator, 1, 2)

    assert sum(clock.slept) >= 8
    assert len(channels) == 3


async def test_when_few_sessions_are_left_all_connections_wait_longer(
    discord_emulator: DiscordEmulator, channels: list[Channel], caplog: pytest.LogCaptureFixture
) -> None:
    discord_emulator.sessions_left = 5
    clock = HastyClock()
    async with running(discord_emulator, clock=clock, sharding=Sharding(count=3)):
        await connected(discord_emulator, 0, 1, 2)

    assert [wait_s for wait_s in clock.slept if wait_s > 60] == [43_200.0] * 3
    assert discord_emulator.sessions_left == 2
    assert len(channels) == 3


async def test_many_connections_begin_one_after_the_other_however_long_that_takes(
    discord_emulator: DiscordEmulator,
) -> None:
    async with running(discord_emulator, clock=HastyClock(), sharding=Sharding(count=16)):
        await connected(discord_emulator, *range(16))

    assert discord_emulator.identifies == 16


async def test_each_connection_catches_up_with_its_own_servers(
    discord_emulator: DiscordEmulator, channels: list[Channel], ann: Person
) -> None:
    core, sharding = Core(), Sharding(count=3)
    async with running(discord_emulator, core=core, sharding=sharding) as bot:
        await connected(discord_emulator, 0, 1, 2)
        await said_everywhere(discord_emulator, ann, *channels)
        await bot.hears_all(4)
        await eventually(lambda: "discord catching up" not in names_of_tasks())
    core.events.clear()
    await said_everywhere(discord_emulator, ann, *channels)
    async with running(discord_emulator, core=core, sharding=sharding) as bot:
        await connected(discord_emulator, 0, 1, 2)
        await eventually(lambda: len({event.message_id for event in bot.events if event.is_catch_up}) == 4)

    assert all(request.status < 400 for request in discord_emulator.requests)


def names_of_tasks() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks()}


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (2, 3)])
async def test_nothing_is_missed_when_the_number_of_connections_changes(
    discord_emulator: DiscordEmulator, channels: list[Channel], ann: Person, before: int, after: int
) -> None:
    core = Core()
    async with running(discord_emulator, core=core, sharding=Sharding(count=before)):
        await connected(discord_emulator, *range(before))
    await said_everywhere(discord_emulator, ann, *channels)
    async with running(discord_emulator, core=core, sharding=Sharding(count=after)) as bot:
        await connected(discord_emulator, *range(after))
        caught_up = {str(channel.id) for channel in channels}
        await eventually(lambda: {event.key.chat_id for event in bot.events} >= caught_up)


async def test_a_lost_connection_takes_no_other_with_it(
    discord_emulator: DiscordEmulator, channels: list[Channel], ann: Person
) -> None:
    async with running(discord_emulator, sharding=Sharding(count=3)) as bot:
        await connected(discord_emulator, 0, 1, 2)
        await said_everywhere(discord_emulator, ann, *channels)
        await bot.hears_all(4)
        discord_emulator.drop_connection()
        await said_everywhere(discord_emulator, ann, *channels)
        await bot.hears_all(8)
        await eventually(lambda: discord_emulator.resumes == 3, what="all are resumed")

    assert discord_emulator.identifies == 3


async def test_too_few_connections_end_listening_with_the_remedy(discord_emulator: DiscordEmulator) -> None:
    discord_emulator.recommend(shards=2, guilds_per_shard=0)
    async with chat_with(discord_emulator, sharding=Sharding(count=2)) as chat:
        with pytest.raises(PlatformRefused, match="DISCORD_SHARD_COUNT"):
            await asyncio.wait_for(chat.receive(Core()), 20)


async def test_the_recommended_number_is_asked_for_until_discord_answers(discord_emulator: DiscordEmulator) -> None:
    discord_emulator.fail("GET /gateway/bot", status=503, times=2)
    clock = HastyClock()
    async with running(discord_emulator, clock=clock):
        pass

    assert clock.slept[:2] == [1.0, 2.0]


async def test_private_chats_are_looked_back_in_once(discord_emulator: DiscordEmulator, ann: Person) -> None:
    core, private = Core(), discord_emulator.dm(ann)
    async with running(discord_emulator, core=core, sharding=Sharding(count=3)) as bot:
        await connected(discord_emulator, 0, 1, 2)
        await discord_emulator.say(private, ann, "hello")
        await bot.hears_all(1)
    discord_emulator.requests.clear()
    async with running(discord_emulator, core=core, sharding=Sharding(count=3)) as bot:
        await connected(discord_emulator, 0, 1, 2)
        await bot.caught_up()
        await eventually(lambda: core.asked_for_places >= bot.asked_before + 6)

    looks = [request for request in discord_emulator.requests if request.path == f"/channels/{private.id}/messages"]
    assert len(looks) == 1
    assert {event.key for event in bot.events} == {key_of(private.id)}
