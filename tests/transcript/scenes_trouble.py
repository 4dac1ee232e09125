"""Scenes of what changes or goes wrong."""

import asyncio
from collections.abc import Sequence

from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.transcript import answers, pictures
from tests.transcript.screen import View
from tests.transcript.stage import Stage


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
    stage.model.reply("Better not here: a door code is something for a private message.")
    question = await people.say(place, "is 4711 a good door code?", mention=True)
    await stage.answered(place)
    views = [stage.view(place, "Asked.")]
    await people.delete(question)
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
        await stage.answered(place, 2 * count - 1)
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
