"""Many conversations on both platforms while everything goes wrong; then the ledger is read."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.chaos.disturbances import Disturbances, Reordered
from tests.chaos.kills import Kills
from tests.chaos.ledger import Account, Fate, Question, account, asked_in, numbers_in, shown, totals
from tests.chaos.moods import script
from tests.chaos.plan import Extent, Kind, Line, Room, Talk, plan
from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import Call, ModelEmulator, Script, text_of
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, Place, TelegramPeople
from tests.process import BotProcess

_MOST_OPEN = 6
"""Questions of one conversation that wait for their answer: people stop asking then."""
_PATIENCE_S = 30.0
_SETTLING_S = 120.0
"""At most, from the last disturbance on."""
_LATE_S = 3.0
"""Then something that comes twice would have come."""
_DISTURBED_EVERY_S = 0.5
_GREETING = "hello"
_HARMLESS = "changes nothing"
"""An answer that is the same after its question was changed may be written once more: it costs a request."""
_SPEED = "2"
"""The bot's waits are over so many times sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The ledger of a soak."""

    seed: int
    seconds: float
    messages: int
    fates: Mapping[Fate, int]
    """Of those that were for the bot."""
    broken: Sequence[str]
    """Each broken promise, with the number of its question."""
    out_of_order: int
    strays: int
    kills: Mapping[str, int]
    faults: Mapping[str, int]
    violations: Sequence[str]
    log: Sequence[str]
    """All that the bot wrote."""

    @property
    def is_kept(self) -> bool:
        return not (self.broken or self.out_of_order or self.strays or self.violations)

    def table(self) -> str:
        rows = [("messages", self.messages), ("for the bot", sum(self.fates.values())), *self.fates.items()]
        rows += [("out of order", self.out_of_order), ("belonging to no question", self.strays)]
        rows += [*self.kills.items(), *sorted(self.faults.items())]
        rows += [("seconds", round(self.seconds)), ("seed", self.seed)]
        lines = [f"{name:<34}{count:>8}" for name, count in rows]
        return "\n".join([*lines, *self.broken, *sorted(set(self.violations))])


