"""Draws the pictures that tests send: small, recognisable, in every format."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)
YELLOW = (255, 255, 0)


def four_corners(width: int = 96, height: int = 64) -> Image.Image:
    """Upright it is red and green above blue and yellow."""
    image = Image.new("RGB", (width, height))
    for column, row, colour in ((0, 0, RED), (1, 0, GREEN), (0, 1, BLUE), (1, 1, YELLOW)):
        image.paste(colour, (column * width // 2, row * height // 2, width, (row + 1) * height // 2))
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """Colours a quarter in from each corner, row by row."""
    rgb = image.convert("RGB")
    across = (rgb.width // 4, rgb.width * 3 // 4)
    down = (rgb.height // 4, rgb.height * 3 // 4)
    return [colour_at(rgb, (x, y)) for y in down for x in across]


def colour_at(image: Image.Image, place: tuple[int, int]) -> tuple[int, int, int]:
    red, green, blue = image.convert("RGB").crop((*place, place[0] + 1, place[1] + 1)).tobytes()
    return red, green, blue


def alike(one: tuple[int, ...], other: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(left - right) <= tolerance for left, right in zip(one, other, strict=True))


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    image.load()
    return image


def photo(width: int, height: int, kind: str = "JPEG", **options: Any) -> bytes:
    """Something with detail, so that it takes the bytes and the time of a photo."""
    noise = Image.effect_noise((width // 8, height // 8), 60).resize((width, height))
    return encoded(noise.convert("RGB"), kind, **options)


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
