"""What later turns know of earlier pictures, through the real process: pixels, words, limits, and what it all costs."""

from pathlib import Path
from typing import Any

import pytest

from bot import texts
from tests.drawing import encoded, hues, photo
from tests.emulators.discord import File
from tests.emulators.model import Call, Script
from tests.people import Place
from tests.picture_people import PLATFORMS
from tests.seeing import Scene, answer, assert_same_picture, not_seen, prompt_of, seeing

HUES = hues(12, 320, 208)
JPEGS = [encoded(hue, "JPEG") for hue in HUES]
STOOD_HERE = "You saw it when you answered this; it is not shown again."


async def ask(scene: Scene, place: Place, number: int, *, reply_to: Any = None) -> Any:
    """A question about a picture of its own, and its answer."""
    before = scene.people.words(place)
    scene.model.reply(f"Hue {number}.")
    said = await scene.people.share_photo(place, JPEGS[number], f"question {number}?", reply_to=reply_to)
    await scene.reads(place, *before, f"Hue {number}.")
    return said


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_older_pictures_are_demoted_in_blocks_and_come_back_when_asked_about(
    platform: str, tmp_path: Path
) -> None:
    async with seeing(platform, tmp_path, PICTURE_PER_REQUEST="4") as scene:
        place = scene.people.private()
        messages = [await ask(scene, place, number) for number in range(9)]
        counts = [len(call.pictures) for call in scene.model.calls]
        assert counts == [1, 2, 3, 4, 2, 3, 4, 2, 3]
        for earlier, later in zip(scene.model.calls, scene.model.calls[1:], strict=False):
            if len(later.pictures) > len(earlier.pictures):
                assert later.messages[: len(earlier.messages)] == earlier.messages, "the beginning stays as it was"
            assert len(later.messages) == len(earlier.messages) + 2
        newest = scene.model.calls[-1]
        for seen, hue in zip(newest.images, HUES[6:9], strict=True):
            assert_same_picture(seen, hue)
        assert prompt_of(newest).count(STOOD_HERE) == 6
        assert "Hue 0." in str(newest.messages), "what was said of it is still there"
        words = scene.people.words(place)
        scene.model.reply("Blue.")
        await scene.people.say(place, "which colour was this?", reply_to=messages[0])
        await scene.reads(place, *words, "Blue.")
        assert_same_picture(scene.model.calls[-1].images[-1], HUES[0])


async def test_the_same_photo_is_shown_as_large_as_is_set_now(tmp_path: Path) -> None:
    budget, large, widths = tmp_path / "budget", photo(1600, 1200), []
    budget.write_text("300")
    async with seeing("telegram", tmp_path, PICTURE_TOKENS_FILE=str(budget)) as scene:
        place = scene.people.private()
        for tokens in ("300", "300", "1000"):
            budget.write_text(tokens)
            await scene.kill()
            await scene.start()
            scene.model.reply("A photo.")
            before = scene.people.words(place)
            await scene.people.share_photo(place, large, "what is it?")
            await scene.reads(place, *before, "A photo.")
            widths.append(scene.model.calls[-1].images[-1].width)
    assert widths[0] == widths[1] < widths[2]


