"""A gallery: one drawn file of every kind that people send, and what the model is to see of it, or why it is not."""

import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import ExifTags, Image, ImageCms, ImageDraw

from bot import texts
from bot.records.attachments import Medium
from bot.sentences import Sentence, sentence
from tests.drawing import BLUE, LOCKED, RED, animation, encoded, four_corners, hues, pdf, png_claiming
from tests.filming import film, recording

SIZE = (320, 208)
UPRIGHT = four_corners(*SIZE)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a picture is stored that is upright once it was turned as its tag says (EXIF 2.32, Orientation)."""

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
TGS = gzip.compress(b'{"tgs":1,"v":"5.5.2","fr":60,"ip":0,"op":60,"w":512,"h":512,"layers":[]}')


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A file, with what becomes of it."""

    name: str
    data: bytes = field(repr=False)
    media_type: str = "application/octet-stream"
    """As the sender's app claims."""
    origin: str = ""
    """What the model is told that arrived."""
    views: tuple[tuple[str, Image.Image], ...] = field(default=(), repr=False)
    """For each picture that the model is shown: its label, and what it looks like."""
    left_out: str = ""
    """Part of it is not shown, and both are told so."""
    words: str = ""
    """The model is shown this text."""
    refused: str = ""
    """Why it is not looked at."""

    @property
    def note(self) -> str:
        """What the person reads about it; empty: nothing."""
        if self.refused:
            return texts.not_seen(self._called, sentence(self.refused))
        return texts.seen_in_part(self._called, sentence(self.left_out)) if self.left_out else ""

    @property
    def _called(self) -> Sentence:
        media = {"image": Medium.PICTURE, "video": Medium.VIDEO, "audio": Medium.RECORDING}
        return texts.called(media.get(self.media_type.partition("/")[0], Medium.FILE), None)


def still(name: str, data: bytes, kind: str, media_type: str = "", reference: Image.Image = UPRIGHT) -> Exhibit:
    size = f"{reference.width}×{reference.height}"
    claimed = media_type or "application/octet-stream"
    return Exhibit(name=name, data=data, media_type=claimed, origin=f"{kind}, {size}", views=(("", reference),))


def refused(name: str, data: bytes, reason: str, media_type: str = "") -> Exhibit:
    return Exhibit(name=name, data=data, media_type=media_type or "application/octet-stream", refused=reason)


def gallery() -> list[Exhibit]:
    """All of it. Names are unique."""
    return [*_photos(), *_turned(), *_drawings(), *_moving(), *_documents(), *_not_seen()]


