"""The bot as its own process: stopped, killed and started again, it loses nothing and says nothing twice."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.emulators.telegram import TelegramEmulator
from tests.end_to_end import picture, shown, start
from tests.people import People, TelegramPeople
from tests.process import BotProcess
from tests.stored import receipts_in


async def test_a_follow_up_knows_the_history_also_after_a_restart(
    people: People, model: ModelEmulator, bot_process: BotProcess
) -> None:
    group = people.group()
    model.reply("Plums, noted.", "Plums.", "Still plums.")
    await people.send_photo(group, picture("purple"), "I like these plums", who="Bob", mention=True)
    await shown(people, group)
    await people.say(group, "what does Bob like?", mention=True)
    await shown(people, group, 2)
    await bot_process.restart()
    await people.ready()
    await people.say(group, "and now?", mention=True)
    assert await shown(people, group, 3) == ["Plums, noted.", "Plums.", "Still plums."]
    last = model.calls[2]
    assert len(last.pictures) == 1, "the photo is shown again"
    said = str(last.messages)
    for words in ("[Bob] I like these plums", "Plums, noted.", "[Ann] what does Bob like?", "[Ann] and now?"):
        assert words in said


async def test_a_second_process_on_the_same_file_refuses_in_one_line(
    people: People, model: ModelEmulator, bot_process: BotProcess, tmp_path: Path
) -> None:
    other = start(people, model, tmp_path)
    await other.launch()
    assert await other.wait() == 1
    (line,) = [line for line in other.lines if "ERROR" in line]
    assert "glimpse.db" in line
    assert bot_process.running


async def test_sigterm_lets_a_running_answer_finish(
    people: People, model: ModelEmulator, bot_process: BotProcess
) -> None:
    hold = asyncio.Event()
    model.reply(Script(pieces=pieces_of("Whole and complete."), hold=hold, hold_after=1))
    place = people.private()
    await people.say(place, "hi")
    await eventually(lambda: people.shown(place))
    bot_process.send(signal.SIGTERM)
    await eventually(lambda: "glimpse: stopping" in bot_process.output)
    hold.set()
    assert await bot_process.wait() == 0
    assert await shown(people, place) == ["Whole and complete."]


@pytest.mark.parametrize("end", [BotProcess.terminate, BotProcess.kill])
async def test_an_answer_cut_short_by_a_stop_is_finished_in_place_at_the_next_start(
    people: People, model: ModelEmulator, tmp_path: Path, end: Callable[[BotProcess], object]
) -> None:
    model.reply(Script(pieces=pieces_of("Half of it"), hold=asyncio.Event(), hold_after=2), "All of it.")
    place = people.private()
    async with start(people, model, tmp_path, TURNS_GRACE_S="0.2") as bot:
        await people.ready()
        await people.say(place, "hi")
        await eventually(lambda: people.shown(place))
        # Killed before the receipt is stored, it could not know that something stands there.
        await eventually(lambda: receipts_in(tmp_path) == 1)
        await end(bot)  # type: ignore[misc]  # both are coroutines
        assert len(people.shown(place)) == 1
        await bot.start()
        await eventually(lambda: people.shown(place) == ["All of it."], what=str(people.shown(place)))


async def test_what_is_said_while_the_bot_is_down_on_telegram_is_answered_at_the_next_start(
    model: ModelEmulator, tmp_path: Path
) -> None:
    async with TelegramEmulator() as telegram:
        people = TelegramPeople(telegram)
        place = people.private()
        await people.say(place, "anybody there?")
        async with start(people, model, tmp_path):
            await shown(people, place)
        assert telegram.violations == []
