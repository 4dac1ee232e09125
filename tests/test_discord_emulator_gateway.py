"""The emulated gateway: sessions, resumes, intents, and everything that goes wrong with a connection."""

import asyncio
from typing import Any

import aiohttp
import discord as dpy
import orjson
import pytest

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_client import RecordingClient, connected
from tests.emulators.discord_world import Channel, Message, Person

_GUILDS, _GUILD_MESSAGES, _CONTENT = 1 << 0, 1 << 9, 1 << 15


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits seconds before it connects again. `Client.connect` makes this itself and takes no other."""
    monkeypatch.setattr(dpy.backoff.ExponentialBackoff, "delay", lambda _: 0.0)


async def closed_with(discord: DiscordEmulator, *frames: dict[str, Any]) -> int | None:
    """The code with which the gateway closes after these frames."""
    async with aiohttp.ClientSession() as session, session.ws_connect(discord.gateway_url) as socket:
        await socket.receive()
        for frame in frames:
            await socket.send_str(orjson.dumps(frame).decode())
        async for _ in socket:
            pass
        return socket.close_code


def identify(discord: DiscordEmulator, **changes: Any) -> dict[str, Any]:
    return {"op": 2, "d": {"token": discord.token, "intents": _GUILDS | _GUILD_MESSAGES, "properties": {}} | changes}


@pytest.mark.parametrize(
    ("changes", "code"), [({"token": "wrong"}, 4004), ({"intents": _CONTENT}, 4014), ({"intents": "all"}, 4013)]
)
async def test_an_identify_that_is_not_allowed_closes(
    discord: DiscordEmulator, changes: dict[str, Any], code: int
) -> None:
    discord.content_intent = False

    assert await closed_with(discord, identify(discord, **changes)) == code


async def test_nothing_but_identify_may_come_first(discord: DiscordEmulator) -> None:
    assert await closed_with(discord, {"op": 3, "d": {}}) == 4003
    assert await closed_with(discord, identify(discord), identify(discord)) == 4005
    assert await closed_with(discord, identify(discord), {"op": 99}) == 4001
    assert len(discord.violations) == 3


async def test_discord_py_understands_that_the_intent_is_missing(discord: DiscordEmulator) -> None:
    discord.content_intent = False

    with pytest.raises(dpy.PrivilegedIntentsRequired):
        async with connected(discord):
            pass


async def test_a_wrong_token_fails_the_login(discord: DiscordEmulator) -> None:
    other = DiscordEmulator(token="another")
    other._backend.base_url, other._backend.gateway_url = discord.api_url.removesuffix("/api/v10"), discord.gateway_url

    with pytest.raises(dpy.LoginFailure):
        async with connected(other):
            pass


async def test_a_second_identify_at_once_is_refused_if_wanted() -> None:
    async with DiscordEmulator(identify_limit=True) as discord, aiohttp.ClientSession() as session:
        for expected in (0, 9):
            async with session.ws_connect(discord.gateway_url) as socket:
                await socket.receive()
                await socket.send_str(orjson.dumps(identify(discord)).decode())
                answer = orjson.loads((await socket.receive()).data)
                assert answer["op"] == expected

        assert discord.violations == ["IDENTIFY twice within 5 s"]


@pytest.mark.parametrize("fault", ["close", "drop", "op 7", "op 9"])
async def test_a_lost_connection_is_resumed_and_nothing_is_missed(
    discord: DiscordEmulator, channel: Channel, ann: Person, fault: str
) -> None:
    async with connected(discord) as client:
        match fault:
            case "close":
                await discord.disconnect(4000)
            case "drop":
                discord.drop_connection()
            case "op 7":
                discord.request_reconnect()
            case _:
                discord.invalidate_session(resumable=True)
        await discord.say(channel, ann, "while away")

        assert (await client.hears()).content == "while away"
        await eventually(lambda: client.resumes)
        await discord.say(channel, ann, "after")
        assert (await client.hears(2)).content == "after"

    assert (discord.identifies, discord.resumes, discord.violations) == (1, 1, [])


@pytest.mark.parametrize("fault", ["close 1000", "op 9", "forgotten"])
async def test_a_session_that_ended_is_begun_anew_and_loses_what_was_said_meanwhile(
    discord: DiscordEmulator, channel: Channel, ann: Person, fault: str
) -> None:
    async with connected(discord) as client:
        match fault:
            case "close 1000":
                await discord.disconnect(1000)
            case "op 9":
                discord.invalidate_session()
            case _:
                discord.forget_sessions()
                await discord.disconnect(4000)
        await discord.say(channel, ann, "while away")
        await eventually(lambda: discord.identifies == 2 and client.readies == 2)
        await discord.say(channel, ann, "after")

        assert (await client.hears()).content == "after"

    assert discord.resumes == 0


async def test_without_acknowledgements_the_client_connects_again(channel: Channel) -> None:
    async with (
        DiscordEmulator(heartbeat_interval_s=0.02) as discord,
        connected(discord, heartbeat_timeout=0.2),
    ):
        await eventually(lambda: discord.heartbeats > 2)
        discord.acknowledges_heartbeats = False
        await eventually(lambda: discord.resumes)
        discord.acknowledges_heartbeats = True


async def test_silence_is_silent_and_then_everything_comes(
    discord: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    async with connected(discord) as client:
        discord.silent = True
        await discord.say(channel, ann, "one")
        await asyncio.sleep(0.01)
        assert client.heard == []

        discord.silent = False
        assert (await client.hears()).content == "one"


async def test_an_event_can_come_twice(discord: DiscordEmulator, channel: Channel, ann: Person) -> None:
    async with connected(discord) as client:
        message = await discord.say(channel, ann, "hi")
        discord.repeat(message)
        await client.hears(2)

    assert [heard.id for heard in client.heard] == [message.id, message.id]


async def test_sessions_hear_only_what_their_intents_cover(
    discord: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(discord.gateway_url) as socket:
        await socket.receive()
        await socket.send_str(orjson.dumps(identify(discord, intents=_GUILDS)).decode())
        await discord.until_connected()
        await discord.say(channel, ann, "unheard")
        discord.add_channel("new")
        names = [orjson.loads((await socket.receive()).data)["t"] for _ in range(3)]

    assert names == ["READY", "GUILD_CREATE", "CHANNEL_CREATE"]


async def test_what_appears_later_is_announced(discord: DiscordEmulator) -> None:
    async with connected(discord) as client:
        guild = discord.add_guild("Another")
        channel = discord.add_channel("there", guild=guild)
        await eventually(lambda: client.get_channel(channel.id))

        assert [one.name for one in client.guilds] == ["Test server", "Another"]


def _said(message: Message, client: RecordingClient) -> dpy.Message:
    return next(heard for heard in client.heard if heard.id == message.id)


@pytest.mark.parametrize("intent", [True, False])
async def test_without_the_intent_content_is_blank_but_for_the_exceptions(
    discord: DiscordEmulator, channel: Channel, ann: Person, *, intent: bool
) -> None:
    discord.content_intent = intent
    photo = File(name="a.bin", data=b"...")
    async with connected(discord, content=intent) as client:
        plain = await discord.say(channel, ann, "plain", files=[photo], embeds=[{"title": "t"}])
        mention = await discord.say(channel, ann, f"{discord.bot.mention} hi", files=[photo], reply_to=plain)
        private = await discord.say(discord.dm(ann), ann, "private", files=[photo])
        await client.hears(3)
        own = await client.heard[0].channel.send("own")
        loud = await discord.say(channel, ann, "loud", reply_to=discord.visible(channel)[0])
        quiet = await discord.say(channel, ann, "quiet", reply_to=discord.visible(channel)[0], ping=False)
        await client.hears(5)

        for message in (mention, private, loud):
            assert _said(message, client).content == message.text
            assert len(_said(message, client).attachments) == len(message.attachments)
        for message in (plain, quiet):
            assert _said(message, client).content == (message.text if intent else "")
        assert bool(_said(plain, client).attachments) is bool(_said(plain, client).embeds) is intent
        reference = _said(mention, client).reference
        assert reference is not None
        assert isinstance(reference.resolved, dpy.Message)
        assert bool(reference.resolved.attachments) is intent
        fetched = {one.id: one.content async for one in own.channel.history()}

    assert fetched[own.id] == "own"
    assert fetched[plain.id] == ("plain" if intent else "")


async def test_a_reply_to_a_commands_response_is_no_mention(
    discord: DiscordEmulator, channel: Channel, ann: Person
) -> None:
    discord.content_intent = False
    async with connected(discord, content=False) as client:
        await client.http.bulk_upsert_global_commands(
            discord.application_id, [{"name": "help", "description": "Helps"}]
        )
        await discord.use_command(channel, ann, "help")
        await eventually(lambda: client.commands)
        await client.commands[0].response.send_message("This is how.")
        await discord.say(channel, ann, "thanks", reply_to=discord.visible(channel)[0])

        heard = await client.hears()

    assert (heard.content, heard.mentions) == ("", [])


async def test_the_application_says_that_the_intent_is_off(discord: DiscordEmulator) -> None:
    discord.content_intent = False
    async with connected(discord, content=False) as client:
        assert not client.application_flags.gateway_message_content_limited
        assert not (await client.application_info()).flags.gateway_message_content_limited
