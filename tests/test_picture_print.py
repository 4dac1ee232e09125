"""Which pictures get the larger budget: measured on drawn documents and drawn photographs, with room between them."""

import math
import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from bot.pictures.decoding import prepare
from bot.pictures.size import PictureLimits, lay_out, picture_tokens
from bot.pictures.small_print import SHARE_OF_BUSY, SHARE_OF_PICTURE, print_shares
from tests.drawing import encoded

WORDS = ["the", "of", "and", "to", "in", "that", "for", "it", "was", "with", "not", "this", "are", "from", "which"]
PAPER, INK = (255, 255, 255), (25, 25, 25)


def lines(
    size: tuple[int, int],
    text_px: int,
    *,
    ink: tuple[int, int, int] = INK,
    paper: tuple[int, int, int] = PAPER,
    most: int = 1_000,
) -> Image.Image:
    """A page of words, `text_px` high from line to line without the space between."""
    width, height = size
    chance = random.Random(text_px)
    page = Image.new("RGB", size, paper)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(text_px)
    for y in list(range(height // 12, height * 11 // 12, text_px * 4 // 3))[:most]:
        words = " ".join(chance.choice(WORDS) for _ in range(width // text_px // 3))
        draw.text((width // 12, y), words, font=font, fill=ink)
    return page


def table(size: tuple[int, int], text_px: int) -> Image.Image:
    chance = random.Random(1)
    page = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(text_px)
    for y in range(0, size[1], text_px * 2):
        draw.line((0, y, size[0], y), fill=(200, 200, 200))
        for x in range(0, size[0], text_px * 6):
            draw.text((x + 4, y + text_px // 3), f"{chance.random() * 1000:.2f}", font=font, fill=INK)
    return page


def grain(image: Image.Image, sigma: float) -> Image.Image:
    noise = Image.effect_noise(image.size, sigma)
    return ImageChops.add(image, Image.merge("RGB", [noise] * 3), 1, -128)


def wood(size: tuple[int, int]) -> Image.Image:
    rough = [Image.effect_noise((size[0] // step, size[1] // step), 60).resize(size) for step in (2, 8, 40)]
    grey = Image.blend(Image.blend(rough[0], rough[1], 0.5), rough[2], 0.4)
    return Image.merge("RGB", [grey.point([level * share // 10 for level in range(256)]) for share in (8, 6, 4)])


def receipt(degrees: float, share: float) -> Image.Image:
    """A strip of paper on a table, photographed at an angle."""
    table_top = wood((3024, 2268))
    slip = lines((int(3024 * share), 1800), 36, ink=(70, 70, 70), paper=(235, 232, 225)).convert("RGBA")
    slip = slip.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    table_top.paste(slip, ((3024 - slip.width) // 2, (2268 - slip.height) // 2), slip)
    return grain(table_top.filter(ImageFilter.GaussianBlur(0.6)), 6)


def gradient(size: tuple[int, int]) -> Image.Image:
    turned = Image.linear_gradient("L").rotate(90)
    return Image.merge(
        "RGB", [band.resize(size) for band in (Image.linear_gradient("L"), Image.radial_gradient("L"), turned)]
    )


def big_letters() -> Image.Image:
    image = gradient((2400, 1800))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(220)
    for y, words in ((50, "ONE DOES NOT"), (1500, "SIMPLY SHRINK")):
        draw.text((100, y), words, font=font, fill="white", stroke_width=16, stroke_fill="black")
    return image


def leaves() -> Image.Image:
    chance = random.Random(2)
    image = Image.new("RGB", (2016, 1512), (20, 40, 15))
    draw = ImageDraw.Draw(image)
    for _ in range(40_000):
        x, y, length, light = (
            chance.randrange(2016),
            chance.randrange(1512),
            chance.uniform(5, 30),
            chance.randrange(40, 220),
        )
        draw.ellipse((x, y, x + length, y + length * chance.uniform(0.3, 1)), (light * 6 // 10, light, light * 3 // 10))
    return grain(image.filter(ImageFilter.GaussianBlur(0.8)), 5)


def branches() -> Image.Image:
    chance = random.Random(1)
    image = Image.new("RGB", (2400, 1800), (190, 210, 235))
    draw = ImageDraw.Draw(image)

    def grow(x: float, y: float, angle: float, length: float, thickness: float) -> None:
        if length < 10:
            return
        end = (x + math.cos(angle) * length, y + math.sin(angle) * length)
        draw.line((x, y, *end), fill=(40, 30, 25), width=max(1, int(thickness)))
        for _ in range(3):
            grow(*end, angle + chance.uniform(-0.7, 0.7), length * chance.uniform(0.6, 0.75), thickness * 0.65)

    for trunk in range(3):
        grow(2400 * (trunk + 0.5) / 3, 1800, -math.pi / 2, 380, 36)
    return grain(image.filter(ImageFilter.GaussianBlur(0.8)), 4)


def stars() -> Image.Image:
    chance = random.Random(1)
    image = Image.new("RGB", (1824, 1376), (8, 8, 20))
    draw = ImageDraw.Draw(image)
    for _ in range(1500):
        x, y, radius = chance.randrange(1824), chance.randrange(1376), chance.choice((0.5, 0.5, 1, 2))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), (255, 255, 240))
    return image


DOCUMENTS: dict[str, Callable[[], Image.Image]] = {
    "a page of 10 points, scanned": lambda: lines((2480, 3508), 42),
    "a page of 8 points, scanned": lambda: lines((2480, 3508), 33),
    "a newspaper": lambda: lines((2100, 2800), 28, ink=(50, 50, 50), paper=(230, 225, 215)),
    "pale print": lambda: lines((2480, 3508), 36, ink=(130, 130, 130)),
    "a screenshot at 1080p": lambda: lines((1920, 1080), 15),
    "a dark screenshot at 1440p": lambda: lines((2560, 1440), 17, ink=(215, 215, 220), paper=(30, 30, 34)),
    "a table": lambda: table((2560, 1440), 18),
    "code": lambda: lines((2560, 1440), 17, ink=(190, 220, 190), paper=(25, 28, 30)),
    "a receipt": lambda: receipt(5, 0.4),
    "a receipt at an angle": lambda: receipt(28, 0.35),
    "four lines on an empty page": lambda: lines((2480, 3508), 36, most=4),
}

PHOTOS: dict[str, Callable[[], Image.Image]] = {
    "a sky": lambda: gradient((2016, 1512)),
    "noise": lambda: Image.effect_noise((1824, 1376), 60).convert("RGB"),
    "coarse noise": lambda: Image.effect_noise((912, 688), 80).resize((1824, 1376)).convert("RGB"),
    "wood": lambda: wood((2016, 1512)),
    "leaves": leaves,
    "branches": branches,
    "stars": stars,
    "big letters": big_letters,
    "a slide": lambda: lines((2400, 1360), 88),
    "a page of 16 points, scanned": lambda: lines((2480, 3508), 67),
    "a phone's screenshot in large print": lambda: lines((1170, 2532), 52),
}


def shares(image: Image.Image) -> tuple[float, float]:
    large = image.resize(lay_out(*image.size, max_tokens=2560).content, Image.Resampling.LANCZOS, reducing_gap=2)
    return print_shares(large, large.resize(lay_out(*large.size, max_tokens=1280).content, Image.Resampling.LANCZOS))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_small_print_is_far_above_the_threshold(name: str) -> None:
    of_picture, of_busy = shares(DOCUMENTS[name]())

    assert of_picture > 1.5 * SHARE_OF_PICTURE or of_busy > 1.5 * SHARE_OF_BUSY


@pytest.mark.parametrize("name", PHOTOS)
def test_photographs_and_large_print_are_far_under_the_threshold(name: str) -> None:
    of_picture, of_busy = shares(PHOTOS[name]())

    assert of_picture < 0.6 * SHARE_OF_PICTURE
    assert of_busy < 0.6 * SHARE_OF_BUSY


@pytest.mark.parametrize(
    ("draw", "least", "most"),
    [(DOCUMENTS["a screenshot at 1080p"], 2000, 2560), (PHOTOS["big letters"], 1200, 1280)],
    ids=["small print", "a photograph"],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_small_print_gets_the_budget_of_documents(
    draw: Callable[[], Image.Image], least: int, most: int, kind: str
) -> None:
    (picture,) = prepare(encoded(draw(), kind), PictureLimits()).pictures

    assert least < picture_tokens(picture.width_px, picture.height_px) <= most


def test_the_budget_of_documents_can_be_smaller_than_the_everyday_one() -> None:
    limits = PictureLimits(tokens=600, document_tokens=300)

    (picture,) = prepare(encoded(DOCUMENTS["a screenshot at 1080p"](), "PNG"), limits).pictures

    assert 550 < picture_tokens(picture.width_px, picture.height_px) <= 600
