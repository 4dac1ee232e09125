"""Files, embeds, previews and links on Discord, and how they are fetched: the real discord.py on real sockets."""

import io

from PIL import Image

from bot.events import AttachmentRef, MessageEdited, MessageReceived, Source
from tests.discord_bot import refetched, running
from tests.drawing import corners, encoded, four_corners
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Payload

PNG = encoded(four_corners(), "PNG")
OTHER = encoded(four_corners().rotate(180), "PNG")
PAGE, PICTURE = "https://garden.example/roses", "https://garden.example/img/rose.png?w=900"


def embed(discord: DiscordEmulator, **more: object) -> Payload:
    """The preview of a page, as Discord makes it."""
    return {"type": "article", "url": PAGE, "title": "Roses", "thumbnail": discord.preview(PICTURE, PNG), **more}


def sources(event: MessageReceived) -> list[Source]:
    return [ref.source for ref in event.attachments]


async def test_pictures_of_a_message_replied_to_come_whatever_they_are(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    ann, ben = discord_emulator.add_person("Ann"), discord_emulator.add_person("Ben")
    wave = discord_emulator.add_sticker("Wave", OTHER)
    async with running(discord_emulator) as bot:
        seen = await discord_emulator.say(
            channel,
            ann,
            "look",
            files=[File(name="a.png", data=PNG)],
            embeds=[embed(discord_emulator)],
            stickers=[wave],
        )
        await discord_emulator.say(channel, ben, f"{discord_emulator.bot.mention} what?", reply_to=seen)
        event = await bot.hears(2)

    [quoted] = event.quoted
    assert [ref.source for ref in quoted.attachments] == [Source.FILE, Source.PREVIEW, Source.STICKER]
    assert await refetched(discord_emulator, *quoted.attachments) == [PNG, PNG, OTHER]


async def test_pictures_of_a_forward_come_whatever_they_are(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    wave = discord_emulator.add_sticker("Wave", OTHER)
    async with running(discord_emulator) as bot:
        seen = await discord_emulator.say(channel, ann, "look", embeds=[embed(discord_emulator)])
        await discord_emulator.say(discord_emulator.dm(ann), ann, forward_of=seen)
        event = await bot.hears(2)
        await discord_emulator.say(channel, ann, stickers=[wave])

    [quoted] = event.quoted
    assert [ref.source for ref in quoted.attachments] == [Source.PREVIEW]
    assert await refetched(discord_emulator, *quoted.attachments) == [PNG]


async def test_an_embed_gives_its_image_and_its_thumbnail(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    rich = {
        "type": "rich",
        "title": "Frost tonight",
        "image": discord_emulator.preview("https://weather.example/map.png", PNG),
        "thumbnail": discord_emulator.preview("https://weather.example/logo.png", OTHER),
    }
    async with running(discord_emulator) as bot:
        warning = await discord_emulator.say(channel, discord_emulator.add_bot("Weather"), embeds=[rich, rich])
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} where?", reply_to=warning)
        event = await bot.hears()

    seen = event.quoted[0].attachments
    assert [(ref.about, ref.name) for ref in seen] == [("Frost tonight", "map.png"), ("Frost tonight", "logo.png")]
    assert await refetched(discord_emulator, *seen) == [PNG, OTHER]


async def test_what_another_bot_lays_out_gives_its_words_and_pictures(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thumbnail = {"type": 11, "media": discord_emulator.preview("https://weather.example/logo.png", OTHER)}
    gallery = {"type": 12, "items": [{"media": discord_emulator.preview("https://weather.example/map.png", PNG)}]}
    section = {"type": 9, "components": [{"type": 10, "content": "Frost tonight"}], "accessory": thumbnail}
    async with running(discord_emulator) as bot:
        warning = await discord_emulator.say(
            channel,
            discord_emulator.add_bot("Weather"),
            components=[{"type": 17, "components": [section, gallery]}],
            flags=MessageFlag.IS_COMPONENTS_V2,
        )
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} where?", reply_to=warning)
        [quoted] = (await bot.hears()).quoted

    assert quoted.text == "Frost tonight"
    assert [(ref.source, ref.about) for ref in quoted.attachments] == [(Source.PREVIEW, "weather.example")] * 2
    assert await refetched(discord_emulator, *quoted.attachments) == [OTHER, PNG]


async def test_an_animation_from_a_gif_site_comes_as_its_video_with_a_still_picture(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    gif = {
        "type": "gifv",
        "url": "https://tenor.com/view/cat-1",
        "provider": {"name": "Tenor", "url": "https://tenor.co"},
        "thumbnail": discord_emulator.preview("https://media.tenor.com/cat.png", PNG),
        "video": discord_emulator.preview("https://media.tenor.com/cat.mp4", b"a video"),
    }
    async with running(discord_emulator) as bot:
        cat = await discord_emulator.say(channel, ann, "https://tenor.com/view/cat-1", embeds=[gif])
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} who?", reply_to=cat)
        event = await bot.hears(2)

    [video] = event.quoted[0].attachments
    assert (video.about, video.name) == ("Tenor", "cat.mp4")
    still = AttachmentRef(handle=video.still, name="", media_type="")
    [moving, standing] = await refetched(discord_emulator, video, still)
    assert moving == b"a video"
    assert corners(Image.open(io.BytesIO(standing))) == corners(four_corners())


async def test_a_video_that_only_its_own_site_plays_comes_as_its_picture(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    video = {
        "type": "video",
        "url": "https://video.example/watch?v=1",
        "title": "How to prune",
        "thumbnail": discord_emulator.preview("https://video.example/1.jpg", PNG),
        "video": {"url": "https://video.example/embed/1", "width": 1280, "height": 720},
    }
    async with running(discord_emulator) as bot:
        await discord_emulator.say(discord_emulator.dm(ann), ann, "https://video.example/watch?v=1", embeds=[video])
        event = await bot.hears()

    assert [(ref.about, ref.name) for ref in event.attachments] == [("How to prune", "1.jpg")]


async def test_a_preview_that_comes_later_is_no_edit_of_words(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        asked = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} what is on {PAGE}")
        before = await bot.hears()
        await discord_emulator.edit(asked, embeds=[embed(discord_emulator)])
        edited = await bot.notices(MessageEdited)
        await bot.caught_up()

    after = edited.message
    assert (after.text, after.raw_text, after.quoted) == (before.text, before.raw_text, before.quoted)
    assert (sources(before), sources(after)) == ([], [Source.PREVIEW])
    assert await refetched(discord_emulator, *after.attachments) == [PNG]
    assert len(bot.events) == 1


async def test_a_late_preview_of_what_was_said_to_nobody_is_told_as_new_too(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(channel, ann, PAGE)
        await bot.hears()
        await discord_emulator.edit(said, embeds=[embed(discord_emulator)])
        event = await bot.hears(2)
        await bot.notices(MessageEdited)

    assert (event.message_id, event.address, sources(event)) == (str(said.id), None, [Source.PREVIEW])


async def test_a_pin_of_what_was_said_long_ago_to_nobody_is_nothing_new(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(channel, ann, PAGE, embeds=[embed(discord_emulator)])
        await bot.hears()
        await bot.caught_up()
        bot.clock.passed_s += 3600
        await discord_emulator.edit(said, embeds=said.embeds)
        await bot.notices(MessageEdited)
        await discord_emulator.say(channel, ann, "the end")
        event = await bot.hears(2)

    assert event.text == "the end"


async def test_a_link_to_a_picture_counts_only_if_the_message_is_for_the_bot(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(channel, ann, PICTURE)
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} and {PICTURE}", reply_to=said)
        event = await bot.hears(2)

    [own], [linked] = event.attachments, event.quoted[0].attachments
    assert bot.events[0].attachments == ()
    assert (own.source, own.handle, own.about) == (Source.LINK, PICTURE, "garden.example")
    assert linked == own


async def test_a_link_and_its_own_preview_are_one_picture(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    preview = {"type": "image", "url": PICTURE, "thumbnail": discord_emulator.preview(PICTURE, PNG)}
    async with running(discord_emulator) as bot:
        asked = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} {PICTURE}")
        before = await bot.hears()
        await discord_emulator.edit(asked, embeds=[preview])
        edited = await bot.notices(MessageEdited)
        said = await discord_emulator.say(channel, ann, PICTURE, embeds=[preview])
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} what?", reply_to=said)
        event = await bot.hears(3)

    assert sources(before) == [Source.LINK]
    assert edited.message.attachments == before.attachments
    assert [ref.source for ref in event.quoted[0].attachments] == [Source.PREVIEW]
