"""What becomes of every kind of picture that people send."""

import hashlib
import io
import struct

import pytest
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageStat

from bot.pictures.decoding import prepare
from bot.pictures.size import PictureLimits, picture_tokens
from bot.records.pictures import Picture
from tests.drawing import (
    BLACK,
    BLUE,
    GREEN,
    RED,
    WHITE,
    YELLOW,
    alike,
    colour_at,
    corners,
    encoded,
    four_corners,
    opened,
    photo,
)

UPRIGHT = [RED, GREEN, BLUE, YELLOW]


def look(data: bytes, **limits: int) -> tuple[str, Picture]:
    """What arrived, and the one picture of it."""
    prepared = prepare(data, PictureLimits(**limits))
    (picture,) = prepared.pictures
    assert (prepared.text, prepared.left_out, picture.label) == ("", "", "")
    return prepared.origin, picture


def centre(data: bytes) -> tuple[int, int, int]:
    _, picture = look(data)
    return colour_at(opened(picture.jpeg), (picture.width_px // 2, picture.height_px // 2))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("JPEG", "JPEG"),
        ("PNG", "PNG"),
        ("WEBP", "WebP"),
        ("GIF", "GIF"),
        ("AVIF", "AVIF"),
        ("HEIF", "HEIC"),
        ("BMP", "BMP"),
        ("TIFF", "TIFF"),
        ("MPO", "JPEG"),
    ],
)
def test_every_format_of_a_phone_or_browser_comes_out_as_the_same_picture(kind: str, name: str) -> None:
    options = {"save_all": True, "append_images": [four_corners()]} if kind == "MPO" else {}

    origin, picture = look(encoded(four_corners(), kind, **options))

    seen = opened(picture.jpeg)
    assert (seen.format, seen.mode, seen.size) == ("JPEG", "RGB", (96, 64))
    assert (picture.width_px, picture.height_px) == (96, 64)
    assert origin == f"{name}, 96×64"
    assert picture.sha256 == hashlib.sha256(picture.jpeg).hexdigest()
    assert all(alike(got, wanted, 40) for got, wanted in zip(corners(seen), UPRIGHT, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_set_upright(orientation: int, kind: str) -> None:
    # The opposite of what each tag asks for; a quarter turn is the only one that is not its own opposite.
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    stored = four_corners() if turn is None else four_corners().transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    # HEIC has a turn of its own, which the library writes for a picture that has this tag.
    stored.info["exif"] = exif.tobytes()

    origin, picture = look(encoded(stored, kind, **({} if kind == "HEIF" else {"exif": exif})))

    assert (picture.width_px, picture.height_px) == (96, 64)
    assert origin.endswith("96×64")
    assert all(alike(got, wanted, 40) for got, wanted in zip(corners(opened(picture.jpeg)), UPRIGHT, strict=True))


def test_the_position_and_every_other_metadata_is_gone() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(
        four_corners(), "JPEG", exif=exif, comment=b"a secret", xmp=b"<x:xmpmeta/>", icc_profile=profile, dpi=(72, 72)
    )
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(ExifTags.IFD.GPSInfo)

    _, picture = look(data)

    assert set(opened(picture.jpeg).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"Exif", b"Camera", b"secret", b"xmp", b"ICC_PROFILE"):
        assert trace not in picture.jpeg


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_becomes_white(mode: str) -> None:
    invisible = Image.new("RGBA", (64, 64), (0, 0, 0, 0)).convert(mode)

    assert alike(centre(encoded(invisible, "PNG")), WHITE)


def test_a_half_transparent_colour_is_mixed_with_white() -> None:
    data = encoded(Image.new("RGBA", (64, 64), (255, 0, 0, 128)), "WEBP", lossless=True)

    assert alike(centre(data), (255, 127, 127))


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_a_transparent_colour_of_a_palette_becomes_white(kind: str) -> None:
    palette = Image.new("P", (64, 64), 1)
    palette.putpalette([*RED, *BLUE])

    assert alike(centre(encoded(palette, kind)), BLUE)
    assert alike(centre(encoded(palette, kind, transparency=1)), WHITE)


def test_a_large_transparent_picture_keeps_its_edges_clean() -> None:
    # Scaled without regard to transparency, the black under it would show as a dark rim.
    image = Image.new("RGBA", (4096, 4096), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 2048, 4096))

    seen = opened(look(encoded(image, "PNG", compress_level=1))[1].jpeg)

    row = [colour_at(seen, (x, seen.height // 2)) for x in range(0, seen.width, 2)]
    assert min(red for red, _, _ in row) > 230


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_print_colours_become_screen_colours(kind: str) -> None:
    assert alike(centre(encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), kind)), RED, 25)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize(("level", "grey"), [(0, 0), (0x8000, 128), (0xFFFF, 255)])
@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_sixteen_bits_become_eight(kind: str, mode: str, level: int, grey: int) -> None:
    assert alike(centre(encoded(Image.new(mode, (64, 64), level), kind)), (grey,) * 3, 2)


def test_a_measurement_in_floating_point_is_stretched_to_black_and_white() -> None:
    image = Image.new("F", (64, 64), -3.5)
    image.paste(9000.25, (32, 0, 64, 64))

    seen = opened(look(encoded(image, "TIFF"))[1].jpeg)

    assert alike(colour_at(seen, (8, 32)), BLACK)
    assert alike(colour_at(seen, (56, 32)), WHITE)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_stays_so(mode: str) -> None:
    assert alike(centre(encoded(Image.new(mode, (64, 64), 0), "TIFF")), BLACK)


def test_colours_of_another_profile_are_brought_to_srgb() -> None:
    data = encoded(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=_profile_with_red_and_blue_exchanged())

    assert alike(centre(data), BLUE)


@pytest.mark.parametrize("profile", [b"\0" * 200, b"not a profile"])
def test_a_damaged_profile_does_not_cost_the_picture(profile: bytes) -> None:
    assert alike(centre(encoded(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=profile)), RED)


def test_damaged_metadata_does_not_cost_the_picture() -> None:
    assert alike(centre(encoded(Image.new("RGB", (64, 64), RED), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff")), RED)


def test_a_photo_with_many_colours_stays_the_same_picture() -> None:
    image = Image.merge(
        "RGB",
        [
            Image.linear_gradient("L").resize((1000, 750)),
            Image.radial_gradient("L").resize((1000, 750)),
            Image.linear_gradient("L").rotate(90).resize((1000, 750)),
        ],
    )

    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP"):
        seen = opened(look(encoded(image, kind))[1].jpeg)
        difference = ImageChops.difference(seen, image.resize(seen.size, Image.Resampling.LANCZOS))
        assert max(ImageStat.Stat(difference).mean) < 4, kind


def test_a_progressive_photo_is_seen_whole() -> None:
    image = four_corners(640, 480)

    _, picture = look(encoded(image, "JPEG", progressive=True))

    assert all(alike(got, wanted, 40) for got, wanted in zip(corners(opened(picture.jpeg)), UPRIGHT, strict=True))


def test_a_photo_is_shrunk_to_the_token_budget() -> None:
    origin, picture = look(photo(4032, 3024), tokens=300)

    assert 250 < picture_tokens(picture.width_px, picture.height_px) <= 300
    assert origin == "JPEG, 4032×3024"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_what_is_shrunk_is_the_whole_picture(kind: str) -> None:
    _, picture = look(encoded(four_corners(3001, 2003), kind), tokens=100)

    assert all(alike(got, wanted, 40) for got, wanted in zip(corners(opened(picture.jpeg)), UPRIGHT, strict=True))


def test_a_single_pixel_and_a_strip_are_made_large_enough_to_look_at() -> None:
    _, pixel = look(encoded(Image.new("RGB", (1, 1), RED), "PNG"))
    origin, strip = look(encoded(Image.new("RGB", (1, 30_000), RED), "PNG"))

    assert (pixel.width_px, pixel.height_px) == (32, 32)
    assert alike(colour_at(opened(pixel.jpeg), (16, 16)), RED)
    assert strip.height_px / strip.width_px < 200
    assert origin == "PNG, 1×30000"


def _profile_with_red_and_blue_exchanged() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    places = {bytes(profile[132 + 12 * index : 136 + 12 * index]): 136 + 12 * index for index in range(count)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)