async def soak(seed: int, extent: Extent) -> Result:
    """Play the plan of a seed. Choices come from the seed; what happens at the same time does not."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(DiscordEmulator())
        telegram = await stack.enter_async_context(TelegramEmulator())
        model = await stack.enter_async_context(ModelEmulator())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glimpse-chaos-")))
        return await _Soak(seed, extent, discord, telegram, model, folder).run()


class _Soak:
    def __init__(
        self,
        seed: int,
        extent: Extent,
        discord: DiscordEmulator,
        telegram: TelegramEmulator,
        model: ModelEmulator,
        folder: Path,
    ) -> None:
        self._seed = seed
        self._discord, self._telegram, self._model = discord, telegram, model
        self._people: Mapping[str, People] = {"discord": DiscordPeople(discord), "telegram": TelegramPeople(telegram)}
        self._talks = plan(seed, extent)
        self._places = {id(talk): self._place(talk) for talk in self._talks}
        self._lines = {line.question.number: line for talk in self._talks for line in talk.lines}
        self._talk_of = {line.question.number: talk for talk in self._talks for line in talk.lines}
        self._asked: Counter[tuple[int, int]] = Counter()
        self._greetings: set[tuple[int, int]] = set()
        """Talk and message: Telegram counts those of each supergroup for itself."""
        self._leaks: list[str] = []
        self._disturbances = Disturbances(random.Random(f"faults {seed}"), discord, telegram)
        discord._backend.publish = Reordered(random.Random(f"order {seed}"), discord._backend.publish)
        model.reply_with(self._reply)
        self._bot = BotProcess(
            folder,
            module="tests.chaos.process",
            CHAOS_SPEED=_SPEED,
            MODEL_API_URL=model.url,
            MODEL_API_KEY="model-key",
            TURNS_GRACE_S="2",
            **self._people["discord"].environment,
            **self._people["telegram"].environment,
        )
        self._kills = Kills(random.Random(f"kills {seed}"), self._bot, telegram, every_s=extent.killed_every_s)

    async def run(self) -> Result:
        began = time.monotonic()
        async with self._bot:
            await self._people["discord"].ready()
            await eventually(lambda: self._discord.commands, what="the bot's commands are registered")
            await self._greet()
            await self._talk_among_disturbances()
            self._disturbances.end()
            await self._settle()
            await self._kills.end_nicely()
        return self._result(time.monotonic() - began)

    # --- people -----------------------------------------------------------------------------------

    def _place(self, talk: Talk) -> Place:
        people = self._people[talk.platform]
        match talk.room:
            case Room.PRIVATE:
                return people.private(talk.people[0])
            case Room.GROUP | Room.APART:
                return people.group(open_to_the_bot=True)
            case Room.SIDE_ROOM:
                return people.side_room(people.group(open_to_the_bot=True))

    async def _greet(self) -> None:
        """Let the bot know the private chats that it can't know otherwise: Discord lists none. And part people."""
        for talk in self._talks:
            people, place, who = self._people[talk.platform], self._places[id(talk)], talk.people[0]
            if talk.room is Room.APART:
                people.make_manager(place, who)
                await people.command(place, "settings", "sharing own", who=who)
            elif talk.platform == "discord" and talk.room is Room.PRIVATE:
                await people.say(place, _GREETING, who=who)
            else:
                continue
            answers = await eventually(partial(self._answers, talk), within_s=30.0, what="an answer to a greeting")
            self._greetings |= {(id(talk), answer.id) for answer in answers}

    async def _talk_among_disturbances(self) -> None:
        everybody_talked = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kills.play(until=everybody_talked))
            group.create_task(self._disturbances.play(pause_s=_DISTURBED_EVERY_S, until=everybody_talked))
            async with asyncio.TaskGroup() as talks:
                for talk in self._talks:
                    talks.create_task(self._talk(talk))
            everybody_talked.set()

    async def _talk(self, talk: Talk) -> None:
        async with asyncio.TaskGroup() as afterwards:
            for line in talk.lines:
                await asyncio.sleep(line.after_s)
                await self._wait_for_answers(talk)
                line.question.message = await self._said(talk, line)
                for after_s, what in (
                    (line.repeated_after_s, self._repeat),
                    (line.changed_after_s, self._change),
                    (line.deleted_after_s, self._delete),
                ):
                    if after_s is not None and line.is_addressed:
                        afterwards.create_task(_later(after_s, what, talk, line))

    async def _said(self, talk: Talk, line: Line) -> Any:
        people, place, mention = self._people[talk.platform], self._places[id(talk)], self._mentions(talk, line)
        text, who = line.question.text, line.who
        match line.kind:
            case Kind.TEXT:
                return await people.say(place, text, who=who, mention=mention)
            case Kind.PHOTO:
                return await people.send_photo(place, photo(160, 120), text, who=who, mention=mention)
            case Kind.ALBUM:
                photos = [photo(160 + number, 120) for number in range(3)]
                return await people.send_album(place, photos, text, who=who, mention=mention)
            case Kind.STOP | Kind.RESET:
                return await people.command(place, line.kind, who=who)

    async def _wait_for_answers(self, talk: Talk) -> None:
        give_up = time.monotonic() + _PATIENCE_S
        while time.monotonic() < give_up:
            fates = self._account(talk).fates.values()
            if sum(not fate.is_promised for fate in fates) < _MOST_OPEN:
                return
            await asyncio.sleep(0.5)

    async def _repeat(self, talk: Talk, line: Line) -> None:
        self._disturbances.note("event repeated")
        self._people[talk.platform].deliver_again(line.question.message)

    async def _change(self, talk: Talk, line: Line) -> None:
        self._disturbances.note("question changed")
        line.question.version += 1
        people, mention = self._people[talk.platform], self._mentions(talk, line)
        await people.edit(line.question.message, line.question.text, mention=mention)

    async def _delete(self, talk: Talk, line: Line) -> None:
        self._disturbances.note("question deleted")
        line.question.is_deleted = True
        await self._discord.delete(line.question.message)

    def _mentions(self, talk: Talk, line: Line) -> bool:
        return line.is_addressed and talk.room is not Room.PRIVATE

    # --- the model --------------------------------------------------------------------------------

    def _reply(self, call: Call) -> Script:
        try:
            number, version = asked_in(call.text)
        except IndexError:
            if call.text.endswith(_GREETING):
                return Script(pieces=("Hello",))
            self._leaks.append(f"something else is asked: {call.text[:200]!r}")
            return Script()
        self._asked[number, version] += 1
        talk, line = self._talk_of[number], self._lines[number]
        for other in numbers_in(" ".join(text_of(message) for message in call.messages)):
            if self._talk_of[other] is not talk or self._lines[other].question.queue != line.question.queue:
                self._leaks.append(f"question {other} stands in the prompt of question {number}")
        answer = Question(number=number, version=version, words=line.question.words).answer
        is_first = self._asked[number, version] == 1
        return script(line.mood, answer, is_first=is_first, pictures=len(call.pictures))

    # --- the ledger -------------------------------------------------------------------------------

    def _account(self, talk: Talk) -> Account:
        asked = [line.question for line in talk.lines if line.is_addressed and line.question.message is not None]
        answers = (answer for answer in self._answers(talk) if (id(talk), answer.id) not in self._greetings)
        return account(asked, shown(answers))

    def _answers(self, talk: Talk) -> list[Any]:
        return self._people[talk.platform].answers(self._places[id(talk)])

    async def _settle(self) -> None:
        give_up = time.monotonic() + _SETTLING_S
        while time.monotonic() < give_up:
            if all(fate.is_promised for talk in self._talks for fate in self._account(talk).fates.values()):
                break
            await asyncio.sleep(0.5)
        await asyncio.sleep(_LATE_S)

    def _result(self, seconds: float) -> Result:
        accounts = [(talk, self._account(talk)) for talk in self._talks]
        broken = [
            f"{fate}: question {number}, {talk.platform}, {talk.room}, model: {self._lines[number].mood}, "
            f"shown: {[answer.text for answer in self._answers(talk) if number in numbers_in(answer.text)]}"
            for talk, found in accounts
            for number, fate in found.fates.items()
            if not fate.is_promised
        ]
        for talk, found in accounts:
            broken += [f"out of order: {pair}, {talk.platform}, {talk.room}" for pair in found.out_of_order]
            broken += [f"stray: {stray}, {talk.platform}, {talk.room}" for stray in found.strays]
        return Result(
            seed=self._seed,
            seconds=seconds,
            messages=len(self._lines),
            fates=totals(fate for _, found in accounts for fate in found.fates.values()),
            broken=broken,
            out_of_order=sum(len(found.out_of_order) for _, found in accounts),
            strays=sum(len(found.strays) for _, found in accounts),
            kills=self._kills.counts,
            faults=self._disturbances.counts,
            violations=[
                *self._leaks,
                *self._discord.violations,
                *(violation for violation in self._telegram.violations if not violation.endswith(_HARMLESS)),
                *self._model.violations,
            ],
            log=self._bot.lines,
        )


async def _later(after_s: float, what: Callable[[Talk, Line], Awaitable[None]], talk: Talk, line: Line) -> None:
    await asyncio.sleep(after_s)
    await what(talk, line)
