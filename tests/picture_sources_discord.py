"""Ways in which a picture comes along on Discord alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from PIL import Image

from bot import texts
from bot.records.attachments import Medium
from tests.drawing import animation
from tests.emulators.discord import File
from tests.emulators.discord_world import Person
from tests.gallery import UPRIGHT
from tests.people import Place
from tests.picture_people import DiscordPicturePeople
from tests.picture_sources import FRAMES, GIF, MP4, PNG, TIMES, Asked

OnDiscord: TypeAlias = Callable[[DiscordPicturePeople], Awaitable[Asked]]


async def still_sticker(people: DiscordPicturePeople) -> Asked:
    return await _sticker(people, "Wave", PNG, "png", [UPRIGHT], "PNG, 320×208")


async def moving_sticker(people: DiscordPicturePeople) -> Asked:
    apng = animation("PNG", FRAMES, frame_ms=200)
    return await _sticker(people, "Dance", apng, "apng", FRAMES, "PNG animation, 320×208, 1.0 s, 5 frames")


async def gif_sticker(people: DiscordPicturePeople) -> Asked:
    return await _sticker(people, "Jump", GIF, "gif", FRAMES, "GIF animation, 320×208, 1.0 s, 5 frames")


async def drawn_sticker(people: DiscordPicturePeople) -> Asked:
    place, person = _private(people, "Lottie")
    sticker = people.discord.add_sticker("Drawn", b"{}", "json")
    await people.discord.say(place.chat, person, stickers=[sticker])
    return Asked(place=place, about="[Lottie]", views=(), told=["[Sticker: Drawn, an animation that bots can't see]"])


async def gif(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    file = File(name="cat.gif", data=GIF)
    await people.share(place, file, "what does the cat do?", mention=True)
    return Asked(place=place, about="the cat do?", views=FRAMES, told=["(GIF animation, 320×208, 1.0 s", *TIMES])


async def preview(people: DiscordPicturePeople) -> Asked:
    place, person = _private(people, "Preview")
    thumbnail = people.discord.preview("https://garden.example/rose.png?w=9", PNG)
    embed = {"type": "article", "url": "https://garden.example/", "title": "Roses", "thumbnail": thumbnail}
    await people.discord.say(place.chat, person, "which flower is on https://garden.example/?", embeds=[embed])
    return Asked(place=place, about="which flower", told=["(preview of a link, PNG, 320×208):"])


async def late_preview(people: DiscordPicturePeople) -> Asked:
    place, person = _private(people, "Late")
    asked = await people.discord.say(place.chat, person, "what stands on https://garden.example/late?")
    thumbnail = people.discord.preview("https://garden.example/late.png", PNG)
    embed = {"type": "article", "url": "https://garden.example/late", "title": "Roses", "thumbnail": thumbnail}
    # Discord looks at the page first.
    await asyncio.sleep(0.2)
    await people.discord.edit(asked, embeds=[embed])
    return Asked(place=place, about="what stands on", told=["(preview of a link, PNG, 320×208):"])


async def gifv(people: DiscordPicturePeople) -> Asked:
    place, person = _private(people, "Gifv")
    embed = {
        "type": "gifv",
        "url": "https://tenor.com/view/cat-1",
        "thumbnail": people.discord.preview("https://media.tenor.com/cat.png", PNG),
        "video": people.discord.preview("https://media.tenor.com/cat.mp4", MP4),
    }
    await people.discord.say(place.chat, person, "who is it? https://tenor.com/view/cat-1", embeds=[embed])
    return Asked(place=place, about="who is it?", views=FRAMES, told=["preview of a link, MP4 video", *TIMES])


async def embed(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    image = people.discord.preview("https://weather.example/map.png", PNG)
    embed = {"type": "rich", "title": "Frost tonight", "image": image}
    warning = await people.discord.say(place.chat, people.discord.add_bot("Weather"), embeds=[embed])
    await people.say(place, "where will it freeze?", mention=True, reply_to=warning)
    return Asked(place=place, about="will it freeze?", told=["preview of a link, PNG, 320×208, in what is quoted"])


async def avatar(people: DiscordPicturePeople) -> Asked:
    place, bob = people.group(), people.discord.add_person("Bob")
    people.discord.set_avatar(bob, PNG)
    await people.say(place, f"what is on {bob.mention}'s avatar?", mention=True)
    return Asked(place=place, about="on @Bob's avatar?", told=["(profile picture of Bob, PNG, 320×208):"])


async def emoji(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    rose = people.discord.add_emoji("rose", PNG)
    webp = animation("WEBP", FRAMES, frame_ms=200, lossless=True)
    dance = people.discord.add_emoji("dance", webp, animated=True)
    await people.say(place, f"what is {rose.markup} or {dance.markup}?", mention=True)
    told = ["(emoji :rose:, PNG, 320×208):", "(emoji :dance:, WebP animation"]
    return Asked(place=place, about=":rose: or :dance:?", views=[UPRIGHT, *FRAMES], told=told)


async def too_large(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    # Discord's own still picture is used where the file is over the cap.
    data = PNG + bytes(3_000_000)
    await people.share(place, File(name="huge.png", data=data), "what is the huge one?", mention=True)
    note = texts.seen_in_part(texts.called(Medium.PICTURE, None), texts.only_still(texts.too_large(2_000_000)))
    return Asked(place=place, about="the huge one?", told=["(WebP, 320×208)"], note=note)


ON_DISCORD: Sequence[OnDiscord] = (
    still_sticker,
    moving_sticker,
    gif_sticker,
    drawn_sticker,
    gif,
    preview,
    late_preview,
    gifv,
    embed,
    avatar,
    emoji,
    too_large,
)


def _private(people: DiscordPicturePeople, who: str) -> tuple[Place, Person]:
    place = people.private(who)
    return place, place.chat.recipient


async def _sticker(
    people: DiscordPicturePeople, name: str, data: bytes, kind: str, views: Sequence[Image.Image], origin: str
) -> Asked:
    discord = people.discord
    place = people.private(name)
    await discord.say(place.chat, place.chat.recipient, stickers=[discord.add_sticker(name, data, kind)])
    return Asked(place=place, about=f"[{name}]", views=views, told=[f"(sticker, {origin})"])