async def test_history_is_trimmed_in_blocks_so_that_the_beginning_stays(tmp_path: Path) -> None:
    async with seeing("telegram", tmp_path, HISTORY_EXCHANGES="6") as scene:
        place = scene.people.private()
        for number in range(12):
            await ask(scene, place, number)
        system, lengths = scene.model.calls[0].messages[0], [len(call.messages) for call in scene.model.calls]
        # The system prompt and the question, and two messages for each exchange before it.
        assert lengths == [2, 4, 6, 8, 10, 12, 14, 8, 10, 12, 14, 8]
        for earlier, later in zip(scene.model.calls, scene.model.calls[1:], strict=False):
            assert later.messages[0] == system
            if len(later.messages) > len(earlier.messages):
                assert later.messages[: len(earlier.messages)] == earlier.messages
                assert later.body["tools"] == earlier.body["tools"]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_servers_limit_is_learned_from_its_refusal_also_for_the_next_start(
    platform: str, tmp_path: Path
) -> None:
    async with seeing(platform, tmp_path) as scene:
        scene.model.abilities.pictures = 3
        scene.model.reply_with("Hues.")
        place = scene.people.private()
        await scene.people.send_album(place, JPEGS[:5], "what are these?")
        reason = texts.not_shown(3)
        told = answer("Hues.", not_seen(reason, 4), not_seen(reason, 5))
        await scene.reads(place, told)
        (call,) = scene.model.calls
        for seen, hue in zip(call.images, HUES[:3], strict=True):
            assert_same_picture(seen, hue)
        assert prompt_of(call).count("You have not seen it.)") == 2
        assert _statuses(scene) == [400, 200]
        await scene.bot.restart()
        await scene.people.ready()
        await scene.people.send_album(place, JPEGS[5:9], "and these?")
        await scene.reads(place, told, answer("Hues.", not_seen(reason, 4)))
        assert _statuses(scene) == [400, 200, 200], "what it refused before is not tried again"
        assert len(scene.call_about("and these?").pictures) == 3


async def test_a_request_that_is_too_long_is_sent_again_with_fewer_pictures(tmp_path: Path) -> None:
    def with_little_room(call: Call) -> Script | str:
        message = "This model's maximum context length is 500 tokens. However, you requested 600 tokens."
        return Script(status=400, message=message) if len(call.pictures) > 3 else "Hues."

    async with seeing("telegram", tmp_path) as scene:
        scene.model.reply_with(with_little_room)
        place = scene.people.private()
        for number in range(4):
            await scene.people.share_photo(place, JPEGS[number], f"question {number}?")
            await scene.reads(place, *["Hues."] * (number + 1))
        assert [len(call.pictures) for call in scene.model.calls] == [1, 2, 3, 4, 1]
        assert_same_picture(scene.model.calls[-1].images[0], HUES[3])


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_same_picture_posted_again_is_known_and_kept_once(platform: str, tmp_path: Path) -> None:
    async with seeing(platform, tmp_path) as scene:
        scene.model.reply_with("Hues.")
        place, other = scene.people.private("Ann"), scene.people.private("Bob")
        await scene.people.share(place, File(name="a.jpg", data=JPEGS[0]), "what is it?")
        await scene.reads(place, "Hues.")
        await scene.people.share(place, File(name="b.jpg", data=JPEGS[0]), "and this?")
        await scene.reads(place, "Hues.", "Hues.")
        await scene.people.share(other, File(name="c.jpg", data=JPEGS[0]), "and mine?", who="Bob")
        await scene.reads(other, "Hues.")
        again, elsewhere = scene.call_about("and this?"), scene.call_about("and mine?")
        assert len(again.pictures) == 1
        assert "is the same as p1 above.)" in prompt_of(again)
        assert_same_picture(elsewhere.images[0], HUES[0])
        assert elsewhere.pictures == again.pictures
        assert [path.read_bytes() for path in _originals(tmp_path)] == [JPEGS[0]]


async def test_files_as_they_came_are_kept_under_their_cap_and_the_newest_stay(tmp_path: Path) -> None:
    files = [photo(1200 + 8 * number, 900) for number in range(8)]
    cap = 4 * len(files[-1])
    async with seeing("discord", tmp_path, PICTURE_ORIGINALS_BYTES=str(cap)) as scene:
        scene.model.reply_with("Noise.")
        place, kept = scene.people.private(), list[bytes]()
        for number, data in enumerate(files, start=1):
            await scene.people.share(place, File(name="n.jpg", data=data), f"question {number}?")
            await scene.reads(place, *["Noise."] * number)
            kept = [path.read_bytes() for path in _originals(tmp_path)]
            assert sum(map(len, kept)) <= cap
            assert data in kept
        assert files[0] not in kept
        assert files[-2] in kept


def _statuses(scene: Scene) -> list[int]:
    return [request.status for request in scene.model.requests]


def _originals(folder: Path) -> list[Path]:
    return [path for path in (folder / "glimpse.db.originals").rglob("*") if path.is_file()]
