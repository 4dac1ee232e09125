"""How the process stops: within its time, at once when asked twice, and with nothing lost."""

import asyncio
import re
import signal
from pathlib import Path

from bot.settings.settings import TurnSettings
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.people import People, TelegramPeople
from tests.process import BotProcess
from tests.stored import turns_in

COMPOSE = Path(__file__).parent.parent / "compose.yaml"


async def test_a_second_sigterm_ends_it_at_once_and_the_next_start_answers_everything(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    model_emulator.reply(Script(pieces=pieces_of("Half of it"), hold=asyncio.Event(), hold_after=2))
    place = people.private()
    variables = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key", "TURNS_GRACE_S": "60"}
    async with BotProcess(tmp_path, **variables, **people.environment) as bot:
        await people.ready()
        await people.say(place, "first")
        await eventually(lambda: people.shown(place), what="a growing answer")
        await people.say(place, "second")
        await eventually(lambda: turns_in(tmp_path) == 2, what="the second question waits for the first")
        bot.send(signal.SIGTERM)
        await eventually(lambda: "glimpse: stopping" in bot.output)
        assert bot.running, "the answer may be finished"
        bot.send(signal.SIGTERM)
        assert await bot.wait() == 1
        assert len(people.shown(place)) == 1

        if isinstance(people, TelegramPeople):
            people.telegram.bot_forgot()
        model_emulator.reply_with(lambda call: f"To the {call.text.split()[-1]}.")
        await bot.start()
        await people.ready()
        await eventually(lambda: people.shown(place) == ["To the first.", "To the second."])
        assert await bot.terminate() == 0
    assert people.shown(place) == ["To the first.", "To the second."]


def test_running_answers_have_less_time_to_finish_than_docker_gives_the_process() -> None:
    (period,) = re.findall(r"^\s+stop_grace_period: (\d+)s$", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE)
    grace_s = TurnSettings().grace_s
    assert grace_s == 20
    assert grace_s + 5 <= int(period) == 30, "time to close what is open, too"
