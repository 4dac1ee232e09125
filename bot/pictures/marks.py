"""Draws numbered frames and labels on a picture."""

from collections.abc import Sequence
from itertools import cycle

from PIL import Image, ImageDraw, ImageFont

from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box

COLOURS = ("#ffd400", "#00e5ff", "#ff4fd8", "#7cff4f", "#ff8a3d", "#b79bff")
"""Bright ones, told apart also by most who can't see all colours; black is drawn around them."""

LONGEST_LABEL = 40
"""Characters of a label that are drawn."""

_MISSING = "\uffff"
"""No font has this one: what is drawn for it is drawn for every missing character."""


def draw_marks(image: Image.Image, marks: Sequence[MarkedBox]) -> None:
    """Draw on `image`, in RGB. The boxes are in order and not empty; the first one has number 1."""
    longest = max(image.size)
    line = max(2, round(longest / 180))
    font = ImageFont.load_default(max(14, round(longest / 26)))
    draw = ImageDraw.Draw(image)
    frames = [_pixels(mark.box, image.size) for mark in marks]
    for frame, colour in zip(frames, cycle(COLOURS), strict=False):
        _frame(draw, frame, colour, line)
    # Behind all frames, so that none crosses a text.
    for number, (mark, frame, colour) in enumerate(zip(marks, frames, cycle(COLOURS), strict=False), start=1):
        _tag(draw, _caption(number, mark.label, font), frame, colour, font)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    left, right = (edge * (width - 1) // 1000 for edge in (box.left, box.right))
    top, bottom = (edge * (height - 1) // 1000 for edge in (box.top, box.bottom))
    return left, top, right, bottom


def _frame(draw: ImageDraw.ImageDraw, frame: tuple[int, int, int, int], colour: str, line: int) -> None:
    left, top, right, bottom = frame
    edge = max(1, line // 2)
    outer = (left - edge, top - edge, right + edge, bottom + edge)
    draw.rectangle(outer, outline="black", width=line + 2 * edge)
    draw.rectangle(frame, outline=colour, width=line)


def _caption(number: int, label: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    words = " ".join(label.split())
    if not words or any(_lacks(font, character) for character in set(words)):
        return str(number)
    if len(words) > LONGEST_LABEL:
        words = words[: LONGEST_LABEL - 1] + "…"
    return f"{number} {words}"


def _lacks(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, character: str) -> bool:
    return character != " " and bytes(font.getmask(character)) == bytes(font.getmask(_MISSING))


def _tag(
    draw: ImageDraw.ImageDraw,
    caption: str,
    frame: tuple[int, int, int, int],
    colour: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """Above the frame, or inside where there is no room; always within the picture."""
    left, top, right, bottom = draw.textbbox((0, 0), caption, font=font)
    pad = max(2, round((bottom - top) / 4))
    width, height = right - left + 2 * pad, bottom - top + 2 * pad
    x = max(0, min(frame[0], draw.im.size[0] - width))
    y = frame[1] - height if frame[1] >= height else min(frame[1], draw.im.size[1] - height)
    draw.rectangle((x, y, x + width, y + height), fill="black", outline=colour)
    draw.text((x + pad - left, y + pad - top), caption, fill="white", font=font)
