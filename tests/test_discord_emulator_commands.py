"""Slash commands on the emulated Discord: registering, answering in time and too late."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord as dpy
import pytest

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_client import RecordingClient, connected
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Person

_OPTIONS = [
    {"type": 11, "name": "at", "description": "A picture"},
    {"type": 3, "name": "why", "description": "A reason", "choices": [{"name": "fun", "value": "fun"}]},
]
_COMMANDS: list[dict[str, Any]] = [
    {"name": "reset", "description": "Start over"},
    {"name": "look", "description": "Look at a picture", "options": _OPTIONS},
    {"name": "Look closer", "type": 3},
]


@pytest.fixture
def discord(discord_emulator: DiscordEmulator) -> DiscordEmulator:
    """Here no rule is broken."""
    return discord_emulator


@pytest.fixture
async def client(discord: DiscordEmulator) -> AsyncIterator[RecordingClient]:
    async with connected(discord) as client:
        await client.http.bulk_upsert_global_commands(discord.application_id, list(_COMMANDS))
        yield client


@pytest.fixture
def ann(discord: DiscordEmulator) -> Person:
    return discord.add_person("Ann", locale="de")


async def used(client: RecordingClient) -> dpy.Interaction:
    await eventually(lambda: client.commands)
    return client.commands[-1]


async def test_registered_commands_are_kept_and_returned(discord: DiscordEmulator, client: RecordingClient) -> None:
    assert [command["name"] for command in discord.commands] == ["reset", "look", "Look closer"]
    commands = await client.http.get_global_commands(discord.application_id)
    assert [command["id"] for command in commands] == [command["id"] for command in discord.commands]


async def test_a_command_must_be_registered(discord: DiscordEmulator, channel: Channel, ann: Person) -> None:
    with pytest.raises(AssertionError, match="no command 'reset'"):
        await discord.use_command(channel, ann, "reset")


async def test_a_command_arrives_with_who_used_it_where(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    await discord.use_command(channel, ann, "look", {"at": File(name="a.png", data=b"..."), "why": "fun"})
    interaction = await used(client)

    assert (interaction.user.id, interaction.channel_id, interaction.guild_id) == (ann.id, channel.id, discord.guild.id)
    assert interaction.locale is dpy.Locale.german
    data: Any = interaction.data
    [picture, reason] = data["options"]
    assert (picture["type"], reason["value"]) == (11, "fun")
    attachment = data["resolved"]["attachments"][picture["value"]]
    async with aiohttp.ClientSession() as session:
        assert await (await session.get(attachment["url"])).read() == b"..."


async def test_a_response_is_a_visible_message(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    record = await discord.use_command(channel, ann, "reset")
    await (await used(client)).response.send_message("Forgotten.")

    assert [message.text for message in discord.visible(channel)] == ["Forgotten."]
    assert record.original is discord.visible(channel)[0]


async def test_a_deferred_response_is_visible_once_it_is_edited(
    discord: DiscordEmulator, client: RecordingClient, ann: Person
) -> None:
    private = discord.dm(ann)
    record = await discord.use_command(private, ann, "reset")
    interaction = await used(client)
    await interaction.response.defer(ephemeral=True)
    assert discord.visible(private) == []
    assert record.original is not None
    assert MessageFlag.EPHEMERAL in record.original.flags

    await interaction.edit_original_response(content="Forgotten.")
    more = await interaction.followup.send("Anything else?", wait=True)
    await more.edit(content="More?")

    assert [message.text for message in discord.visible(private)] == ["Forgotten.", "More?"]
    await interaction.delete_original_response()
    assert [message.text for message in discord.visible(private)] == ["More?"]


async def test_the_first_follow_up_takes_the_place_of_thinking(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    record = await discord.use_command(channel, ann, "reset")
    interaction = await used(client)
    await interaction.response.defer(thinking=True)

    await interaction.followup.send("Done.", wait=True)

    assert [message.text for message in discord.visible(channel)] == ["Done."]
    assert (record.original, record.followups) == (discord.visible(channel)[0], [])
    assert (await interaction.original_response()).content == "Done."


def was_violated(discord: DiscordEmulator) -> None:
    """A rule was broken, which would fail the test of a bot."""
    assert len(discord.violations) == 1
    discord.violations.clear()


async def test_a_second_response_is_refused(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    record = await discord.use_command(channel, ann, "reset")
    await (await used(client)).response.send_message("One.")
    url = f"{discord.api_url}/interactions/{record.id}/{record.token}/callback"
    async with aiohttp.ClientSession() as session:
        response = await session.post(url, json={"type": 4, "data": {"content": "Two."}})
        assert (response.status, (await response.json())["code"]) == (400, 40060)
    was_violated(discord)


async def test_a_response_after_three_seconds_is_too_late(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    record = await discord.use_command(channel, ann, "reset")
    interaction = await used(client)
    record.at -= 3.1

    with pytest.raises(dpy.NotFound, match="10062"):
        await interaction.response.send_message("Sorry.")
    was_violated(discord)


async def test_no_response_at_all_is_noticed_in_the_end() -> None:
    async with DiscordEmulator() as discord:
        channel, ann = discord.add_channel(), discord.add_person("Ann")
        async with connected(discord) as client:
            await client.http.bulk_upsert_global_commands(discord.application_id, list(_COMMANDS))
            record = await discord.use_command(channel, ann, "reset")
            record.at -= 3.1

    assert discord.violations == ["nothing responded to 'reset' within 3 s"]


async def test_the_token_dies_after_fifteen_minutes(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    record = await discord.use_command(channel, ann, "reset")
    interaction = await used(client)
    await interaction.response.send_message("One.")
    record.at -= 15 * 60

    with pytest.raises(dpy.HTTPException, match="50027"):
        await interaction.edit_original_response(content="Two.")
    was_violated(discord)


async def test_the_token_stands_in_no_recorded_path(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    record = await discord.use_command(channel, ann, "reset")
    await (await used(client)).response.send_message("One.")

    assert discord.requests[-1].path == f"/interactions/{record.id}/:token/callback"


async def test_only_what_a_command_offers_can_be_chosen(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    with pytest.raises(AssertionError, match="can be one of"):
        await discord.use_command(channel, ann, "look", {"why": "boredom"})
    with pytest.raises(AssertionError, match="another type"):
        await discord.use_command(channel, ann, "look", {"at": "a.png"})
    with pytest.raises(AssertionError, match="no command 'Look closer'"):
        await discord.use_command(channel, ann, "Look closer")


async def test_the_menu_of_a_message_hands_it_over_whole() -> None:
    async with DiscordEmulator(content_intent=False) as hiding:
        channel, ben = hiding.add_channel(), hiding.add_person("Ben")
        said = await hiding.say(channel, ben, "secret", files=[File(name="a.png", data=b"...")])
        async with connected(hiding, content=False) as client:
            await client.http.bulk_upsert_global_commands(hiding.application_id, list(_COMMANDS))
            await hiding.use_menu(said, ben, "Look closer")
            data: Any = (await used(client)).data

    target = data["resolved"]["messages"][data["target_id"]]
    assert (data["type"], target["id"], target["content"]) == (3, str(said.id), "secret")
    assert [attachment["filename"] for attachment in target["attachments"]] == ["a.png"]
