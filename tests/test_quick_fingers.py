"""People press what they see before the platform has told the bot that it stands there."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bot import texts
from bot.commands import settings_texts
from tests.emulators.common import Fault, eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Message
from tests.home import Home
from tests.people_verbs import Place
from tests.process import BotProcess

_TOLD_AFTER_S = 1.0
"""Long enough to press in, on a busy machine; what comes later finds the button at work all the same."""

FAILS = Script(status=500, message="down for now")
REQUESTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "post": {"discord": "POST /channels/*/messages", "telegram": "POST /sendMessage"},
        "edit": {"discord": "PATCH /channels/*/messages/*", "telegram": "POST /editMessageText"},
        "menu": {"discord": "PATCH /webhooks/*", "telegram": "POST /sendMessage"},
    }
)


def platform_of(home: Home) -> str:
    return "discord" if "DISCORD_TOKEN" in home.people.environment else "telegram"


def late(home: Home, request: str) -> Fault:
    """The next such request takes effect at once, and is answered later."""
    return home.people.emulated.fail(
        REQUESTS[request][platform_of(home)], status=200, delay_s=_TOLD_AFTER_S, after_effect=True
    )


async def sees(home: Home, place: Place, fault: Fault, label: str) -> None:
    """Wait until a button is seen, and nothing has told the bot so."""
    await home.buttons(place, label)
    assert fault.times == 0


async def test_try_again_works_at_once(home: Home) -> None:
    place = home.people.private()
    home.model.reply(FAILS, "Paris.")
    fault = late(home, "post")
    await home.people.say(place, "capital of France?")
    await sees(home, place, fault, texts.RETRY_LABEL)
    await home.people.press(place, texts.RETRY_LABEL)
    await home.reads(place, "Paris.")
    await home.buttons(place)
    await home.asked(2)


async def test_what_is_to_be_forgotten_goes_at_once(home: Home) -> None:
    place = home.people.private()
    home.model.reply(FAILS)
    fault = late(home, "post")
    await home.people.say(place, "my secret?")
    await sees(home, place, fault, texts.FORGET_LABEL)
    await home.people.press(place, texts.FORGET_LABEL)
    await home.reads(place)


@pytest.mark.parametrize("label", [texts.CONTINUE_LABEL, texts.FORGET_LABEL], ids=str)
async def test_the_buttons_under_the_end_of_an_answer_that_grew_work_at_once(home: Home, label: str) -> None:
    place, hold = home.people.private(), asyncio.Event()
    home.model.reply(Script(pieces=("One", " two"), hold=hold, hold_after=1, finish_reason="length"), "Three.")
    await home.people.say(place, "count!")
    await home.reads(place, "One")
    fault = late(home, "edit")
    hold.set()
    await sees(home, place, fault, label)
    await home.people.press(place, label)
    if label == texts.FORGET_LABEL:
        await home.reads(place)
    else:
        await home.next(place, 2, beginning="Three.")
        await eventually(lambda: not any(_buttons_of(one) for one in home.people.answers(place)), what="no buttons")
        await home.asked(2)


async def test_stop_works_under_the_very_first_words(home: Home) -> None:
    place = home.people.private()
    home.model.reply(Script(pieces=("One", " two"), hold=asyncio.Event(), hold_after=1))
    fault = late(home, "post")
    await home.people.say(place, "count!")
    await sees(home, place, fault, texts.STOP_LABEL)
    await home.people.press(place, texts.STOP_LABEL)
    await home.next(place, 1, beginning=f"One\n\n{texts.STOPPED_NOTE}")


async def test_a_menu_can_be_used_at_once(home: Home) -> None:
    place, label = home.people.private(), settings_texts.memory_label(5)
    fault = late(home, "menu")
    await home.people.command(place, "settings", "memory")
    await sees(home, place, fault, label)
    await home.people.press(place, label)
    await home.buttons(place, f"✓ {label}")
    await home.next(place, 1, beginning=settings_texts.remembers(5))


def _buttons_of(message: Any) -> Any:
    return message.buttons if isinstance(message, Message) else message.versions[-1].components


@pytest.mark.parametrize("label", [texts.RETRY_LABEL, texts.FORGET_LABEL], ids=str)
async def test_the_buttons_under_an_answer_to_a_guest_work_at_once(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path, label: str
) -> None:
    telegram = telegram_emulator
    ann, chat = telegram.add_person("Ann"), telegram.add_elsewhere("Strangers")
    model_emulator.reply(FAILS, "Paris.")
    telegram.fail("POST /answerGuestQuery", status=200, delay_s=_TOLD_AFTER_S, after_effect=True)
    environment = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.api_url}
    server = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key", "MODEL_ATTEMPTS": "1"}
    async with BotProcess(tmp_path, **environment, **server, MODEL_PAUSE_AFTER="0") as bot:
        await telegram.say(chat, ann, f"@{telegram.username} capital of France?")
        (answer,) = await eventually(lambda: [one for one in chat.own if label in one.buttons])
        pressed = await telegram.press(answer, ann, dict(zip(answer.buttons, answer.presses, strict=True))[label])
        result = texts.TAKEN_BACK if label == texts.FORGET_LABEL else "Paris."
        await eventually(lambda: [one.text for one in chat.own] == [result], what=f"{result!r}")
        assert telegram.told(pressed) == ""
        assert await bot.terminate() == 0


async def test_stop_works_under_a_question_asked_inline_before_there_is_anything_of_its_answer(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    telegram = telegram_emulator
    ann, chat = telegram.add_person("Ann"), telegram.add_elsewhere("Strangers")
    model_emulator.reply_with(Script(pieces=("One",), hold=asyncio.Event(), hold_after=0))
    telegram.fail("POST /editMessageText", status=200, delay_s=_TOLD_AFTER_S)
    environment = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.api_url, "TELEGRAM_INLINE": "on"}
    server = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key", "MODEL_ATTEMPTS": "1"}
    async with BotProcess(tmp_path, **environment, **server) as bot:
        query = await telegram.type_inline(chat, ann, "count!")
        await eventually(lambda: query.is_answered)
        question = await telegram.choose(query)
        await eventually(lambda: model_emulator.calls)
        pressed = await telegram.press(question, ann)
        await eventually(lambda: question.text.endswith(str(texts.STOPPED)), what="it is stopped")
        assert telegram.told(pressed) == ""
        assert await bot.terminate() == 0
