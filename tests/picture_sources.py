"""Every way in which a picture comes along with a question: what people do, what the model is to see, what they read."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from PIL import Image

from bot import texts
from tests.drawing import animation, encoded, hues
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.telegram import TelegramEmulator
from tests.filming import film
from tests.gallery import TGS, UPRIGHT
from tests.people import Place
from tests.picture_people import DiscordPicturePeople, PicturePeople, TelegramPicturePeople
from tests.seeing import PictureServer

JPEG = encoded(UPRIGHT, "JPEG")
PNG = encoded(UPRIGHT, "PNG")
TILTED = UPRIGHT.rotate(180)
TILTED_JPEG = encoded(TILTED, "JPEG")
FRAMES = hues(5, 320, 208)
TIMES = ("at 0.0 s", "at 0.2 s", "at 0.4 s", "at 0.6 s", "at 0.8 s")
MP4 = film("mp4", FRAMES, rate=5, gop=2)
GIF = animation("GIF", FRAMES, frame_ms=200)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question that was asked, and what is to become of it."""

    place: Place
    about: str
    """Words of the question by which its request is found."""
    views: Sequence[Image.Image] = field(default=(UPRIGHT,), repr=False)
    """What the model is to see, in order."""
    told: Sequence[str] = ()
    """What the model is to be told with it."""
    note: str = ""
    """What the person is to read below the answer."""


OfEither: TypeAlias = Callable[[PicturePeople, PictureServer], Awaitable[Asked]]
OnDiscord: TypeAlias = Callable[[DiscordPicturePeople], Awaitable[Asked]]
OnTelegram: TypeAlias = Callable[[TelegramPicturePeople], Awaitable[Asked]]


# --- on both platforms ---------------------------------------------------------------------------


