"""Kills the bot at a named point of a turn's life, starts it again, and looks at what people see."""

import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.cases import PATTERNS, Case, Scene
from tests.chaos.ledger import Account, Fate, Question, account, asked_in, pieces_of, shown
from tests.chaos.process import ARMED
from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import Call, ModelEmulator, Script, text_of
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, Place, TelegramPeople
from tests.process import BotProcess

PLATFORMS = ("discord", "telegram")
_WITHIN_S = 60.0
_HELD_S = 20.0
"""How long the platform keeps its answer back while the bot is killed."""
_LATE_S = 0.3
"""How long after a kill a request may still take effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One platform, one model, one place to talk, one bot."""

    platform: str
    people: People
    model: ModelEmulator
    place: Place
    is_private: bool
    bot: BotProcess
    questions: Sequence[Question]
    """One before the kill, one that it hits, one after."""

    def account(self) -> Account:
        said = [question for question in self.questions if question.message is not None]
        return account(said, shown(self.people.answers(self.place)))

    async def until(self, question: Question, *fates: Fate) -> None:
        def is_so() -> bool:
            return self.account().fates[question.number] in fates

        try:
            await eventually(is_so, within_s=_WITHIN_S)
        except AssertionError as error:
            error.add_note(f"{question.text}: {self.account().fates}; shown: {self.people.shown(self.place)}")
            raise

    async def take_back(self, question: Question) -> None:
        assert isinstance(self.people, DiscordPeople), "Telegram tells a bot of no deletion"
        question.is_deleted = True
        await self.people.discord.delete(question.message)

    async def ask(self, question: Question) -> None:
        question.message = await self.people.say(self.place, question.text, mention=not self.is_private)


async def play(case: Case, platform: str) -> None:
    """Play one case.

    Raises:
        AssertionError: a person would have been let down; or the point was never passed.
    """
    async with _stage(case, platform) as stage:
        before, hit, after = stage.questions
        await stage.ask(before)
        await stage.until(before, Fate.WHOLE)
        if case.scene.is_about_an_answer:
            await stage.ask(hit)
            await stage.until(hit, Fate.WHOLE)
        await _kill_at(case, stage)
        if isinstance(stage.people, TelegramPeople):
            stage.people.telegram.bot_forgot()
        await stage.bot.start()
        await stage.people.ready()
        await stage.until(hit, Fate.WITHDRAWN if hit.is_deleted else Fate.WHOLE)
        await stage.ask(after)
        await stage.until(after, Fate.WHOLE)
        _check_history(stage.model.calls[-1], stage.questions)
        assert await stage.bot.terminate() == 0
        result = stage.account()
        expected = {question.number: Fate.WHOLE for question in stage.questions}
        assert result.fates == expected | ({hit.number: Fate.WITHDRAWN} if hit.is_deleted else {})
        assert not result.strays, result.strays
        assert not result.out_of_order, result.out_of_order
        violations = stage.people.emulated.violations + stage.model.violations
        assert not violations, violations


@asynccontextmanager
async def _stage(case: Case, platform: str) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        people: People
        if platform == "discord":
            people = DiscordPeople(await stack.enter_async_context(DiscordEmulator()))
        else:
            people = TelegramPeople(await stack.enter_async_context(TelegramEmulator()))
        model = await stack.enter_async_context(ModelEmulator())
        words = case.scene.words(people.text_length)
        questions = [Question(number=number, words=words if number == 2 else 5) for number in (1, 2, 3)]
        model.reply_with(lambda call: _script(call, questions, case.scene, platform))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glimpse-chaos-")))
        variables = {"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", "CHAOS_KILL_AT": case.fuse}
        bot = BotProcess(folder, module="tests.chaos.process", **variables, **people.environment)
        await stack.enter_async_context(bot)
        await people.ready()
        is_private = not case.scene.is_long
        place = people.private() if is_private else people.side_room(people.group())
        yield Stage(
            platform=platform,
            people=people,
            model=model,
            place=place,
            is_private=is_private,
            bot=bot,
            questions=questions,
        )


def _script(call: Call, questions: Sequence[Question], scene: Scene, platform: str) -> Script:
    number, version = asked_in(call.text)
    question = questions[number - 1]
    is_hit = number == 2 and (version == 1 or not scene.is_about_an_answer)
    pieces = pieces_of(question.answer)
    return Script(pieces=pieces, per_token_s=scene.seconds(platform) / len(pieces) if is_hit else 0.0)


async def _kill_at(case: Case, stage: Stage) -> None:
    """Bring the bot to the point where it ends."""
    if case.request is None:
        stage.bot.send(signal.SIGUSR1)
        await eventually(lambda: ARMED in stage.bot.lines, what="the fuse is armed")
        await _provoke(case.scene, stage)
        try:
            assert await stage.bot.wait(within_s=_WITHIN_S) == -signal.SIGKILL
        except TimeoutError:
            raise AssertionError(f"this point was never passed: {case.name}") from None
        return
    fault = stage.people.emulated.fail(
        PATTERNS[stage.platform][case.request],
        status=200,
        skip=case.passing - 1,
        delay_s=_LATE_S if case.comes_late else _HELD_S,
        after_effect=not case.comes_late,
    )
    await _provoke(case.scene, stage)
    await eventually(lambda: fault.times == 0, within_s=_WITHIN_S, what=f"it gets to: {case.name}")
    await stage.bot.kill()


async def _provoke(scene: Scene, stage: Stage) -> None:
    """What a person does at last before the kill."""
    hit = stage.questions[1]
    match scene:
        case Scene.EDITED:
            hit.version += 1
            await stage.people.edit(hit.message, hit.text)
        case Scene.DELETED:
            await stage.take_back(hit)
        case Scene.PHOTO:
            hit.message = await stage.people.send_photo(stage.place, photo(320, 240), hit.text)
        case Scene.ALBUM:
            photos = [photo(320 + number, 240) for number in range(3)]
            hit.message = await stage.people.send_album(stage.place, photos, hit.text)
        case _:
            await stage.ask(hit)


def _check_history(call: Call, questions: Sequence[Question]) -> None:
    """The prompt of the last question holds the others with their answers, and nothing that was taken back."""
    said = [text_of(message) for message in call.messages if message["role"] == "user"]
    answered = [text_of(message) for message in call.messages if message["role"] == "assistant"]
    kept = [question for question in questions if not question.is_deleted]
    assert len(said) == len(kept), said
    for question, text in zip(kept, said, strict=True):
        assert question.text in text
    assert answered == [question.answer for question in kept[:-1]]
