"""Still pictures, and picture files with several pages (TIFF)."""

import contextlib
import io
from collections.abc import Iterator

import pillow_heif
from PIL import Image

from bot.pictures.canvas import DAMAGED_METADATA, drawn, orientation_of
from bot.pictures.size import Fit, PictureLimits
from bot.pictures.source import WHOLE, check_pixels, pages_left_out
from bot.records.pictures import Box

# Pillow's way to learn a format; there is no way to hand a plugin to a single `Image.open`.
pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP", "TIFF")
"""What is tried, by content; JPEG finds MPO, too. Pillow's other decoders are rare, and one starts a program."""

MOST_PAGES = 1_000
"""Pages of a TIFF that are counted. Each is found only through the one before."""

_NAMES = {"MPO": "JPEG", "HEIF": "HEIC", "WEBP": "WebP"}

_SWAPS_SIDES = 5
"""Orientations from here on exchange width and height."""


@contextlib.contextmanager
def opened(data: bytes, max_pixels: int) -> Iterator[Image.Image]:
    """The file as Pillow sees it, not yet decoded, and not over the cap."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        check_pixels(*image.size, max_pixels)
        yield image


def name_of(image: Image.Image) -> str:
    """The format, as people write it."""
    return _NAMES.get(image.format or "", image.format or "picture")


class Still:
    """One picture, or the pages of a scan."""

    def __init__(self, data: bytes, limits: PictureLimits) -> None:
        self._data = data
        self._max_pixels = limits.max_pixels
        with opened(data, limits.max_pixels) as image:
            pages = _count_pages(image) if image.format == "TIFF" else 1
            width, height = image.size
            # Pillow turns a TIFF by itself.
            if image.format != "TIFF" and orientation_of(image) >= _SWAPS_SIDES:
                width, height = height, width
            size = f"{width}×{height}"
            self.origin = f"{name_of(image)}, {size}" if pages == 1 else f"{name_of(image)}, {pages:,} pages"
        self.labels = [f"page {number + 1}" for number in range(min(pages, limits.pages))] if pages > 1 else [""]
        self.left_out = pages_left_out(len(self.labels), pages)

    def part_tokens(self, limits: PictureLimits) -> tuple[int, int]:
        return limits.page_tokens(len(self.labels))

    def draw(self, part: int, fit: Fit, region: Box = WHOLE) -> Image.Image:
        with opened(self._data, self._max_pixels) as image:
            if part:
                image.seek(part)
                check_pixels(*image.size, self._max_pixels)
            return drawn(image, fit, region)


def _count_pages(image: Image.Image) -> int:
    """How many of them can be found; those behind a damaged one can't."""
    count = 1
    with contextlib.suppress(EOFError, *DAMAGED_METADATA):
        while count < MOST_PAGES:
            image.seek(count)
            count += 1
    return count
