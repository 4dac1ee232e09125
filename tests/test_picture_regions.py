"""Looking closer at a region of a picture, and pointing at places on it."""

from collections.abc import Iterable

import pytest
from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageStat

from bot.errors import AttachmentError
from bot.pictures.decoding import MOST_MARKS, crop, mark, prepare
from bot.pictures.size import PictureLimits, picture_tokens
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box, Picture
from tests.drawing import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    YELLOW,
    alike,
    animation,
    colour_at,
    corners,
    encoded,
    four_corners,
    hues,
    opened,
    pdf,
    photo,
)
from tests.filming import film

LIMITS = PictureLimits()
QUARTERS = {
    Box(left=0, top=0, right=500, bottom=500): RED,
    Box(left=500, top=0, right=1000, bottom=500): GREEN,
    Box(left=0, top=500, right=500, bottom=1000): BLUE,
    Box(left=500, top=500, right=1000, bottom=1000): YELLOW,
}


def box(left: int, top: int, right: int, bottom: int) -> Box:
    return Box(left=left, top=top, right=right, bottom=bottom)


def centre(picture: Picture) -> tuple[int, int, int]:
    return colour_at(opened(picture.jpeg), (picture.width_px // 2, picture.height_px // 2))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF"])
def test_each_quarter_is_found_where_it_is(kind: str) -> None:
    data = encoded(four_corners(800, 600), kind)

    for quarter, colour in QUARTERS.items():
        picture = crop(data, quarter, 0, LIMITS)
        assert alike(centre(picture), colour, 40)
        assert picture.width_px / picture.height_px == pytest.approx(4 / 3, rel=0.03)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_region_is_counted_on_the_upright_picture(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = encoded(four_corners(800, 600), "JPEG", exif=exif)
    upright = corners(opened(prepare(data, LIMITS).pictures[0].jpeg))

    for quarter, colour in zip(QUARTERS, upright, strict=True):
        assert alike(centre(crop(data, quarter, 0, LIMITS)), colour, 40)


def test_a_region_has_every_pixel_of_the_original() -> None:
    image = Image.new("L", (4000, 3000))
    noise = Image.effect_noise((800, 600), 60)
    image.paste(noise, (1200, 900))

    picture = crop(encoded(image, "PNG"), box(300, 300, 500, 500), 0, LIMITS)

    seen = opened(picture.jpeg).convert("L")
    assert seen.size == (905, 679)
    assert ImageStat.Stat(ImageChops.difference(seen, noise.resize(seen.size, Image.Resampling.LANCZOS))).mean[0] < 8


def test_a_large_region_takes_at_most_what_a_document_may() -> None:
    picture = crop(photo(4032, 3024), box(0, 0, 990, 990), 0, LIMITS)

    assert 2400 < picture_tokens(picture.width_px, picture.height_px) <= 2560


@pytest.mark.parametrize("region", [box(0, 0, 1, 1), box(999, 999, 1000, 1000), box(500, 0, 501, 1000)])
@pytest.mark.parametrize("size", [(1, 1), (40, 30), (4032, 3024), (1, 30_000)])
def test_a_tiny_region_is_enlarged(region: Box, size: tuple[int, int]) -> None:
    picture = crop(encoded(Image.new("RGB", size, RED), "PNG"), region, 0, LIMITS)

    assert 400 < picture_tokens(picture.width_px, picture.height_px) <= 2560
    red, green, blue = opened(picture.jpeg).split()
    assert ImageStat.Stat(red).mean[0] > 240
    assert (green.getextrema()[0], blue.getextrema()[0]) < (60, 60)


def test_a_region_outside_or_upside_down_is_put_right() -> None:
    data = encoded(four_corners(400, 300), "PNG")

    wanted = crop(data, box(500, 500, 1000, 1000), 0, LIMITS)

    assert crop(data, box(1000, 1000, 500, 500), 0, LIMITS) == wanted
    assert crop(data, box(500, 500, 70_000, 1_001), 0, LIMITS) == wanted
    assert alike(centre(crop(data, box(-300, -300, 500, 500), 0, LIMITS)), RED, 40)


@pytest.mark.parametrize("region", [box(3, 3, 3, 9), box(0, 7, 1000, 7), box(1200, 0, 1300, 9), box(-9, 0, -1, 1000)])
def test_an_empty_region_is_refused_in_words(region: Box) -> None:
    data = encoded(four_corners(), "PNG")

    with pytest.raises(AttachmentError) as looking:
        crop(data, region, 0, LIMITS)
    with pytest.raises(AttachmentError) as pointing:
        mark(data, [MarkedBox(box=region, label="")], 0, LIMITS)

    assert looking.value.person == pointing.value.person == "the region of it that was asked for is empty"


@pytest.mark.parametrize(
    "data",
    [animation("GIF", hues(21)), animation("WEBP", hues(21)), film("mp4", hues(30), gop=7), film("webm", hues(30))],
    ids=["GIF", "WebP", "MP4", "WebM"],
)
def test_a_region_of_a_frame_is_of_the_frame_that_was_shown(data: bytes) -> None:
    for part, shown in enumerate(prepare(data, LIMITS).pictures):
        picture = crop(data, box(250, 250, 750, 750), part, LIMITS)
        assert picture.label == shown.label
        assert alike(centre(picture), centre(shown), 20)


def test_a_region_of_a_page_is_drawn_anew_and_not_enlarged() -> None:
    words = b"BT /F 4 Tf 300 400 Td (The smallest print.) Tj ET"
    data = pdf(3, content=words)

    picture = crop(data, box(490, 500, 580, 540), 2, LIMITS)

    assert picture.label == "page 3"
    assert picture_tokens(picture.width_px, picture.height_px) > 400
    # Letters that were enlarged from a whole page would be grey; these are as black on white as print can be.
    levels = opened(picture.jpeg).convert("L").histogram()
    assert sum(levels[:40]) > 1.5 * sum(levels[90:170]) > 0


@pytest.mark.parametrize("part", [-1, 6, 7000])
def test_a_part_that_was_not_shown_is_refused_in_words(part: int) -> None:
    with pytest.raises(AttachmentError) as refusal:
        crop(animation("GIF", hues(21)), box(0, 0, 500, 500), part, LIMITS)

    assert refusal.value.person == "it has no such page or moment"


def test_there_is_nothing_to_see_in_a_text() -> None:
    with pytest.raises(AttachmentError) as refusal:
        crop(b"words", box(0, 0, 500, 500), 0, LIMITS)

    assert refusal.value.person == "it is a text, and there is nothing to see in it"


def marked(data: bytes, boxes: Iterable[tuple[Box, str]], part: int = 0) -> Image.Image:
    picture = mark(data, [MarkedBox(box=place, label=label) for place, label in boxes], part, LIMITS)
    seen = opened(picture.jpeg)
    assert seen.size == (picture.width_px, picture.height_px)
    return seen


LONG_LABEL = "a label with quite a few words in it"
GREY = encoded(Image.new("RGB", (1200, 900), (128, 128, 128)), "PNG")


def changed(seen: Image.Image) -> tuple[int, int, int, int]:
    """Where something was drawn on `GREY`."""
    difference = ImageChops.difference(seen.convert("L"), Image.new("L", seen.size, 128))
    found = difference.point([255 * (level > 40) for level in range(256)]).getbbox()
    assert found is not None
    return found


def test_a_frame_stands_around_its_place_with_its_number() -> None:
    seen = marked(GREY, [(box(250, 500, 500, 750), "")])

    left, top, right, bottom = changed(seen)
    assert seen.size == (1200, 900)
    assert alike((left, right, bottom), (300, 600, 675), 8)
    assert 380 < top < 450, "the number stands above the frame"
    for place in ((300, 600), (599, 600), (450, 450), (450, 674)):
        assert alike(colour_at(seen, place), (255, 212, 0), 60)
    assert alike(colour_at(seen, (450, 560)), (128, 128, 128)), "nothing is drawn over what is shown"


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (255, 212, 0), (128, 128, 128)])
def test_a_frame_is_seen_on_any_ground(colour: tuple[int, int, int]) -> None:
    seen = marked(encoded(Image.new("RGB", (1200, 900), colour), "PNG"), [(box(250, 500, 500, 750), "here")])

    line = seen.crop((280, 600, 320, 601)).convert("L").tobytes()
    assert max(line) - min(line) > 120


def test_labels_are_drawn_where_the_font_has_their_letters() -> None:
    alone = marked(GREY, [(box(250, 500, 500, 750), "")])
    label = marked(GREY, [(box(250, 500, 500, 750), "the red door")])

    assert ImageChops.difference(alone, label).getbbox() is not None
    for words in ("die Tür", "дверь", "扉", "🚪", "\x00", " \n "):
        assert marked(GREY, [(box(250, 500, 500, 750), words)]).tobytes() == alone.tobytes()


@pytest.mark.parametrize(
    "place",
    [box(0, 0, 1000, 1000), box(0, 0, 5, 5), box(995, 995, 1000, 1000), box(900, 0, 1000, 60), box(0, 999, 1, 1000)],
)
def test_a_label_stays_within_the_picture(place: Box) -> None:
    seen = marked(GREY, [(place, LONG_LABEL)])

    assert _white(seen) > 0.8 * _white(marked(GREY, [(box(300, 300, 500, 500), LONG_LABEL)]))


def _white(seen: Image.Image) -> int:
    """Pixels of letters: as many of a label wherever it stands, if it is whole."""
    _, _, blue = seen.split()
    return sum(blue.histogram()[230:])


def test_a_label_without_end_is_shortened() -> None:
    seen = marked(GREY, [(box(0, 500, 500, 750), "word " * 400)])

    assert alike(colour_at(seen, (1190, 420)), (128, 128, 128))


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((4032, 3024), (1600, 1200)), ((3024, 4032), (1200, 1600)), ((1200, 900), (1200, 900)), ((80, 60), (800, 600))],
)
def test_a_marked_picture_has_a_size_for_people(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert marked(encoded(four_corners(*size), "JPEG"), [(box(0, 0, 500, 500), "x")]).size == wanted


def test_marks_stand_on_the_upright_frame_that_was_shown() -> None:
    data = film("mp4", hues(30))
    last = len(prepare(data, LIMITS).pictures) - 1

    seen = marked(data, [(box(250, 250, 750, 750), "")], last)

    assert alike(colour_at(seen, (seen.width // 2, seen.height // 2)), RED, 60)


def test_marks_can_be_put_on_a_page() -> None:
    seen = marked(pdf(2), [(box(600, 600, 900, 900), "here")], 1)

    assert alike(colour_at(seen, (seen.width // 4, seen.height // 4)), RED)
    assert alike(colour_at(seen, (seen.width * 3 // 4, seen.height // 4)), WHITE)


@pytest.mark.parametrize("count", [0, MOST_MARKS + 1])
def test_no_marks_or_too_many_are_refused_in_words(count: int) -> None:
    with pytest.raises(AttachmentError) as refusal:
        mark(GREY, [MarkedBox(box=box(0, 0, 9, 9), label="")] * count, 0, LIMITS)

    assert refusal.value.person == "I can mark 1 to 50 places on it at once"


def test_a_marked_picture_looks_as_agreed() -> None:
    """Drawn by hand with the same colours and sizes: what people see does not change by accident."""
    reference = four_corners(900, 600)
    draw = ImageDraw.Draw(reference)
    draw.rectangle((224, 298, 450, 450), outline="black", width=5)
    draw.rectangle((225, 299, 449, 449), outline="#ffd400", width=3)

    seen = marked(encoded(four_corners(900, 600), "PNG"), [(box(250, 500, 500, 750), "")])

    below_the_tag = (200, 305, 900, 600)
    difference = ImageChops.difference(seen.crop(below_the_tag), reference.crop(below_the_tag)).convert("L")
    assert sum(difference.tobytes()) / (700 * 295) < 3
