"""Measures whether a picture has small print that shrinking it would spoil.

Three things tell print from photos, in every tile of 32 × 32 pixels: shrinking takes a good share of its contrast
(thin strokes; large letters and soft photos keep theirs), shrinking further takes many levels of grey from many
pixels (faint texture has none to lose), and still half of it is plain (grass, gravel and noise never are).

Calibrated on drawn pages, tables, screenshots and receipts, and on photographs at full sharpness: print of up to
16 pixels at the everyday size filled 8 % or more of the picture with such tiles, photographs 1 % or less, the
branches of a bare tree before the sky 2 %.
"""

from collections.abc import Iterator

from PIL import Image, ImageChops, ImageFilter

TILE_PX = 32

CONTRAST_LOST = 0.18
"""Of the mean difference to the surroundings: 0.2 to 0.4 for print of 16 pixels and less, 0.12 for 24 pixels."""

LEAST_CONTRAST = 8
"""Mean difference to the surroundings under which a tile is blank."""

SURROUNDINGS_PX = 10

FURTHER = 0.63
"""How much further the picture is shrunk for the second test."""

LEVELS_LOST = 28
LOST_SHARE = (0.14, 0.60)
"""Share of a tile's pixels that lose so many levels: above, it is noise rather than print."""

PLAIN_LEVELS = 14
PLAIN_SHARE = 0.45
"""Share of a tile's pixels that hardly differ from their neighbours: paper between the strokes."""

SHARE_OF_PICTURE = 0.05
SHARE_OF_BUSY = 0.35
LEAST_SHARE = 0.005
"""Print is what fills so much of the picture; or of what is not blank, so that a few lines on white count too."""


def has_small_print(image: Image.Image, smaller: Image.Image) -> bool:
    """Whether shrinking `image` to `smaller` (of about half the area) loses what somebody may want to read.

    Takes 50 ms for 2.6 megapixels.
    """
    of_picture, of_busy = print_shares(image, smaller)
    return of_picture >= SHARE_OF_PICTURE or (of_picture >= LEAST_SHARE and of_busy >= SHARE_OF_BUSY)


def print_shares(image: Image.Image, smaller: Image.Image) -> tuple[float, float]:
    """How much of the picture is small print, and of what is not blank in it: 0 to 1."""
    grey, smaller = image.convert("L"), smaller.convert("L")
    further = (max(1, round(smaller.width * FURTHER)), max(1, round(smaller.height * FURTHER)))
    lost = _difference(grey, smaller)
    lost_further = _difference(grey, smaller.resize(further, Image.Resampling.BICUBIC))
    contrast = ImageChops.difference(grey, grey.filter(ImageFilter.BoxBlur(SURROUNDINGS_PX)))
    tiles = zip(
        # Four times as large: a mean of whole levels would be too coarse.
        _means(lost.point([min(255, 4 * level) for level in range(256)])),
        _means(contrast),
        _means(_at_least(LEVELS_LOST, lost_further)),
        _means(ImageChops.invert(_at_least(PLAIN_LEVELS + 1, _steps(grey)))),
        strict=True,
    )
    verdicts = list(_verdicts(tiles))
    printed = sum(is_print for _, is_print in verdicts)
    return printed / len(verdicts), printed / max(1, sum(is_busy for is_busy, _ in verdicts))


def _verdicts(tiles: Iterator[tuple[int, int, int, int]]) -> Iterator[tuple[bool, bool]]:
    """For each tile whether it is busy, and whether it is print."""
    for lost, contrast, lost_share, plain_share in tiles:
        is_busy = contrast >= LEAST_CONTRAST
        yield (
            is_busy,
            (
                is_busy
                and lost / 4 >= CONTRAST_LOST * contrast
                and LOST_SHARE[0] <= lost_share / 255 <= LOST_SHARE[1]
                and plain_share / 255 >= PLAIN_SHARE
            ),
        )


def _difference(grey: Image.Image, smaller: Image.Image) -> Image.Image:
    return ImageChops.difference(grey, smaller.resize(grey.size, Image.Resampling.BICUBIC))


def _steps(grey: Image.Image) -> Image.Image:
    """How much each pixel differs from the ones to the left and above."""
    across = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))
    return ImageChops.lighter(across, ImageChops.difference(grey, ImageChops.offset(grey, 0, 1)))


def _at_least(level: int, grey: Image.Image) -> Image.Image:
    return grey.point([255 if value >= level else 0 for value in range(256)])


def _means(grey: Image.Image) -> bytes:
    return grey.reduce(TILE_PX).tobytes()
