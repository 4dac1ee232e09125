"""What opens untrusted picture files, as the core sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.records.pictures import Box, Picture, Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedBox:
    """A region to draw a frame around."""

    box: Box
    label: str
    """Drawn as it is where the font has its characters; the number of the box stands there in any case."""


class Eyes(Protocol):
    """Makes safe, small JPEGs of whatever arrived, off the event loop. Each call raises `AttachmentError`.

    `part` counts the pages or sampled frames as `prepare` showed them, from 0: the same file gives the same parts.
    """

    async def prepare(self, data: bytes) -> Prepared:
        """What the model is shown of a file: its picture, sampled frames with their times, pages, or its text."""
        ...

    async def crop(self, data: bytes, box: Box, *, part: int = 0) -> Picture:
        """A region at full resolution, or enlarged where it is tiny; at most the token budget of documents."""
        ...

    async def mark(self, data: bytes, boxes: Sequence[MarkedBox], *, part: int = 0) -> Picture:
        """The whole picture with numbered frames and labels drawn on it, at most 1,600 pixels wide and high."""
        ...
