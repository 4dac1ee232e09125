"""Pictures from Discord's file servers, also when their links have run out."""

from dataclasses import replace

import pytest

from adapters.discord.content.attachments import link_has_expired
from bot.errors import AttachmentError
from bot.events import AttachmentRef
from tests.discord_bot import Bot, HastyClock, running
from tests.emulators.discord import DiscordEmulator, File

DATA = b"\xff\xd8 not really" * 100


async def received(bot: Bot, discord: DiscordEmulator) -> AttachmentRef:
    ann = discord.add_person("Ann")
    await discord.say(discord.dm(ann), ann, files=[File(name="a.jpg", data=DATA, media_type="image/jpeg")])
    return (await bot.hears()).attachments[0]


async def test_a_link_that_was_withdrawn_is_renewed(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator) as bot:
        ref = await received(bot, discord_emulator)
        discord_emulator.expire_links()
        assert await bot.chat.fetch(ref, max_bytes=10_000) == DATA


async def test_a_link_that_ran_out_is_renewed_without_trying_it(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator) as bot:
        ref = await received(bot, discord_emulator)
        discord_emulator.expire_links()
        bot.clock.passed_s += 48 * 3600
        assert await bot.chat.fetch(ref, max_bytes=10_000) == DATA

    downloads = [request for request in discord_emulator.requests if request.path.startswith("/attachments")]
    assert [request.status for request in downloads] == [200]


async def test_the_picture_of_a_deleted_message_is_said_to_be_gone(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        sent = await discord_emulator.say(discord_emulator.dm(ann), ann, files=[File(name="a.jpg", data=DATA)])
        event = await bot.hears()
        await discord_emulator.delete(sent)
        with pytest.raises(AttachmentError) as gone:
            await bot.chat.fetch(event.attachments[0], max_bytes=10_000)

    assert gone.value.person == "it is no longer there"


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 503}, {"drop": True}, {"drop": True, "after_effect": True}]
)
async def test_a_download_that_fails_once_is_tried_again(
    discord_emulator: DiscordEmulator, fault: dict[str, object]
) -> None:
    async with running(discord_emulator) as bot:
        ref = await received(bot, discord_emulator)
        discord_emulator.fail("GET /attachments/*", **fault)
        assert await bot.chat.fetch(ref, max_bytes=10_000) == DATA


async def test_a_download_that_keeps_failing_ends_with_a_sentence(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator) as bot:
        ref = await received(bot, discord_emulator)
        discord_emulator.fail("GET /attachments/*", status=500, times=99)
        with pytest.raises(AttachmentError) as failed:
            await bot.chat.fetch(ref, max_bytes=10_000)

    assert failed.value.person == "it could not be downloaded"
    assert bot.clock.slept == [0.5, 1.0] * 2, "once more with a fresh link"


@pytest.mark.parametrize("claims_its_size", [True, False])
async def test_a_file_that_is_too_large_is_refused_in_words(
    discord_emulator: DiscordEmulator, claims_its_size: bool
) -> None:
    async with running(discord_emulator) as bot:
        ref = await received(bot, discord_emulator)
        with pytest.raises(AttachmentError) as refused:
            await bot.chat.fetch(ref if claims_its_size else replace(ref, size_bytes=None), max_bytes=1024)

    assert refused.value.person == "it is larger than 1 KB"


@pytest.mark.parametrize("handle", ["", "{}", "[1]", "not json", '[1, 2, "x"]'])
async def test_a_handle_that_is_none_is_an_attachment_error(discord_emulator: DiscordEmulator, handle: str) -> None:
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(AttachmentError):
            await bot.chat.fetch(AttachmentRef(handle=handle, name="", media_type=""), max_bytes=10)


async def test_other_hosts_are_not_asked(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator) as bot:
        ref = await received(bot, discord_emulator)
        for handle in bot.chat._links._urls:
            bot.chat._links._urls[handle] = "http://localhost:1/secret.png"
        with pytest.raises(AttachmentError) as refused:
            await bot.chat.fetch(ref, max_bytes=10_000)

    assert "may not" in refused.value.person
    assert "secret" not in str(refused.value)


async def test_after_a_restart_a_picture_is_found_by_its_ids_alone(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator) as bot:
        ref = await received(bot, discord_emulator)
    async with running(discord_emulator, listens=False) as restarted:
        assert await restarted.chat.fetch(ref, max_bytes=10_000) == DATA


def test_the_age_of_a_link_is_read_from_its_signature() -> None:
    now = HastyClock().now()
    link = "https://cdn.discordapp.com/attachments/1/2/a.png?ex={:x}&is=1&hm=2"

    assert link_has_expired(link.format(int(now.timestamp()) - 1), now)
    assert not link_has_expired(link.format(int(now.timestamp()) + 60), now)
    assert not link_has_expired("https://cdn.discordapp.com/attachments/1/2/a.png", now)
    assert not link_has_expired("https://cdn.discordapp.com/a.png?ex=no-number", now)
