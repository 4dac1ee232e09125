"""The whole gallery through the real process, on both platforms: each verdict, and the pixels that the model saw."""

import asyncio
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.drawing import encoded, four_corners
from tests.emulators.discord import File
from tests.gallery import Exhibit, gallery, tagged
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


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_large_photo_is_shrunk_to_the_everyday_budget_and_small_print_gets_more(
    platform: str, tmp_path: Path
) -> None:
    photo = encoded(four_corners(4032, 3024), "JPEG", exif=tagged(6))
    page = encoded(_small_print(2480, 3508), "PNG")
    async with seeing(platform, tmp_path) as scene:
        scene.model.reply_with(ANSWER)
        place = scene.people.private()
        await scene.people.share(place, File(name="photo.jpg", data=photo), "what a photo?")
        await scene.people.share(place, File(name="page.png", data=page), "what a page?")
        await scene.reads(place, ANSWER, ANSWER)
    (seen,) = scene.call_about("what a photo?").images
    # Turned, it is blue and red above yellow and green.
    assert_same_picture(seen, four_corners(4032, 3024).rotate(-90, expand=True).resize(seen.size))
    assert seen.width / seen.height == pytest.approx(3024 / 4032, rel=0.02)
    assert 1200 < _tokens(seen) <= 1280
    both = scene.call_about("what a page?").images
    assert [one.size for one in both[:1]] == [seen.size], "what was shrunk before stays as it was"
    assert 2400 < _tokens(both[1]) <= 2560


def _tokens(image: Image.Image) -> int:
    """What the model counts for a picture in whole tiles of 32 pixels: one each, and two around them."""
    assert (image.width % 32, image.height % 32) == (0, 0)
    return (image.width // 32) * (image.height // 32) + 2


def _small_print(width: int, height: int) -> Image.Image:
    page = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(28)
    for y in range(200, height - 200, 40):
        draw.text((200, y), "The quick brown fox jumps over the lazy dog and reads the terms. " * 2, font=font, fill=0)
    return page
