"""Hostile, damaged and mistaken files: each gets its verdict, and costs nothing else."""

import random
import struct
import time
from collections.abc import Callable

import pytest
from PIL import Image

from bot.errors import AttachmentError
from bot.picture_decoding import prepare
from bot.pictures import PictureWorkshop
from bot.records import Picture
from tests.drawing import RED, encoded, four_corners, photo, png_claiming

SEED = 20_261_101
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP", "TIFF")


def reason(data: bytes, *, max_pixels: int = 50_000_000) -> str:
    with pytest.raises(AttachmentError) as refusal:
        prepare(data, max_pixels=max_pixels)
    sentence = refusal.value.person
    assert sentence
    assert not sentence.endswith(".")
    return sentence


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"<!DOCTYPE html><html><title>404 Not Found</title></html>",
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\x7fELF\x02\x01\x01\0",
    ],
    ids=["nothing", "a zero", "an error page saved as a picture", "PDF", "SVG", "PostScript", "a program"],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    assert "not a picture in a format I can read" in reason(data)


@pytest.mark.parametrize(("width", "height"), [(8_000, 6_251), (10_000, 10_000), (65_000, 65_000), (2**31 - 1, 1)])
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    began = time.monotonic()

    assert "million" in reason(png_claiming(width, height))
    assert time.monotonic() - began < 0.5


def _gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + encoded(four_corners(), "GIF")[10:]


def _bmp(width: int, height: int) -> bytes:
    data = encoded(four_corners(), "BMP")
    return data[:18] + struct.pack("<II", width, height) + data[26:]


def _jpeg(width: int, height: int) -> bytes:
    data = encoded(four_corners(), "JPEG")
    size = data.index(b"\xff\xc0") + 5
    return data[:size] + struct.pack(">HH", height, width) + data[size + 4 :]


@pytest.mark.parametrize("claiming", [_gif, _bmp, _jpeg])
def test_a_bomb_of_another_format_is_refused_too(claiming: Callable[[int, int], bytes]) -> None:
    assert "million" in reason(claiming(60_000, 50_000))


def test_the_cap_on_pixels_is_exact_and_said() -> None:
    data = encoded(Image.new("RGB", (2000, 1000), RED), "PNG")

    assert prepare(data, max_pixels=2_000_000).origin == "PNG, 2000×1000"
    assert reason(data, max_pixels=1_000_000) == "it has 2 million pixels, and I can open at most 1 million"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_in_the_middle_is_refused(kind: str) -> None:
    data = photo(320, 240, kind)

    assert "damaged" in reason(data[: len(data) // 2]) or "not a picture" in reason(data[: len(data) // 2])


def test_a_jpeg_with_something_behind_its_end_is_still_a_picture() -> None:
    assert prepare(encoded(four_corners(), "JPEG") + b"PK\x03\x04 and a zip file").origin == "JPEG, 96×64"


async def test_two_thousand_damaged_files_get_two_thousand_verdicts() -> None:
    chance = random.Random(SEED)
    originals = [photo(48, 32, kind) for kind in KINDS]
    usable = 0

    async with PictureWorkshop() as workshop:
        for number in range(2_000):
            verdict = await _verdict(workshop, _damaged(originals[number % len(originals)], chance))
            assert isinstance(verdict, Picture) or verdict.person
            usable += isinstance(verdict, Picture)

    assert 100 < usable < 1_900, "one-sided damage"


async def _verdict(workshop: PictureWorkshop, data: bytes) -> Picture | AttachmentError:
    try:
        return await workshop.prepare(data)
    except AttachmentError as refusal:
        return refusal


def _damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed; often something cut out, doubled, or the end missing."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        damaged[chance.randrange(len(damaged))] = chance.choice((0, 255, 127, chance.randrange(256)))
    start, end = sorted(chance.randrange(len(damaged)) for _ in range(2))
    match chance.randrange(6):
        case 0:
            del damaged[start:]
        case 1:
            del damaged[start:end]
        case 2:
            damaged[start:start] = damaged[start:end]
        case _:
            pass
    return bytes(damaged)
