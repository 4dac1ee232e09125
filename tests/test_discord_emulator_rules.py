"""The emulated Discord refuses what Discord refuses, with its codes, and writes down what a client did wrong."""

from typing import Any

import aiohttp
import discord as dpy
import pytest

from tests.emulated import messages_url, post
from tests.emulators.discord import DiscordEmulator, Permission
from tests.emulators.discord_client import RecordingClient
from tests.emulators.discord_world import Channel, Person


async def test_answers_are_exactly_json(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    async with rest.post(messages_url(discord, channel), json={"content": "hi"}) as response:
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["X-RateLimit-Remaining"] == "4"


async def test_2000_characters_pass_and_2001_do_not(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    status, _ = await post(rest, discord, channel, content="😀" * 2000)
    assert status == 200

    status, body = await post(rest, discord, channel, content="a" * 2001)

    error = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    assert (status, body["code"], body["errors"]) == (400, 50035, {"content": {"_errors": [error]}})
    assert len(discord.violations) == 1


@pytest.mark.parametrize("content", ["", "  \n", None])
async def test_an_empty_message_is_refused(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel, content: str | None
) -> None:
    status, body = await post(rest, discord, channel, content=content)

    assert (status, body["code"]) == (400, 50006)
    assert len(discord.violations) == 1


async def test_a_message_cannot_be_edited_to_nothing(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    await discord.say(channel, ann, "hi")
    answer = await (await client.hears()).channel.send("hello")

    with pytest.raises(dpy.HTTPException, match="50006"):
        await answer.edit(content="")

    assert discord.visible(channel)[0].text == "hello"


async def test_a_repeated_nonce_gives_the_first_message_again(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    _, first = await post(rest, discord, channel, content="one", nonce="n", enforce_nonce=True)
    _, again = await post(rest, discord, channel, content="two", nonce="n", enforce_nonce=True)
    _, other = await post(rest, discord, discord.add_channel(), content="three", nonce="n", enforce_nonce=True)

    assert again["id"] == first["id"] != other["id"]
    assert [message.text for message in discord.visible(channel)] == ["one"]


async def test_the_nonce_of_a_deleted_message_is_not_found(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    await post(rest, discord, channel, content="one", nonce="n", enforce_nonce=True)
    await discord.delete(discord.visible(channel)[0])

    status, body = await post(rest, discord, channel, content="one", nonce="n", enforce_nonce=True)

    assert (status, body["code"]) == (404, 10008)


async def test_a_nonce_over_25_characters_is_refused(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    status, body = await post(rest, discord, channel, content="one", nonce="n" * 26)

    assert (status, body["code"]) == (400, 50035)


@pytest.mark.parametrize(
    ("denied", "extra", "code"),
    [
        (Permission.VIEW_CHANNEL, {}, 50001),
        (Permission.SEND_MESSAGES, {}, 50013),
        (Permission.EMBED_LINKS, {"embeds": [{"title": "t"}]}, 50013),
        (Permission.READ_MESSAGE_HISTORY, {"message_reference": {"message_id": "1"}}, 160002),
    ],
)
async def test_a_missing_permission_has_its_code(
    discord: DiscordEmulator,
    rest: aiohttp.ClientSession,
    channel: Channel,
    denied: Permission,
    extra: dict[str, Any],
    code: int,
) -> None:
    discord.deny(channel, denied)
    status, body = await post(rest, discord, channel, content="hi", **extra)
    assert (status, body["code"]) == (403, code)

    discord.allow(channel, denied)
    discord.deny(channel, denied, who=discord.guild.everyone)
    status, _ = await post(rest, discord, channel, content="hi", **extra | {"message_reference": None})
    assert status == 200

    assert discord.violations == []


async def test_threads_need_their_own_permission(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    thread = discord.add_thread(channel)
    discord.deny(channel, Permission.SEND_MESSAGES)
    assert (await post(rest, discord, thread, content="hi"))[0] == 200

    discord.deny(channel, Permission.SEND_MESSAGES_IN_THREADS)
    assert (await post(rest, discord, thread, content="hi"))[1]["code"] == 50013


async def test_writing_unarchives_a_thread_unless_it_is_locked(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    thread = discord.add_thread(channel)
    discord.archive(thread)
    assert (await post(rest, discord, thread, content="hi"))[0] == 200
    assert not thread.archived

    discord.archive(thread, locked=True)
    assert (await post(rest, discord, thread, content="hi"))[0] == 403


async def test_a_hidden_channel_is_silent(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    discord.deny(channel, Permission.VIEW_CHANNEL)
    await discord.say(channel, ann, "hidden")
    discord.allow(channel, Permission.VIEW_CHANNEL)
    await discord.say(channel, ann, "seen")

    assert (await client.hears()).content == "seen"


async def test_somebody_who_takes_no_private_messages_gets_none(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, ann: Person
) -> None:
    ann.accepts_dms = False

    status, body = await post(rest, discord, discord.dm(ann), content="hi")

    assert (status, body["code"]) == (403, 50007)


async def test_a_reply_to_a_deleted_message_fails_unless_told_otherwise(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel, ann: Person
) -> None:
    gone = await discord.say(channel, ann, "oops")
    await discord.delete(gone)
    pointer: dict[str, Any] = {"message_id": str(gone.id)}

    status, body = await post(rest, discord, channel, content="hi", message_reference=pointer)
    assert (status, body["code"]) == (400, 50035)
    assert body["errors"]["message_reference"]["_errors"][0]["code"] == "REPLIES_UNKNOWN_MESSAGE"

    pointer["fail_if_not_exists"] = False
    assert (await post(rest, discord, channel, content="hi", message_reference=pointer))[0] == 200
    assert discord.visible(channel)[0].reply_to is None


async def test_the_messages_of_others_cannot_be_changed(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel, ann: Person
) -> None:
    await discord.say(channel, ann, "mine")
    message = await client.hears()

    with pytest.raises(dpy.Forbidden, match="50005"):
        await message.edit(content="yours")
    with pytest.raises(dpy.Forbidden, match="50013"):
        await message.delete()


@pytest.mark.parametrize("authorization", ["Bot wrong", "{token}", "Bearer {token}", None])
async def test_nobody_else_is_let_in(discord: DiscordEmulator, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.format(token=discord.token)}
    async with aiohttp.ClientSession(headers=headers) as session:
        response = await session.get(f"{discord.api_url}/users/@me")

    assert response.status == 401
    assert len(discord.violations) == 1


async def test_an_unknown_route_is_a_violation(discord: DiscordEmulator, rest: aiohttp.ClientSession) -> None:
    response = await rest.get(f"{discord.api_url}/channels/1/pins")

    assert response.status == 404
    assert discord.violations == ["unknown route GET /channels/1/pins"]


async def test_a_body_that_is_nonsense_is_refused(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    response = await rest.post(messages_url(discord, channel), data=b"{half")

    assert response.status == 400
    assert len(discord.violations) == 1