async def photo(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.group()
    await people.share_photo(place, JPEG, "what is my photo?", mention=True)
    return Asked(place=place, about="my photo", told=["Picture 1 [p", " (JPEG, 320×208):"])


async def album(people: PicturePeople, _: PictureServer) -> Asked:
    place, items = people.private("Album"), hues(10, 320, 208)
    await people.send_album(place, [encoded(item, "JPEG") for item in items], "what is my album?", who="Album")
    return Asked(place=place, about="my album", views=items)


async def replied_to(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.group()
    photo = await people.share_photo(place, JPEG, "look", who="Bob")
    await people.say(place, "what is Bob's photo?", mention=True, reply_to=photo)
    return Asked(place=place, about="what is Bob's photo?", told=['[Ann, quoting Bob: "look"]', "in what is quoted"])


async def sibling(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.hearing_group()
    item = await people.send_album(place, [JPEG, TILTED_JPEG], "", who="Bob")
    await people.say(place, "what else is in his album?", mention=True, reply_to=item)
    return Asked(place=place, about="what else is in his album?", views=[UPRIGHT, TILTED])


async def forwarded(people: PicturePeople, _: PictureServer) -> Asked:
    elsewhere, place = people.group(), people.private("Forwarder")
    photo = await people.share_photo(elsewhere, JPEG, "my garden", who="Bob")
    await people.forward(place, photo, who="Forwarder")
    return Asked(place=place, about="[Forwarder, quoting", told=["my garden", "in what is quoted"])


async def somebody_elses(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.hearing_group()
    await people.share_photo(place, JPEG, "hm", who="Bob")
    await people.say(place, "what is in that picture?", mention=True)
    return Asked(place=place, about="in that picture?", told=["posted here shortly before by Bob"])


async def linked(people: PicturePeople, server: PictureServer) -> Asked:
    place = people.private("Linker")
    await people.say(place, f"what is {server.url}/rose.png?", who="Linker")
    return Asked(place=place, about="/rose.png?", told=["(from a link, PNG, 320×208):"])


async def linked_in_a_quote(people: PicturePeople, server: PictureServer) -> Asked:
    place = people.group()
    link = await people.say(place, f"see {server.url}/moved.png", who="Bob")
    await people.say(place, "what does he link to?", mention=True, reply_to=link)
    return Asked(place=place, about="what does he link to?", told=["(from a link, PNG, 320×208, in what is quoted):"])


async def moving(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.group()
    file = File(name="film.mp4", data=MP4, media_type="video/mp4")
    await people.share(place, file, "what happens in the film?", mention=True)
    return Asked(place=place, about="the film?", views=FRAMES, told=["(MP4 video, 320×208, 1.0 s)", *TIMES])


OF_EITHER: Sequence[OfEither] = (
    photo,
    album,
    replied_to,
    sibling,
    forwarded,
    somebody_elses,
    linked,
    linked_in_a_quote,
    moving,
)


# --- on Discord ----------------------------------------------------------------------------------


async def discord_still_sticker(people: DiscordPicturePeople) -> Asked:
    return await _discord_sticker(people, "Wave", PNG, "png", [UPRIGHT], "PNG, 320×208")


async def discord_moving_sticker(people: DiscordPicturePeople) -> Asked:
    apng = animation("PNG", FRAMES, frame_ms=200)
    return await _discord_sticker(people, "Dance", apng, "apng", FRAMES, "PNG animation, 320×208, 1.0 s, 5 frames")


async def discord_gif_sticker(people: DiscordPicturePeople) -> Asked:
    return await _discord_sticker(people, "Jump", GIF, "gif", FRAMES, "GIF animation, 320×208, 1.0 s, 5 frames")


async def discord_drawn_sticker(people: DiscordPicturePeople) -> Asked:
    place, person = _discord_private(people, "Lottie")
    sticker = people.discord.add_sticker("Drawn", b"{}", "json")
    await people.discord.say(place.chat, person, stickers=[sticker])
    return Asked(place=place, about="[Lottie]", views=(), told=["[Sticker: Drawn, an animation that bots can't see]"])


async def discord_gif(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    file = File(name="cat.gif", data=GIF)
    await people.share(place, file, "what does the cat do?", mention=True)
    return Asked(place=place, about="the cat do?", views=FRAMES, told=["(GIF animation, 320×208, 1.0 s", *TIMES])


async def discord_preview(people: DiscordPicturePeople) -> Asked:
    place, person = _discord_private(people, "Preview")
    thumbnail = people.discord.preview("https://garden.example/rose.png?w=9", PNG)
    embed = {"type": "article", "url": "https://garden.example/", "title": "Roses", "thumbnail": thumbnail}
    await people.discord.say(place.chat, person, "which flower is on https://garden.example/?", embeds=[embed])
    return Asked(place=place, about="which flower", told=["(preview of a link, PNG, 320×208):"])


async def discord_gifv(people: DiscordPicturePeople) -> Asked:
    place, person = _discord_private(people, "Gifv")
    embed = {
        "type": "gifv",
        "url": "https://tenor.com/view/cat-1",
        "thumbnail": people.discord.preview("https://media.tenor.com/cat.png", PNG),
        "video": people.discord.preview("https://media.tenor.com/cat.mp4", MP4),
    }
    await people.discord.say(place.chat, person, "who is it? https://tenor.com/view/cat-1", embeds=[embed])
    return Asked(place=place, about="who is it?", views=FRAMES, told=["preview of a link, MP4 video", *TIMES])


async def discord_embed(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    image = people.discord.preview("https://weather.example/map.png", PNG)
    embed = {"type": "rich", "title": "Frost tonight", "image": image}
    warning = await people.discord.say(place.chat, people.discord.add_bot("Weather"), embeds=[embed])
    await people.say(place, "where will it freeze?", mention=True, reply_to=warning)
    return Asked(place=place, about="will it freeze?", told=["preview of a link, PNG, 320×208, in what is quoted"])


async def discord_avatar(people: DiscordPicturePeople) -> Asked:
    place, bob = people.group(), people.discord.add_person("Bob")
    people.discord.set_avatar(bob, PNG)
    await people.say(place, f"what is on {bob.mention}'s avatar?", mention=True)
    return Asked(place=place, about="on @Bob's avatar?", told=["(profile picture of Bob, PNG, 320×208):"])


async def discord_emoji(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    rose = people.discord.add_emoji("rose", PNG)
    webp = animation("WEBP", FRAMES, frame_ms=200, lossless=True)
    dance = people.discord.add_emoji("dance", webp, animated=True)
    await people.say(place, f"what is {rose.markup} or {dance.markup}?", mention=True)
    told = ["(emoji :rose:, PNG, 320×208):", "(emoji :dance:, WebP animation"]
    return Asked(place=place, about=":rose: or :dance:?", views=[UPRIGHT, *FRAMES], told=told)


async def discord_too_large(people: DiscordPicturePeople) -> Asked:
    place = people.group()
    # Discord's own still picture is used where the file is over the cap.
    data = PNG + bytes(3_000_000)
    await people.share(place, File(name="huge.png", data=data), "what is the huge one?", mention=True)
    note = texts.seen_in_part(1, texts.only_still(texts.too_large(2_000_000)))
    return Asked(place=place, about="the huge one?", told=["(WebP, 320×208)"], note=note)


ON_DISCORD: Sequence[OnDiscord] = (
    discord_still_sticker,
    discord_moving_sticker,
    discord_gif_sticker,
    discord_drawn_sticker,
    discord_gif,
    discord_preview,
    discord_gifv,
    discord_embed,
    discord_avatar,
    discord_emoji,
    discord_too_large,
)


def _discord_private(people: DiscordPicturePeople, who: str) -> tuple[Place, object]:
    place = people.private(who)
    return place, place.chat.recipient


async def _discord_sticker(
    people: DiscordPicturePeople, name: str, data: bytes, kind: str, views: Sequence[Image.Image], origin: str
) -> Asked:
    discord: DiscordEmulator = people.discord
    place = people.private(name)
    await discord.say(place.chat, place.chat.recipient, stickers=[discord.add_sticker(name, data, kind)])
    return Asked(place=place, about=f"[{name}]", views=views, told=[f"(sticker, {origin})"])


# --- on Telegram ---------------------------------------------------------------------------------


async def telegram_still_sticker(people: TelegramPicturePeople) -> Asked:
    place = people.private("Still")
    webp = encoded(UPRIGHT, "WEBP", lossless=True)
    await people.telegram.send_sticker(place.chat, place.chat.owner, webp, emoji="🐸", pack="Frogs")
    return Asked(place=place, about="[Still]", told=["(sticker, WebP, 320×208):"])


async def telegram_drawn_sticker(people: TelegramPicturePeople) -> Asked:
    place = people.private("Animated")
    await people.telegram.send_sticker(place.chat, place.chat.owner, TGS, animated=True, thumbnail=JPEG)
    reason = "it is an animated sticker in Telegram's own format (TGS), which I can't see"
    note = texts.seen_in_part(1, texts.only_still(reason))
    return Asked(place=place, about="[Animated]", told=["(sticker, JPEG, 320×208)"], note=note)


async def telegram_video_sticker(people: TelegramPicturePeople) -> Asked:
    place = people.private("Webm")
    webm = film("webm", FRAMES, rate=5, gop=2)
    await people.telegram.send_sticker(place.chat, place.chat.owner, webm, video=True, thumbnail=JPEG)
    told = ["(sticker, WebM video, 320×208, 1.0 s)", *TIMES]
    return Asked(place=place, about="[Webm]", views=FRAMES, told=told)


async def telegram_gif(people: TelegramPicturePeople) -> Asked:
    place = people.private("Gif")
    await people.telegram.send_animation(place.chat, place.chat.owner, MP4, caption="what moves?", thumbnail=JPEG)
    return Asked(place=place, about="what moves?", views=FRAMES, told=["(MP4 video, 320×208, 1.0 s)", *TIMES])


async def telegram_video(people: TelegramPicturePeople) -> Asked:
    place = people.private("Video")
    await people.telegram.send_video(place.chat, place.chat.owner, MP4, caption="what is filmed?", thumbnail=JPEG)
    return Asked(place=place, about="what is filmed?", views=FRAMES, told=TIMES)


async def telegram_round_video(people: TelegramPicturePeople) -> Asked:
    place = people.private("Round")
    await people.telegram.send_video_note(place.chat, place.chat.owner, MP4, thumbnail=JPEG)
    return Asked(place=place, about="[Round]", views=FRAMES, told=TIMES)


async def telegram_too_large(people: TelegramPicturePeople) -> Asked:
    place = people.private("Long")
    await people.telegram.send_video(
        place.chat, place.chat.owner, MP4, caption="what a film?", thumbnail=JPEG, claimed_size=30_000_000
    )
    note = texts.seen_in_part(1, texts.only_still(texts.too_large(2_000_000)))
    return Asked(place=place, about="what a film?", note=note)


async def telegram_voice(people: TelegramPicturePeople) -> Asked:
    place = people.private("Voice")
    await people.telegram.send_voice(place.chat, place.chat.owner, b"OggS" + bytes(99))
    note = texts.not_seen(1, texts.not_a_picture("audio/ogg"))
    return Asked(place=place, about="[Voice]", views=(), told=["could not be looked at"], note=note)


async def telegram_live_photo(people: TelegramPicturePeople) -> Asked:
    place = people.private("Live")
    await people.telegram.send_live_photo(place.chat, place.chat.owner, JPEG, MP4, caption="what is alive?")
    return Asked(place=place, about="what is alive?")


async def telegram_avatar(people: TelegramPicturePeople) -> Asked:
    telegram: TelegramEmulator = people.telegram
    place, bob = people.group(), telegram.add_person("Bob")
    telegram.set_profile_photos(bob, JPEG, TILTED_JPEG)
    text = f"@{telegram.username} what is on Bob's profile picture?"
    ann = telegram.add_person("Ann")
    await telegram.say(place.chat, ann, text, entities=[telegram.text_mention(text, "Bob", bob)])
    return Asked(place=place, about="Bob's profile picture?", told=["(profile picture of Bob, JPEG, 320×208):"])


async def telegram_emoji(people: TelegramPicturePeople) -> Asked:
    telegram, place = people.telegram, people.private("Emoji")
    text = "what are 👍 and 🎉?"
    still = telegram.custom_emoji(text, "👍", encoded(UPRIGHT, "WEBP", lossless=True))
    drawn = telegram.custom_emoji(text, "🎉", TGS, animated=True, thumbnail=TILTED_JPEG)
    await telegram.say(place.chat, place.chat.owner, text, entities=[still, drawn])
    told = ["(emoji 👍, WebP, 320×208):", "(emoji 🎉, JPEG, 320×208):"]
    return Asked(place=place, about="👍 and 🎉?", views=[UPRIGHT, TILTED], told=told)


ON_TELEGRAM: Sequence[OnTelegram] = (
    telegram_still_sticker,
    telegram_drawn_sticker,
    telegram_video_sticker,
    telegram_gif,
    telegram_video,
    telegram_round_video,
    telegram_too_large,
    telegram_voice,
    telegram_live_photo,
    telegram_avatar,
    telegram_emoji,
)
