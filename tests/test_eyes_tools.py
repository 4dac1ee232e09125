"""Looking closer and pointing out, through the real process: what the model saw, what stands in the chat."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bot import texts
from tests.drawing import alike, colour_at, encoded, four_corners, opened
from tests.emulators.common import eventually
from tests.emulators.discord import File
from tests.emulators.model import Asks, Call, Script
from tests.people import Place
from tests.picture_people import PLATFORMS, DiscordPicturePeople, Posted
from tests.seeing import Scene, assert_bare, assert_same_picture, prompt_of, seeing

WHOLE = [0, 0, 1000, 1000]
YELLOW = (255, 212, 0)
"""The first frame's colour."""


def board(width: int = 2000, height: int = 1500) -> Image.Image:
    """Four corners, with a chessboard of small squares from 600 to 700 of 1000."""
    image = four_corners(width, height)
    draw = ImageDraw.Draw(image)
    for row in range(15):
        for column in range(20):
            x, y = width * 6 // 10 + 10 * column, height * 6 // 10 + 10 * row
            draw.rectangle((x, y, x + 9, y + 9), fill="white" if (row + column) % 2 else "black")
    return image


BOARD = board()
JPEG = encoded(BOARD, "JPEG", quality=95)


def asks(*calls: tuple[str, dict[str, Any] | str], text: str = "") -> Callable[[Call], Script]:
    """The model asks for these; ``PICTURE`` stands for the first picture's name in the prompt."""

    def script(call: Call) -> Script:
        asked = [Asks(name, _named(arguments, call)) for name, arguments in calls]
        return Script(pieces=(text,) if text else (), calls=asked)

    return script


def _named(arguments: dict[str, Any] | str, call: Call) -> str:
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return written.replace("PICTURE", name_of(call))


def name_of(call: Call) -> str:
    found = re.search(r"(?:Picture|File) \d+ \[(p\d+)\]", prompt_of(call))
    assert found
    return found[1]


def closer(box: Sequence[int], picture: str = "PICTURE") -> tuple[str, dict[str, Any]]:
    return "look_closer", {"picture": picture, "bbox_2d": box}


