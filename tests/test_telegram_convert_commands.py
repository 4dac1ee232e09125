"""Commands and pressed buttons in Telegram's updates."""

import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.telegram.convert import event_of
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.writing.keyboard import PROBES, keyboard
from bot.events import Action, Address, ButtonPressed, Command, ConversationKey, Event
from bot.ports.parts import Button
from tests.fake_chat import STOP_ROW
from tests.telegram_payloads import BOB, BOT, DATE, GROUP, ME, PRIVATE, entity, in_group, message, read, seen


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
@pytest.mark.parametrize(
    ("text", "command", "expected"),
    [
        ("/reset", "/reset", Command(name="reset")),
        ("/RESET@glimpse_bot now", "/RESET@glimpse_bot", Command(name="reset", argument="now")),
        ("/start", "/start", Command(name="help")),
        ("@glimpse_bot /help", "/help", Command(name="help")),
    ],
)
def test_own_commands_are_commands(chat: dict[str, Any], text: str, command: str, expected: Command) -> None:
    entities = [entity("bot_command", text, command)]
    if text.startswith("@"):
        entities.insert(0, entity("mention", text, "@glimpse_bot"))

    event = seen(chat=chat, text=text, entities=entities)

    assert (event.address, event.command) == (Address.COMMAND, expected)


@pytest.mark.parametrize(
    ("text", "command", "address"),
    [
        ("/weather Rome", "/weather", None),
        ("please /help", "/help", None),
        ("/weather@glimpse_bot Rome", "/weather@glimpse_bot", Address.MENTION),
    ],
)
def test_commands_of_others_are_not_ours(text: str, command: str, address: Address | None) -> None:
    event = in_group(text, entity("bot_command", text, command))

    assert (event.address, event.command) == (address, None)
    assert event.text == text.replace("@glimpse_bot", "")


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_a_command_for_another_bot_is_ignored_even_as_a_reply(chat: dict[str, Any]) -> None:
    text = "/help@robo_bot me"
    answered = {**message(message_id=4, chat=chat, text="x"), "from": BOT}
    entities = [entity("bot_command", text, "/help@robo_bot")]

    assert read(chat=chat, text=text, entities=entities, reply_to_message=answered) is None


def test_a_question_about_another_bots_command_is_one() -> None:
    text = "@glimpse_bot what does /help@robo_bot do?"

    event = in_group(text, entity("mention", text, "@glimpse_bot"), entity("bot_command", text, "/help@robo_bot"))

    assert (event.address, event.text) == (Address.MENTION, "what does /help@robo_bot do?")


def test_command_without_its_entity_is_text() -> None:
    assert seen(text="/reset").command is None


def pressed(data: str | None, **fields: Any) -> Event | None:
    query = {"id": "99", "from": BOB, "chat_instance": "5", **({} if data is None else {"data": data}), **fields}
    return event_of({"update_id": 1, "callback_query": query}, ME)


def data_of(markup: str | None) -> str:
    return str(json.loads(markup or "")["inline_keyboard"][0][0]["callback_data"])


@pytest.mark.parametrize("markup", [keyboard(STOP_ROW), *PROBES])
def test_a_pressed_stop_button_says_which_answer_it_stood_under(markup: str) -> None:
    data = data_of(markup)
    answer = {"message_id": 8, "date": DATE, "chat": GROUP, "from": BOT, "text": "It is"}

    event = pressed(data, message={**answer, "message_thread_id": 3, "is_topic_message": True})

    key = ConversationKey(platform=TELEGRAM, chat_id="-1001", thread_id="3")
    assert isinstance(event, ButtonPressed)
    assert (event.key, event.message_id, event.action, event.press_id) == (key, "8", Action.STOP, "99")
    assert (event.sender.id, event.is_private) == (str(BOB["id"]), False)
    assert pressed(data, message=answer) == replace(event, key=replace(key, thread_id=None))
    assert pressed(data, message={"message_id": 8, "date": 0, "chat": GROUP}) is None, "too old to tell its topic"


@pytest.mark.parametrize("action", list(Action))
def test_every_button_comes_back_with_what_it_means(action: Action) -> None:
    data = data_of(keyboard([[Button(action=action, label="✓ Größe", value="memory:20")]]))
    assert len(data.encode()) <= 64
    event = pressed(data, message={"message_id": 8, "date": DATE, "chat": GROUP, "from": BOT, "text": "It is"})
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.value) == (action, "memory:20")


@pytest.mark.parametrize("data", [None, "like", "", "like:stop"])
def test_another_button_is_nothing(data: str | None) -> None:
    assert pressed(data, message={"message_id": 8, "date": DATE, "chat": GROUP, "from": BOT, "text": "It is"}) is None
    assert pressed("stop", inline_message_id="x") is None
