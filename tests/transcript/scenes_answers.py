"""Scenes of questions and their answers."""

import asyncio
import re
from collections.abc import Sequence

from tests.emulators.model import Asks, Call, Script
from tests.emulators.model_script import pieces_of
from tests.transcript import answers, pictures
from tests.transcript.screen import View
from tests.transcript.stage import Stage


async def growing(stage: Stage) -> Sequence[View]:
    people, hold = stage.people, asyncio.Event()
    place = stage.room("Cooking")
    text = answers.ONIONS
    script = Script(pieces=pieces_of(text), first_token_s=2.0, per_token_s=0.03, hold=hold, hold_after=45)
    stage.model.reply(script)
    await people.say(place, "why do onions make me cry, and what helps?", mention=True)
    await stage.until(lambda: people.is_typing(place), "typing")
    views = [stage.view(place, "At once: typing.")]
    await stage.until(lambda: people.shown(place) and len(people.growth(place)) >= 2, "it grows")
    await asyncio.sleep(1.2)
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
        lambda call: Script(pieces=(), calls=[Asks("point_out", {"picture": picture_in(call), "boxes": boxes})]),
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


async def beyond_parts(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.people.private()
    stage.model.reply(answers.VERY_LONG)
    await people.say(place, "the whole book on tomatoes, please")
    await stage.until(lambda: people.answers(place) and people.files(place), "a file")
    await stage.answered(place)
    return [stage.view(place, "Too much for a chat: its beginning, and all of it in a file.")]


async def tables(stage: Stage) -> Sequence[View]:
    people, place, private = stage.people, stage.room("Tea"), stage.people.private()
    stage.model.reply(answers.TABLES, answers.TABLES)
    await people.say(private, "compare some teas")
    await stage.answered(private)
    await people.say(place, "compare some teas", mention=True)
    await stage.answered(place)
    narrow = stage.view(place, "In a group, where a phone has less room.")
    return [stage.view(private, "A narrow table, and one too wide for a phone."), narrow]


async def formulas(stage: Stage) -> Sequence[View]:
    return await _asked(stage, "the quadratic formula, and the Gaussian integral", answers.FORMULAS, "Formulas.")


async def right_to_left(stage: Stage) -> Sequence[View]:
    return await _asked(stage, "איך מכינים חומוס?", answers.HEBREW, "From right to left, with a table.")


async def described(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Photos")
    stage.model.reply(answers.ALT)
    photo = await people.send_photo(place, pictures.landscapes()[2], "last evening", who="Ben")
    await people.alt(place, reply_to=photo)
    await stage.answered(place)
    return [stage.view(place, "A description for people who can't see the picture.")]


async def _asked(stage: Stage, question: str, answer: str, caption: str) -> Sequence[View]:
    place = stage.people.private()
    stage.model.reply(answer)
    await stage.people.say(place, question)
    await stage.answered(place)
    return [stage.view(place, caption)]


def picture_in(call: Call) -> str:
    """The name of the newest picture that the model was shown."""
    return str(re.findall(r"\[(p\d+)\]", call.text)[-1])
