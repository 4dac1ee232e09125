"""Descriptions for people who can't see, and servers that can't, through the real process."""

import asyncio
from pathlib import Path

import pytest

from bot import texts
from bot.answering.prompt import ALT_PROMPT
from tests.drawing import encoded, hues
from tests.emulators.common import eventually
from tests.emulators.model import Call, text_of
from tests.gallery import UPRIGHT
from tests.people import Place
from tests.picture_people import PLATFORMS, PicturePeople
from tests.seeing import answer, assert_same_picture, not_seen, not_started, note, prompt_of, seeing
from tests.self_test_eyes import seen

JPEG = encoded(UPRIGHT, "JPEG")
BLIND = not_seen("the model that answers here can't see pictures")
DESCRIBED = note(texts.ALT_MARK) + "Four colours.\n\nText: STOP"


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_picture_is_described_in_each_way_that_one_can_ask(platform: str, tmp_path: Path) -> None:
    async with seeing(platform, tmp_path) as scene:
        scene.model.reply_with("Four colours.\n\nText: STOP")
        people = scene.people
        ways = (_replying, _with_it, _right_after)
        places = await asyncio.gather(*(way(people) for way in ways))
        await asyncio.gather(*(scene.reads(place, DESCRIBED) for place in places))
        assert len(scene.model.calls) == len(ways)
        for call in scene.model.calls:
            assert text_of(call.messages[0]) == ALT_PROMPT
            assert call.tools == {}
            (picture,) = call.images
            assert_same_picture(picture, UPRIGHT)
        nothing = people.hearing_group()
        await people.alt(nothing)
        await scene.reads(nothing, note(texts.ALT_NEEDS_PICTURE).replace("`", _code_mark(platform)))
        assert len(scene.model.calls) == len(ways)


async def _replying(people: PicturePeople) -> Place:
    place = people.hearing_group()
    photo = await people.share_photo(place, JPEG, "my colours", who="Bob")
    await people.share_photo(place, encoded(UPRIGHT.rotate(180), "JPEG"), "others", who="Bob")
    await people.alt(place, reply_to=photo)
    return place


async def _with_it(people: PicturePeople) -> Place:
    place = people.group()
    await people.alt_with(place, JPEG)
    return place


async def _right_after(people: PicturePeople) -> Place:
    place = people.hearing_group()
    await people.share_photo(place, JPEG, "my colours", who="Bob")
    await people.alt(place)
    return place


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_conversation_can_have_every_picture_described(platform: str, tmp_path: Path) -> None:
    async with seeing(platform, tmp_path) as scene:
        scene.model.reply_with("Four colours.")
        people, place, other = scene.people, scene.people.hearing_group(), scene.people.hearing_group()
        code = _code_mark(platform)
        said = [note(texts.ALT_ON).replace("`", code)]
        people.make_manager(place, "Ann")
        await people.alt(place, "on")
        await scene.reads(place, *said)
        await people.say(place, "no picture", who="Bob")
        await people.share_photo(place, JPEG, "mine", who="Bob")
        said.append(note(texts.ALT_MARK) + "Four colours.")
        await scene.reads(place, *said)
        await people.send_album(place, [encoded(hue, "JPEG") for hue in hues(3, 320, 208)], "", who="Cem")
        said.append(said[-1])
        await scene.reads(place, *said)
        await scene.bot.restart()
        await people.ready()
        await people.share_photo(place, JPEG, who="Bob")
        said.append(said[-1])
        await scene.reads(place, *said)
        await people.share_photo(other, JPEG, "not here", who="Bob")
        await people.alt(place, "off")
        said.append(note(texts.ALT_OFF).replace("`", code))
        await scene.reads(place, *said)
        await people.share_photo(place, JPEG, "quiet", who="Bob")
        await people.say(place, "done?", mention=True)
        await scene.reads(place, *said, "Four colours.")
        assert people.words(other) == []
        described = [call for call in scene.model.calls if text_of(call.messages[0]) == ALT_PROMPT]
        assert [len(call.pictures) for call in described] == [1, 3, 1]


@pytest.mark.parametrize(("platform", "way"), [("discord", "refuses pictures"), ("telegram", "guesses")])
async def test_a_server_that_can_not_see_is_found_out_and_said_plainly(platform: str, way: str, tmp_path: Path) -> None:
    async with not_started(platform, tmp_path, MODEL_SELF_TEST="on") as scene:
        if way == "refuses pictures":
            scene.model.abilities.pictures = 0
        scene.model.reply_with("I can't see it.")
        scene.model.reply_with("Red, red, red, red.", when="vertical stripes")
        await scene.start()
        await eventually(lambda: any("can't see" in line for line in scene.bot.lines), what="a line in the log")
        (line,) = [line for line in scene.bot.lines if "can't see" in line]
        assert " ERROR " in line
        assert "MODEL_NAME" in line
        place = scene.people.private()
        await scene.people.share_photo(place, JPEG, "what is it?")
        await scene.reads(place, answer("I can't see it.", BLIND))
        call = scene.call_about("what is it?")
        assert call.pictures == []
        assert "You have not seen it.)" in prompt_of(call)
        await scene.people.say(place, "two and two?")
        await scene.reads(place, answer("I can't see it.", BLIND), "I can't see it.")
        other = scene.people.private("Bob")
        await scene.people.alt_with(other, JPEG, who="Bob")
        await scene.reads(other, answer(texts.ALT_NOT_SEEN, BLIND))


async def test_a_server_that_sees_passes_whatever_its_model_is_called(tmp_path: Path) -> None:
    def with_eyes(call: Call) -> str:
        return ", ".join(seen(call.images[0]))

    async with not_started("discord", tmp_path, MODEL_SELF_TEST="on") as scene:
        scene.model.reply_with("Colours.")
        scene.model.reply_with(with_eyes, when="vertical stripes")
        await scene.start()
        await eventually(lambda: any("the model sees" in line for line in scene.bot.lines), what="a line in the log")
        place = scene.people.private()
        await scene.people.share_photo(place, JPEG, "what is it?")
        await scene.reads(place, "Colours.")
        assert len(scene.call_about("what is it?").pictures) == 1


def _code_mark(platform: str) -> str:
    """How what is typed is marked: Telegram shows it without its marks."""
    return "`" if platform == "discord" else ""
