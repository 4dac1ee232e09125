"""Hostile, damaged and mistaken files: each gets its verdict, and costs nothing else."""

import contextlib
import random

import pytest

from bot.errors import AttachmentError
from bot.pictures.decoding import prepare
from bot.pictures.size import PictureLimits
from bot.pictures.workshop import DEFAULT_MEMORY_BYTES, PictureWorkshop
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box, Prepared
from tests.drawing import animation, encoded, four_corners, hues, pdf, photo
from tests.filming import film
from tests.workshop import peak_bytes, reason, verdict_of

SEED = 20_261_101
FILES = 2_100
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP", "TIFF")

FAST = PictureLimits(frames=3, pages=2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_in_the_middle_is_refused(kind: str) -> None:
    data = photo(320, 240, kind)

    assert reason(data[: len(data) // 2]) == "the file is damaged or incomplete"


def test_a_jpeg_with_something_behind_its_end_is_still_a_picture() -> None:
    assert (
        prepare(encoded(four_corners(), "JPEG") + b"PK\x03\x04 and a zip file", PictureLimits()).origin == "JPEG, 96×64"
    )


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:9/a", "concat:/etc/hostname|/etc/hosts"])
def test_a_video_that_points_elsewhere_is_not_followed(address: str) -> None:
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{address}\n#EXT-X-ENDLIST\n"
    # A text: whatever a player would make of it, here it is only words.
    assert prepare(playlist.encode(), PictureLimits()).text == playlist


def _originals() -> list[bytes]:
    moving = [animation(kind, hues(5, 48, 32)) for kind in ("GIF", "PNG", "WEBP", "AVIF")]
    films = [film(kind, hues(5, 48, 32), sound=kind == "mp4") for kind in ("mp4", "webm", "matroska")]
    scan = encoded(hues(1)[0], "TIFF", save_all=True, append_images=hues(3, 48, 32))
    words = b"BT /F 9 Tf 100 100 Td (some words) Tj ET"
    return [*(photo(48, 32, kind) for kind in KINDS), *moving, *films, scan, pdf(3, content=words, width=99, height=99)]


async def test_thousands_of_damaged_files_get_as_many_verdicts() -> None:
    chance = random.Random(SEED)
    originals = _originals()
    usable = 0

    async with PictureWorkshop(FAST) as workshop:
        for number in range(FILES):
            damaged = _damaged(originals[number % len(originals)], chance)
            verdict = await verdict_of(workshop, damaged)
            assert isinstance(verdict, Prepared) or verdict.person
            usable += isinstance(verdict, Prepared)
        assert peak_bytes(workshop) < DEFAULT_MEMORY_BYTES

    assert FILES // 20 < usable < FILES - FILES // 20, "one-sided damage"


async def test_damaged_files_can_be_asked_about_in_every_way() -> None:
    chance = random.Random(SEED + 1)
    originals = _originals()
    whole = Box(left=100, top=100, right=900, bottom=900)

    async with PictureWorkshop(FAST) as workshop:
        for number in range(10 * len(originals)):
            damaged = _damaged(originals[number % len(originals)], chance)
            with contextlib.suppress(AttachmentError):
                assert (await workshop.crop(damaged, whole, part=number % 2)).jpeg
            with contextlib.suppress(AttachmentError):
                assert (await workshop.mark(damaged, [MarkedBox(box=whole, label="x")])).jpeg


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
