"""Draws the photos that people of the transcript send: plain, but a person sees at once what is on them."""

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_Colour = tuple[int, int, int]
_Point = tuple[float, float]

_WIDTH, _HEIGHT = 960, 720
_FINE = 2
"""Drawn so many times larger, for smooth edges."""

_LOBES: Sequence[tuple[float, float]] = (
    (90, 1.0), (76, 0.52), (62, 0.66), (52, 0.56), (34, 0.95), (22, 0.5), (10, 0.6), (-6, 0.44), (-22, 0.62),
    (-52, 0.3),
)  # fmt: skip
"""The right half of a maple leaf: angle in degrees and distance from its middle."""


def leaf() -> bytes:
    """A maple leaf with dark spots, on a table."""
    image = _backdrop((205, 178, 140), (160, 124, 84))
    pen = ImageDraw.Draw(image)
    middle, size = (0.5 * image.width, 0.47 * image.height), 0.42 * image.height
    right = [_around(middle, angle, size * reach) for angle, reach in _LOBES]
    left = [(2 * middle[0] - x, y) for x, y in reversed(right)]
    stalk = (middle[0] + 0.06 * size, middle[1] + 1.05 * size)
    pen.line([middle, stalk], fill=(120, 120, 40), width=14)
    pen.polygon([*right, *left], fill=(104, 142, 46))
    for angle, reach in ((90, 0.95), (62, 0.6), (118, 0.6), (34, 0.9), (146, 0.9), (-22, 0.55), (202, 0.55)):
        pen.line(
            [(middle[0], middle[1] + 0.2 * size), _around(middle, angle, size * reach)], fill=(150, 178, 84), width=6
        )
    for angle, reach in ((70, 0.42), (118, 0.5), (30, 0.6), (152, 0.62), (12, 0.32), (170, 0.3), (95, 0.2)):
        spot = _around(middle, angle, size * reach)
        pen.circle(spot, 30, fill=(196, 178, 60))
        pen.circle(spot, 22, fill=(34, 30, 24))
    return _finished(image)


def desk() -> bytes:
    """A desk from above: a mug, a notebook, glasses, a phone, and keys half under a newspaper."""
    image = _backdrop((150, 106, 72), (126, 86, 56))
    pen = ImageDraw.Draw(image)
    _sheet(pen, (120, 120, 640, 760), (246, 244, 238), lines=(190, 200, 214))
    _sheet(pen, (1130, 820, 1830, 1360), (226, 224, 216), lines=(150, 150, 150))
    pen.circle((930, 330), 190, fill=(238, 238, 242))
    pen.circle((930, 330), 150, fill=(86, 50, 26))
    pen.arc((1040, 250, 1220, 410), -90, 90, fill=(238, 238, 242), width=34)
    pen.rounded_rectangle((1440, 150, 1720, 680), 40, fill=(24, 26, 32))
    pen.rounded_rectangle((1462, 190, 1698, 640), 16, fill=(54, 92, 142))
    for centre in ((350, 1090), (640, 1090)):
        pen.circle(centre, 112, outline=(40, 40, 44), width=20)
    pen.line([(462, 1090), (528, 1090)], fill=(40, 40, 44), width=20)
    _keys(pen, (1100, 930))
    return _finished(image)


KEYS_BOX = (450, 585, 610, 825)
"""Where the keys lie on the `desk`: left, top, right, bottom, each from 0 to 1000."""


def board() -> bytes:
    """A departure board of a station."""
    image = Image.new("RGB", (_WIDTH * _FINE, _HEIGHT * _FINE), (18, 24, 44))
    pen = ImageDraw.Draw(image)
    pen.text((80, 60), "Departures", font=ImageFont.load_default(120), fill=(255, 255, 255))
    columns = (80, 400, 1060, 1460)
    for row, cells in enumerate((("Time", "To", "Platform", ""), *BOARD)):
        colour = (150, 170, 210) if row == 0 else (255, 208, 70)
        for x, cell in zip(columns, cells, strict=True):
            fill = (255, 110, 90) if cell.startswith("+") else colour
            pen.text((x, 270 + 180 * row), cell, font=ImageFont.load_default(92), fill=fill)
        pen.line([(80, 400 + 180 * row), (1840, 400 + 180 * row)], fill=(52, 62, 92), width=4)
    return _finished(image)


