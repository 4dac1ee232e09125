import io
import time
from collections.abc import AsyncIterator

import pytest
import telegram
from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageOriginType

from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import client


@pytest.fixture
async def world() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(topics=True) as emulator:
        yield emulator
        assert emulator.violations == []


async def received(bot: telegram.Bot) -> list[telegram.Message]:
    """Take all that waits, and confirm it."""
    updates = await bot.get_updates(timeout=0)
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return [update.effective_message for update in updates if update.effective_message is not None]


def jpeg(width: int = 1600, height: int = 900) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "JPEG")
    return out.getvalue()


async def test_a_private_message_says_who_wrote_what_and_where(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann", language="de", username="ann_w")
    chat = world.private(ann)
    said = await world.say(chat, ann, "😀 /help see https://example.org/a, @Bob_1 #fun", ago_s=60)

    (message,) = await received(bot)

    assert (message.message_id, message.chat.type, message.chat.id) == (said.id, "private", ann.id)
    assert message.from_user is not None
    assert (message.from_user.id, message.from_user.language_code) == (ann.id, "de")
    assert [(entity.type, message.parse_entity(entity)) for entity in message.entities] == [
        ("bot_command", "/help"),
        ("url", "https://example.org/a"),
        ("mention", "@Bob_1"),
        ("hashtag", "#fun"),
    ]
    assert time.time() - message.date.timestamp() >= 59


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("just talking", False),
        ("@glimpse_bot hello", True),
        ("hello @Glimpse_Bot!", True),
        ("mail to me@glimpse_bot", False),
        ("@glimpse_bot2 hello", False),
        ("/help", True),
        ("/help@glimpse_bot", True),
        ("/help@other_bot", False),
    ],
)
async def test_privacy_mode_shows_only_what_is_meant_for_the_bot(
    world: TelegramEmulator, bot: telegram.Bot, text: str, told: bool
) -> None:
    group = world.add_group("Friends")

    await world.say(group, world.add_person("Ann"), text)

    assert [message.text for message in await received(bot)] == ([text] if told else [])


