"""The main scenarios: what people do, and the moments to look at."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.emulators.model import Asks, Call, Script
from tests.emulators.model_script import pieces_of
from tests.people import DiscordPeople
from tests.transcript import answers, pictures
from tests.transcript.screen import View
from tests.transcript.stage import Stage

Play = Callable[[Stage], Awaitable[Sequence[View]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Something that happens to people."""

    name: str
    title: str
    play: Play


async def growing(stage: Stage) -> Sequence[View]:
    people, hold = stage.people, asyncio.Event()
    place = stage.room("Cooking")
    text = answers.ONIONS
    script = Script(pieces=pieces_of(text), first_token_s=0.6, per_token_s=0.03, hold=hold, hold_after=45)
    stage.model.reply(script)
    await people.say(place, "why do onions make me cry, and what helps?", mention=True)
    await stage.until(lambda: people.is_typing(place), "typing")
    views = [stage.view(place, "At once: typing.")]
    await stage.until(lambda: people.shown(place) and len(people.growth(place)) >= 2, "it grows")
    await asyncio.sleep(2)
    views.append(stage.view(place, "While the model speaks."))
    hold.set()
    await stage.answered(place)
    return [*views, stage.view(place, f"Whole, after {len(people.growth(place))} states.")]


async def somebodys_photo(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Garden")
    stage.model.reply(answers.LEAF, answers.SPOTS)
    photo = await people.send_photo(place, pictures.leaf(), "found this on the path", who="Ben")
    await people.say(place, "what is this?", mention=True, reply_to=photo)
    await stage.answered(place)
    await people.say(place, "and the dark spots?", reply_to=people.answers(place)[0])
    await stage.answered(place, 2)
    return [stage.view(place, "A reply to somebody else's photo, and a question behind it.")]


async def photo_alone(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply(answers.DESK, answers.BOARD)
    await people.send_photo(place, pictures.desk())
    await stage.answered(place)
    await people.send_photo(place, pictures.board(), "as a table please, with the delays counted in")
    await stage.answered(place, 2)
    return [stage.view(place, "Without words it describes; with words it does as asked.")]


async def album(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply(answers.ALBUM)
    await people.send_album(place, pictures.landscapes(), "which of these would you print?")
    await stage.answered(place)
    return [stage.view(place, "Three photos, one answer.")]


async def pointed_out(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Home")
    boxes = [{"bbox_2d": list(pictures.KEYS_BOX), "label": "your keys"}]
    stage.model.reply(
        lambda call: Script(pieces=(), calls=[Asks("point_out", {"picture": _picture_in(call), "boxes": boxes})]),
        answers.KEYS,
    )
    await people.send_photo(place, pictures.desk(), "where are my keys??", mention=True)
    await stage.answered(place, 2)
    return [stage.view(place, "The model marks what was asked for.")]


async def formatted(stage: Stage) -> Sequence[View]:
    return await _asked(
        stage, "how do I plan a small vegetable bed?", answers.FORMATTED, "Headings, lists, quotes, links."
    )


async def code(stage: Stage) -> Sequence[View]:
    return await _asked(stage, "a function for moving averages, and how fast is it?", answers.CODE, "Code and a table.")


async def plain_symbols(stage: Stage) -> Sequence[View]:
    return await _asked(
        stage, "what does List<String> mean, and the formula of compound interest?", answers.SYMBOLS, "Nothing is lost."
    )


async def other_scripts(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply(answers.ARABIC, answers.CHINESE)
    await people.say(place, "كيف أعد الشاي بالنعناع؟")
    await stage.answered(place)
    await people.say(place, "绿茶用多少度的水?")
    await stage.answered(place, 2)
    return [stage.view(place, "In the language of the person who asks.")]


async def long_answer(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply(answers.LONG)
    await people.say(place, "tell me everything about growing tomatoes, month by month")
    await stage.answered(place)
    return [stage.view(place, f"{len(answers.LONG):,} characters in {len(people.shown(place))} messages.")]


async def edited(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply("It is **Canberra**, not Sydney as many think.", "It is **Vienna**, on the Danube.")
    question = await people.say(place, "what is the capital of Australia?")
    await stage.answered(place)
    views = [stage.view(place, "Asked.")]
    before = people.shown(place)
    await people.edit(question, "what is the capital of Austria?")
    await stage.until(lambda: people.shown(place) != before, "another answer")
    await stage.answered(place)
    return [*views, stage.view(place, "The question was edited: its answer is redone in place.")]


async def deleted(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Lobby")
    assert isinstance(people, DiscordPeople)
    stage.model.reply("Better not here: a door code is something for a private message.")
    question = await people.say(place, "is 4711 a good door code?", mention=True)
    await stage.answered(place)
    views = [stage.view(place, "Asked.")]
    await people.discord.delete(question)
    await stage.until(lambda: not people.shown(place), "the answer is gone")
    return [*views, stage.view(place, "The question was deleted: so is the answer.", with_deleted=True)]


async def stopped(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Stories")
    views: list[View] = []
    for count, how in ((1, "the button"), (2, "/stop")):
        stage.model.reply(
            Script(pieces=pieces_of(answers.STORY), per_token_s=0.02, hold=asyncio.Event(), hold_after=40)
        )
        await people.say(place, "tell me a story" if count == 1 else "another one", mention=True)
        await stage.until(lambda: stage.is_growing(place), "it grows")
        await asyncio.sleep(1.5)
        if count == 1:
            views.append(stage.view(place, "While it writes there is a button."))
            await people.press_stop(place)
        else:
            await people.command(place, "stop")
        await stage.answered(place, count)
        views.append(stage.view(place, f"Stopped with {how}."))
    return views


async def failing(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply(Script(status=503), Script(status=503))
    await people.say(place, "what is the weather on Mars like?")
    await stage.answered(place)
    stage.model.reply(
        Script(pieces=pieces_of(answers.MARS), cut_after=24), Script(pieces=pieces_of(answers.MARS), cut_after=24)
    )
    await people.say(place, "and now?")
    await stage.answered(place, 2)
    stage.model.reply(Script(pieces=pieces_of(answers.MARS)[:30], finish_reason="length"))
    await people.say(place, "once more, in detail")
    await stage.answered(place, 3)
    return [stage.view(place, "The model can't be reached; breaks off; reaches its length limit.")]


async def unseen(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply("I can read nothing on it. Could you send the letter once more?")
    await people.send_file(place, pictures.board()[:9_000], "letter.jpg", "image/jpeg", "what does this letter say?")
    await stage.answered(place)
    return [stage.view(place, "A damaged picture is named, and costs nothing else.")]


async def busy(stage: Stage) -> Sequence[View]:
    people, place, hold = stage.people, stage.room("Quiz"), asyncio.Event()
    stage.model.reply_with(lambda call: Script(pieces=("Forty-two.",), hold=hold), when="how many")
    for who, what in (("Ann", "stairs"), ("Ben", "windows"), ("Cem", "doors"), ("Dora", "lamps"), ("Eve", "cats")):
        await people.say(place, f"how many {what} are there?", who=who, mention=True)
        await asyncio.sleep(0.3)
    await stage.until(lambda: people.shown(place), "the busy sentence")
    views = [stage.view(place, "Two may wait here; the others are told.")]
    hold.set()
    await stage.answered(place, 5)
    return [*views, stage.view(place, "Those who waited get their answers.")]


async def described(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Photos")
    stage.model.reply(answers.ALT)
    photo = await people.send_photo(place, pictures.landscapes()[2], "last evening", who="Ben")
    if isinstance(people, DiscordPeople):
        await people.discord.use_menu(photo, people._person("Ann"), "Alt text")
    else:
        await people.say(place, "/alt@glimpse_bot", reply_to=photo)
    await stage.answered(place)
    return [stage.view(place, "A description for people who can't see the picture.")]


async def restarted(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply(
        Script(pieces=pieces_of(answers.MARS), per_token_s=0.02, hold=asyncio.Event(), hold_after=25), answers.MARS
    )
    await people.say(place, "what is it like on Mars?")
    await stage.until(lambda: people.shown(place), "it grows")
    await asyncio.sleep(1.5)
    await stage.bot.kill()
    views = [stage.view(place, "Here the process was killed.")]
    await stage.bot.start()
    await people.ready()
    await stage.answered(place)
    stage.model.reply("About 2 °C less than where you are now: minus 60 on average. Take a coat.")
    await people.say(place, "and how cold was that again?")
    await stage.answered(place, 2)
    return [*views, stage.view(place, "Started again: the answer is finished in place, and it still knows.")]


async def helped(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    await people.say(place, "/help")
    await stage.answered(place)
    await people.say(place, "/reset")
    await stage.answered(place, 2)
    return [stage.view(place, "Its own commands.")]


SCENARIOS: Sequence[Scenario] = (
    Scenario(name="growing", title="A question, and the answer grows", play=growing),
    Scenario(name="photo", title="Somebody's photo", play=somebodys_photo),
    Scenario(name="pointed-out", title="Pointed out on the picture", play=pointed_out),
    Scenario(name="alone", title="A photo without words, and one to work with", play=photo_alone),
    Scenario(name="album", title="An album", play=album),
    Scenario(name="formatted", title="A well-formed answer", play=formatted),
    Scenario(name="code", title="Code and a table", play=code),
    Scenario(name="symbols", title="Symbols and formulas", play=plain_symbols),
    Scenario(name="scripts", title="Arabic and Chinese", play=other_scripts),
    Scenario(name="long", title="A very long answer", play=long_answer),
    Scenario(name="edited", title="An edited question", play=edited),
    Scenario(name="deleted", title="A deleted question", play=deleted),
    Scenario(name="stopped", title="Stopped", play=stopped),
    Scenario(name="failing", title="When the model fails", play=failing),
    Scenario(name="unseen", title="A picture that can't be opened", play=unseen),
    Scenario(name="busy", title="Too many questions at once", play=busy),
    Scenario(name="alt", title="Alt text", play=described),
    Scenario(name="restarted", title="Killed in the middle of an answer", play=restarted),
    Scenario(name="help", title="Help, and a new beginning", play=helped),
)

NOT_ON_TELEGRAM = frozenset({"deleted"})
"""Telegram tells bots nothing about deleted messages (Bot API, Update: there is no such field)."""


async def _asked(stage: Stage, question: str, answer: str, caption: str) -> Sequence[View]:
    place = stage.people.private()
    stage.model.reply(answer)
    await stage.people.say(place, question)
    await stage.answered(place)
    return [stage.view(place, caption)]


def _picture_in(call: Call) -> str:
    """The name of the newest picture that the model was shown."""
    return str(re.findall(r"\[(p\d+)\]", call.text)[-1])
