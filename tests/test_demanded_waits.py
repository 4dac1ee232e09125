"""How long a platform wants a chat left alone: kept over a restart, for that chat and no other."""

import time
from pathlib import Path

import pytest

from tests.demanding import demand_wait, written_to
from tests.emulators.common import eventually
from tests.emulators.model import Call, ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.people import People
from tests.process import BotProcess
from tests.stored import waits_in

SPEED = 20
"""Seconds of the bot's waits in one second. Its date is the real one."""

DEMANDED_S = 120
"""discord.py waits 30 s and less by itself."""


def answer_to(call: Call) -> Script:
    """Ann's answer grows when she asks for that, until the bot is killed."""
    if "grow" in call.text:
        return Script(pieces=pieces_of("It grows and grows."), per_token_s=0.5)
    return Script(pieces=("Here you are.",))


@pytest.mark.parametrize("question", ["answer at once", "let it grow"])
async def test_a_wait_that_the_platform_demands_for_a_chat_survives_a_restart_and_holds_up_no_other_chat(
    people: People, model_emulator: ModelEmulator, tmp_path: Path, question: str
) -> None:
    model_emulator.reply_with(answer_to)
    ann, bob = people.private("Ann"), people.private("Bob")
    bot = BotProcess(
        tmp_path,
        module="tests.chaos.process",
        CHAOS_SPEED=str(SPEED),
        MODEL_API_URL=model_emulator.url,
        MODEL_API_KEY="model-key",
        **people.environment,
    )
    async with bot:
        await people.ready()
        demand = demand_wait(people, DEMANDED_S)
        await people.say(ann, question)
        await eventually(lambda: demand.times == 0)
        demanded_at = time.monotonic()
        await eventually(lambda: waits_in(tmp_path) == 1)
        await bot.kill()
        before = len(written_to(people, ann))

        started_at = time.monotonic()
        await bot.start()
        await people.ready()
        left_s = (DEMANDED_S - (time.monotonic() - demanded_at)) / SPEED
        await people.say(bob, "answer at once")
        await eventually(lambda: people.shown(bob) == ["Here you are."])
        assert people.shown(ann) == []
        answer = "It grows and grows." if "grow" in question else "Here you are."
        await eventually(lambda: people.shown(ann) == [answer])
        first = written_to(people, ann)[before]
        assert first.at - started_at >= left_s
        assert first.at - written_to(people, bob)[0].at > 1.0, "Bob's answer did not wait for the end of Ann's wait"
        assert await bot.terminate() == 0
    assert people.shown(ann) == [answer]