def point(**boxes: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """By their labels."""
    return "point_out", {
        "picture": "PICTURE",
        "boxes": [{"bbox_2d": box, "label": label} for label, box in boxes.items()],
    }


async def ask(scene: Scene, words: str, *replies: Any) -> Place:
    """Somebody asks about the board in a private chat of their own; the model replies so, in order."""
    scene.model.reply(*replies, when=lambda call: words in prompt_of(call))
    place = scene.people.private(words)
    await scene.people.share(place, File(name="board.jpg", data=JPEG), words, who=words)
    return place


def rounds(scene: Scene, words: str) -> list[Call]:
    return [call for call in scene.model.calls if words in prompt_of(call)]


def assert_marked(posted: Posted, original: Image.Image, box: Sequence[int]) -> None:
    """The original with a yellow frame around the box, and nothing else changed but the label above it."""
    assert_bare(posted.jpeg)
    seen = opened(posted.jpeg)
    assert max(seen.size) == 1600
    reference = original.resize(seen.size)
    left, top, right, bottom = (
        edge * (side - 1) // 1000 for edge, side in zip(box, [*seen.size, *seen.size], strict=True)
    )
    across, down = (left + right) // 2, (top + bottom) // 2
    for place in ((left + 1, down), (right - 1, down), (across, top + 1), (across, bottom - 1)):
        assert alike(colour_at(seen, place), YELLOW, 40)
    inside = (left + 20, top + 20, right - 20, bottom - 20)
    assert_same_picture(seen.crop(inside), reference.crop(inside))
    for untouched in (
        (0, 0, seen.width, top - 140),
        (0, bottom + 20, seen.width, seen.height),
        (0, 0, left - 20, seen.height),
    ):
        assert_same_picture(seen.crop(untouched), reference.crop(untouched))


@pytest.mark.parametrize(("platform", "stream"), [("discord", "on"), ("telegram", "on"), ("telegram", "off")])
async def test_the_model_looks_closer_and_points_out_while_it_answers(
    platform: str, stream: str, tmp_path: Path
) -> None:
    async with seeing(platform, tmp_path, MODEL_STREAM=stream) as scene:
        scenarios = (_look_closer, _point_out, _side_by_side, _misuse, _endless, _elsewhere)
        await asyncio.gather(*(scenario(scene) for scenario in scenarios))


async def _look_closer(scene: Scene) -> None:
    place = await ask(scene, "which game?", asks(closer([600, 600, 700, 700])), "Chess.")
    await scene.reads(place, "Chess.")
    first, second = rounds(scene, "which game?")
    assert set(first.tools) == {"look_closer", "point_out"}
    assert second.asked_before == [("look_closer", {"picture": name_of(first), "bbox_2d": [600, 600, 700, 700]})]
    (result,) = second.tool_results.values()
    assert result == f"The region [600, 600, 700, 700] of {name_of(first)} is in the next message."
    (seen,) = second.new_images
    assert seen.width / seen.height == pytest.approx(4 / 3, rel=0.03)
    assert 500 < (seen.width / 32) * (seen.height / 32) < 700
    region = BOARD.crop((1200, 900, 1400, 1050)).resize(seen.size, Image.Resampling.LANCZOS)
    assert_same_picture(seen, region, tolerance=12)
    assert_bare(second.pictures[-1])
    assert second.messages[: len(first.messages)] == first.messages, "what was asked before stays as it was"


async def _point_out(scene: Scene) -> None:
    box = [300, 400, 500, 700]
    place = await ask(scene, "where is it?", asks(point(spot=box)), "There.")
    await scene.reads(place, "There.")
    posted = await _pictures(scene, place)
    assert posted[0].caption == "spot"
    assert posted[0].alt_text == ("spot" if isinstance(scene.people, DiscordPicturePeople) else None)
    assert_marked(posted[0], BOARD, box)
    assert scene.people.shown(place)[0].startswith("There."), "the picture stands behind the answer"
    assert rounds(scene, "where is it?")[1].new_images == []


async def _side_by_side(scene: Scene) -> None:
    every = asks(
        closer([0, 0, 500, 500]),
        point(left=[0, 0, 500, 1000], right=[500, 0, 1000, 1000]),
        closer([500, 500, 1000, 1000]),
        text="Let me see. ",
    )
    place = await ask(scene, "what is left and right?", every, "Red and yellow.")
    await scene.reads(place, "Let me see.\n\nRed and yellow.")
    (posted,) = await _pictures(scene, place)
    assert posted.caption == "1: left\n2: right"
    last = rounds(scene, "what is left and right?")[1]
    assert len(last.tool_results) == 3
    red, yellow = last.new_images
    assert alike(colour_at(red, (red.width // 2, red.height // 2)), (255, 0, 0), 40)
    assert alike(colour_at(yellow, (yellow.width * 3 // 4, yellow.height * 3 // 4)), (255, 255, 0), 40)


async def _misuse(scene: Scene) -> None:
    wrong: list[tuple[str, dict[str, Any] | str]] = [
        ("look_closer", '{"picture": "PICTURE", "bbox_2d": [0, 0'),
        ("open_the_door", {"now": True}),
        ("look_closer", {"picture": "p999999", "bbox_2d": WHOLE}),
        ("look_closer", {"picture": "PICTURE", "bbox_2d": [5, 5, 5, 5]}),
        ("point_out", {"picture": "PICTURE", "boxes": []}),
        ("look_closer", "[]"),
    ]
    place = await ask(scene, "what if it errs?", asks(*wrong), "Never mind.")
    await scene.reads(place, "Never mind.")
    assert list(rounds(scene, "what if it errs?")[1].tool_results.values()) == [
        "The arguments are not valid JSON.",
        "There is no tool 'open_the_door'.",
        "There is no picture p999999 in this conversation.",
        "The box is empty: right must be larger than left, and bottom larger than top.",
        "boxes must be a list with at least one box.",
        "The arguments must be a JSON object.",
    ]
    assert scene.people.pictures(place) == []


async def _endless(scene: Scene) -> None:
    place = await ask(scene, "for ever?", *[asks(closer(WHOLE))] * 50)
    await scene.reads(place, texts.TOOL_ASKED)
    calls = rounds(scene, "for ever?")
    assert len(calls) == 6
    assert "answer now" in next(iter(calls[-1].tool_results.values()))


async def _elsewhere(scene: Scene) -> None:
    place = await ask(scene, "mine?", "Yours.")
    await scene.reads(place, "Yours.")
    name = name_of(rounds(scene, "mine?")[0])
    other = await ask(scene, "and hers?", asks(closer(WHOLE, picture=name)), "I can't.")
    await scene.reads(other, "I can't.")
    call = rounds(scene, "and hers?")[1]
    assert list(call.tool_results.values()) == [f"There is no picture {name} in this conversation."]
    assert call.new_images == []


async def test_a_server_without_tools_is_asked_without_them_from_then_on(tmp_path: Path) -> None:
    async with seeing("discord", tmp_path) as scene:
        scene.model.abilities.tools = False
        place = await ask(scene, "what is it?", "A board.", "Still a board.")
        await scene.reads(place, "A board.")
        await scene.people.say(place, "and now?", who="what is it?")
        await scene.reads(place, "A board.", "Still a board.")
        assert [bool(request.body.get("tools")) for request in scene.model.requests] == [True, False, False]
        assert [len(call.pictures) for call in scene.model.calls] == [1, 1]
        assert any("takes no tools" in line for line in scene.bot.lines)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_an_old_picture_is_looked_at_again_although_its_file_and_its_link_are_gone(
    platform: str, tmp_path: Path
) -> None:
    async with seeing(platform, tmp_path, PICTURE_ORIGINALS_BYTES="0", PICTURE_REQUEST_TOKENS="1500") as scene:
        place = await ask(scene, "what is it?", "A board.")
        await scene.reads(place, "A board.")
        newer = encoded(four_corners(1600, 1200), "JPEG")
        scene.model.reply("Colours.")
        await scene.people.share(place, File(name="b.jpg", data=newer), "and this?", who="what is it?")
        await scene.reads(place, "A board.", "Colours.")
        scene.people.expire_links()
        scene.model.reply(asks(closer([600, 600, 700, 700])), "Chess.")
        await scene.people.say(place, "which game was on the first one?", who="what is it?")
        await scene.reads(place, "A board.", "Colours.", "Chess.")
        last = scene.model.calls[-1]
        assert "stood here. You saw it when you answered this; it is not shown again." in prompt_of(last)
        region = BOARD.crop((1200, 900, 1400, 1050))
        (seen,) = last.new_images
        assert_same_picture(seen, region.resize(seen.size, Image.Resampling.LANCZOS), tolerance=12)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_after_a_kill_each_picture_comes_once(platform: str, tmp_path: Path) -> None:
    box = [300, 400, 500, 700]
    tool = asks(point(it=box))
    held = Script(pieces=("There.",), hold=asyncio.Event())
    async with seeing(platform, tmp_path) as scene:
        places = [
            await _sending(scene, "not sent yet?", tool, "There.", after_effect=False),
            await _sending(scene, "sent just now?", tool, "There.", after_effect=True),
            await ask(scene, "not answered yet?", tool, held, tool, "There."),
        ]
        await eventually(lambda: len(rounds(scene, "not answered yet?")) == 2, what="the tool was used")
        await scene.kill()
        await scene.bot.start()
        for place in places:
            await scene.reads(place, "There.")
            assert_marked((await _pictures(scene, place))[0], BOARD, box)
        scene.model.reply_with("Yes.")
        for place, who in zip(places, ("not sent yet?", "sent just now?", "not answered yet?"), strict=True):
            # Whatever would come twice comes before the answer to what is asked next.
            await scene.people.say(place, "sure?", who=who)
            await scene.reads(place, "There.", "Yes.")
            await _pictures(scene, place)


async def _sending(scene: Scene, words: str, *replies: Any, after_effect: bool) -> Place:
    """Ask, and come to where the picture is on its way: without an answer of the platform, but perhaps there."""
    place = scene.people.private(words)
    fault = scene.people.hold_picture(place, after_effect=after_effect)
    await ask(scene, words, *replies)
    await eventually(lambda: fault.times == 0, what="the picture is being sent")
    return place


async def _pictures(scene: Scene, place: Place) -> list[Posted]:
    await eventually(lambda: scene.people.pictures(place), what="a picture in the chat")
    (posted,) = scene.people.pictures(place)
    return [posted]
