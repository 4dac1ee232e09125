"""The whole gallery through the real process, on both platforms: each verdict, and the pixels that the model saw."""

import asyncio
from pathlib import Path

import pytest

from tests.emulators.discord import File
from tests.gallery import Exhibit, gallery
from tests.picture_people import PLATFORMS
from tests.seeing import Scene, answer, assert_bare, assert_same_picture, seeing

ANSWER = "I have seen it."


@pytest.fixture(scope="module")
def exhibits() -> list[Exhibit]:
    return gallery()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_every_file_of_the_gallery_gets_its_verdict_and_is_seen_as_it_looks(
    platform: str, tmp_path: Path, exhibits: list[Exhibit]
) -> None:
    assert len({exhibit.name for exhibit in exhibits}) == len(exhibits)
    async with seeing(platform, tmp_path) as scene:
        scene.model.reply_with(ANSWER)
        await asyncio.gather(*(_show(scene, exhibit) for exhibit in exhibits))
        for exhibit in exhibits:
            _check(scene, exhibit)


async def _show(scene: Scene, exhibit: Exhibit) -> None:
    person = f"Ann of {exhibit.name}"
    place = scene.people.private(person)
    file = File(name=exhibit.name, data=exhibit.data, media_type=exhibit.media_type)
    await scene.people.share(place, file, f"what is {exhibit.name}?", who=person)
    await scene.reads(place, answer(ANSWER, *filter(None, [exhibit.note])))


def _check(scene: Scene, exhibit: Exhibit) -> None:
    call = scene.call_about(f"what is {exhibit.name}?")
    assert len(call.pictures) == len(exhibit.views), exhibit.name
    for jpeg, seen, (label, reference) in zip(call.pictures, call.images, exhibit.views, strict=True):
        assert_bare(jpeg)
        assert_same_picture(seen, reference)
        assert not label or f", {label} [p" in call.text
    if exhibit.refused:
        assert f"could not be looked at: {exhibit.refused}. You have not seen it.)" in call.text
    else:
        assert f" ({exhibit.origin})" in call.text
    assert exhibit.words in call.text
    assert not exhibit.left_out or f"is shown in part; left out: {exhibit.left_out}.)" in call.text
