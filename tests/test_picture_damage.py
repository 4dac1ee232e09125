"""Hostile, damaged and mistaken files: each gets its verdict, and costs nothing else."""

import asyncio
import contextlib
import gc
import random
import struct
import time
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import AttachmentError
from bot.pictures.decoding import prepare
from bot.pictures.size import PictureLimits
from bot.pictures.workshop import DEFAULT_MEMORY_BYTES, PictureWorkshop
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box, Prepared
from tests.drawing import RED, animation, encoded, four_corners, hues, pdf, photo, png_claiming
from tests.filming import film

SEED = 20_261_101
FILES = 2_100
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP", "TIFF")
SMALL = encoded(four_corners(), "PNG")
FAST = PictureLimits(frames=3, pages=2)

LONGEST_BLOCK_S = 0.02
"""Of the event loop by the bot itself; CPU time, for other programs may want the same processors."""


def reason(data: bytes, **limits: int) -> str:
    with pytest.raises(AttachmentError) as refusal:
        prepare(data, PictureLimits(**limits))
    sentence = refusal.value.person
    assert sentence
    assert not sentence.endswith(".")
    return sentence


@contextlib.asynccontextmanager
async def unblocked() -> AsyncIterator[None]:
    """Fails when the event loop was held up meanwhile."""
    longest_s = 0.0
    # What other tests left behind takes longer to go through than anything here.
    gc.collect()
    gc.freeze()

    async def beat() -> None:
        nonlocal longest_s
        while True:
            before_s = time.thread_time()
            await asyncio.sleep(0.001)
            longest_s = max(longest_s, time.thread_time() - before_s)

    beating = asyncio.create_task(beat())
    yield
    beating.cancel()
    gc.unfreeze()
    assert longest_s < LONGEST_BLOCK_S


async def verdict_of(workshop: PictureWorkshop, data: bytes) -> Prepared | AttachmentError:
    try:
        return await workshop.prepare(data)
    except AttachmentError as refusal:
        return refusal


def peak_bytes(workshop: PictureWorkshop) -> int:
    """Most memory that the worker at rest ever held, where the system tells."""
    (process,) = workshop._idle
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return 0
    peak = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024


@pytest.mark.parametrize(("width", "height"), [(8_000, 6_251), (10_000, 10_000), (65_000, 65_000), (2**31 - 1, 1)])
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    began = time.process_time()

    assert "million" in reason(png_claiming(width, height))
    assert time.process_time() - began < 0.5


def _gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + encoded(four_corners(), "GIF")[10:]


def _gif_frame(width: int, height: int) -> bytes:
    data = bytearray(animation("GIF", hues(3)))
    second = data.rindex(b"\x2c\0\0\0\0")
    data[second + 5 : second + 9] = struct.pack("<HH", width, height)
    return bytes(data)


def _bmp(width: int, height: int) -> bytes:
    data = encoded(four_corners(), "BMP")
    return data[:18] + struct.pack("<II", width, height) + data[26:]


def _jpeg(width: int, height: int) -> bytes:
    data = encoded(four_corners(), "JPEG")
    size = data.index(b"\xff\xc0") + 5
    return data[:size] + struct.pack(">HH", height, width) + data[size + 4 :]


def _webp(width: int, height: int) -> bytes:
    data = encoded(four_corners(), "WEBP")
    size = data.index(b"\x9d\x01\x2a") + 3
    return data[:size] + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF) + data[size + 4 :]


def _box(kind: str) -> Callable[[int, int], bytes]:
    def claiming(width: int, height: int) -> bytes:
        data = encoded(four_corners(), kind)
        size = data.index(b"ispe") + 8
        return data[:size] + struct.pack(">II", width, height) + data[size + 8 :]

    return claiming


def _tiff(width: int, height: int) -> bytes:
    data = encoded(four_corners(), "TIFF")
    for tag, value in ((256, width), (257, height)):
        place = next(
            place
            for place in range(len(data))
            if data[place : place + 8] in (struct.pack("<HHI", tag, kind, 1) for kind in (3, 4))
        )
        data = data[:place] + struct.pack("<HHII", tag, 4, 1, value) + data[place + 12 :]
    return data


def _vp8(width: int, height: int) -> bytes:
    data = film("matroska", hues(3))
    size = data.index(b"\x9d\x01\x2a") + 3
    return data[:size] + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF) + data[size + 4 :]


