"""Draws the pictures and documents that tests send: small, recognisable, in every format."""

import io
import struct
import zlib
from collections.abc import Sequence
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


def hues(count: int, width: int = 96, height: int = 64) -> list[Image.Image]:
    """Frames that all look different: from blue to red, the redder the later."""
    levels = [round(255 * number / max(1, count - 1)) for number in range(count)]
    return [Image.new("RGB", (width, height), (level, 0, 255 - level)) for level in levels]


def animation(kind: str, frames: Sequence[Image.Image], frame_ms: int = 100, **options: Any) -> bytes:
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=frame_ms, **options)


def pdf(pages: int = 1, *, content: bytes = b"", width: int = 595, height: int = 842, trailer: bytes = b"") -> bytes:
    """A PDF 1.4 file whose pages all draw `content`; the top left quarter of every page is red."""
    drawing = b"1 0 0 rg 0 %d %d %d re f 0 g " % (height // 2, width // 2, height // 2) + content
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 3 0 R /Resources << /Font << /F 4 0 R >> >> >>"
    )
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(page % (width, height) for _ in range(pages)),
    ]
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (len(bodies) + 1, table)
    file += b"<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, trailer, file.find(b"xref"))
    return bytes(file)


LOCKED = (
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (01234567890123456789012345678901)"
    b" /U (01234567890123456789012345678901) /P -4 >> /ID [(a) (b)]"
)
"""The trailer of a PDF with a password that nobody knows."""
