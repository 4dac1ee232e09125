"""A group that becomes a supergroup under the running bot: what people see of their questions and of the talk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.emulators.telegram import TelegramEmulator
from tests.process import BotProcess

ANSWER = "It is a very old cat."


@pytest.fixture
async def bot(telegram_emulator: TelegramEmulator, model: ModelEmulator, tmp_path: Path) -> AsyncIterator[BotProcess]:
    async with BotProcess(
        tmp_path,
        MODEL_API_URL=model.url,
        MODEL_API_KEY="model-key",
        TELEGRAM_TOKEN=telegram_emulator.token,
        TELEGRAM_API_URL=telegram_emulator.api_url,
    ) as process:
        yield process


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.usefixtures("bot")
async def test_a_question_asked_before_is_answered_once_in_the_new_group(
    telegram_emulator: TelegramEmulator, model: ModelEmulator, told: bool
) -> None:
    old = telegram_emulator.add_group("Group", basic=True)
    hold = asyncio.Event()
    model.reply(Script(pieces=pieces_of(ANSWER), hold=hold, hold_after=2))
    model.reply(Script(pieces=pieces_of(ANSWER)))
    await telegram_emulator.say(old, old.owner, "@glimpse_bot what is it?")
    await eventually(lambda: telegram_emulator.visible(old), what="the first words")

    if not told:  # The service messages are lost: the refused send is all that tells of it.
        telegram_emulator.world.updates.hang = True
    new = telegram_emulator.upgrade(old)
    if not told:
        telegram_emulator.world.updates.clear()
        telegram_emulator.world.updates.hang = False
    hold.set()

    await eventually(lambda: [m.text for m in telegram_emulator.visible(new)] == [ANSWER], what="the answer")
    await asyncio.sleep(0.5)
    assert [(m.text, m.buttons) for m in telegram_emulator.visible(new)] == [(ANSWER, [])]


@pytest.mark.usefixtures("bot")
async def test_the_talk_goes_on_with_what_was_said_in_the_old_group(
    telegram_emulator: TelegramEmulator, model: ModelEmulator
) -> None:
    old = telegram_emulator.add_group("Group", basic=True)
    model.reply(Script(pieces=pieces_of(ANSWER)))
    await telegram_emulator.say(old, old.owner, "@glimpse_bot what is it?")
    await eventually(lambda: [m.text for m in telegram_emulator.visible(old)] == [ANSWER])

    new = telegram_emulator.upgrade(old)
    await telegram_emulator.say(new, new.owner, "@glimpse_bot how old?")

    await eventually(lambda: telegram_emulator.visible(new))
    assert ANSWER in str(model.calls[-1].body["messages"])
