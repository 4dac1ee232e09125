"""Pictures that claim to be huge, or that never end, cost one verdict and little memory."""

import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from bot.pictures.decoding import prepare
from bot.pictures.size import PictureLimits
from bot.pictures.workshop import PictureWorkshop
from bot.records.pictures import Prepared
from tests.drawing import RED, animation, encoded, four_corners, hues, pdf, png_claiming
from tests.filming import film
from tests.workshop import SMALL, peak_bytes, reason, verdict_of


@pytest.mark.parametrize(("width", "height"), [(8_000, 6_251), (10_000, 10_000), (65_000, 65_000), (2**31 - 1, 1)])
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    assert "million" in reason(png_claiming(width, height))


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
    async with PictureWorkshop() as workshop:
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

    async with PictureWorkshop() as workshop:
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
