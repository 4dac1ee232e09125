"""The emulated Discord lets nobody ask too often."""

import asyncio

import aiohttp

from tests.emulated import messages_url, post
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_client import RecordingClient
from tests.emulators.discord_world import Channel, Person


async def test_a_sixth_message_in_five_seconds_is_too_much(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    for number in range(5):
        assert (await post(rest, discord, channel, content=str(number)))[0] == 200

    async with rest.post(messages_url(discord, channel), json={"content": "5"}) as response:
        body = await response.json()
        headers = response.headers

    assert (response.status, body["global"]) == (429, False)
    assert 4 < body["retry_after"] <= 5
    assert headers["Via"]
    assert (headers["X-RateLimit-Scope"], headers["X-RateLimit-Remaining"]) == ("user", "0")
    assert (await post(rest, discord, discord.add_channel(), content="elsewhere"))[0] == 200


async def test_discord_py_keeps_to_the_limits_by_itself(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    discord.limit("POST /channels/*/messages", 2, per_s=0.1)
    await discord.say(channel, ann, "hi")
    place = (await client.hears()).channel

    await asyncio.gather(*(place.send(str(number)) for number in range(5)))

    assert len(discord.visible(channel)) == 5
    assert all(request.status == 200 for request in discord.requests)


async def test_limits_can_be_switched_off(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    discord.rate_limits = False

    statuses = [(await post(rest, discord, channel, content=str(number)))[0] for number in range(60)]

    assert set(statuses) == {200}


async def test_more_than_50_requests_in_a_second_are_too_much_for_all(
    discord: DiscordEmulator, rest: aiohttp.ClientSession
) -> None:
    urls = [f"{discord.api_url}/channels/{discord.add_channel().id}" for _ in range(51)]
    responses = [await rest.get(url) for url in urls]
    body = await responses[-1].json()

    assert [response.status for response in responses] == [200] * 50 + [429]
    assert (body["global"], responses[-1].headers["X-RateLimit-Scope"]) == (True, "global")