def tagged(orientation: int = 1) -> Image.Exif:
    """Metadata as a phone writes it: where it was taken, by what, which way up."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "secret camera"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    return exif


def _photos() -> Iterator[Exhibit]:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpeg = encoded(UPRIGHT, "JPEG", exif=tagged(), comment=b"a secret", icc_profile=profile, xmp=b"<secret/>")
    yield still("photo.jpg", jpeg, "JPEG", "image/jpeg")
    yield still("progressive.jpg", encoded(UPRIGHT, "JPEG", progressive=True, exif=tagged()), "JPEG", "image/jpeg")
    yield still("print.jpg", encoded(UPRIGHT.convert("CMYK"), "JPEG"), "JPEG", "image/jpeg")
    both_eyes = encoded(UPRIGHT, "MPO", save_all=True, append_images=[UPRIGHT])
    yield still("both-eyes.mpo", both_eyes, "JPEG", "image/mpo")
    yield still(
        "grey.jpg", encoded(UPRIGHT.convert("L"), "JPEG"), "JPEG", reference=UPRIGHT.convert("L").convert("RGB")
    )
    yield still("iphone.heic", _heic(UPRIGHT, 1), "HEIC", "image/heic")
    yield still("android.avif", encoded(UPRIGHT, "AVIF", exif=tagged()), "AVIF", "image/avif")
    yield still("browser.webp", encoded(UPRIGHT, "WEBP", exif=tagged()), "WebP", "image/webp")
    yield still("lying.png", encoded(UPRIGHT, "JPEG"), "JPEG", "image/png")


def _turned() -> Iterator[Exhibit]:
    for orientation, turn in _TURNS.items():
        stored = UPRIGHT.transpose(turn)
        jpeg = encoded(stored, "JPEG", exif=tagged(orientation))
        yield still(f"turned-{orientation}.jpg", jpeg, "JPEG", "image/jpeg")
    for kind, name in (("PNG", "PNG"), ("WEBP", "WebP"), ("TIFF", "TIFF"), ("AVIF", "AVIF")):
        data = encoded(UPRIGHT.transpose(_TURNS[6]), kind, exif=tagged(6))
        yield still(f"turned.{kind.lower()}", data, name, f"image/{kind.lower()}")
    yield still("turned.heic", _heic(UPRIGHT.transpose(_TURNS[8]), 8), "HEIC", "image/heic")


def _drawings() -> Iterator[Exhibit]:
    yield still("screenshot.png", encoded(UPRIGHT, "PNG"), "PNG", "image/png")
    yield still("deep.png", _png_of_16_bits(UPRIGHT), "PNG", "image/png")
    yield still("palette.png", encoded(UPRIGHT.convert("P"), "PNG"), "PNG", "image/png")
    yield still("old.gif", encoded(UPRIGHT, "GIF"), "GIF", "image/gif")
    yield still("scan.tiff", encoded(UPRIGHT, "TIFF"), "TIFF", "image/tiff")
    yield still("paint.bmp", encoded(UPRIGHT, "BMP"), "BMP", "image/bmp")
    on_white, see_through = _see_through()
    for kind, name in (("PNG", "PNG"), ("WEBP", "WebP"), ("AVIF", "AVIF"), ("TIFF", "TIFF")):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(see_through, kind, **options)
        yield still(f"see-through.{kind.lower()}", data, name, f"image/{kind.lower()}", on_white)
    palette = Image.new("P", SIZE, 1)
    palette.putpalette([*RED, *BLUE])
    palette.paste(0, (0, 0, 160, 208))
    half = Image.new("RGB", SIZE, "white")
    half.paste(RED, (0, 0, 160, 208))
    yield still("cut-out.gif", encoded(palette, "GIF", transparency=1), "GIF", "image/gif", half)


def _moving() -> Iterator[Exhibit]:
    frames = hues(6, *SIZE)
    views = tuple((f"at {number / 5} s", frame) for number, frame in enumerate(frames))
    for kind, name, suffix in (
        ("GIF", "GIF", "gif"),
        ("PNG", "PNG", "apng"),
        ("WEBP", "WebP", "webp"),
        ("AVIF", "AVIF", "avif"),
    ):
        yield Exhibit(
            name=f"animation.{suffix}",
            data=animation(kind, frames, frame_ms=200),
            media_type=f"image/{suffix}",
            origin=f"{name} animation, 320×208, 1.2 s, 6 frames",
            views=views,
        )
    for kind, name in (("mp4", "MP4"), ("mov", "MOV"), ("webm", "WebM"), ("matroska", "MKV")):
        yield Exhibit(
            name=f"video.{kind}",
            data=film(kind, frames, rate=5, gop=2),
            media_type=f"video/{kind}",
            origin=f"{name} video, 320×208, 1.2 s",
            views=views,
        )


def _documents() -> Iterator[Exhibit]:
    # A page of 180 points at the 200 dots an inch at which pages count.
    drawn, scale = hues(10, 180, 252), 200 / 72
    pages = [page.resize((round(180 * scale), round(252 * scale))) for page in drawn]
    views = tuple((f"page {number}", page) for number, page in enumerate(pages, start=1))
    for name, count, shown, left_out in (("report.pdf", 3, 3, ""), ("book.pdf", 10, 8, "pages 9 to 10")):
        yield Exhibit(
            name=name,
            data=encoded(drawn[0], "PDF", save_all=True, append_images=drawn[1:count], resolution=72),
            media_type="application/pdf",
            origin=f"PDF, {count} pages",
            views=views[:shown],
            left_out=left_out,
        )
    scans = [UPRIGHT, UPRIGHT.rotate(180)]
    yield Exhibit(
        name="fax.tif",
        data=encoded(scans[0], "TIFF", save_all=True, append_images=scans[1:]),
        origin="TIFF, 2 pages",
        views=(("page 1", scans[0]), ("page 2", scans[1])),
    )
    words = "milk\neggs\nžluťoučký kůň\n"
    yield Exhibit(
        name="list.txt",
        data=words.encode(),
        media_type="text/plain",
        origin=f"text file, {len(words)} characters",
        words=words,
    )


def _not_seen() -> Iterator[Exhibit]:
    damaged = "the file is damaged or incomplete"
    yield refused("cut.jpg", encoded(UPRIGHT, "JPEG")[:300], damaged, "image/jpeg")
    yield refused("cut.png", encoded(UPRIGHT, "PNG")[:40], damaged, "image/png")
    yield refused("broken.pdf", b"%PDF-1.7\nand nothing behind it", damaged, "application/pdf")
    yield refused("locked.pdf", pdf(1, trailer=LOCKED), "it is locked with a password", "application/pdf")
    yield refused("logo.svg", SVG, "it is an SVG drawing: please send it as PNG or a screenshot", "image/svg+xml")
    for name, side, pixels in (("huge.png", 8_000, "64 million"), ("bomb.png", 60_000, "far too many")):
        reason = f"it has {pixels} pixels, and I can open at most 50 million"
        yield refused(name, png_claiming(side, side), reason, "image/png")
    tgs = "it is an animated sticker in Telegram's own format (TGS), which I can't see"
    yield refused("hello.tgs", TGS, tgs)
    jxl = "it is a JPEG XL picture, which I can't read: please send it as JPEG or PNG"
    yield refused("new.jxl", b"\xff\x0a" + bytes(99), jxl, "image/jxl")
    yield refused("things.zip", b"PK\x03\x04" + bytes(99), "it is an archive: please send what is in it")
    yield refused("song.ogg", b"OggS" + bytes(99), texts.not_a_picture("audio/ogg"), "audio/ogg")
    yield refused("hidden-song.mp4", recording(), "it is a sound recording, and I can't listen", "video/mp4")
    unknown = "it is not a kind of file that I can read (pictures, videos, PDF and text)"
    yield refused("firmware.bin", bytes(range(256)) * 4, unknown)


def _heic(stored: Image.Image, orientation: int) -> bytes:
    # The library writes HEIC's own turn for a picture that has the tag.
    turned = stored.copy()
    turned.info["exif"] = tagged(orientation).tobytes()
    return encoded(turned, "HEIF")


def _see_through() -> tuple[Image.Image, Image.Image]:
    """What stands on white, and the same on nothing: black where nobody sees it, half red in the middle."""
    image = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 159, 207), fill=(0, 0, 255, 255))
    draw.rectangle((160, 0, 239, 207), fill=(255, 0, 0, 128))
    on_white = Image.new("RGBA", SIZE, "white")
    on_white.alpha_composite(image)
    return on_white.convert("RGB"), image


def _png_of_16_bits(image: Image.Image) -> bytes:
    """Pillow writes none in colour (PNG specification, 11.2.2: depth 16, colour type 2)."""
    width, height = image.size
    pixels = image.tobytes()
    rows = b"".join(
        b"\0" + b"".join(bytes((level, level)) for level in pixels[start : start + 3 * width])
        for start in range(0, len(pixels), 3 * width)
    )
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
