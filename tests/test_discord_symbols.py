"""Stickers, custom emoji and profile pictures on Discord: the real discord.py on real sockets."""

import io

import pytest
from PIL import Image

from bot.events import AttachmentRef, Source
from tests.discord_bot import refetched, running
from tests.drawing import corners, encoded, four_corners
from tests.emulators.discord import DiscordEmulator

PNG = encoded(four_corners(), "PNG")
OTHER = encoded(four_corners().rotate(180), "PNG")
MOVING = encoded(
    four_corners(), "WEBP", save_all=True, append_images=[four_corners().rotate(180)], lossless=True, duration=100
)


@pytest.mark.parametrize(("kind", "suffix"), [("png", "png"), ("apng", "png"), ("gif", "gif")])
async def test_a_sticker_is_a_picture(discord_emulator: DiscordEmulator, kind: str, suffix: str) -> None:
    ann = discord_emulator.add_person("Ann")
    wave = discord_emulator.add_sticker("Wave", PNG, kind)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(discord_emulator.dm(ann), ann, stickers=[wave])
        event = await bot.hears()

    [sticker] = event.attachments
    assert (event.text, sticker.source, sticker.about) == ("", Source.STICKER, "Wave")
    assert sticker.media_type == f"image/{suffix}"
    assert await refetched(discord_emulator, sticker) == [PNG]


async def test_a_sticker_drawn_in_numbers_is_said_in_words(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    wave = discord_emulator.add_sticker("Wave", b"{}", "json")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(discord_emulator.dm(ann), ann, stickers=[wave])
        event = await bot.hears()

    assert (event.text, event.attachments) == ("[Sticker: Wave, an animation that bots can't see]", ())


async def test_custom_emoji_are_pictures_in_what_is_for_the_bot(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    rose = discord_emulator.add_emoji("rose", PNG)
    dance = discord_emulator.add_emoji("dance", MOVING, animated=True)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, rose.markup)
        text = f"{discord_emulator.bot.mention} {rose.markup} or {dance.markup}{dance.markup}?"
        await discord_emulator.say(channel, ann, text)
        event = await bot.hears(2)

    [still, moving] = event.attachments
    assert bot.events[0].attachments == ()
    assert event.text == ":rose: or :dance::dance:?"
    assert [(ref.source, ref.about) for ref in event.attachments] == [
        (Source.EMOJI, ":rose:"),
        (Source.EMOJI, ":dance:"),
    ]
    first_frame = AttachmentRef(handle=moving.still, name="", media_type="")
    drawn = await refetched(discord_emulator, still, moving, first_frame)
    assert drawn[1] == MOVING
    for data in (drawn[0], drawn[2]):
        assert corners(Image.open(io.BytesIO(data))) == corners(four_corners())


async def test_of_many_emoji_the_first_four_are_shown(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    many = [discord_emulator.add_emoji(f"e{number}", PNG).markup for number in range(6)]
    async with running(discord_emulator) as bot:
        await discord_emulator.say(discord_emulator.dm(ann), ann, "".join(many))
        event = await bot.hears()

    assert [ref.about for ref in event.attachments] == [":e0:", ":e1:", ":e2:", ":e3:"]


async def test_the_emoji_of_a_message_replied_to_count_if_it_says_nothing_else(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    rose = discord_emulator.add_emoji("rose", PNG)
    async with running(discord_emulator) as bot:
        for text in (f"{rose.markup} {rose.markup}", f"{rose.markup} are red"):
            said = await discord_emulator.say(channel, ann, text)
            await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} what?", reply_to=said)
        await bot.hears(4)

    assert [len(event.quoted[0].attachments) for event in bot.events if event.quoted] == [1, 0]


async def test_the_profile_picture_of_somebody_mentioned_is_shown_when_asked_for(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann", nick="Annie")
    discord_emulator.set_avatar(ann, PNG)
    async with running(discord_emulator) as bot:
        for text in (f"{ann.mention} is here", "what is on your avatar?", f"what is on {ann.mention}'s avatar?"):
            await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} {text}")
        event = await bot.hears(3)

    assert [len(event.attachments) for event in bot.events] == [0, 0, 1]
    [avatar] = event.attachments
    assert (avatar.source, avatar.about) == (Source.AVATAR, "Annie")
    assert await refetched(discord_emulator, avatar) == [PNG]


async def test_a_profile_picture_is_the_present_one_of_the_server(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.set_avatar(ann, PNG)
    discord_emulator.set_default_avatars(OTHER)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} {ann.mention}'s avatar?")
        [avatar] = (await bot.hears()).attachments
        discord_emulator.set_avatar(ann, OTHER, guild=discord_emulator.guild)
        of_server = await bot.chat.fetch(avatar, max_bytes=10_000)
        discord_emulator.set_avatar(ann, None, guild=discord_emulator.guild)
        everywhere = await bot.chat.fetch(avatar, max_bytes=10_000)
        discord_emulator.set_avatar(ann, None)
        default = await bot.chat.fetch(avatar, max_bytes=10_000)

    assert (of_server, everywhere, default) == (OTHER, PNG, OTHER)


async def test_a_reply_asks_for_the_profile_picture_of_whom_it_replies_to(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    ann, ben = discord_emulator.add_person("Ann"), discord_emulator.add_person("Ben")
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(channel, ann, "hello")
        await discord_emulator.say(channel, ben, f"{discord_emulator.bot.mention} her avatar?", reply_to=said)
        event = await bot.hears(2)

    assert [(ref.source, ref.about) for ref in event.attachments] == [(Source.AVATAR, "Ann")]
