"""Scenes of groups: when the bot answers there, what it hears, and what others brought along."""

from collections.abc import Sequence

from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.transcript import answers, pictures
from tests.transcript.screen import View
from tests.transcript.stage import Stage


async def wake_word(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Hiking", manager="Ann", hears_all=True)
    await people.command(place, "settings", "wake computer")
    await stage.answered(place)
    await people.say(place, "shall we take the early train?", who="Ben")
    stage.model.reply("4,806 metres, give or take: the ice on top grows and melts.")
    await people.say(place, "computer, how high is Mont Blanc?", who="Cem")
    await stage.answered(place, 2)
    return [stage.view(place, "It answers to a word of the group's own.")]


async def every_message(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Helpdesk", manager="Ann", hears_all=True)
    await people.command(place, "settings", "answers every")
    await stage.answered(place, 2)
    stage.model.reply("Hold the button for ten seconds, then let go. The light blinks twice.")
    await people.say(place, "how do I reset the router?", who="Ben")
    await stage.answered(place, 3)
    return [stage.view(place, "That everything is read is said openly.")]


async def listening(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Trip", manager="Ann", hears_all=True)
    await people.command(place, "settings", "listening on")
    await stage.answered(place, 2)
    await people.say(place, "I can't before ten", who="Ben")
    await people.say(place, "and I must be home by six", who="Cem")
    stage.model.reply("Between ten and six: Ben can't before ten, and Cem must be home by six.")
    await people.say(place, "when can we all go?", mention=True)
    await stage.answered(place, 3)
    return [stage.view(place, "What is said to others is remembered where people switched that on.")]


async def forwarded(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Neighbours", hears_all=True)
    elsewhere = stage.room("Allotments")
    photo = await people.send_photo(elsewhere, pictures.leaf(), "found on our tree, anybody know it?", who="Dora")
    passed_on = await people.forward(place, photo, who="Ben")
    stage.model.reply(answers.LEAF)
    await people.say(place, "what did Dora find?", mention=True, reply_to=passed_on)
    await stage.answered(place)
    return [stage.view(place, "A message that was forwarded.")]


async def side_room(stage: Stage) -> Sequence[View]:
    people = stage.people
    group = people.group()
    room = people.side_room(group)
    stage.model.reply("Then Lisbon it is: mild in March, and full of hills.", "I know of no plans here. Which ones?")
    await people.say(room, "we want to travel in March, to hills and the sea", mention=True)
    await stage.answered(room)
    await people.say(group, "where did we want to go?", mention=True)
    await stage.answered(group)
    thread, topic = stage.view(room, "A thread of its own."), stage.view(room, "A topic.")
    return [thread if stage.is_on_discord else topic, stage.view(group, "Nothing of it is known outside.")]


async def languages(stage: Stage) -> Sequence[View]:
    people, views = stage.people, []
    for name, language, question, answer in (
        ("Jonas", "de", "warum ist der Himmel blau?", answers.SKY_GERMAN),
        ("Yuki", "ja", "空はなぜ青いのですか？", answers.SKY_JAPANESE),
        ("Layla", "ar", "لماذا السماء زرقاء؟", answers.SKY_ARABIC),
    ):
        stage.speaker(name, language)
        place = people.private(name)
        stage.model.reply(Script(status=503), Script(status=503))
        await people.command(place, "ask", question, who=name)
        await stage.answered(place)
        await people.command(place, "help", who=name)
        await stage.answered(place, 2)
        stage.model.reply(Script(pieces=pieces_of(answer), finish_reason="length"))
        await people.command(place, "ask", question, who=name)
        await stage.answered(place, 3)
        await people.command(place, "settings", who=name)
        await stage.answered(place, 4)
        await people.command(place, "usage", who=name)
        await stage.answered(place, 5)
        views.append(stage.view(place, f"{name}'s client speaks {language}, and so does the bot."))
    return views
