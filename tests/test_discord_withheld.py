"""Pictures that Discord hides, takes away or that are too large: the real discord.py on real sockets."""

import io

import pytest
from PIL import Image

from bot.errors import AttachmentError
from bot.events import AttachmentRef, Source
from tests.discord_bot import refetched, running
from tests.drawing import corners, encoded, four_corners
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File

PNG = encoded(four_corners(), "PNG")


async def test_of_a_file_that_is_too_large_there_is_a_still_picture(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    large = encoded(four_corners(4000, 1000), "PNG")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(
            discord_emulator.dm(ann), ann, files=[File(name="a.png", data=large), File(name="a.txt", data=b"words")]
        )
        [picture, text] = (await bot.hears()).attachments
        with pytest.raises(AttachmentError):
            await bot.chat.fetch(picture, max_bytes=len(large) - 1)

    [data] = await refetched(discord_emulator, AttachmentRef(handle=picture.still, name="", media_type=""))
    still = Image.open(io.BytesIO(data))
    assert (still.format, still.size, corners(still)) == ("WEBP", (1600, 400), corners(four_corners()))
    assert text.still == ""


@pytest.mark.parametrize("in_thread", [False, True])
@pytest.mark.parametrize("content_intent", [True, False])
async def test_pictures_posted_to_nobody_are_told_as_far_as_discord_shows_them(
    in_thread: bool, content_intent: bool
) -> None:
    async with DiscordEmulator(content_intent=content_intent) as discord:
        channel, ann = discord.add_channel(), discord.add_person("Ann")
        place = discord.add_thread(channel) if in_thread else channel
        async with running(discord) as bot:
            await discord.say(place, ann, "my garden", files=[File(name="a.png", data=PNG)])
            event = await bot.hears()

    assert discord.violations == []
    assert (event.address, event.key.thread_id) == (None, str(place.id) if in_thread else None)
    assert [ref.source for ref in event.attachments] == ([Source.FILE] if content_intent else [])


@pytest.mark.parametrize("content_intent", [True, False])
async def test_a_reply_to_what_discord_hides_says_so(content_intent: bool) -> None:
    async with DiscordEmulator(content_intent=content_intent) as discord:
        channel = discord.add_channel()
        ann, ben = discord.add_person("Ann"), discord.add_person("Ben")
        async with running(discord) as bot:
            photo = await discord.say(channel, ann, files=[File(name="a.png", data=PNG)])
            asked = await discord.say(channel, ben, f"{discord.bot.mention} what is this?", reply_to=photo)
            await discord.say(channel, ben, f"{discord.bot.mention} and now?", reply_to=asked)
            await eventually(lambda: len(bot.events) == 3)

    assert discord.violations == []
    [hidden], [visible] = bot.events[1].quoted, bot.events[2].quoted
    assert (hidden.author, hidden.is_hidden, len(hidden.attachments)) == ("Ann", not content_intent, content_intent)
    assert (visible.is_hidden, visible.text) == (False, "@Glimpse what is this?")


async def test_a_picture_that_discord_shows_no_more_is_said_to_be_hidden(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, files=[File(name="a.png", data=PNG)])
        [picture] = (await bot.hears()).attachments
        discord_emulator.content_intent = False
        discord_emulator.expire_links()
        with pytest.raises(AttachmentError) as hidden:
            await bot.chat.fetch(picture, max_bytes=10_000)

    with pytest.raises(AttachmentError) as still_hidden:
        await refetched(discord_emulator, picture)
    assert hidden.value.person == still_hidden.value.person == "Discord does not show it to me any more"


async def test_a_preview_that_was_taken_away_is_gone(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    preview = {"type": "image", "thumbnail": discord_emulator.preview("https://a.example/a.png", PNG)}
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(discord_emulator.dm(ann), ann, "look", embeds=[preview])
        [picture] = (await bot.hears()).attachments
        await discord_emulator.edit(said, embeds=[])
        discord_emulator.expire_links()
        with pytest.raises(AttachmentError) as gone:
            await bot.chat.fetch(picture, max_bytes=10_000)

    assert gone.value.person == "it is no longer there"
