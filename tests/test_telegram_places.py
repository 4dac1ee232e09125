"""Where something was said, and what it refers to: topics, replies also across chats, quotes, changed captions."""

from collections.abc import AsyncIterator

import pytest

from adapters.telegram.limits import TELEGRAM
from bot.events import Address, ConversationKey, MessageEdited, MessageId, MessageReceived
from bot.ports.parts import Part
from tests.drawing import photo
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Person
from tests.telegram_bot import Bot, running

PHOTO = photo(64, 48)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(topics=True) as telegram:
        yield telegram
        assert telegram.violations == []


@pytest.fixture
def ann(telegram: TelegramEmulator) -> Person:
    return telegram.add_person("Ann")


@pytest.fixture
def private(telegram: TelegramEmulator, ann: Person) -> Chat:
    return telegram.private(ann)


@pytest.fixture
async def bot(telegram: TelegramEmulator) -> AsyncIterator[Bot]:
    async with running(telegram) as bot:
        yield bot


async def test_each_topic_of_a_private_chat_is_a_conversation_that_is_answered_there(
    telegram: TelegramEmulator, bot: Bot, private: Chat, ann: Person
) -> None:
    cats, dogs = (telegram.add_topic(private, name, person=ann) for name in ("Cats", "Dogs"))
    for topic in (cats, dogs, None):
        await telegram.say(private, ann, "what?", topic=topic)
        asked: MessageReceived = await bot.hears()
        assert (asked.address, asked.is_private) == (Address.PRIVATE, True)
        assert asked.key == ConversationKey(
            platform=TELEGRAM, chat_id=str(ann.id), thread_id=None if topic is None else str(topic.id)
        )
        assert asked.quoted == ()

        await bot.chat.typing(asked.key, reply_to=asked.message_id)
        assert telegram.typing(private, topic)
        sent = await bot.chat.post(asked.key, Part("It is"), reply_to=asked.message_id, nonce="n")
        await bot.chat.edit(asked.key, sent, Part("It is a cat."))
        (answer,) = telegram.visible(private, topic)
        assert (answer.text, answer.reply_to and str(answer.reply_to.id)) == ("It is a cat.", asked.message_id)


async def test_a_question_about_a_message_of_another_chat_brings_its_picture_and_the_quoted_words(
    telegram: TelegramEmulator, bot: Bot, private: Chat, ann: Person
) -> None:
    group = telegram.add_group("Group")
    theirs = await telegram.send_photo(group, group.owner, PHOTO, caption="A cat, an old one")

    await telegram.say(private, ann, "really?", reply_to=theirs, quote="an old one")

    asked: MessageReceived = await bot.hears()
    (quoted,) = asked.quoted
    assert (quoted.message_id, quoted.author, quoted.text) == (None, group.owner.name, "an old one")
    assert await bot.chat.fetch(quoted.attachments[0], max_bytes=1 << 20) == PHOTO


async def test_a_question_about_a_message_of_another_topic_brings_its_picture(
    telegram: TelegramEmulator, bot: Bot, ann: Person
) -> None:
    forum = telegram.add_group("Forum", forum=True)
    here, there = (telegram.add_topic(forum, name) for name in ("Here", "There"))
    theirs = await telegram.send_photo(forum, ann, PHOTO, topic=there)

    await telegram.say(forum, ann, "@glimpse_bot what?", topic=here, reply_to=theirs)

    asked: MessageReceived = await bot.hears()
    assert asked.key.thread_id == str(here.id)
    assert await bot.chat.fetch(asked.quoted[0].attachments[0], max_bytes=1 << 20) == PHOTO


async def test_of_a_message_that_is_quoted_in_part_that_part_counts(
    telegram: TelegramEmulator, bot: Bot, private: Chat, ann: Person
) -> None:
    sent = await bot.chat.post(
        ConversationKey(platform=TELEGRAM, chat_id=str(ann.id)), Part("A cat and a dog"), reply_to=None, nonce="n"
    )
    (answer,) = telegram.visible(private)

    await telegram.say(private, ann, "which breed?", reply_to=answer, quote="a dog")

    (quoted,) = (await bot.hears()).quoted
    assert (quoted.message_id, quoted.is_own, quoted.text) == (MessageId(sent), True, "a dog")


async def test_a_changed_caption_is_a_changed_question_about_the_same_picture(
    telegram: TelegramEmulator, bot: Bot, ann: Person
) -> None:
    group = telegram.add_group("Group")
    asked = await telegram.send_photo(group, ann, PHOTO, caption="@glimpse_bot how many legs?")
    before: MessageReceived = await bot.hears()

    await telegram.edit(asked, "@glimpse_bot how many eyes?")

    edited = await bot.hears()
    assert isinstance(edited, MessageEdited)
    assert (edited.message.message_id, edited.message.text) == (before.message_id, "how many eyes?")
    assert edited.message.attachments == before.attachments


async def test_a_mention_that_a_caption_gets_later_makes_it_a_question(telegram: TelegramEmulator, bot: Bot) -> None:
    group = telegram.add_group("Group")
    posted = await telegram.send_photo(group, group.owner, PHOTO, caption="a cat")  # Privacy mode hides it.

    await telegram.edit(posted, "@glimpse_bot a cat?")

    edited = await bot.hears()
    assert isinstance(edited, MessageEdited)
    assert (edited.message.address, len(edited.message.attachments)) == (Address.MENTION, 1)