BOARD = (
    ("14:02", "Harbour", "3", ""),
    ("14:10", "Old Town", "1", "+5 min"),
    ("14:17", "Airport", "7", ""),
    ("14:25", "Lake Shore", "2", ""),
    ("14:31", "Harbour", "3", "+12 min"),
)
"""What stands on the `board`: time, destination, platform, delay."""


def landscapes() -> list[bytes]:
    """Mountains three times: in the morning, at noon, at dusk."""
    lights: Sequence[tuple[_Colour, _Colour, _Colour, _Point]] = (
        ((250, 214, 190), (178, 196, 226), (255, 240, 214), (0.2, 0.52)),
        ((226, 240, 252), (92, 158, 222), (255, 252, 220), (0.55, 0.16)),
        ((252, 150, 82), (70, 52, 110), (255, 214, 130), (0.8, 0.56)),
    )
    return [_landscape(low, high, sun, place) for low, high, sun, place in lights]


def _landscape(low: _Colour, high: _Colour, sun: _Colour, place: _Point) -> bytes:
    image = _gradient(high, low)
    pen = ImageDraw.Draw(image)
    pen.circle((place[0] * image.width, place[1] * image.height), 90, fill=sun)
    for ridge in range(3):
        shade = 1 - 0.3 * (ridge + 1)
        colour = _mixed(_mixed(high, low, 0.5), (28, 44, 52), 1 - shade)
        base = image.height * (0.62 + 0.13 * ridge)
        crest = [
            (x, base - 120 * math.sin(x / (210 + 70 * ridge) + 2.1 * ridge) - 60 * math.sin(x / 83 + ridge))
            for x in range(0, image.width + 20, 20)
        ]
        pen.polygon([*crest, (image.width, image.height), (0, image.height)], fill=colour)
    return _finished(image)


def _keys(pen: ImageDraw.ImageDraw, ring: _Point) -> None:
    brass, steel = (214, 172, 74), (176, 180, 188)
    pen.circle(ring, 64, outline=(210, 212, 218), width=12)
    for angle, colour, length in ((-150, brass, 150), (-115, steel, 170)):
        head = _around(ring, angle, 96)
        tip = _around(ring, angle, 96 + length)
        pen.line([head, tip], fill=colour, width=26)
        pen.circle(head, 50, fill=colour)
        pen.circle(head, 18, fill=(126, 86, 56))
        tooth = _around(ring, angle, 66 + length)
        pen.line([tooth, _around(tooth, angle - 90, 40)], fill=colour, width=16)


def _sheet(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: _Colour, *, lines: _Colour) -> None:
    pen.rectangle(box, fill=colour)
    for y in range(box[1] + 70, box[3] - 40, 54):
        pen.line([(box[0] + 50, y), (box[2] - 50, y)], fill=lines, width=6)


def _around(middle: _Point, angle: float, distance: float) -> _Point:
    """Counterclockwise from the right, as on paper."""
    return (
        middle[0] + distance * math.cos(math.radians(angle)),
        middle[1] - distance * math.sin(math.radians(angle)),
    )


def _mixed(one: _Colour, other: _Colour, share: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _gradient(top: _Colour, bottom: _Colour) -> Image.Image:
    column = Image.new("RGB", (1, 64))
    for y in range(64):
        column.putpixel((0, y), _mixed(top, bottom, y / 63))
    return column.resize((_WIDTH * _FINE, _HEIGHT * _FINE), Image.Resampling.BICUBIC)


def _backdrop(light: _Colour, dark: _Colour) -> Image.Image:
    """A table top: boards with a little grain."""
    image = _gradient(light, dark)
    grain = Image.effect_noise((image.width // 60, image.height // 3), 26).resize(image.size)
    image = Image.blend(image, grain.convert("RGB"), 0.12)
    pen = ImageDraw.Draw(image)
    for y in range(360, image.height, 360):
        pen.line([(0, y), (image.width, y)], fill=_mixed(dark, (0, 0, 0), 0.3), width=5)
    return image


def _finished(image: Image.Image) -> bytes:
    small = image.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.6))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=82)
    return out.getvalue()
