"""What every kind of file that can be looked at has in common."""

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from bot.errors import AttachmentError
from bot.pictures.size import Fit, PictureLimits
from bot.records.pictures import Box
from bot.sentences import NO_SENTENCE, Sentence, sentence

WHOLE = Box(left=0, top=0, right=1000, bottom=1000)

DAMAGED = sentence("the file is damaged or incomplete")


class Source(Protocol):
    """An opened file: one still picture, or several parts in an order that is the same whenever it is opened."""

    @property
    def origin(self) -> str:
        """As `Prepared.origin`."""
        ...

    @property
    def left_out(self) -> Sentence:
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


def too_many_pixels(found: int | None, max_pixels: int) -> AttachmentError:
    """The refusal of a picture over the cap; `found` are its pixels, if they are known."""
    most = round(max_pixels / 1e6)
    if found is None:
        reason = sentence("it has far too many pixels, and I can open at most {most} million", most=most)
    else:
        millions = round(found / 1e6)
        reason = sentence(
            "it has {found} million pixels, and I can open at most {most} million", found=millions, most=most
        )
    return AttachmentError(f"{found or 'far too many'} pixels, over the cap of {max_pixels}", person=reason)


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Raise `AttachmentError` for more than `max_pixels`."""
    if width * height > max_pixels:
        raise too_many_pixels(width * height, max_pixels)


def pages_left_out(shown: int, total: int) -> Sentence:
    """What of a document is not shown, e.g. ``pages 9 to 120``; empty if nothing."""
    if total <= shown:
        return NO_SENTENCE
    if total == shown + 1:
        return sentence("page {number}", number=total)
    return sentence("pages {first} to {last}", first=shown + 1, last=total)
