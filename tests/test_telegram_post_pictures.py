"""Pictures of an answer on Telegram: what people see, and what a failure means."""

import hashlib
from collections.abc import AsyncIterator

import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import TELEGRAM
from bot.errors import PlatformRefused, PlatformThrottled, PlatformUncertain
from bot.events import ConversationKey, MessageId
from bot.ports.parts import Part, PictureFile
from tests.drawing import photo
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Person, Topic
from tests.fake_chat import STOP_ROW
from tests.telegram_bot import HastyClock, chat_on


@pytest.fixture
async def chat(telegram_emulator: TelegramEmulator) -> AsyncIterator[TelegramChat]:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        yield chat


@pytest.fixture
def ann(telegram_emulator: TelegramEmulator) -> Person:
    return telegram_emulator.add_person("Ann", username="ann")


@pytest.fixture
def place(telegram_emulator: TelegramEmulator, ann: Person) -> Chat:
    return telegram_emulator.private(ann)


def key_of(chat: Chat, topic: Topic | None = None) -> ConversationKey:
    return ConversationKey(platform=TELEGRAM, chat_id=str(chat.id), thread_id=None if topic is None else str(topic.id))


def drawn(caption: str = "A cat", width: int = 160, height: int = 120, *, can_stop: bool = False) -> Part:
    jpeg = photo(width, height)
    picture = PictureFile(jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest(), name="marked.jpg")
    return Part(caption, buttons=STOP_ROW if can_stop else (), picture=picture)


async def post(chat: TelegramChat, place: Chat, part: Part) -> MessageId:
    return await chat.post(key_of(place), part, reply_to=None, nonce="n")


def only(telegram: TelegramEmulator, place: Chat, topic: Topic | None = None) -> Message:
    (message,) = telegram.visible(place, topic)
    return message


async def test_a_picture_stands_in_its_topic_as_a_reply_with_its_caption(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, ann: Person
) -> None:
    forum = telegram_emulator.add_group("Forum", forum=True)
    topic = telegram_emulator.add_topic(forum, "Topic")
    question = await telegram_emulator.say(forum, ann, "@glimpse_bot where?", topic=topic)
    part = drawn("There *it* is: <b>1</b> & 😀")

    sent = await chat.post(key_of(forum, topic), part, reply_to=MessageId(str(question.id)), nonce="n")

    message = only(telegram_emulator, forum, topic)
    assert (str(message.id), message.reply_to, message.text) == (sent, question, part.text)
    assert part.picture is not None
    assert telegram_emulator.picture_of(message) == part.picture.jpeg


async def test_a_large_picture_goes_out_in_pieces(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat
) -> None:
    part = drawn(width=4000, height=3000)
    assert part.picture is not None
    assert len(part.picture.jpeg) > 1_500_000

    await post(chat, place, part)

    # In one piece it would hold up everybody: aiohttp then warns, which is an error here.
    assert telegram_emulator.picture_of(only(telegram_emulator, place)) == part.picture.jpeg


async def test_a_caption_notifies_nobody(telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat) -> None:
    caption = "ask @ann and https://x.example/@ann or nobody"
    sent = await post(chat, place, drawn(caption))
    message = only(telegram_emulator, place)

    for _ in range(2):
        assert telegram_emulator.pinged(message) == []
        assert message.text.replace("\u2060", "") == caption
        assert [message.marked(entity) for entity in message.entities] == ["https://x.example/@ann"]
        await chat.edit(key_of(place), sent, drawn(caption))


async def test_a_picture_may_have_no_caption(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat
) -> None:
    await post(chat, place, drawn(""))

    assert only(telegram_emulator, place).text == ""


async def test_a_caption_over_telegrams_length_is_cut_between_characters(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat
) -> None:
    await post(chat, place, drawn("😀" * 1000))

    assert only(telegram_emulator, place).text == "😀" * 512


async def test_an_edit_replaces_picture_caption_and_button_at_once(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat
) -> None:
    sent = await post(chat, place, drawn("Before", can_stop=True))
    message = only(telegram_emulator, place)
    assert message.buttons == ["Stop"]
    after = drawn("After", 120, 160)
    assert after.picture is not None

    for _ in range(2):  # Doing it again is harmless.
        await chat.edit(key_of(place), sent, after)

    assert (message.text, message.buttons) == ("After", [])
    assert telegram_emulator.picture_of(message) == after.picture.jpeg


async def test_a_picture_can_be_taken_back(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat
) -> None:
    sent = await post(chat, place, drawn())

    for _ in range(2):
        await chat.delete(key_of(place), sent, instead="Gone.")

    assert telegram_emulator.visible(place) == []


@pytest.mark.parametrize(
    "description",
    ["not enough rights to send photos to the chat", "CHAT_SEND_PHOTOS_FORBIDDEN", "CHAT_SEND_MEDIA_FORBIDDEN"],
)
async def test_a_missing_right_is_explained(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, description: str
) -> None:
    group = telegram_emulator.add_group("Words only")
    telegram_emulator.fail(
        "POST /sendPhoto",
        status=400,
        body={"ok": False, "error_code": 400, "description": f"Bad Request: {description}"},
    )

    with pytest.raises(PlatformRefused) as refused:
        await post(chat, group, drawn())
    assert refused.value.remedy == (
        "Let the bot send photos there: in the group's permissions, or as an administrator."
    )


async def test_where_photos_are_forbidden_words_still_arrive(
    telegram_emulator: TelegramEmulator, chat: TelegramChat
) -> None:
    group = telegram_emulator.add_group("Words only")
    telegram_emulator.forbid_photos(group)

    with pytest.raises(PlatformRefused, match="Let the bot send photos there"):
        await post(chat, group, drawn())
    await post(chat, group, Part("Words"))

    assert only(telegram_emulator, group).text == "Words"


async def test_a_flood_wait_says_how_long(telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat) -> None:
    for method in ("sendPhoto", "editMessageMedia"):
        telegram_emulator.fail(f"POST /{method}", status=429, headers={"Retry-After": "7"})

    with pytest.raises(PlatformThrottled) as throttled:
        await post(chat, place, drawn())
    assert throttled.value.retry_after_s == 7
    sent = await post(chat, place, drawn())
    with pytest.raises(PlatformThrottled):
        await chat.edit(key_of(place), sent, drawn("After"))


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 502}])
async def test_a_lost_answer_leaves_it_uncertain(
    telegram_emulator: TelegramEmulator, chat: TelegramChat, place: Chat, fault: dict[str, object]
) -> None:
    telegram_emulator.fail("POST /sendPhoto", after_effect=True, **fault)

    with pytest.raises(PlatformUncertain):
        await post(chat, place, drawn())

    assert only(telegram_emulator, place).text == "A cat"


async def test_an_upload_has_more_time_than_a_text(telegram_emulator: TelegramEmulator, place: Chat) -> None:
    telegram_emulator.fail("POST /send*", times=2, status=200, delay_s=0.3)

    async with chat_on(telegram_emulator, HastyClock(), read_timeout_s=0.1) as chat:
        await post(chat, place, drawn())
        with pytest.raises(PlatformUncertain):
            await post(chat, place, Part("Words"))
