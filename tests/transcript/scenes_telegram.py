"""Scenes of what only Telegram has."""

import asyncio
from collections.abc import Sequence

from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.people import Place
from tests.transcript import answers
from tests.transcript.screen import Composer, Offer, View
from tests.transcript.stage import Stage


async def quotes(stage: Stage) -> Sequence[View]:
    people, telegram, place, elsewhere = stage.people, stage.telegram, stage.room("Recipes"), stage.room("Family")
    stage.model.reply("Yes: a sour apple, such as Boskoop, keeps its shape.", "At 180 °C for half an hour.")
    recipe = await people.say(
        place, "Apple cake: 200 g flour, 150 g butter, 3 eggs, 4 apples. Bake until golden.", who="Ben"
    )
    mention = f"@{telegram.username}"
    await telegram.say(
        place.chat, stage.person("Ann"), f"{mention} does the sort matter?", reply_to=recipe, quote="4 apples"
    )
    await stage.answered(place)
    await telegram.say(
        elsewhere.chat, stage.person("Ann"), f"{mention} how long?", reply_to=recipe, quote="Bake until golden."
    )
    await stage.answered(elsewhere)
    return [stage.view(place, "A part of a message is quoted."), stage.view(elsewhere, "And from another chat.")]


async def joined(stage: Stage) -> Sequence[View]:
    place = stage.room("Chess club")
    stage.telegram.join(place.chat, stage.person("Ann"))
    await stage.answered(place)
    return [stage.view(place, "Whoever adds it learns what privacy mode hides.")]


async def upgraded(stage: Stage) -> Sequence[View]:
    people, telegram = stage.people, stage.telegram
    old = Place(telegram.add_group("Choir", basic=True))
    stage.model.reply("Noted: on Thursdays at seven.", "On Thursdays at seven.")
    await people.say(old, "we sing on Thursdays at seven", mention=True)
    await stage.answered(old)
    new = Place(telegram.upgrade(old.chat))
    await people.say(new, "when do we sing?", mention=True)
    await stage.answered(new)
    return [stage.view(old, "Before."), stage.view(new, "The conversation goes on in the new group.")]


async def command_menu(stage: Stage) -> Sequence[View]:
    place = stage.people.private()
    offered = stage.telegram.menu(place.chat, stage.person("Ann"))
    offers = [Offer(name=f"/{name}", hint=description) for name, description in offered.items()]
    stage.model.reply(answers.SPOTS)
    await stage.people.say(place, "my maple has black spots, is that bad?")
    await stage.answered(place)
    return [stage.view(place, "What is offered while one types.", composer=Composer(typed="/", offers=offers))]


async def reactions(stage: Stage) -> Sequence[View]:
    people, place, hold = stage.people, stage.room("Garden"), asyncio.Event()
    stage.model.reply(
        Script(pieces=("In late winter, ", "before the buds open."), hold=hold), "A sunny one.", "Rarely, but plenty."
    )
    await people.say(place, "when shall I prune the roses?", who="Ben", mention=True)
    await stage.until(lambda: stage.model.calls, "the first question is asked")
    await people.say(place, "and which place do they like?", mention=True)
    await people.say(place, "do they need much water?", who="Cem", mention=True)
    await stage.until(lambda: any(message.reaction for message in place.chat.messages.values()), "a reaction")
    views = [stage.view(place, "Who has to wait sees that the question was seen.")]
    hold.set()
    await stage.answered(place, 3)
    return [*views, stage.view(place, "And is answered.")]


async def as_guest(stage: Stage) -> Sequence[View]:
    people, telegram, hold = stage.people, stage.telegram, asyncio.Event()
    place = Place(telegram.add_elsewhere("House hunting"))
    await people.say(place, "look what I found", who="Ben")
    stage.model.reply(Script(pieces=pieces_of(answers.MARS), hold=hold, hold_after=0))
    await people.say(place, "how cold is it on Mars?", mention=True)
    await stage.until(lambda: people.shown(place), "a stub")
    views = [stage.view(place, "A chat that the bot never joined: something stands there at once.")]
    hold.set()
    await stage.until(lambda: "minus 70" in people.shown(place)[0], "the answer")
    await stage.answered(place)
    return [*views, stage.view(place, "And becomes the answer.")]


async def inline(stage: Stage) -> Sequence[View]:
    people, telegram = stage.people, stage.telegram
    place, ann = Place(telegram.add_elsewhere("House hunting")), stage.person("Ann")
    await people.say(place, "is the cellar of 1900 a problem?", who="Ben")
    question = "how do I find out whether a cellar is damp?"
    query = await telegram.type_inline(place.chat, ann, question)
    await stage.until(lambda: query.results, "an offer")
    offers = [Offer(name=one["title"], hint=one.get("description", "")) for one in query.results]
    composer = Composer(typed=f"@{telegram.username} {question}", offers=offers)
    views = [stage.view(place, "What is offered while one types, in any chat.", composer=composer)]
    stage.model.reply("Tape a piece of foil to the wall for two days. Wet *behind* it: the wall is damp.")
    await telegram.choose(query)
    views.append(stage.view(place, "Chosen."))
    await stage.until(lambda: "foil" in people.shown(place)[0], "the answer")
    await stage.answered(place)
    return [*views, stage.view(place, "Answered in place.")]


async def drafts(stage: Stage) -> Sequence[View]:
    people, place, hold = stage.people, stage.people.private(), asyncio.Event()
    stage.model.reply(Script(pieces=pieces_of(answers.MARS), per_token_s=0.02, hold=hold, hold_after=25))
    await people.say(place, "what is it like on Mars?")
    await stage.until(lambda: stage.is_growing(place), "a draft")
    await asyncio.sleep(1.5)
    views = [stage.view(place, "While it is written it is a draft: no message, and no notification yet.")]
    hold.set()
    await stage.answered(place)
    return [*views, stage.view(place, "Sent whole, never edited.")]
