"""Scenes of the bot's commands, its buttons and menus."""

from collections.abc import Sequence

from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.transcript import answers
from tests.transcript.screen import View
from tests.transcript.stage import MODEL_CHOICES, Stage


async def pressed(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Astronomy")
    stage.model.reply(Script(status=503), Script(status=503))
    await people.say(place, "what is it like on Mars?", mention=True)
    await stage.answered(place)
    views = [stage.view(place, "The model can't be reached.")]
    words = pieces_of(answers.MARS)
    stage.model.reply(Script(pieces=words[:30], finish_reason="length"))
    await stage.pressed(place, "Try again")
    views.append(
        stage.view(place, "“Try again” was pressed: the answer stands in place, and reaches its length limit.")
    )
    stage.model.reply("".join(words[30:]))
    await people.press(place, "Go on", who="Ben")
    await stage.answered(place, 2)
    return [*views, stage.view(place, "Ben pressed “Go on”: it goes on below, and the buttons are gone.")]


async def settings(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Book club", manager="Ann")
    await people.command(place, "settings")
    await stage.answered(place)
    views = [stage.view(place, "What holds here, and a button for each thing.")]
    await stage.pressed(place, "Memory")
    views.append(stage.view(place, "One page."))
    await stage.pressed(place, "Up to 5")
    views.append(stage.view(place, "Chosen."))
    await stage.pressed(place, "‹ Back")
    await stage.pressed(place, "Sharing", who="Ben")
    await stage.pressed(place, "One for each person", who="Ben")
    return [*views, stage.view(place, "Ben, who does not manage this place, may look but not change.")]


async def settings_alone(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    await people.command(place, "settings")
    await stage.answered(place)
    await people.command(place, "settings", "language")
    await stage.answered(place, 2)
    await people.command(place, "settings", "memory 3")
    await stage.answered(place, 3)
    await people.command(place, "settings", "colour blue")
    await stage.answered(place, 4)
    return [stage.view(place, "In private: the menu, a page by its name, a change in words, and one that there isn't.")]


async def persona(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    await people.command(place, "persona")
    await stage.answered(place)
    views = [stage.view(place, "The manners that there are.")]
    await stage.pressed(place, "simple")
    stage.model.reply("Warm air rises. Up there it is cold, so tiny drops form. Very many drops together are a cloud.")
    await people.say(place, "what is a cloud?")
    await stage.answered(place, 2)
    await people.command(place, "persona", "You are a pirate who answers in one line.")
    await stage.answered(place, 3)
    stage.model.reply("Arr, 'tis but the sea's own breath, hung up to dry!")
    await people.say(place, "and what is a cloud now?")
    await stage.answered(place, 4)
    return [*views, stage.view(place, "One was chosen; then one described in own words.")]


async def model(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.others |= set(MODEL_CHOICES)
    await people.command(place, "model")
    await stage.answered(place)
    await stage.pressed(place, "qwen3-vl:8b")
    stage.model.reply("A small one. What shall I look at?")
    await people.say(place, "which model are you?")
    await stage.answered(place, 2)
    return [stage.view(place, "Another model was chosen.")]


async def usage(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Kitchen")
    stage.model.reply("About 200 g for two.", "In plenty of water, for nine minutes.")
    await people.say(place, "how much pasta for two?", mention=True)
    await stage.answered(place)
    await people.say(place, "and how do I cook it?", who="Ben", mention=True)
    await stage.answered(place, 2)
    await people.command(place, "usage")
    await stage.answered(place, 3)
    return [stage.view(place, "What Ann used, and what all used here.")]


async def own_data(stage: Stage) -> Sequence[View]:
    people, place, room = stage.people, stage.people.private(), stage.room("Office")
    await people.command(room, "export")
    await stage.answered(room)
    views = [stage.view(room, "Where others read along.")]
    stage.model.reply("Noted: the plumber comes on Tuesday.")
    await people.say(place, "the plumber comes on Tuesday, please remember")
    await stage.answered(place)
    await people.command(place, "export")
    await stage.answered(place, 2)
    await people.command(place, "forget")
    await stage.answered(place, 3)
    views.append(stage.view(place, "All that is kept, as a file; then the question what to forget."))
    await stage.pressed(place, "Everything of mine")
    stage.model.reply("I don't know of any plumber. Did you tell me about one?")
    await people.say(place, "when does the plumber come?")
    await stage.answered(place, 4)
    return [*views, stage.view(place, "Forgotten.")]


async def helped(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    await people.command(place, "help")
    await stage.answered(place)
    await people.command(place, "reset")
    await stage.answered(place, 2)
    return [stage.view(place, "Its own commands.")]
