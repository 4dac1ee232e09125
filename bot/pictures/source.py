"""What every kind of file that can be looked at has in common."""

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from bot.errors import AttachmentError
from bot.pictures.size import Fit, PictureLimits
from bot.records import Box

WHOLE = Box(left=0, top=0, right=1000, bottom=1000)


class Source(Protocol):
    """An opened file: one still picture, or several parts in an order that is the same whenever it is opened."""

    @property
    def origin(self) -> str:
        """As `Prepared.origin`."""
        ...

    @property
    def left_out(self) -> str:
        """As `Prepared.left_out`."""
        ...

    @property
    def labels(self) -> Sequence[str]:
        """As `View.label`, one for each part."""
        ...

    def part_tokens(self, limits: PictureLimits) -> tuple[int, int]:
        """What a part may take everyday, and what if it has small print."""
        ...

    def draw(self, part: int, fit: Fit, region: Box = WHOLE) -> Image.Image:
        """A region of one part: upright, in RGB, flattened on white, as large as `fit` says."""
        ...


def too_many_pixels(found: str, max_pixels: int) -> AttachmentError:
    """The refusal of a picture over the cap; `found` as in ``60 million pixels``."""
    reason = f"it has {found}, and I can open at most {max_pixels / 1e6:.0f} million"
    return AttachmentError(f"{found}, over the cap of {max_pixels}", person=reason)


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Raise `AttachmentError` for more than `max_pixels`."""
    if width * height > max_pixels:
        raise too_many_pixels(f"{width * height / 1e6:.0f} million pixels", max_pixels)


def pages_left_out(shown: int, total: int) -> str:
    """What of a document is not shown, e.g. ``pages 9 to 120``; empty if nothing."""
    if total <= shown:
        return ""
    return f"page {total}" if total == shown + 1 else f"pages {shown + 1:,} to {total:,}"
