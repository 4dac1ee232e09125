"""Animations that are picture formats: GIF, APNG, WebP, AVIF."""

from collections.abc import Iterator

from PIL import Image

from bot.pictures.canvas import drawn
from bot.pictures.moments import Moment, choose, clock, label, length, signature_fit
from bot.pictures.size import Fit, PictureLimits
from bot.pictures.source import WHOLE, check_pixels
from bot.pictures.still import name_of, opened
from bot.records.pictures import Box
from bot.sentences import NO_SENTENCE, sentence

FORMATS = ("GIF", "PNG", "WEBP", "AVIF")

MOST_FRAMES = 1_000
MOST_PIXELS = 300_000_000
"""What is decoded of one animation while looking for its frames, about 3 s of work. Most hold under 50 million."""

_TOO_SHORT_MS = 10
_DEFAULT_MS = 100
"""Browsers show frames that claim 10 ms or less for a tenth of a second."""


class Animation:
    """Sampled frames."""

    def __init__(self, data: bytes, limits: PictureLimits) -> None:
        self._data = data
        self._max_pixels = limits.max_pixels
        self._whole_ms = 0.0
        self._count = 0
        self.left_out = NO_SENTENCE
        with opened(data, limits.max_pixels) as image:
            self._chosen = choose(list(self._moments(image)), limits.frames)
            whole_s = self._whole_ms / 1000
            size = f"{image.width}×{image.height}"
            frames = f"{self._count:,} frames" if not self.left_out else f"more than {self._count:,} frames"
            self.origin = f"{name_of(image)} animation, {size}, {length(whole_s)}, {frames}"
        self.labels = [label(moment.time_s, whole_s) for moment in self._chosen]

    def part_tokens(self, limits: PictureLimits) -> tuple[int, int]:
        tokens = limits.frame_tokens(len(self.labels))
        return tokens, tokens

    def draw(self, part: int, fit: Fit, region: Box = WHOLE) -> Image.Image:
        with opened(self._data, self._max_pixels) as image:
            image.seek(self._chosen[part].position)
            return drawn(image, fit, region)

    def _moments(self, image: Image.Image) -> Iterator[Moment]:
        """Walk through all frames: these formats can't be entered in the middle."""
        first = 1 if getattr(image, "default_image", False) else 0  # An APNG's stand-in for those who can't play it.
        pixels = 0
        for position in range(first, MOST_FRAMES + 1):
            try:
                image.seek(position)
            except EOFError:
                return
            check_pixels(*image.size, self._max_pixels)
            pixels += image.width * image.height
            if pixels > MOST_PIXELS or position == MOST_FRAMES:
                self.left_out = sentence("everything after {time}", time=clock(self._whole_ms / 1000))
                return
            signature = drawn(image, signature_fit)
            yield Moment(position=position, time_s=self._whole_ms / 1000, signature=signature)
            self._count += 1
            self._whole_ms += _duration_ms(image)


def is_animation(data: bytes, max_pixels: int) -> bool:
    """Whether a picture file has more than one frame to show one after the other."""
    with opened(data, max_pixels) as image:
        return image.format in FORMATS and bool(getattr(image, "is_animated", False))


def _duration_ms(image: Image.Image) -> float:
    claimed_ms = float(image.info.get("duration") or 0)
    return claimed_ms if claimed_ms > _TOO_SHORT_MS else _DEFAULT_MS
