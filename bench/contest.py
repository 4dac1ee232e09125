"""Asks a bot questions, in many conversations at once, and times what becomes of them."""

import asyncio
import itertools
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from bench.process import BotProcess
from bench.stages import Place, Shown, Stage
from tests.emulators.model import Call, ModelEmulator, Script

_LOOK_EVERY_S = 0.003
_ANSWER_S = 30.0
_SETTLE_S = 0.3
"""After the last answer is on screen a bot may still have something to write down: that counts too."""
_NUMBER = re.compile(r"Question (\d+):")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One answer, in seconds."""

    to_request: float
    """From the event to the model request."""
    to_first_text: float
    """From the first token to the first text that people see."""
    to_final_text: float
    """From the last token to the whole text on screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round of questions took."""

    timings: Sequence[Timing]
    wall_s: float
    cpu_s: float
    """Of the bot's processes."""


class Contestant:
    """A bot that runs on a stage, with a model of its own."""

    def __init__(self, stage: Stage, model: ModelEmulator, process: BotProcess) -> None:
        self.process = process
        self._stage = stage
        self._model = model
        self._script = Script()
        self._asked = 0
        self._calls: dict[int, Call] = {}
        model.reply_with(self._reply)

    async def play(
        self, script: Script, places: Sequence[Place], *, seconds: float, at_once: int, stagger_s: float = 0.0
    ) -> Round:
        """Ask for so many seconds, and wait for the last answers.

        Args:
            script: What the model says to each question.
            places: Where, in turn.
            seconds: For how long new questions are asked.
            at_once: How many people ask at the same time, each again as soon as the answer is there.
            stagger_s: Each person begins so much later than the one before.
        """
        self._script = script
        self._calls.clear()
        self._model.calls.clear()
        self._model.requests.clear()
        timings: list[Timing] = []

        async def converse(person: int, screen: _Screen) -> None:
            await asyncio.sleep(person * stagger_s)
            for place in itertools.cycle(places[person::at_once]):
                if time.monotonic() > began + seconds:
                    return
                timings.append(await self._ask(place, screen))

        cpu_s, began = self.process.cpu_s(), time.monotonic()
        async with _Screen(self._check) as screen, asyncio.TaskGroup() as people:
            for person in range(at_once):
                people.create_task(converse(person, screen))
        wall_s = time.monotonic() - began
        await asyncio.sleep(_SETTLE_S)
        self._check()
        return Round(timings=timings, wall_s=wall_s, cpu_s=self.process.cpu_s() - cpu_s)

    async def _ask(self, place: Place, screen: "_Screen") -> Timing:
        self._asked += 1
        number, before = self._asked, place.newest()
        whole = "".join(self._script.pieces)

        def answer() -> Shown | None:
            newest = place.newest()
            return newest if newest is not None and newest is not before and newest.text == whole else None

        asked_at = time.monotonic()
        await place.say(f"Question {number}: what do you see, and what do you think of it?")
        versions = (await screen.until(answer)).versions
        call = self._calls.pop(number)
        assert call.first_sent_at is not None
        # The whole text can be on screen before the model has said that this was all.
        last_at = min(call.last_sent_at or versions[-1].at, versions[-1].at)
        return Timing(
            to_request=call.received_at - asked_at,
            to_first_text=versions[0].at - call.first_sent_at,
            to_final_text=versions[-1].at - last_at,
        )

    def _reply(self, call: Call) -> Script:
        number = _NUMBER.findall(call.text)[-1]
        self._calls[int(number)] = call
        return self._script

    def _check(self) -> None:
        self.process.check()
        wrong = [*self._stage.violations, *self._model.violations]
        if wrong:
            raise RuntimeError(f"a bot broke a rule of the emulators: {wrong[0]}")


class _Screen:
    """Looks at the screen on behalf of all who wait for an answer: one task, whatever their number."""

    def __init__(self, check: Callable[[], None]) -> None:
        """`check` raises when waiting is in vain."""
        self._check = check
        self._waiting: dict[Callable[[], Shown | None], asyncio.Future[Shown]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look(), name="look at the screen")
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        assert self._looking is not None
        self._looking.cancel()
        await asyncio.wait({self._looking})

    async def until(self, look: Callable[[], Shown | None]) -> Shown:
        """Wait until `look` finds something."""
        self._waiting[look] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await self._waiting[look]
        except TimeoutError:
            self._check()
            raise
        finally:
            self._waiting.pop(look, None)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            for look, waiter in list(self._waiting.items()):
                if not waiter.done() and (found := look()) is not None:
                    waiter.set_result(found)
