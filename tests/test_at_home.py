"""The bot as its own process, the same on both platforms: buttons, settings, forgetting, long answers."""

import asyncio
from pathlib import Path

import pytest

from bot import texts
from bot.commands import data_texts, settings_texts
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.people import People
from tests.process import BotProcess
from tests.stored import receipts_in

AFTER_A_FAILURE = [texts.RETRY_LABEL, texts.FORGET_LABEL]


def process(people: People, model: ModelEmulator, folder: Path, **variables: str) -> BotProcess:
    address = {"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", "MODEL_ATTEMPTS": "1"}
    return BotProcess(folder, **address, **people.environment, **variables)


async def test_buttons_and_the_menu_outlast_a_restart(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = people.private()
    model_emulator.reply_with(Script(status=500, message="down for now"))
    bot = process(people, model_emulator, tmp_path)
    async with bot:
        await people.ready()
        await people.say(place, "capital of France?")
        await eventually(lambda: people.shown(place) and people.buttons(place) == AFTER_A_FAILURE)
        await bot.terminate()
        model_emulator.reply_with("Paris.")
        await bot.start()
        await people.ready()
        await people.press(place, texts.RETRY_LABEL)
        await eventually(lambda: people.shown(place) == ["Paris."])
        assert people.buttons(place) == []

        await people.command(place, "settings")
        await eventually(
            lambda: len(people.shown(place)) == 2 and settings_texts.PAGE_LABELS["memory"] in people.buttons(place)
        )
        await bot.terminate()
        await bot.start()
        await people.ready()
        await people.press(place, settings_texts.PAGE_LABELS["memory"])
        await eventually(lambda: settings_texts.memory_label(5) in people.buttons(place))
        await people.press(place, settings_texts.memory_label(5))
        await eventually(lambda: f"✓ {settings_texts.memory_label(5)}" in people.buttons(place))
        assert len(people.shown(place)) == 2
        assert await bot.terminate() == 0


@pytest.mark.parametrize("kills", [False, True])
async def test_stop_and_forget_work_on_what_was_asked_before_a_restart(
    people: People, model_emulator: ModelEmulator, tmp_path: Path, kills: bool
) -> None:
    place = people.private()
    stories = [
        Script(pieces=pieces_of(text), hold=asyncio.Event(), hold_after=3)
        for text in ("Once upon a time", "There was a bot")
    ]
    model_emulator.reply(*stories)
    async with process(people, model_emulator, tmp_path, TURNS_GRACE_S="0.2") as bot:
        await people.ready()
        await people.say(place, "my secret is xyzzy, tell me a story!")
        await eventually(lambda: people.shown(place) == ["Once upon a"])
        await eventually(lambda: receipts_in(tmp_path) == 1)
        await (bot.kill() if kills else bot.terminate())
        await bot.start()
        await people.ready()
        await eventually(lambda: people.shown(place) == ["There was a"])
        await people.press(place, texts.STOP_LABEL)
        await eventually(lambda: people.buttons(place) == [texts.CONTINUE_LABEL, *AFTER_A_FAILURE])
        assert len(people.shown(place)) == 1
        await people.press(place, texts.FORGET_LABEL)
        await eventually(lambda: people.shown(place) == [])
        assert await bot.terminate() == 0
    assert b"xyzzy" not in (tmp_path / "glimpse.db").read_bytes()


async def test_what_is_forgotten_is_gone_from_the_file(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = people.private()
    model_emulator.reply_with("I see.")
    async with process(people, model_emulator, tmp_path) as bot:
        await people.ready()
        await people.say(place, "my secret is xyzzy")
        await eventually(lambda: people.shown(place) == ["I see."])
        await people.command(place, "forget")
        await eventually(lambda: len(people.shown(place)) == 2 and people.buttons(place))
        await people.press(place, data_texts.FORGET_EVERYTHING_LABEL)
        await eventually(lambda: people.shown(place)[1:] == [data_texts.FORGOTTEN_EVERYTHING])
        assert people.buttons(place) == []
        assert await bot.terminate() == 0
    assert b"xyzzy" not in (tmp_path / "glimpse.db").read_bytes()


async def test_a_long_answer_comes_as_its_beginning_and_a_file(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    place = people.private()
    answer = "\n\n".join(f"Line {number} of a very long answer, which goes on and on." for number in range(400))
    model_emulator.reply_with(answer)
    async with process(people, model_emulator, tmp_path, ANSWER_PARTS="2") as bot:
        await people.ready()
        await people.say(place, "talk!")
        await eventually(lambda: len(people.shown(place)) == 2 and "attached file" in people.shown(place)[1])
        assert people.shown(place)[0].startswith("Line 0")
        assert await bot.terminate() == 0
