"""Scripted faults of the emulated REST API and CDN, as discord.py meets them."""

import asyncio
import time

import aiohttp
import discord as dpy
import pytest

from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_client import RecordingClient
from tests.emulators.discord_world import Channel

_SEND = "POST /channels/*/messages"


@pytest.fixture
def discord(discord_emulator: DiscordEmulator) -> DiscordEmulator:
    """Here no rule is broken."""
    return discord_emulator


@pytest.fixture
async def place(discord: DiscordEmulator, client: RecordingClient, channel: Channel) -> dpy.abc.Messageable:
    await discord.say(channel, discord.add_person(), "hello", files=[File(name="a.png", data=b"x" * 100_000)])
    return (await client.hears()).channel


async def test_a_status_is_answered_once(
    discord: DiscordEmulator, place: dpy.abc.Messageable, channel: Channel
) -> None:
    discord.fail(_SEND, status=503)

    with pytest.raises(dpy.DiscordServerError):
        await place.send("one")
    await place.send("two")

    assert [message.text for message in discord.visible(channel)] == ["two"]
    assert [request.status for request in discord.requests[-2:]] == [503, 200]


async def test_a_429_is_waited_for(discord: DiscordEmulator, place: dpy.abc.Messageable, channel: Channel) -> None:
    discord.fail(_SEND, status=429, body={"retry_after": 0.03, "global": False, "message": "slow down"})
    began = time.monotonic()

    await place.send("one")

    assert time.monotonic() - began >= 0.03
    assert [message.text for message in discord.visible(channel)] == ["one"]


async def test_a_ban_looks_like_cloudflares(discord: DiscordEmulator, place: dpy.abc.Messageable) -> None:
    discord.fail(_SEND, status=429, body="<html>banned</html>", headers={"Via": ""})

    with pytest.raises(dpy.HTTPException, match="banned"):
        await place.send("one")


async def test_a_dropped_request_may_have_had_its_effect(
    discord: DiscordEmulator, place: dpy.abc.Messageable, channel: Channel
) -> None:
    discord.fail(_SEND, drop=True)
    discord.fail(_SEND, drop=True, after_effect=True)
    for text in ("never arrives", "arrives"):
        with pytest.raises(aiohttp.ClientError):
            await place.send(text, nonce=text)

    await place.send("arrives", nonce="arrives")

    assert [message.text for message in discord.visible(channel)] == ["arrives"]
    assert [request.status for request in discord.requests[-3:]] == [0, 0, 200]


async def test_a_slow_request_succeeds_late(
    discord: DiscordEmulator, place: dpy.abc.Messageable, channel: Channel
) -> None:
    discord.fail(_SEND, status=200, delay_s=0.02)
    sending = asyncio.create_task(place.send("one"))
    await asyncio.sleep(0.01)
    assert discord.visible(channel) == []

    await sending

    assert [message.text for message in discord.visible(channel)] == ["one"]


async def test_a_fault_can_hit_only_edits(
    discord: DiscordEmulator, place: dpy.abc.Messageable, channel: Channel
) -> None:
    discord.fail("PATCH /channels/*/messages/*", status=403, body={"code": 50013, "message": "Missing Permissions"})
    message = await place.send("one")

    with pytest.raises(dpy.Forbidden, match="50013"):
        await message.edit(content="two")

    assert discord.visible(channel)[0].text == "one"


@pytest.mark.usefixtures("place")
async def test_a_download_can_fail_break_off_and_succeed(discord: DiscordEmulator, client: RecordingClient) -> None:
    [attachment] = client.heard[0].attachments
    discord.fail("GET /attachments/*", status=503)
    discord.fail("GET /attachments/*", drop=True, after_effect=True)

    with pytest.raises(dpy.HTTPException):
        await attachment.read()
    with pytest.raises(aiohttp.ClientPayloadError):
        await attachment.read()

    assert len(await attachment.read()) == 100_000
