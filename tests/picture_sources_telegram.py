"""Ways in which a picture comes along on Telegram alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from bot import texts
from bot.records.attachments import Medium
from bot.sentences import sentence
from tests.drawing import encoded
from tests.filming import film
from tests.gallery import TGS, UPRIGHT
from tests.picture_people import TelegramPicturePeople
from tests.picture_sources import FRAMES, JPEG, MP4, TILTED, TILTED_JPEG, TIMES, Asked

OnTelegram: TypeAlias = Callable[[TelegramPicturePeople], Awaitable[Asked]]


async def still_sticker(people: TelegramPicturePeople) -> Asked:
    place = people.private("Still")
    webp = encoded(UPRIGHT, "WEBP", lossless=True)
    await people.telegram.send_sticker(place.chat, place.chat.owner, webp, emoji="🐸", pack="Frogs")
    return Asked(place=place, about="[Still]", told=["(sticker, WebP, 320×208):"])


async def drawn_sticker(people: TelegramPicturePeople) -> Asked:
    place = people.private("Animated")
    await people.telegram.send_sticker(place.chat, place.chat.owner, TGS, animated=True, thumbnail=JPEG)
    reason = "it is an animated sticker in Telegram's own format (TGS), which I can't see"
    note = texts.seen_in_part(texts.called(Medium.PICTURE, None), texts.only_still(sentence(reason)))
    return Asked(place=place, about="[Animated]", told=["(sticker, JPEG, 320×208)"], note=note)


async def video_sticker(people: TelegramPicturePeople) -> Asked:
    place = people.private("Webm")
    webm = film("webm", FRAMES, rate=5, gop=2)
    await people.telegram.send_sticker(place.chat, place.chat.owner, webm, video=True, thumbnail=JPEG)
    told = ["(sticker, WebM video, 320×208, 1.0 s)", *TIMES]
    return Asked(place=place, about="[Webm]", views=FRAMES, told=told)


async def gif(people: TelegramPicturePeople) -> Asked:
    place = people.private("Gif")
    await people.telegram.send_animation(place.chat, place.chat.owner, MP4, caption="what moves?", thumbnail=JPEG)
    return Asked(place=place, about="what moves?", views=FRAMES, told=["(MP4 video, 320×208, 1.0 s)", *TIMES])


async def video(people: TelegramPicturePeople) -> Asked:
    place = people.private("Video")
    await people.telegram.send_video(place.chat, place.chat.owner, MP4, caption="what is filmed?", thumbnail=JPEG)
    return Asked(place=place, about="what is filmed?", views=FRAMES, told=TIMES)


async def round_video(people: TelegramPicturePeople) -> Asked:
    place = people.private("Round")
    await people.telegram.send_video_note(place.chat, place.chat.owner, MP4, thumbnail=JPEG)
    return Asked(place=place, about="[Round]", views=FRAMES, told=TIMES)


async def too_large(people: TelegramPicturePeople) -> Asked:
    place = people.private("Long")
    await people.telegram.send_video(
        place.chat, place.chat.owner, MP4, caption="what a film?", thumbnail=JPEG, claimed_size=30_000_000
    )
    note = texts.seen_in_part(texts.called(Medium.VIDEO, None), texts.only_still(texts.too_large(2_000_000)))
    return Asked(place=place, about="what a film?", note=note)


async def voice(people: TelegramPicturePeople) -> Asked:
    place = people.private("Voice")
    await people.telegram.send_voice(place.chat, place.chat.owner, b"OggS" + bytes(99))
    note = texts.not_seen(texts.called(Medium.RECORDING, None), texts.not_a_picture("audio/ogg"))
    return Asked(place=place, about="[Voice]", views=(), told=["could not be looked at"], note=note)


async def live_photo(people: TelegramPicturePeople) -> Asked:
    place = people.private("Live")
    await people.telegram.send_live_photo(place.chat, place.chat.owner, JPEG, MP4, caption="what is alive?")
    return Asked(place=place, about="what is alive?")


async def avatar(people: TelegramPicturePeople) -> Asked:
    telegram = people.telegram
    place, bob = people.group(), telegram.add_person("Bob")
    telegram.set_profile_photos(bob, JPEG, TILTED_JPEG)
    text = f"@{telegram.username} what is on Bob's profile picture?"
    ann = telegram.add_person("Ann")
    await telegram.say(place.chat, ann, text, entities=[telegram.text_mention(text, "Bob", bob)])
    return Asked(place=place, about="Bob's profile picture?", told=["(profile picture of Bob, JPEG, 320×208):"])


async def emoji(people: TelegramPicturePeople) -> Asked:
    telegram, place = people.telegram, people.private("Emoji")
    text = "what are 👍 and 🎉?"
    still = telegram.custom_emoji(text, "👍", encoded(UPRIGHT, "WEBP", lossless=True))
    drawn = telegram.custom_emoji(text, "🎉", TGS, animated=True, thumbnail=TILTED_JPEG)
    await telegram.say(place.chat, place.chat.owner, text, entities=[still, drawn])
    told = ["(emoji 👍, WebP, 320×208):", "(emoji 🎉, JPEG, 320×208):"]
    return Asked(place=place, about="👍 and 🎉?", views=[UPRIGHT, TILTED], told=told)


ON_TELEGRAM: Sequence[OnTelegram] = (
    still_sticker,
    drawn_sticker,
    video_sticker,
    gif,
    video,
    round_video,
    too_large,
    voice,
    live_photo,
    avatar,
    emoji,
)