async def test_privacy_mode_shows_replies_mentions_by_name_and_who_is_admin_sees_all(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    ann, other = world.add_person("Ann"), world.add_person("Other", username="other_bot", is_bot=True)
    group, led = world.add_group("Friends"), world.add_group("Led", admin=True)
    await bot.send_message(group.id, "Hello.")

    await world.say(group, ann, "a reply", reply_to=world.visible(group)[0])
    by_name = world.text_mention("hey Glimpse", "Glimpse", world.bot)
    await world.say(group, ann, "hey Glimpse", entities=[by_name])
    await world.say(led, ann, "to all")
    await world.say(group, other, "I spoke last")
    await world.say(group, ann, "/help")

    assert [message.text for message in await received(bot)] == ["a reply", "hey Glimpse", "to all"]


async def test_without_privacy_mode_everything_is_seen_bots_too() -> None:
    async with TelegramEmulator(privacy=False) as world, client(world) as bot:
        group = world.add_group("Friends", basic=True)
        await world.say(group, world.add_person("Ann"), "just talking")
        await world.say(group, world.add_person("Other", is_bot=True), "me too")

        seen = await received(bot)

        assert [(message.text, message.from_user and message.from_user.is_bot) for message in seen] == [
            ("just talking", False),
            ("me too", True),
        ]
        assert (await bot.get_me()).can_read_all_group_messages is True


async def test_a_reply_shows_the_photo_of_somebody_else_that_privacy_mode_hid(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    ann, bob = world.add_person("Ann"), world.add_person("Bob")
    group = world.add_group("Friends")
    photo = await world.send_photo(group, ann, jpeg(), caption="my cat")
    first = await world.say(group, bob, "@glimpse_bot what is this?", reply_to=photo)
    await world.say(group, ann, "@glimpse_bot yes, what?", reply_to=first)

    question, follow_up = await received(bot)

    assert question.reply_to_message is not None
    assert question.reply_to_message.caption == "my cat"
    assert [(size.width, size.height) for size in question.reply_to_message.photo] == [
        (90, 51),
        (320, 180),
        (800, 450),
        (1280, 720),
        (1600, 900),
    ]
    assert follow_up.reply_to_message is not None
    assert follow_up.reply_to_message.reply_to_message is None
    assert (follow_up.message_thread_id, follow_up.is_topic_message) == (photo.id, None)


async def test_topics_of_forums_and_private_chats(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    for chat in (world.add_group("Forum", forum=True), world.private(ann)):
        topic = world.add_topic(chat, "Trip")
        await world.say(chat, ann, "@glimpse_bot in it", topic=topic)
        await world.say(chat, ann, "@glimpse_bot outside")

        created, inside, outside = await received(bot)

        assert created.forum_topic_created is not None
        assert (inside.message_thread_id, inside.is_topic_message) == (topic.id, True)
        assert inside.reply_to_message is not None
        assert inside.reply_to_message.forum_topic_created is not None
        assert (outside.message_thread_id, outside.is_topic_message, outside.reply_to_message) == (None, None, None)


async def test_message_ids_repeat_between_supergroups(world: TelegramEmulator) -> None:
    ann = world.add_person("Ann")
    one, two = world.add_group("One"), world.add_group("Two")

    assert (await world.say(one, ann, "x")).id == (await world.say(two, ann, "x")).id


async def test_an_album_comes_as_messages_of_their_own(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    await world.send_album(world.private(ann), ann, [jpeg(100, 80)] * 3, caption="three")

    messages = await received(bot)

    assert [(len(message.photo), message.caption) for message in messages] == [(2, "three"), (2, None), (2, None)]
    assert len({message.media_group_id for message in messages}) == 1
    assert messages[0].media_group_id is not None


async def test_forwards_say_where_they_come_from(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann, bob = world.add_person("Ann"), world.add_person("Bob")
    original = await world.send_photo(world.add_group("Elsewhere"), bob, jpeg(80, 80), caption="look")
    for origin in ({}, {"hidden": True}, {"channel": "News"}):
        await world.forward(world.private(ann), ann, original, **origin)

    messages = await received(bot)

    assert [message.forward_origin and message.forward_origin.type for message in messages] == [
        MessageOriginType.USER,
        MessageOriginType.HIDDEN_USER,
        MessageOriginType.CHANNEL,
    ]
    assert {message.caption for message in messages} == {"look"}


async def test_a_reply_to_another_chat_is_external_and_a_part_can_be_quoted(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)
    there = await world.send_photo(world.add_group("Elsewhere"), ann, jpeg(80, 80), caption="a long caption")
    await world.say(chat, ann, "what about this?", reply_to=there, quote="long")

    (message,) = await received(bot)

    assert message.reply_to_message is None
    assert message.external_reply is not None
    assert message.external_reply.photo
    assert message.quote is not None
    assert (message.quote.text, message.quote.position) == ("long", 2)


async def test_other_kinds_of_messages(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)
    await world.send_document(chat, ann, b"HEIC", "IMG_1.HEIC", "image/heic", caption="as a file")
    await world.send_sticker(chat, ann, b"webp")
    await world.send_animation(chat, ann, b"mp4")
    await world.send_voice(chat, ann, b"ogg")

    document, sticker, animation, voice = await received(bot)

    assert document.document is not None
    assert (document.document.file_name, document.document.mime_type) == ("IMG_1.HEIC", "image/heic")
    assert sticker.sticker is not None
    assert animation.animation is not None
    assert animation.document is not None
    assert voice.voice is not None


async def test_an_edit_by_a_person_is_an_update_even_when_nothing_changed(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    ann = world.add_person("Ann")
    group = world.add_group("Friends")
    message = await world.say(group, ann, "hello")
    await world.edit(message, "hello @glimpse_bot")
    await world.edit(message, "hello @glimpse_bot")

    updates = await bot.get_updates(timeout=0)

    assert [update.edited_message and update.edited_message.text for update in updates] == ["hello @glimpse_bot"] * 2
    assert len(message.versions) == 2


async def test_a_pressed_button_is_answered_once(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)
    yes = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Yes", callback_data="yes"))
    await bot.send_message(chat.id, "Sure?", reply_markup=yes)
    await world.press(world.visible(chat)[0], ann)

    (update,) = await bot.get_updates(timeout=0)

    assert update.callback_query is not None
    assert update.callback_query.data == "yes"
    assert await update.callback_query.answer()
    with pytest.raises(telegram.error.BadRequest, match="Query is too old"):
        await update.callback_query.answer()
    world.violations.clear()
