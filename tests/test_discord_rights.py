"""Who may change settings on Discord, and quiet acknowledgements: the real discord.py on real sockets."""

import pytest

from bot.errors import PlatformRefused
from bot.events import ConversationKey, MessageId, PersonId
from tests.discord_bot import key_of, running
from tests.emulators.discord import DiscordEmulator, Permission
from tests.emulators.discord_world import Person


async def may_manage(discord: DiscordEmulator, key: ConversationKey, person: Person) -> bool:
    async with running(discord, listens=False) as bot:
        return await bot.chat.may_manage(key, PersonId(str(person.id)))


@pytest.mark.parametrize("may", [Permission.MANAGE_CHANNELS, Permission.MANAGE_GUILD, Permission.ADMINISTRATOR])
async def test_settings_are_for_those_who_may_manage_the_channel_or_the_server(
    discord_emulator: DiscordEmulator, may: Permission
) -> None:
    channel, ann, ben = discord_emulator.add_channel(), discord_emulator.add_person(), discord_emulator.add_person()
    discord_emulator.add_role("Gardeners", ann, permissions=may)

    assert await may_manage(discord_emulator, key_of(channel.id), ann)
    assert await may_manage(discord_emulator, key_of(channel.id), discord_emulator.owner)
    assert not await may_manage(discord_emulator, key_of(channel.id), ben)


async def test_the_rights_of_one_channel_count_also_in_its_threads(discord_emulator: DiscordEmulator) -> None:
    channel, other = discord_emulator.add_channel(), discord_emulator.add_channel("other")
    ann = discord_emulator.add_person("Ann")
    discord_emulator.allow(channel, Permission.MANAGE_CHANNELS, who=ann)
    thread = discord_emulator.add_thread(channel)
    key = ConversationKey(platform=key_of(1).platform, chat_id=str(channel.id), thread_id=str(thread.id))

    assert await may_manage(discord_emulator, key, ann)
    assert not await may_manage(discord_emulator, key_of(other.id), ann)


async def test_a_private_chat_is_everybodys_own(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")

    assert await may_manage(discord_emulator, key_of(discord_emulator.dm(ann).id), ann)


async def test_who_left_the_server_may_manage_nothing_in_it(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    del discord_emulator.guild.members[ann.id]

    assert not await may_manage(discord_emulator, key_of(channel.id), ann)


async def test_a_message_that_was_seen_gets_a_pair_of_eyes(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    said = await discord_emulator.say(channel, ann, "hello")
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.acknowledge(key_of(channel.id), MessageId(str(said.id)))
        await bot.chat.acknowledge(key_of(channel.id), MessageId("i77"))

    assert said.reactions == ["👀"]


async def test_where_reactions_are_not_allowed_nothing_happens_but_an_error_for_the_caller(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    said = await discord_emulator.say(channel, ann, "hello")
    discord_emulator.deny(channel, Permission.ADD_REACTIONS)
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformRefused):
            await bot.chat.acknowledge(key_of(channel.id), MessageId(str(said.id)))

    assert said.reactions == []
