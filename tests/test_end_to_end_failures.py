"""The bot as its own process: whatever fails around it, people read one answer or one kind sentence."""

import asyncio
from pathlib import Path

import pytest

from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.end_to_end import calls, first_shown, shown, start
from tests.people import DiscordPeople, People
from tests.process import BotProcess

FAILURES = {
    "400": Script(status=400, message="Body validation error: messages"),
    "401": Script(status=401),
    "402": Script(status=402),
    "403": Script(status=403, message="You've run out of credits."),
    "404": Script(status=404),
    "408": Script(status=408),
    "413": Script(status=413),
    "429": Script(status=429, headers={"Retry-After": "0"}),
    "500": Script(status=500),
    "502": Script(status=502, body="<html>Bad gateway</html>", headers={"Content-Type": "text/html"}),
    "503": Script(status=503),
    "504": Script(status=504, message="Generation timeout"),
    "nothing": Script(pieces=()),
    "thoughts only": Script(pieces=(), reasoning=("hm", "hm")),
}


async def test_whatever_the_model_answers_the_person_reads_one_kind_sentence(
    people: People, model: ModelEmulator, tmp_path: Path
) -> None:
    async with start(people, model, tmp_path, MODEL_ATTEMPTS="1", MODEL_PAUSE_AFTER="0"):
        await people.ready()
        # In a chat for each: all in one would wait for the platform's pace.
        places = {name: people.private(f"Who tries {name}") for name in FAILURES}
        for name, script in FAILURES.items():
            model.reply(script)
            await people.say(places[name], f"try {name}")
            sentence = await first_shown(people, places[name])
            assert 20 < len(sentence) < 200, name
            assert sentence.endswith((".", "/reset")), name
            for jargon in ("{", "http", "Traceback", "Error", "html", "status", name if name.isdigit() else "{"):
                assert jargon not in sentence, (name, sentence)
        model.reply("I am back.")
        place = people.private()
        await people.say(place, "and now?")
        assert await shown(people, place) == ["I am back."]
        assert {name: len(people.shown(place)) for name, place in places.items()} == dict.fromkeys(FAILURES, 1)


async def test_passing_trouble_of_the_model_is_not_even_noticed(
    people: People, model: ModelEmulator, bot_process: BotProcess
) -> None:
    assert bot_process.running
    model.reply(Script(status=500), Script(status=429, headers={"Retry-After": "0"}), "Third time lucky.")
    place = people.private()
    await people.say(place, "hi")
    assert await shown(people, place) == ["Third time lucky."]


@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize("script", [{"cut_after": 4}, {"error_after": 4}, {"finish_reason": None}])
async def test_an_answer_cut_in_the_middle_stays_and_is_marked(
    people: People, model: ModelEmulator, script: dict[str, int]
) -> None:
    model.reply(Script(pieces=pieces_of("One two three four five"), **script), times=2)  # type: ignore[arg-type]  # by name
    place = people.private()
    await people.say(place, "count")
    (text,) = await shown(people, place)
    assert text.startswith("One two three four")
    assert "breaks off here" in text


@pytest.mark.usefixtures("bot_process")
async def test_an_answer_cut_once_is_asked_for_again_and_replaced_in_place(
    people: People, model: ModelEmulator
) -> None:
    cut = Script(pieces=pieces_of("One two three four five"), cut_after=4, per_token_s=0.1)
    model.reply(cut, "One two three four five six.")
    place = people.private()
    await people.say(place, "count")
    await eventually(lambda: people.shown(place) == ["One two three four five six."], what=str(people.shown(place)))


async def test_a_silent_model_is_given_up_in_words(people: People, model: ModelEmulator, tmp_path: Path) -> None:
    limits = {"MODEL_FIRST_BYTE_S": "0.5", "MODEL_SILENCE_S": "0.5", "MODEL_ATTEMPTS": "1"}
    async with start(people, model, tmp_path, **limits):
        await people.ready()
        place = people.private()
        model.reply(Script(hold=asyncio.Event()))
        await people.say(place, "hello?")
        (sentence,) = await shown(people, place)
        assert sentence.endswith(".")
        model.reply(Script(pieces=pieces_of("One two three"), silent_after=2), times=2)
        await people.say(place, "count")
        await eventually(lambda: "breaks off here" in people.shown(place)[-1], what="the note under the answer")
        assert people.shown(place)[1].startswith("One two")
        await eventually(lambda: model.calls[1].disconnected, what="the silent stream is closed")


@pytest.mark.usefixtures("bot_process")
async def test_a_slow_conversation_does_not_delay_another(people: People, model: ModelEmulator) -> None:
    hold = asyncio.Event()
    model.reply(Script(hold=hold), when="slow")
    slow, quick = people.group(), people.private()
    await people.say(slow, "slow", mention=True)
    await calls(model, 1)
    model.reply("Quick!")
    await people.say(quick, "quick")
    await eventually(lambda: people.shown(quick))
    assert people.shown(slow) == []
    hold.set()
    await shown(people, slow)


@pytest.mark.usefixtures("bot_process")
async def test_the_same_message_delivered_twice_is_answered_once(people: People, model: ModelEmulator) -> None:
    place = people.private()
    message = await people.say(place, "hi")
    await shown(people, place)
    people.deliver_again(message)
    await people.say(place, "and this?")
    await shown(people, place, 2)
    assert len(model.calls) == 2


@pytest.mark.usefixtures("bot_process")
async def test_a_platform_that_fails_for_a_moment_still_shows_the_answer_once(
    people: People, model: ModelEmulator
) -> None:
    model.reply("Here I am.")
    people.fail_sending(status=503 if isinstance(people, DiscordPeople) else 429, headers={"Retry-After": "1"})
    place = people.private()
    await people.say(place, "hi")
    assert await shown(people, place) == ["Here I am."]
