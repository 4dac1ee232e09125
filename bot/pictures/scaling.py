"""Shrinks a decoded picture without a second copy of it at full size."""

import math
from collections.abc import Callable
from functools import partial

from PIL import Image

STRIP_ROWS = 64
"""Rows of the averaged picture that are made at a time."""


def scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale to `size`, in a mode that scales well: L, RGB, RGBA, or another with three or four 8-bit channels."""
    eight_bit = _to_eight_bit(image)
    factor = min(image.width // size[0], image.height // size[1]) // 2
    if factor <= 1:
        return eight_bit(image).resize(size, Image.Resampling.LANCZOS)
    # The last row and column of the averaged picture may stand for less than a whole square.
    box = (0, 0, image.width / factor, image.height / factor)
    return _averaged(image, factor, eight_bit).resize(size, Image.Resampling.LANCZOS, box)


def _averaged(image: Image.Image, factor: int, eight_bit: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Average squares of `factor` pixels, in strips: a second copy at full size would double the memory."""
    rows = STRIP_ROWS * factor
    tops = range(0, image.height, rows)
    strips = (image.crop((0, top, image.width, min(image.height, top + rows))) for top in tops)
    averaged: Image.Image | None = None
    for index, strip in enumerate(strips):
        part = eight_bit(strip).reduce(factor)
        if averaged is None:
            averaged = Image.new(part.mode, (part.width, math.ceil(image.height / factor)))
            averaged.info.update(part.info)
        averaged.paste(part, (0, index * STRIP_ROWS))
    return averaged or eight_bit(image)


def _to_eight_bit(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How to bring this picture, or a strip of it, into a mode that scales well."""
    if image.has_transparency_data:
        return partial(_converted, mode="RGBA")
    if image.mode in {"I", "F"}:
        return _stretch(image)
    if image.mode.startswith("I;16"):
        return _from_sixteen_bits
    return partial(_converted, mode={"1": "L", "P": "RGB"}.get(image.mode, image.mode))


def _converted(image: Image.Image, *, mode: str) -> Image.Image:
    # Pillow copies even when there is nothing to convert.
    return image if image.mode == mode else image.convert(mode)


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    # Pillow's own conversion makes everything over 255 white. It calculates in "I", whatever the byte order.
    return image.convert("I").point(lambda level: level * (1 / 257)).convert("L")


def _stretch(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Grey levels beyond 8 bits have no agreed white: the darkest becomes black, the lightest white."""
    low, high = (float(level) for level in image.getextrema() if isinstance(level, int | float))
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("grey levels are not finite")
    scale = 255.0 / (high - low) if high > low else 0.0
    return lambda strip: strip.point(lambda level: level * scale - low * scale).convert("L")
