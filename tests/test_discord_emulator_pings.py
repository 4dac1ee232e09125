"""The emulated Discord knows whom a message of the bot pings."""

from typing import Any

import aiohttp
import pytest

from tests.emulated import post
from tests.emulators.discord import DiscordEmulator, Permission
from tests.emulators.discord_client import RecordingClient
from tests.emulators.discord_world import Channel, Person


@pytest.mark.parametrize(
    ("text", "allowed", "names"),
    [
        ("{ann}", None, ["Ann"]),
        ("{ann}", {"parse": []}, []),
        ("{ann} {bob}", {"users": ["{bob.id}"]}, ["Bob"]),
        ("`{ann}`", None, []),
        ("{role}", None, ["cooks"]),
        ("{role}", {"parse": ["users"]}, []),
        ("{quiet}", None, []),
        ("@everyone", None, []),
    ],
)
async def test_whom_a_text_pings_is_recorded_and_a_violation(
    discord: DiscordEmulator,
    rest: aiohttp.ClientSession,
    channel: Channel,
    ann: Person,
    text: str,
    allowed: dict[str, Any] | None,
    names: list[str],
) -> None:
    bob = discord.add_person("Bob")
    role, quiet = discord.add_role("cooks", ann), discord.add_role("quiet", ann, mentionable=False)
    content = text.format(ann=ann.mention, bob=bob.mention, role=role.mention, quiet=quiet.mention)
    if allowed and "users" in allowed:
        allowed["users"] = [str(bob.id)]

    await post(rest, discord, channel, content=content, **({} if allowed is None else {"allowed_mentions": allowed}))

    assert [ping.who if isinstance(ping.who, str) else ping.who.name for ping in discord.pings] == names
    assert len(discord.violations) == len(names)


async def test_everyone_is_pinged_only_with_the_permission(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    discord.allow(channel, Permission.MENTION_EVERYONE)

    await post(rest, discord, channel, content="hey @here")

    assert [ping.who for ping in discord.pings] == ["@everyone"]


async def test_a_reply_pings_its_author_without_being_a_violation(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    await discord.say(channel, ann, "hi")
    message = await client.hears()
    await message.reply("one")
    await message.reply("two", mention_author=False)

    assert [(ping.who, ping.by_reply, ping.message.text) for ping in discord.pings] == [(ann, True, "one")]
    assert discord.violations == []


async def test_an_edit_that_mentions_somebody_anew_pings(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    await discord.say(channel, ann, "hi")
    answer = await (await client.hears()).channel.send("hello")
    await answer.edit(content=f"hello {ann.mention}")
    await answer.edit(content=f"hello {ann.mention}!")

    assert [ping.who for ping in discord.pings] == [ann]