def _mp4(width: int, height: int) -> bytes:
    data = film("mp4", hues(3))
    size = data.index(b"avc1", data.index(b"stsd")) + 28
    return data[:size] + struct.pack(">HH", width, height) + data[size + 4 :]


def _pdf(width: int, height: int) -> bytes:
    pixels = zlib.compress(bytes(1_000_000))
    head = b"BI /W %d /H %d /BPC 8 /CS /RGB /F /Fl ID " % (width, height)
    return pdf(2, content=b"q 500 0 0 700 0 0 cm " + head + pixels + b" EI Q")


CLAIMING = [_gif, _gif_frame, _bmp, _jpeg, _webp, _box("AVIF"), _box("HEIF"), _tiff, _vp8, _mp4, _pdf]


@pytest.mark.parametrize("claiming", [_gif, _bmp, _jpeg, _webp, _tiff])
def test_a_bomb_of_another_format_is_refused_too(claiming: Callable[[int, int], bytes]) -> None:
    assert "million" in reason(claiming(16_000, 16_000))


async def test_bombs_of_all_formats_cost_one_verdict_each_and_little_memory() -> None:
    async with PictureWorkshop() as workshop, unblocked():
        for claiming in CLAIMING:
            for size in ((60_000, 50_000), (16_383, 16_383), (65_535, 1)):
                verdict = await verdict_of(workshop, claiming(*size))
                assert isinstance(verdict, Prepared) or verdict.person
        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"
        assert peak_bytes(workshop) < 400_000_000


def _many_frames(width: int, height: int, count: int) -> bytes:
    """A GIF that shows `count` frames of a few bytes each, for a tenth of a second."""
    tiny = b"\x21\xf9\x04\0\x0a\0\0\0" + b"\x2c\0\0\0\0\1\0\1\0\0" + b"\2\2\x44\1\0"
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(3) + b"\xff\xff\xff"
    return head + count * tiny + b";"


def _endless_video() -> bytes:
    data = bytearray(film("mp4", hues(30)))
    place = data.index(b"stts") + 12
    data[place + 4 : place + 8] = struct.pack(">I", 0x7FFF_FFFF)
    for name in (b"mvhd", b"mdhd"):
        place = data.index(name) + 20
        data[place : place + 4] = struct.pack(">I", 0xFFFF_FFFF)
    return bytes(data)


def _endless_apng() -> bytes:
    data = animation("PNG", hues(2))
    place = data.index(b"acTL")
    chunk = b"acTL" + struct.pack(">II", 2**31 - 1, 0)
    return data[:place] + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[place + 16 :]


ENDLESS: dict[str, Callable[[], bytes]] = {
    "small": lambda: _many_frames(8, 8, 500_000),
    "large": lambda: _many_frames(7_000, 7_000, 100_000),
    "APNG": _endless_apng,
    "WebP": lambda: animation("WEBP", hues(2, 16, 16) * 1_500, frame_ms=40),
    "a video of a thousand days": _endless_video,
    "a PDF": lambda: pdf(10_000),
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_what_never_ends_is_seen_in_part_or_refused(name: str) -> None:
    data = ENDLESS[name]()

    async with PictureWorkshop() as workshop, unblocked():
        verdict = await verdict_of(workshop, data)
        assert peak_bytes(workshop) < 700_000_000

    if isinstance(verdict, Prepared):
        assert 0 < len(verdict.pictures) <= 8
    else:
        assert verdict.person


def test_of_an_endless_animation_the_beginning_is_seen_and_the_rest_told() -> None:
    prepared = prepare(_many_frames(8, 8, 500_000), PictureLimits())

    assert prepared.origin == "GIF animation, 8×8, 1:40, more than 1,000 frames"
    assert prepared.left_out == "everything after 1:40"


def test_the_cap_on_pixels_is_exact_and_said() -> None:
    data = encoded(Image.new("RGB", (2000, 1000), RED), "PNG")

    assert prepare(data, PictureLimits(max_pixels=2_000_000)).origin == "PNG, 2000×1000"
    assert reason(data, max_pixels=1_000_000) == "it has 2 million pixels, and I can open at most 1 million"


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_the_cap_on_pixels_holds_for_videos(kind: str) -> None:
    data = film(kind, hues(2, 640, 480))

    assert prepare(data, PictureLimits(max_pixels=640 * 480)).pictures
    assert "million pixels" in reason(data, max_pixels=640 * 480 - 1)


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

    async with PictureWorkshop(FAST) as workshop, unblocked():
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

    async with PictureWorkshop(FAST) as workshop, unblocked():
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
