"""The arithmetic of picture sizes: what a picture costs the model, and how large it may be for that.

Source: `smart_resize` in qwen-vl-utils and the Qwen3-VL processor. One token is a tile of 32 × 32 pixels,
and two more mark the picture's beginning and end.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

TILE_PX = 32
"""Side of the square that makes one token (patch 16, merged 2 × 2)."""

MARKER_TOKENS = 2
"""Beginning and end of a picture in the prompt."""

DEFAULT_PICTURE_TOKENS = 1280
"""The upper end of what the Qwen3-VL README suggests for one picture (256 to 1,280)."""

DEFAULT_DOCUMENT_TOKENS = 2560
"""What Alibaba's own service gives one picture at most by default (2,621,440 pixels)."""

DEFAULT_FRAMES = 6
DEFAULT_PAGES = 8

DEFAULT_MAX_PIXELS = 50_000_000
"""Largest picture that is opened: over what phones send (48 megapixels), under what Pillow calls a bomb (89)."""

MIN_PIXELS = 65_536
MAX_PIXELS = 16_777_216
"""Area to which the model's processor itself enlarges and shrinks (its `shortest_edge` and `longest_edge`)."""

MAX_ASPECT_RATIO = 100
"""Longest to shortest side. The model refuses 200 and more; rounding to tiles can nearly double a ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """What one attachment may cost; see the settings of the same names."""

    max_pixels: int = DEFAULT_MAX_PIXELS
    tokens: int = DEFAULT_PICTURE_TOKENS
    document_tokens: int = DEFAULT_DOCUMENT_TOKENS
    frames: int = DEFAULT_FRAMES
    pages: int = DEFAULT_PAGES

    @property
    def mark(self) -> str:
        """Tells what is made by these bounds from what is made by others, as `Prepared.made_for`."""
        return f"{self.tokens}/{self.document_tokens}/{self.frames}/{self.pages}"

    def frame_tokens(self, frames: int) -> int:
        """What each of so many sampled frames may take: together twice a photo, for moments resemble each other."""
        return max(MIN_PIXELS // TILE_PX**2 + MARKER_TOKENS, min(self.tokens, 2 * self.tokens // frames))

    def page_tokens(self, pages: int) -> tuple[int, int]:
        """What each of so many pages may take, everyday and with small print.

        Together three documents, which leaves 8 pages of A4 at 100 dpi.
        """
        share = 3 * max(self.tokens, self.document_tokens) // pages
        return min(self.tokens, share), min(self.document_tokens, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a picture's content goes: scaled to `content`, in the middle of a white `canvas`."""

    canvas: tuple[int, int]
    """Width and height in pixels. The same as `content` but for extreme strips."""
    content: tuple[int, int]


Fit: TypeAlias = Callable[[int, int], Layout]
"""Lays out a picture of this width and height."""


def picture_tokens(width_px: int, height_px: int) -> int:
    """What the model counts for one picture of this size, its two markers included."""
    width, height = _tiles(width_px), _tiles(height_px)
    pixels = width * height * TILE_PX**2
    if pixels > MAX_PIXELS:
        shrink = math.sqrt(width_px * height_px / MAX_PIXELS)
        width = max(1, math.floor(width_px / shrink / TILE_PX))
        height = max(1, math.floor(height_px / shrink / TILE_PX))
    elif pixels < MIN_PIXELS:
        enlarge = math.sqrt(MIN_PIXELS / (width_px * height_px))
        width = math.ceil(width_px * enlarge / TILE_PX)
        height = math.ceil(height_px * enlarge / TILE_PX)
    return width * height + MARKER_TOKENS


def lay_out(width_px: int, height_px: int, *, max_tokens: int) -> Layout:
    """Fit a picture into a token budget without changing its shape by more than rounding to tiles.

    A picture within the budget keeps its size. A larger one gets whole tiles, so that the server has nothing to
    scale again. Tiny ones are enlarged until both sides are a tile, which servers demand; extreme strips are
    padded to a ratio that the model takes.
    """
    width = max(width_px, math.ceil(height_px / MAX_ASPECT_RATIO))
    height = max(height_px, math.ceil(width_px / MAX_ASPECT_RATIO))
    enlarge = max(1.0, TILE_PX / min(width, height))
    canvas = (round(width * enlarge), round(height * enlarge))
    budget = max(1, max_tokens - MARKER_TOKENS)
    if _tiles(canvas[0]) * _tiles(canvas[1]) > budget:
        canvas = _whole_tiles(width, height, budget)
    content = (
        max(1, round(width_px * canvas[0] / width)),
        max(1, round(height_px * canvas[1] / height)),
    )
    return Layout(canvas=canvas, content=content)


def lay_out_closer(width_px: int, height_px: int, *, min_tokens: int, max_tokens: int) -> Layout:
    """As `lay_out`, but enlarges a picture until it takes about `min_tokens`."""
    enlarge = max(1.0, math.sqrt(min_tokens * TILE_PX**2 / (width_px * height_px)))
    return lay_out(round(width_px * enlarge), round(height_px * enlarge), max_tokens=max_tokens)


def lay_out_within(width_px: int, height_px: int, *, min_side_px: int, max_side_px: int) -> Layout:
    """For people's eyes: the longest side between these two, the shape kept."""
    longest = max(width_px, height_px)
    scale = min(max(longest, min_side_px), max_side_px) / longest
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    return Layout(canvas=size, content=size)


def _tiles(side_px: int) -> int:
    return max(1, round(side_px / TILE_PX))


def _whole_tiles(width: int, height: int, budget: int) -> tuple[int, int]:
    """The size in whole tiles within the budget that distorts the least, in pixels."""
    shrink = math.sqrt(width * height / budget)
    candidates = [
        (columns, rows)
        for columns, rows in product(_neighbours(width / shrink), _neighbours(height / shrink))
        if columns * rows <= budget
    ]
    if not candidates:
        # The shorter side is under one tile: it takes one, and the longer side what is left.
        return (TILE_PX * budget, TILE_PX) if width > height else (TILE_PX, TILE_PX * budget)
    columns, rows = min(candidates, key=lambda size: abs(math.log(size[0] / size[1] * height / width)))
    return columns * TILE_PX, rows * TILE_PX


def _neighbours(tiles: float) -> tuple[int, int]:
    return max(1, math.floor(tiles)), max(1, math.ceil(tiles))
