"""Thousands of questions while the model hangs: memory stays bounded, and people are told."""

import asyncio
import sys
from pathlib import Path

from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.people import Place, TelegramPeople
from tests.process import BotProcess

CHATS = 20
QUESTIONS_PER_CHAT = 75
WAITING_PER_CHAT = 5
BUSY = "I can't take this one on"
REASON = "because " * 100
MOST_GROWTH_MB = 30
MOST_GROWTH_OF_SECOND_WAVE_MB = 3
"""Twice as many questions take no more memory: 2 KB for each of them would be seen."""


def resident_mb(pid: int) -> float:
    """What Linux says that the process holds in memory now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kib) * 1024 / 1e6


async def quiet(people: TelegramPeople, places: list[Place]) -> None:
    """Wait until every question was taken, everybody was told, and the bot says nothing more."""

    def everybody_is_told() -> bool:
        is_taken = people.telegram.pending_updates == 0
        return is_taken and all(any(BUSY in text for text in people.shown(place)) for place in places)

    await eventually(everybody_is_told, what="busy is said everywhere")
    said = -1
    while said != (now := sum(len(people.shown(place)) for place in places)):
        said = now
        await asyncio.sleep(0.3)


async def test_a_flood_of_questions_while_the_model_hangs_takes_little_memory_and_people_are_told(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    people = TelegramPeople(telegram_emulator)
    places = [people.private(f"Person {number}") for number in range(CHATS)]
    variables = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key"}
    variables["TURNS_WAITING_PER_CONVERSATION"] = str(WAITING_PER_CHAT)
    async with BotProcess(tmp_path, **variables, **people.environment) as bot:
        model_emulator.reply("Warm.")
        await people.say(places[0], "are you there?")
        await eventually(lambda: people.shown(places[0]) == ["Warm."])
        before_mb = resident_mb(bot.pid)

        hold = asyncio.Event()
        model_emulator.reply_with(lambda _: Script(pieces=("At last.",), hold=hold))
        held_mb = []
        for wave in range(1, 3):
            for number in range(QUESTIONS_PER_CHAT):
                for place in places:
                    await people.say(place, f"question {number} of wave {wave}, {REASON}")
            await quiet(people, places)
            held_mb.append(resident_mb(bot.pid))
            sys.stdout.write(f"{wave * CHATS * QUESTIONS_PER_CHAT} questions: {held_mb[-1]:.1f} MB\n")
        sys.stdout.write(f"no questions: {before_mb:.1f} MB\n")
        assert held_mb[0] - before_mb < MOST_GROWTH_MB
        assert held_mb[1] - held_mb[0] < MOST_GROWTH_OF_SECOND_WAVE_MB
        assert await bot.health() == 200

        hold.set()
        answers = WAITING_PER_CHAT + 1
        await eventually(lambda: all(people.shown(place).count("At last.") == answers for place in places))
        assert await bot.terminate() == 0
    for place in places:
        replied_to = people.replied_to(place)
        assert len(replied_to) == len(set(replied_to)), "no question has two outcomes"
        assert {text for text in people.shown(place) if BUSY not in text} <= {"Warm.", "At last."}
