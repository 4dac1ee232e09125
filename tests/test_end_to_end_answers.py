"""The bot as its own process: how its answers look while they grow and when they are whole."""

import asyncio
from pathlib import Path

import pytest

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.end_to_end import shown, start
from tests.people import DiscordPeople, People

LONG_ANSWER = "\n\n".join(
    f"Paragraph {number}. "
    + "All work and no play makes Jack a dull boy. " * 6
    + f"\n\n```python\n# block {number}\n"
    + "print('hello, world')\n" * 14
    + "```"
    for number in range(1, 16)
)


@pytest.mark.usefixtures("bot_process")
async def test_a_long_answer_with_code_comes_whole_in_valid_parts(people: People, model: ModelEmulator) -> None:
    assert len(LONG_ANSWER) > 9000
    model.reply(LONG_ANSWER)
    place = people.private()
    await people.say(place, "a long one, please")
    await eventually(lambda: "block 15" in "".join(people.shown(place)))
    parts = await shown(people, place, len(people.shown(place)))
    assert all(0 < people.length(part) <= people.text_length for part in parts)
    joined = "\n".join(parts)
    assert joined.count("print('hello, world')") == 15 * 14
    assert [joined.count(f"Paragraph {number}.") for number in range(1, 16)] == [1] * 15
    if isinstance(people, DiscordPeople):
        assert all(part.count("```") % 2 == 0 for part in parts), "every fence is closed where it was opened"
        assert joined.count("```") == 2 * joined.count("```python")
    assert people.replied_to(place)[1:] == [None] * (len(parts) - 1)


@pytest.mark.usefixtures("bot_process")
async def test_three_thousand_emoji_all_arrive(people: People, model: ModelEmulator) -> None:
    model.reply("😀" * 3000)
    place = people.private()
    await people.say(place, "smile!")
    await eventually(lambda: sum(part.count("😀") for part in people.shown(place)) >= 3000)
    parts = await shown(people, place, len(people.shown(place)))
    assert sum(part.count("😀") for part in parts) == 3000
    assert all(people.length(part) <= people.text_length for part in parts)


@pytest.mark.usefixtures("bot_process")
async def test_the_answer_grows_and_typing_is_shown_before_it(people: People, model: ModelEmulator) -> None:
    hold = asyncio.Event()
    model.reply(Script(pieces=pieces_of("It is " + "very " * 30 + "long."), per_token_s=0.1, hold=hold))
    place = people.private()
    await people.say(place, "hi")
    await eventually(lambda: people.is_typing(place), what="typing")
    hold.set()
    await eventually(lambda: "".join(people.shown(place)).endswith("long."), what="the whole answer")
    (text,) = people.shown(place)
    growth = people.growth(place)
    assert len(growth) >= 3
    assert all(text.startswith(version.rstrip(" …")) for version in growth)


@pytest.mark.usefixtures("bot_process")
async def test_editing_the_question_redoes_the_answer_in_place(people: People, model: ModelEmulator) -> None:
    model.reply("Paris.", "Berlin.")
    place = people.private()
    question = await people.say(place, "the capital of France?")
    assert await shown(people, place) == ["Paris."]
    await people.edit(question, "the capital of Germany?")
    await eventually(lambda: people.shown(place) == ["Berlin."], what=str(people.shown(place)))


@pytest.mark.usefixtures("bot_process")
async def test_the_stop_button_ends_the_answer_where_it_is(people: People, model: ModelEmulator) -> None:
    model.reply(Script(pieces=pieces_of("Once upon a time"), hold=asyncio.Event(), hold_after=3))
    place = people.private()
    await people.say(place, "a story!")
    await eventually(lambda: people.shown(place) == ["Once upon a"], what=str(people.shown(place)))
    await people.press_stop(place)
    await eventually(lambda: "Stopped." in people.shown(place)[0], what=str(people.shown(place)))
    assert people.shown(place)[0].startswith("Once upon a\n\n")
    await eventually(lambda: model.calls[0].disconnected, what="the model is told to stop")
    assert not people.has_stop_button(place)


async def test_deleting_the_question_on_discord_takes_the_answer_back(model: ModelEmulator, tmp_path: Path) -> None:
    async with DiscordEmulator() as discord:
        people = DiscordPeople(discord)
        place = people.private()
        async with start(people, model, tmp_path):
            await people.ready()
            question = await people.say(place, "my secret is 42")
            await shown(people, place)
            await discord.delete(question)
            await eventually(lambda: people.shown(place) == [], what="the answer is gone")
            await people.say(place, "what did I say?")
            await shown(people, place)
            assert "42" not in str(model.calls[1].messages)
        assert discord.violations == []


@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize("invisible", ["\u200b", "\ufeff\n\u2060"])
async def test_an_answer_that_shows_nothing_is_not_silence(
    people: People, model: ModelEmulator, invisible: str
) -> None:
    model.reply(invisible)
    place = people.private()
    await people.say(place, "hi")
    assert await shown(people, place) == [texts.EMPTY_ANSWER]


@pytest.mark.usefixtures("bot_process")
async def test_the_note_below_an_answer_that_is_cut_in_its_code_is_no_code(
    people: People, model: ModelEmulator
) -> None:
    model.reply(Script(pieces=("Here:\n\n", "```python\n", "x = 1\n"), finish_reason="length"))
    place = people.private()
    await people.say(place, "code?")
    (answer,) = await shown(people, place)
    code, _, note = answer.partition("(My answer reached its length limit")
    assert note
    if isinstance(people, DiscordPeople):
        assert code.count("```") == 2
    else:
        (block,) = (e for e in people.answers(place)[0].entities if e["type"] == "pre")
        assert answer[block["offset"] : block["offset"] + block["length"]] == "x = 1"
