"""Every way a picture comes on Telegram: what is offered to the core of it, and that its bytes are to be had."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import AttachmentError
from bot.events import Address, AttachmentRef, Command, MessageReceived, Source
from tests.drawing import photo
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Person
from tests.telegram_bot import Bot, running

LIMIT = 20_000_000
PHOTO = photo(640, 480)
OTHER = photo(480, 640)
STILL = photo(90, 60)
MP4 = b"mp4" * 100


@pytest.fixture
async def bot(telegram_emulator: TelegramEmulator) -> AsyncIterator[Bot]:
    async with running(telegram_emulator) as bot:
        yield bot


@pytest.fixture
def ann(telegram_emulator: TelegramEmulator) -> Person:
    return telegram_emulator.add_person("Ann", username="ann")


@pytest.fixture
def chat(telegram_emulator: TelegramEmulator, ann: Person) -> Chat:
    return telegram_emulator.private(ann)


async def offered(bot: Bot) -> AttachmentRef:
    """The only file of the next message."""
    event: MessageReceived = await bot.hears()
    (ref,) = event.attachments
    return ref


async def bytes_of(bot: Bot, ref: AttachmentRef) -> bytes:
    return await bot.chat.fetch(ref, max_bytes=LIMIT)


async def still_of(bot: Bot, ref: AttachmentRef) -> bytes:
    return await bytes_of(bot, replace(ref, handle=ref.still, size_bytes=None))


async def test_a_photo_and_a_live_photo_are_still_pictures(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.send_photo(chat, ann, PHOTO)
    still = await offered(bot)
    await telegram_emulator.send_live_photo(chat, ann, OTHER, MP4)
    live = await offered(bot)

    assert (still.media_type, still.still, live.media_type) == ("image/jpeg", "", "image/jpeg")
    assert (await bytes_of(bot, still), await bytes_of(bot, live)) == (PHOTO, OTHER)


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.heic", "image/heic"), ("paper.pdf", "application/pdf"), ("notes.txt", "text/plain")]
)
async def test_a_document_comes_as_it_was_sent(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person, name: str, media_type: str
) -> None:
    await telegram_emulator.send_document(chat, ann, b"its bytes", name, media_type, thumbnail=STILL)
    ref = await offered(bot)

    assert (ref.source, ref.name, ref.media_type, ref.size_bytes) == (Source.FILE, name, media_type, 9)
    assert (await bytes_of(bot, ref), await still_of(bot, ref)) == (b"its bytes", STILL)


async def test_of_what_moves_the_file_and_a_still_are_offered(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.send_animation(chat, ann, MP4, thumbnail=STILL)
    await telegram_emulator.send_video(chat, ann, MP4, thumbnail=STILL)
    await telegram_emulator.send_video_note(chat, ann, MP4, thumbnail=STILL)
    refs = [await offered(bot) for _ in range(3)]

    assert [ref.media_type for ref in refs] == ["video/mp4"] * 3
    assert [await bytes_of(bot, ref) for ref in refs] == [MP4] * 3
    assert [await still_of(bot, ref) for ref in refs] == [STILL] * 3


async def test_the_cover_of_a_video_is_a_better_still_than_its_thumbnail(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.send_video(chat, ann, MP4, thumbnail=STILL, cover=PHOTO)

    assert await still_of(bot, await offered(bot)) == PHOTO


async def test_a_video_over_the_limit_has_its_still_all_the_same(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.send_video_note(chat, ann, MP4, thumbnail=STILL, claimed_size=30_000_000)
    ref = await offered(bot)

    with pytest.raises(AttachmentError) as refused:
        await bytes_of(bot, ref)
    assert refused.value.person == "it is larger than 20 MB"
    assert await still_of(bot, ref) == STILL


@pytest.mark.parametrize(
    ("animated", "video", "media_type"),
    [(False, False, "image/webp"), (True, False, "application/x-tgsticker"), (False, True, "video/webm")],
)
async def test_a_sticker_says_what_it_stands_for(
    telegram_emulator: TelegramEmulator,
    bot: Bot,
    chat: Chat,
    ann: Person,
    animated: bool,
    video: bool,
    media_type: str,
) -> None:
    await telegram_emulator.send_sticker(
        chat, ann, b"sticker", animated=animated, video=video, emoji="🐸", pack="Frogs", thumbnail=STILL
    )
    ref = await offered(bot)

    assert (ref.source, ref.about, ref.media_type) == (Source.STICKER, "🐸 Frogs", media_type)
    assert (await bytes_of(bot, ref), await still_of(bot, ref)) == (b"sticker", STILL)


async def test_sound_has_no_still(telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person) -> None:
    await telegram_emulator.send_voice(chat, ann, b"ogg")
    ref = await offered(bot)

    assert (ref.media_type, ref.still) == ("audio/ogg", "")


async def test_paid_photos_are_seen_once_they_are_paid_for(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.send_paid_photos(chat, ann, [PHOTO, OTHER])
    paid: MessageReceived = await bot.hears()
    await telegram_emulator.send_paid_photos(chat, ann, [PHOTO], paid=False)
    locked: MessageReceived = await bot.hears()

    assert [await bytes_of(bot, ref) for ref in paid.attachments] == [PHOTO, OTHER]
    assert (locked.attachments, locked.text) == ((), "[Paid media, which bots can't see before it is paid for]")


async def test_media_in_a_rich_message_are_files_too(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    media = telegram_emulator.media
    video = media.video(MP4, thumbnail=STILL, cover=None, claimed_size=None)
    blocks: list[dict[str, Any]] = [
        {"type": "paragraph", "text": "Two pictures"},
        {"type": "collage", "blocks": [{"type": "photo", **media.photo(PHOTO), "caption": {"text": "One"}}]},
        {"type": "video", **video},
        {"type": "document", **media.document(b"pdf", "a.pdf", "application/pdf")},
        {"type": "animation", "animation": media.animation(MP4)["animation"]},
    ]
    await telegram_emulator.send_rich(chat, ann, blocks)
    event: MessageReceived = await bot.hears()

    assert event.text == "Two pictures\nOne"
    assert [await bytes_of(bot, ref) for ref in event.attachments] == [PHOTO, MP4, b"pdf", MP4]


async def test_each_item_of_an_album_is_a_message_with_the_albums_id(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    await telegram_emulator.send_album(chat, ann, [PHOTO, OTHER], caption="Which is better?")
    events: list[MessageReceived] = [await bot.hears() for _ in range(2)]

    assert [await bytes_of(bot, ref) for event in events for ref in event.attachments] == [PHOTO, OTHER]
    assert events[0].album_id is not None
    assert events[0].album_id == events[1].album_id
    assert [event.text for event in events] == ["Which is better?", ""]


async def test_a_reply_to_one_item_of_an_album_names_that_item(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    items = await telegram_emulator.send_album(chat, ann, [PHOTO, OTHER])
    album: list[MessageReceived] = [await bot.hears() for _ in range(2)]
    await telegram_emulator.say(chat, ann, "And this one?", reply_to=items[1])
    (quoted,) = (await bot.hears()).quoted

    # What else is in the album the store knows by this id.
    assert quoted.message_id == album[1].message_id == str(items[1].id)
    assert quoted.attachments == album[1].attachments


@pytest.fixture
def group(telegram_emulator: TelegramEmulator) -> Chat:
    return telegram_emulator.add_group("Friends")


async def test_what_is_replied_to_is_seen_though_the_bot_was_never_told_of_it(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person
) -> None:
    bob = telegram_emulator.add_person("Bob")
    picture = await telegram_emulator.send_photo(group, bob, PHOTO)
    sticker = await telegram_emulator.send_sticker(group, bob, b"tgs", animated=True, thumbnail=STILL)

    refs: list[AttachmentRef] = []
    for message in (picture, sticker):
        await telegram_emulator.say(group, ann, "@glimpse_bot what is this?", reply_to=message)
        event: MessageReceived = await bot.hears()
        assert event.attachments == ()
        refs += event.quoted[0].attachments

    assert len(bot.heard) == 2
    assert [ref.source for ref in refs] == [Source.FILE, Source.STICKER]
    assert (await bytes_of(bot, refs[0]), await still_of(bot, refs[1])) == (PHOTO, STILL)


async def test_a_reply_across_chats_and_a_forward_bring_their_pictures(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, group: Chat, ann: Person
) -> None:
    bob = telegram_emulator.add_person("Bob")
    original = await telegram_emulator.send_video(group, bob, MP4, thumbnail=STILL)
    await telegram_emulator.say(chat, ann, "What is this?", reply_to=original)
    await telegram_emulator.forward(chat, ann, original)

    for _ in range(2):
        event: MessageReceived = await bot.hears()
        (ref,) = event.quoted[0].attachments
        assert event.attachments == ()
        assert (await bytes_of(bot, ref), await still_of(bot, ref)) == (MP4, STILL)


async def test_pictures_for_nobody_reach_the_core_without_privacy_mode() -> None:
    async with TelegramEmulator(privacy=False) as telegram, running(telegram) as bot:
        group, ann = telegram.add_group("Friends"), telegram.add_person("Ann")
        await telegram.send_photo(group, ann, PHOTO)
        await telegram.send_sticker(group, ann, b"webp")
        await telegram.say(group, ann, "see https://a.example/cat.png")
        events: list[MessageReceived] = [await bot.hears() for _ in range(3)]

        assert [event.address for event in events] == [None] * 3
        assert [len(event.attachments) for event in events] == [1, 1, 0]
        assert await bytes_of(bot, events[0].attachments[0]) == PHOTO
    assert telegram.violations == []


async def test_pictures_for_nobody_never_come_in_privacy_mode(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person
) -> None:
    await telegram_emulator.send_photo(group, ann, PHOTO)
    await telegram_emulator.send_photo(group, ann, OTHER, caption="@glimpse_bot this?")

    assert await bytes_of(bot, await offered(bot)) == OTHER
    assert len(bot.heard) == 1


@pytest.mark.parametrize(("said", "argument"), [("/alt", ""), ("/alt@glimpse_bot on", "on"), ("/ALT off", "off")])
async def test_the_command_for_alt_text_is_understood(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person, said: str, argument: str
) -> None:
    picture = await telegram_emulator.send_photo(group, ann, PHOTO)
    await telegram_emulator.say(group, ann, said, reply_to=picture)
    reply: MessageReceived = await bot.hears()
    await telegram_emulator.send_photo(group, ann, OTHER, caption=said)
    caption: MessageReceived = await bot.hears()

    for event in (reply, caption):
        assert (event.address, event.command) == (Address.COMMAND, Command(name="alt", argument=argument))
    assert await bytes_of(bot, reply.quoted[0].attachments[0]) == PHOTO
    assert await bytes_of(bot, caption.attachments[0]) == OTHER


async def test_what_the_bot_drew_is_seen_when_it_is_replied_to(
    telegram_emulator: TelegramEmulator, bot: Bot, chat: Chat, ann: Person
) -> None:
    drawn: Message = telegram_emulator.world.post(
        chat, telegram_emulator.bot, telegram_emulator.media.photo(PHOTO), topic=None, reply_to=None, options={}
    )
    await telegram_emulator.say(chat, ann, "Bigger, please", reply_to=drawn)
    (quoted,) = (await bot.hears()).quoted

    assert quoted.is_own
    assert await bytes_of(bot, quoted.attachments[0]) == PHOTO
