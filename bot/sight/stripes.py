"""Draws a small picture of coloured stripes as a JPEG file, with nothing but arithmetic.

Made of blocks of one colour each, so that of the cosine transform only the first coefficient remains: the average.
Source: ITU-T T.81 (the JPEG standard), baseline process; its Annex K for the Huffman table of these averages.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

BLOCK_PX = 8

_COUNTS = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
"""How many codes there are of each length from 1 to 16 bits, for the sizes 0 to 11 of a difference."""
_ONLY_END = bytes((1, *[0] * 15))
"""One code of one bit, a zero: the rest of the block is empty."""
_QUANTUM = 8
"""Makes the first coefficient of a block, 8 times its average, that average."""


def stripes_jpeg(colours: Sequence[Colour], *, stripe_px: int, height_px: int) -> bytes:
    """Vertical stripes of equal width, from left to right; both lengths are multiples of `BLOCK_PX`."""
    width_px = stripe_px * len(colours)
    components = b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))
    segments = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, bytes((0, *[_QUANTUM] * 64))),
        (0xC0, struct.pack(">BHHB", 8, height_px, width_px, 3) + components),
        (0xC4, b"\x00" + _COUNTS + bytes(range(12))),
        (0xC4, b"\x10" + _ONLY_END + b"\0"),
        (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0"),
    )
    head = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in segments)
    row = [_averages(colour) for colour in colours for _ in range(stripe_px // BLOCK_PX)]
    bits = "".join(_differences(row * (height_px // BLOCK_PX)))
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return b"\xff\xd8" + head + data.replace(b"\xff", b"\xff\0") + b"\xff\xd9"


def _averages(colour: Colour) -> tuple[int, int, int]:
    """Brightness and the two colour differences of JFIF, around 0."""
    red, green, blue = colour
    brightness = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(brightness - 128), round((blue - brightness) / 1.772), round((red - brightness) / 1.402)


def _differences(blocks: Sequence[tuple[int, int, int]]) -> Iterator[str]:
    """Each block tells how its averages differ from those of the one before, in bits."""
    codes = _codes()
    before = (0, 0, 0)
    for block in blocks:
        for value, last in zip(block, before, strict=True):
            difference = value - last
            size = abs(difference).bit_length()
            written = difference if difference > 0 else difference + (1 << size) - 1
            yield codes[size] + (f"{written:0{size}b}" if size else "") + "0"
        before = block


def _codes() -> Sequence[str]:
    """The Huffman codes that `_COUNTS` stands for: counted up, and one longer at each step."""
    codes, code = [], 0
    for length, count in enumerate(_COUNTS, start=1):
        for _ in range(count):
            codes.append(f"{code:0{length}b}")
            code += 1
        code <<= 1
    return codes
