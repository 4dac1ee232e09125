"""Names the main colours of a picture, as far as plain arithmetic can."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_SAMPLE_PX = 64
"""The picture is shrunk to at most this many pixels a side; each is given one name."""
_LEAST_SHARE = 0.05
"""Smaller shares are left out."""
_MOST_NAMES = 4

_BLACK_BELOW_VALUE = 45
_WHITE_ABOVE_VALUE = 215
_GREY_BELOW_SATURATION = 40
_BROWN_BELOW_VALUE = 160
_BROWN_BELOW_SATURATION = 110

_HUES = (
    (10, "red"),
    (26, "orange"),
    (45, "yellow"),
    (112, "green"),
    (138, "turquoise"),
    (180, "blue"),
    (206, "purple"),
    (236, "pink"),
    (256, "red"),
)
"""Upper ends on a circle of 256: all numbers here are on the scale of Pillow's HSV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What can be said about a picture without understanding it."""

    width_px: int
    height_px: int
    colours: Sequence[tuple[str, float]]
    """Name and share of the area (0 to 1), the largest first."""

    @property
    def orientation(self) -> str:
        """In one word."""
        if self.width_px == self.height_px:
            return "square"
        return "landscape" if self.width_px > self.height_px else "portrait"


def look_at(jpeg: bytes) -> Look:
    """Decode a picture and name its main colours.

    Blocks for up to some ten milliseconds: use `asyncio.to_thread`.

    Raises:
        Exception: it can't be decoded; damaged files make Pillow raise many kinds.
    """
    from PIL import Image  # noqa: PLC0415 - large, and only needed without a real model

    with Image.open(io.BytesIO(jpeg)) as picture:
        width_px, height_px = picture.size
        picture.draft("RGB", (_SAMPLE_PX, _SAMPLE_PX))
        small = picture.convert("RGB")
    small.thumbnail((_SAMPLE_PX, _SAMPLE_PX), Image.Resampling.BOX)
    pixels = small.convert("HSV").tobytes()
    names = Counter(_name(*pixels[start : start + 3]) for start in range(0, len(pixels), 3))
    shares = [(name, count * 3 / len(pixels)) for name, count in names.most_common(_MOST_NAMES)]
    return Look(
        width_px=width_px,
        height_px=height_px,
        colours=[(name, share) for name, share in shares if share >= _LEAST_SHARE],
    )


def _name(hue: int, saturation: int, value: int) -> str:
    if value < _BLACK_BELOW_VALUE:
        return "black"
    if saturation < _GREY_BELOW_SATURATION:
        return "white" if value > _WHITE_ABOVE_VALUE else "grey"
    name = next(name for end, name in _HUES if hue < end)
    # Dark or dull orange has a name of its own.
    is_brown = name == "orange" and (value < _BROWN_BELOW_VALUE or saturation < _BROWN_BELOW_SATURATION)
    return "brown" if is_brown else name
