"""The Telegram for tests and pictures: the real python-telegram-bot gets and sends them as it would anywhere."""

import pytest
import telegram
from telegram import InputMediaPhoto

from tests.drawing import photo
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import refused


async def newest(bot: telegram.Bot) -> telegram.Message:
    update = (await bot.get_updates())[-1]
    assert update.message is not None
    return update.message


async def test_a_posted_photo_is_kept_as_it_was_and_can_be_replaced(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))
    first, second = photo(40, 30), photo(30, 40)

    sent = await bot.send_photo(chat.id, first, caption="Before")
    (shown,) = world.visible(chat)
    assert (world.picture_of(shown), shown.text, sent.photo[-1].width) == (first, "Before", 40)

    edited = await bot.edit_message_media(InputMediaPhoto(second, "After"), chat.id, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert (world.picture_of(shown), shown.text, edited.photo[-1].width) == (second, "After", 30)
    async with refused(world, "There is no text in the message to edit", violation="no text"):
        await bot.edit_message_text("Now words", chat.id, sent.message_id)


@pytest.mark.parametrize(
    ("refusable", "violation"),
    [
        (photo(5001, 5000), "PHOTO_INVALID_DIMENSIONS"),
        (photo(21 * 30, 29), "PHOTO_INVALID_DIMENSIONS"),
        (b"not really a picture", "IMAGE_PROCESS_FAILED"),
        (b"\xff" * (10 * 1024 * 1024 + 1), "file of size 10485761 bytes is too big for a photo"),
    ],
    ids=["too many pixels", "too narrow", "no picture", "too many bytes"],
)
async def test_photos_against_the_rules_are_refused(
    world: TelegramEmulator, bot: telegram.Bot, refusable: bytes, violation: str
) -> None:
    chat = world.private(world.add_person("Ann"))
    sent = await bot.send_photo(chat.id, photo(5000, 5000))

    async with refused(world, violation.capitalize(), violation=violation):
        await bot.send_photo(chat.id, refusable)
    async with refused(world, violation.capitalize(), violation=violation):
        await bot.edit_message_media(InputMediaPhoto(refusable), chat.id, sent.message_id)


async def test_a_caption_has_1024_units_after_trimming(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))

    await bot.send_photo(chat.id, photo(40, 30), caption=" " + "😀" * 512 + " \n")

    assert world.visible(chat)[0].text == "😀" * 512
    async with refused(world, "Message caption is too long", violation="caption"):
        await bot.send_photo(chat.id, photo(40, 30), caption="😀" * 512 + "x")


async def test_a_group_may_forbid_photos_alone(world: TelegramEmulator, bot: telegram.Bot) -> None:
    group = world.add_group("Words")
    world.forbid_photos(group)

    await bot.send_message(group.id, "Words")
    async with refused(world, "Not enough rights to send photos to the chat"):
        await bot.send_photo(group.id, photo(40, 30))


async def test_profile_photos_come_newest_first_and_in_sizes(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann, shy = world.add_person("Ann"), world.add_person("Shy")
    world.set_profile_photos(ann, photo(640, 640), photo(320, 320))

    photos = await bot.get_user_profile_photos(ann.id, limit=1)

    assert (photos.total_count, len(photos.photos)) == (2, 1)
    assert [size.width for size in photos.photos[0]] == [90, 320, 640]
    assert (await bot.get_user_profile_photos(shy.id)).total_count == 0
    async with refused(world, "User not found"):
        await bot.get_user_profile_photos(12345)


async def test_custom_emoji_are_found_by_their_ids(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    text = "Fine 👍"
    entity = world.custom_emoji(text, "👍", b"tgs", animated=True, thumbnail=photo(100, 100))

    await world.say(world.private(ann), ann, text, entities=[entity])

    (found,) = (await newest(bot)).entities
    (sticker,) = await bot.get_custom_emoji_stickers([found.custom_emoji_id or "", "5"])
    assert (sticker.is_animated, sticker.custom_emoji_id) == (True, found.custom_emoji_id)
    assert sticker.thumbnail is not None


async def test_moving_pictures_have_their_fields(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat, still = world.private(ann), photo(90, 60)

    await world.send_video(chat, ann, b"mp4", thumbnail=still, cover=photo(640, 480), caption="Look")
    video = await newest(bot)
    await world.send_video_note(chat, ann, b"mp4", thumbnail=still, claimed_size=30_000_000)
    note = (await newest(bot)).video_note
    await world.send_live_photo(chat, ann, photo(640, 480), b"mp4")
    live = await newest(bot)

    assert video.video is not None
    assert video.caption == "Look"
    assert video.video.thumbnail is not None
    assert [size.width for size in video.video.cover or ()] == [90, 320, 640]
    assert note is not None
    assert note.file_size == 30_000_000
    assert live.live_photo is not None
    assert live.live_photo.photo == live.photo


async def test_paid_and_rich_messages_arrive_as_they_are(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)

    await world.send_paid_photos(chat, ann, [photo(40, 30)])
    bought = (await newest(bot)).paid_media
    await world.send_paid_photos(chat, ann, [photo(40, 30)], paid=False)
    locked = (await newest(bot)).paid_media
    await world.send_rich(chat, ann, [{"type": "photo", **world.media.photo(photo(40, 30))}])
    rich = await newest(bot)

    assert bought is not None
    assert locked is not None
    assert (bought.paid_media[0].type, locked.paid_media[0].type) == ("photo", "preview")
    assert rich.api_kwargs["rich_message"]["blocks"][0]["photo"][-1]["width"] == 40


async def test_a_chosen_preview_is_told_without_its_picture(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")

    await world.say(world.private(ann), ann, "See there", preview="https://a.example/page")

    options = (await newest(bot)).link_preview_options
    assert options is not None
    assert options.url == "https://a.example/page"
