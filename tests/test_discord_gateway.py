"""Logging in to Discord and staying connected: the real discord.py on real sockets."""

import asyncio
import logging
from functools import partial

import pytest

from bot.errors import PlatformRefused
from bot.events import Address
from tests.discord_bot import Core, HastyClock, chat_with, key_of, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator


async def test_without_the_content_intent_mentions_still_work_and_the_log_names_the_remedy(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    discord_emulator.content_intent = False
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
        event = await bot.hears()

    assert (event.text, event.address) == ("hello", Address.MENTION)
    assert "Message Content Intent" in caplog.text
    assert discord_emulator.identifies == 1


async def test_an_intent_that_is_switched_off_later_is_left_out(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    async with chat_with(discord_emulator) as chat:
        discord_emulator.content_intent = False
        receiving = asyncio.create_task(chat.receive(Core()))
        await discord_emulator.until_connected()
        receiving.cancel()
        await asyncio.wait({receiving})

    assert "Message Content Intent" in caplog.text


async def test_a_wrong_token_stops_the_start_with_a_remedy_and_without_the_token(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    with pytest.raises(PlatformRefused, match="DISCORD_TOKEN") as refused:
        async with chat_with(discord_emulator, token="not-the-token"):
            pass

    discord_emulator.violations.clear()
    assert "not-the-token" not in f"{refused.value!r} {refused.value.__cause__!r} {caplog.text}"


async def test_discord_gone_at_the_start_keeps_nothing_else_from_starting(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    ann = discord_emulator.add_person("Ann")
    discord_emulator.fail("GET /users/@me", drop=True, times=2)
    async with running(discord_emulator) as bot:
        with_ann = discord_emulator.dm(ann)
        await discord_emulator.say(with_ann, ann, "Hi")
        assert (await bot.hears()).text == "Hi"
        await bot.post(key_of(with_ann.id), "Hello")

    assert bot.clock.slept[0] == 1
    assert caplog.text.count("I will try again") == 1


async def test_a_cut_connection_is_resumed_and_nothing_is_missed(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.disconnect(4000)
        await discord_emulator.say(channel, ann, "while away")
        event = await bot.hears()

    assert event.text == "while away"
    assert (discord_emulator.identifies, discord_emulator.resumes) == (1, 1)


async def test_a_session_that_cannot_be_resumed_is_followed_by_another_one_after_a_pause(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        for sessions in (2, 3):
            discord_emulator.invalidate_session()
            await eventually(partial(has_begun, discord_emulator, sessions), what="a new session")
            await discord_emulator.until_connected()
        await discord_emulator.say(channel, ann, "still there?")
        await bot.hears_of("still there?")

    assert bot.clock.slept == [5.0, 10.0]


async def test_when_few_sessions_are_left_for_the_day_they_are_spread_over_it(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        discord_emulator.sessions_left = 1
        discord_emulator.invalidate_session()
        await eventually(lambda: discord_emulator.identifies == 2, what="a new session")
        await discord_emulator.until_connected()
        await discord_emulator.say(channel, ann, "still there?")
        await bot.hears_of("still there?")

    assert bot.clock.slept == [5.0, 1.0, 43_200.0]
    assert "few new ones are left" in caplog.text
    assert "I wait 43200 s" in caplog.text


async def test_a_session_begins_even_if_nobody_tells_how_many_are_left(discord_emulator: DiscordEmulator) -> None:
    discord_emulator.fail("GET /gateway/bot", status=503)
    async with running(discord_emulator):
        assert discord_emulator.identifies == 1


async def test_a_gateway_that_refuses_for_good_ends_listening_with_a_remedy(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator) as bot:
        assert bot.receiving is not None
        await discord_emulator.disconnect(4004)
        with pytest.raises(PlatformRefused, match="DISCORD_TOKEN"):
            await asyncio.wait_for(bot.receiving, 20)


async def test_logging_in_again_waits_longer_each_time(discord_emulator: DiscordEmulator) -> None:
    clock = HastyClock()
    async with chat_with(discord_emulator, clock=clock) as chat:
        discord_emulator.fail("GET /users/@me", status=503, times=4)
        receiving = asyncio.create_task(chat.receive(Core()))
        await discord_emulator.until_connected()
        receiving.cancel()
        await asyncio.wait({receiving})

    assert clock.slept == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    "refusal", [{"status": 403, "body": "<html>Cloudflare</html>"}, {"status": 503}, {"drop": True, "times": 2}]
)
async def test_a_login_that_fails_while_running_is_tried_again(
    discord_emulator: DiscordEmulator, refusal: dict[str, object]
) -> None:
    clock = HastyClock()
    async with chat_with(discord_emulator, clock=clock) as chat:
        discord_emulator.fail("GET /users/@me", **refusal)
        receiving = asyncio.create_task(chat.receive(Core()))
        await discord_emulator.until_connected()
        receiving.cancel()
        await asyncio.wait({receiving})

    assert clock.slept == [1.0]


async def test_a_token_that_is_revoked_while_running_ends_listening(discord_emulator: DiscordEmulator) -> None:
    async with chat_with(discord_emulator) as chat:
        discord_emulator.fail("GET /users/@me", status=401)
        with pytest.raises(PlatformRefused, match="DISCORD_TOKEN"):
            await asyncio.wait_for(chat.receive(Core()), 20)


def has_begun(discord: DiscordEmulator, sessions: int) -> bool:
    return discord.identifies == sessions


async def test_a_lost_connection_is_one_line_for_the_operator(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    def losses() -> list[logging.LogRecord]:
        return [record for record in caplog.records if "Attempting a reconnect" in record.getMessage()]

    async with running(discord_emulator):
        discord_emulator.refuses_gateway = True
        discord_emulator.drop_connection()
        await eventually(losses)

    assert "the gateway was lost (WSServerHandshakeError)" in losses()[0].getMessage()
    assert losses()[0].exc_info is None
