"""The copy that an operator makes while Glimpse runs."""

import asyncio
import sys
from pathlib import Path

from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.people import TelegramPeople
from tests.process import ROOT, BotProcess


async def back_up(database: Path, target: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "backup", str(target)),
        cwd=database.parent,
        env={"PYTHONPATH": str(ROOT), "DATABASE_URL": f"sqlite+aiosqlite:///{database}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_a_copy_made_while_the_bot_runs_has_everything_and_can_be_started_from(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    async with TelegramEmulator() as telegram, ModelEmulator() as model:
        people = TelegramPeople(telegram)
        place = people.private()
        variables = {"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", **people.environment}
        async with BotProcess(here, **variables) as bot:
            await people.say(place, "I like plums")
            await eventually(lambda: people.shown(place))
            code, said = await back_up(here / "glimpse.db", there / "glimpse.db")
            assert (code, "copied" in said) == (0, True), said
            await bot.terminate()
        async with BotProcess(there, **variables):
            await people.say(place, "what do I like?")
            await eventually(lambda: len(people.shown(place)) == 2)
        assert "I like plums" in str(model.calls[-1].messages)


async def test_a_copy_never_overwrites_anything(tmp_path: Path) -> None:
    (tmp_path / "glimpse.db").write_bytes(b"")
    (tmp_path / "precious").write_text("mine")
    code, said = await back_up(tmp_path / "glimpse.db", tmp_path / "precious")
    assert code == 1
    assert "precious" in said
    assert (tmp_path / "precious").read_text() == "mine"
