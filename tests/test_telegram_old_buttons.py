"""Buttons under messages that are too old for Telegram to say in which topic they stand."""

import pytest

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.emulators.telegram_types import Message
from tests.home import Home
from tests.people import TelegramPeople
from tests.people_verbs import Place
from tests.stored import sent_in

pytestmark = pytest.mark.parametrize("home", ["telegram"], indirect=True)


async def _failed(home: Home, place: Place) -> Message:
    """An answer with a button that asks again."""
    sent_before = sent_in(home.database.parent)
    home.model.reply(Script(status=500, message="down for now"))
    await home.people.say(place, "capital of France?", mention=True)
    await home.buttons(place, texts.RETRY_LABEL)
    # Such a message is old: its receipt was stored long ago.
    await eventually(lambda: sent_in(home.database.parent) > sent_before)
    answer: Message = home.people.answers(place)[-1]
    return answer


async def _press(home: Home, answer: Message) -> str:
    people = home.people
    assert isinstance(people, TelegramPeople)
    data = dict(zip(answer.buttons, answer.presses, strict=True))[texts.RETRY_LABEL]
    return await people.telegram.press(answer, people.telegram.add_person("Cleo"), data, is_too_old=True)


async def test_a_button_in_a_topic_works_though_telegram_does_not_say_the_topic(home: Home) -> None:
    group = home.people.group()
    topic = home.people.side_room(group)
    answer = await _failed(home, topic)
    home.model.reply("Paris.")
    pressed = await _press(home, answer)
    await eventually(lambda: answer.text == "Paris.")
    assert isinstance(home.people, TelegramPeople)
    assert home.people.telegram.told(pressed) == ""


async def test_an_equal_number_in_another_chat_is_another_message(home: Home) -> None:
    answers = [await _failed(home, home.people.group()) for _ in range(2)]
    assert answers[0].id == answers[1].id
    for answer, word in zip(answers, ["Paris.", "Paris, again."], strict=True):
        home.model.reply(word)
        await _press(home, answer)
        await eventually(lambda answer=answer, word=word: answer.text == word)  # type: ignore[misc]  # by default


async def test_who_presses_a_button_that_nothing_is_known_of_is_told_what_to_do(home: Home) -> None:
    people, topic = home.people, home.people.side_room(home.people.group())
    answer = await _failed(home, topic)
    await home.bot.terminate()
    for path in home.database.parent.glob(f"{home.database.name}*"):
        if path.is_file():
            path.unlink()
    await home.bot.start()
    pressed = await _press(home, answer)
    assert isinstance(people, TelegramPeople)
    await eventually(lambda: people.telegram.told(pressed) == texts.BUTTON_IS_FORGOTTEN)
