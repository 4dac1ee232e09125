"""A file behind an answer on Telegram: one message with its caption, sent, edited and grown out of a text."""

from collections.abc import AsyncIterator

import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import CAPTION_LENGTH, TELEGRAM
from bot.errors import PlatformRefused, PlatformUncertain
from bot.events import Action, ConversationKey, MessageId
from bot.ports.parts import Button, Mark, MarkKind, Part, TextFile
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_text import utf16_length
from tests.emulators.telegram_types import Chat, Message, Topic
from tests.fake_chat import STOP_ROW
from tests.telegram_bot import HastyClock, chat_on

WHOLE = TextFile(text="# Röslein\n\nAll of it: 😀", name="answer.md")
GO_ON = ((Button(action=Action.CONTINUE, label="Go on"),),)


@pytest.fixture
async def chat(telegram_emulator: TelegramEmulator) -> AsyncIterator[TelegramChat]:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        yield chat


@pytest.fixture
def place(telegram_emulator: TelegramEmulator) -> Chat:
    return telegram_emulator.private(telegram_emulator.add_person("Ann"))


def key_of(chat: Chat, topic: Topic | None = None) -> ConversationKey:
    return ConversationKey(platform=TELEGRAM, chat_id=str(chat.id), thread_id=None if topic is None else str(topic.id))


async def post(chat: TelegramChat, place: Chat, part: Part) -> MessageId:
    return await chat.post(key_of(place), part, reply_to=None, nonce="n")


def only(telegram: TelegramEmulator, place: Chat, topic: Topic | None = None) -> Message:
    (message,) = telegram.visible(place, topic)
    return message


async def test_a_file_stands_in_its_topic_with_text_marks_and_buttons_as_a_reply(
    telegram_emulator: TelegramEmulator, chat: TelegramChat
) -> None:
    forum = telegram_emulator.add_group("Forum", forum=True)
    topic = telegram_emulator.add_topic(forum, "Topic")
    question = await telegram_emulator.say(forum, forum.owner, "@glimpse_bot roses?", topic=topic)
    part = Part("It begins", (Mark(MarkKind.BOLD, 3, 6),), GO_ON, document=WHOLE)

    sent = await chat.post(key_of(forum, topic), part, reply_to=MessageId(str(question.id)), nonce="n")

    message = only(telegram_emulator, forum, topic)
    assert (str(message.id), message.reply_to, message.text, message.buttons) == (
        sent,
        question,
        "It begins",
        ["Go on"],
    )
    assert [(entity["type"], message.marked(entity)) for entity in message.entities] == [("bold", "begins")]
    assert telegram_emulator.document_of(message) == ("answer.md", WHOLE.text.encode())


async def test_a_growing_text_becomes_text_with_a_file_in_the_same_message(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat
) -> None:
    sent = await post(chat, place, Part("It beg", buttons=STOP_ROW))

    await chat.edit(key_of(place), sent, Part("It begins", document=WHOLE))

    message = only(telegram_emulator, place)
    assert (str(message.id), message.text, message.buttons) == (sent, "It begins", [])
    assert telegram_emulator.document_of(message) == ("answer.md", WHOLE.text.encode())


async def test_an_edit_replaces_file_text_and_buttons_at_once(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat
) -> None:
    sent = await post(chat, place, Part("It begins", document=WHOLE))
    other = TextFile(text="Another", name="other.md")

    await chat.edit(key_of(place), sent, Part("Now so", buttons=GO_ON, document=other))

    message = only(telegram_emulator, place)
    assert (str(message.id), message.text, message.buttons) == (sent, "Now so", ["Go on"])
    assert telegram_emulator.document_of(message) == ("other.md", b"Another")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("word " * 400, ("word " * 204).rstrip() + "…"),
        ("a" * 900 + "\n" + "word " * 400, "a" * 900 + "…"),
        ("😀" * 1000, "😀" * 511 + "…"),
        ("😀" * 512, "😀" * 512),
    ],
)
async def test_of_a_text_too_long_for_a_caption_the_beginning_stands_above_the_file(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat, text: str, shown: str
) -> None:
    marks = (Mark(MarkKind.BOLD, 0, 2), Mark(MarkKind.ITALIC, 4, utf16_length(text.rstrip()) - 4))

    await post(chat, place, Part(text.rstrip(), marks, document=WHOLE))

    message = only(telegram_emulator, place)
    assert message.text == shown
    assert utf16_length(message.text) <= CAPTION_LENGTH
    assert [entity["offset"] for entity in message.entities] == [0, 4]
    assert telegram_emulator.document_of(message) == ("answer.md", WHOLE.text.encode())


async def test_a_file_whose_send_was_cut_off_is_found_and_brought_up_to_date(
    telegram_emulator: TelegramEmulator, chat: TelegramChat
) -> None:
    group = telegram_emulator.add_group("Group")
    question = await telegram_emulator.say(group, group.owner, "@glimpse_bot roses?")
    part, asked = Part("It begins", buttons=GO_ON, document=WHOLE), MessageId(str(question.id))
    telegram_emulator.fail("POST /sendDocument", drop=True, after_effect=True)
    with pytest.raises(PlatformUncertain):
        await chat.post(key_of(group), part, reply_to=asked, nonce="n")

    found = await chat.find(key_of(group), after=asked, reply_to=asked, known=[])

    message = only(telegram_emulator, group)
    assert found == str(message.id)
    await chat.edit(key_of(group), found, part)
    assert (message.text, message.buttons) == ("It begins", ["Go on"])


async def test_where_files_are_forbidden_words_still_arrive(
    telegram_emulator: TelegramEmulator, chat: TelegramChat
) -> None:
    group = telegram_emulator.add_group("Words only")
    telegram_emulator.forbid_documents(group)

    with pytest.raises(PlatformRefused, match="Let the bot send files there"):
        await post(chat, group, Part("It begins", document=WHOLE))
    sent = await post(chat, group, Part("Words"))
    with pytest.raises(PlatformRefused, match="Let the bot send files there"):
        await chat.edit(key_of(group), sent, Part("Words", document=WHOLE))

    assert only(telegram_emulator, group).text == "Words"


@pytest.mark.parametrize("description", ["CHAT_SEND_DOCS_FORBIDDEN", "not enough rights to send documents to the chat"])
async def test_a_missing_right_is_explained(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat, description: str
) -> None:
    answer = {"ok": False, "error_code": 400, "description": f"Bad Request: {description}"}
    telegram_emulator.fail("POST /sendDocument", status=400, body=answer)

    with pytest.raises(PlatformRefused) as refused:
        await post(chat, place, Part("It begins", document=WHOLE))

    assert refused.value.remedy == "Let the bot send files there: in the group's permissions, or as an administrator."
