"""Profile pictures on Telegram: whose is meant, and that it is looked up when it is needed."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import AttachmentError
from bot.events import AttachmentRef, MessageReceived, Source
from tests.drawing import photo
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Person
from tests.telegram_bot import Bot, running

LIMIT = 1_000_000
FACE = photo(160, 160)
STILL = photo(90, 90)


@pytest.fixture
async def bot(telegram_emulator: TelegramEmulator) -> AsyncIterator[Bot]:
    async with running(telegram_emulator) as bot:
        yield bot


@pytest.fixture
def ann(telegram_emulator: TelegramEmulator) -> Person:
    return telegram_emulator.add_person("Ann Lee", username="ann_lee")


@pytest.fixture
def bob(telegram_emulator: TelegramEmulator) -> Person:
    return telegram_emulator.add_person("Bob")


@pytest.fixture
def group(telegram_emulator: TelegramEmulator) -> Chat:
    return telegram_emulator.add_group("Friends")


async def offered(bot: Bot) -> tuple[AttachmentRef, ...]:
    event: MessageReceived = await bot.hears()
    return event.attachments


async def ask_for_face_of_bob(
    telegram: TelegramEmulator, bot: Bot, group: Chat, ann: Person, bob: Person
) -> AttachmentRef:
    text = "@glimpse_bot what is on Bob's profile picture?"
    await telegram.say(group, ann, text, entities=[telegram.text_mention(text, "Bob", bob)])
    (ref,) = await offered(bot)
    return ref


async def test_the_profile_picture_of_somebody_mentioned_is_the_newest(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person, bob: Person
) -> None:
    telegram_emulator.set_profile_photos(bob, STILL)
    ref = await ask_for_face_of_bob(telegram_emulator, bot, group, ann, bob)
    telegram_emulator.set_profile_photos(bob, FACE, STILL)

    assert (ref.source, ref.about) == (Source.AVATAR, "Bob")
    assert await bot.chat.fetch(ref, max_bytes=LIMIT) == FACE


async def test_who_shows_none_has_none(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person, bob: Person
) -> None:
    ref = await ask_for_face_of_bob(telegram_emulator, bot, group, ann, bob)

    with pytest.raises(AttachmentError) as hidden:
        await bot.chat.fetch(ref, max_bytes=LIMIT)
    del telegram_emulator.world.people[bob.id]
    with pytest.raises(AttachmentError) as gone:
        await bot.chat.fetch(ref, max_bytes=LIMIT)

    assert {hidden.value.person, gone.value.person} == {"there is none that I may see"}


async def test_a_failure_that_passes_is_tried_again_in_each_step(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person, bob: Person
) -> None:
    telegram_emulator.set_profile_photos(bob, FACE)
    ref = await ask_for_face_of_bob(telegram_emulator, bot, group, ann, bob)
    for step in ("POST /getUserProfilePhotos", "POST /getFile", "GET /file/*"):
        telegram_emulator.fail(step, drop=True)

    assert await bot.chat.fetch(ref, max_bytes=LIMIT) == FACE


async def test_a_username_that_the_update_does_not_explain_is_said_in_words(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, bob: Person
) -> None:
    await telegram_emulator.say(group, bob, "@glimpse_bot describe the avatar of @stranger")
    (ref,) = await offered(bot)

    with pytest.raises(AttachmentError) as failed:
        await bot.chat.fetch(ref, max_bytes=LIMIT)
    assert (ref.source, ref.about) == (Source.AVATAR, "@stranger")
    assert failed.value.person == (
        "Telegram does not tell me who @stranger is. Reply to a message of theirs and ask there"
    )


@pytest.mark.parametrize("named", ["", " of @ann_lee"])
async def test_whose_message_is_replied_to_is_known(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person, bob: Person, named: str
) -> None:
    telegram_emulator.set_profile_photos(ann, FACE)
    said = await telegram_emulator.say(group, ann, "Hello")
    await telegram_emulator.say(group, bob, f"@glimpse_bot do you like the avatar{named}?", reply_to=said)
    (ref,) = await offered(bot)

    assert ref.about == ("@ann_lee" if named else "Ann Lee")
    assert await bot.chat.fetch(ref, max_bytes=LIMIT) == FACE


async def test_nobodys_picture_is_looked_at_without_being_asked_for(
    telegram_emulator: TelegramEmulator, bot: Bot, group: Chat, ann: Person, bob: Person
) -> None:
    said = await telegram_emulator.say(group, bob, "My avatar is new")
    forum = telegram_emulator.add_group("Forum", forum=True)
    topic = telegram_emulator.add_topic(forum, "Topic", person=bob)
    await telegram_emulator.say(group, ann, "@glimpse_bot who is @bobby?", reply_to=said)
    await telegram_emulator.say(group, ann, "@glimpse_bot do you have an avatar?")
    await telegram_emulator.say(forum, ann, "@glimpse_bot what is an avatar?", topic=topic)
    await telegram_emulator.forward(telegram_emulator.private(ann), ann, said)
    content = telegram_emulator.world.text_content("I am Glimpse")
    own = telegram_emulator.world.post(group, telegram_emulator.bot, content, topic=None, reply_to=None, options={})
    await telegram_emulator.say(group, ann, "What is on your avatar?", reply_to=own)

    for _ in range(5):
        event: MessageReceived = await bot.hears()
        assert [ref for quoted in event.quoted for ref in quoted.attachments] == []
        assert event.attachments == ()
