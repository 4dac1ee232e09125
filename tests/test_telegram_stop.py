"""The Stop button: on a growing answer, off a finished one, and what pressing it does."""

from collections.abc import AsyncIterator

import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import TELEGRAM
from bot.events import Action, ButtonPressed, ConversationKey, MessageEdited, MessageId
from bot.ports.parts import Part
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message
from tests.fake_chat import STOP_ROW
from tests.telegram_bot import HastyClock, chat_on, running

GROWING = Part("It is", buttons=STOP_ROW)


@pytest.fixture
async def chat(telegram_emulator: TelegramEmulator) -> AsyncIterator[TelegramChat]:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        yield chat


@pytest.fixture
def place(telegram_emulator: TelegramEmulator) -> Chat:
    return telegram_emulator.private(telegram_emulator.add_person("Ann"))


def key_of(place: Chat) -> ConversationKey:
    return ConversationKey(platform=TELEGRAM, chat_id=str(place.id))


def edits(telegram: TelegramEmulator) -> int:
    return sum(request.path == "/editMessageText" for request in telegram.requests)


async def test_a_growing_answer_has_a_stop_button_until_it_is_whole(
    chat: TelegramChat, telegram_emulator: TelegramEmulator, place: Chat
) -> None:
    sent = await chat.post(key_of(place), GROWING, reply_to=None, nonce="n")
    (answer,) = telegram_emulator.visible(place)
    assert answer.buttons == ["Stop"]

    await chat.edit(key_of(place), sent, Part("It is a", buttons=STOP_ROW))
    assert (answer.text, answer.buttons) == ("It is a", ["Stop"])

    await chat.edit(key_of(place), sent, Part("It is a cat."))
    assert (answer.text, answer.buttons) == ("It is a cat.", [])


async def test_the_same_text_without_its_button_is_a_real_edit(
    chat: TelegramChat, telegram_emulator: TelegramEmulator, place: Chat
) -> None:
    sent = await chat.post(key_of(place), GROWING, reply_to=None, nonce="n")
    (answer,) = telegram_emulator.visible(place)

    await chat.edit(key_of(place), sent, Part("It is"))
    assert answer.buttons == []
    await chat.edit(key_of(place), sent, GROWING)
    assert answer.buttons == ["Stop"]
    assert len(answer.versions) == 1


async def test_a_final_answer_never_had_a_button(
    chat: TelegramChat, telegram_emulator: TelegramEmulator, place: Chat
) -> None:
    await chat.post(key_of(place), Part("Hi"), reply_to=None, nonce="n")

    assert telegram_emulator.visible(place)[0].buttons == []


async def grow(telegram: TelegramEmulator, chat: TelegramChat, place: Chat) -> Message:
    await chat.post(key_of(place), GROWING, reply_to=None, nonce="n")
    return telegram.visible(place)[-1]


async def test_pressing_it_reaches_the_core_and_is_answered(telegram_emulator: TelegramEmulator) -> None:
    group = telegram_emulator.add_group("Friends")
    bob = telegram_emulator.add_person("Bob")
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        answer = await grow(telegram_emulator, bot.chat, group)
        await telegram_emulator.press(answer, bob)

        press = await bot.hears()
        assert isinstance(press, ButtonPressed)
        assert (press.key, press.message_id) == (key_of(group), MessageId(str(answer.id)))
        assert (press.action, press.value) == (Action.STOP, "")
        await eventually(lambda: not telegram_emulator.world.queries.waiting("callback"), what="an answered press")


async def test_a_press_that_can_not_be_answered_stops_all_the_same(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    telegram_emulator.fail("POST /answerCallbackQuery", status=400, times=2)
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        answer = await grow(telegram_emulator, bot.chat, telegram_emulator.private(ann))
        for _ in range(2):
            await telegram_emulator.press(answer, ann)
            assert isinstance(await bot.hears(), ButtonPressed)


async def test_a_slow_answer_to_a_press_holds_nothing_up(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    slow = telegram_emulator.fail("POST /answerCallbackQuery", status=200, delay_s=60, times=1000)
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        answer = await grow(telegram_emulator, bot.chat, telegram_emulator.private(ann))
        for _ in range(50):
            await telegram_emulator.press(answer, ann)
        await telegram_emulator.say(answer.chat, ann, "and now?")
        await eventually(lambda: len(bot.heard) == 51)

    assert bot.heard[-1].text == "and now?"
    assert 1000 - slow.times <= 20


async def test_an_edited_question_reaches_the_core(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        asked = await telegram_emulator.say(telegram_emulator.private(ann), ann, "What is thas?")
        first = await bot.hears()
        await telegram_emulator.edit(asked, "What is this?")
        edited = await bot.hears()

    assert isinstance(edited, MessageEdited)
    assert (edited.message.message_id, edited.message.text) == (first.message_id, "What is this?")
    assert edited.message.sent_at == first.sent_at


async def test_an_edit_that_shows_nothing_new_is_passed_on_too(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        asked = await telegram_emulator.say(telegram_emulator.private(ann), ann, "What?")
        first = await bot.hears()
        await telegram_emulator.edit(asked, "What?")

        assert await bot.hears() == MessageEdited(message=first)
