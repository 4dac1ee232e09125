"""Makes a safe, small JPEG of the bytes of any picture file. Blocking; runs in the worker process."""

import contextlib
import hashlib
import io
import struct
import warnings
from collections.abc import Iterator

import pillow_heif
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin, UnidentifiedImageError

from bot.errors import AttachmentError
from bot.picture_scaling import scaled
from bot.picture_size import DEFAULT_MAX_PIXELS, DEFAULT_PICTURE_TOKENS, Layout, lay_out
from bot.records import Picture

# Pillow's way to learn a format; there is no way to hand a plugin to a single `Image.open`.
pillow_heif.register_heif_opener()

JPEG_QUALITY = 85

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP", "TIFF")
"""What is tried, by content; JPEG finds MPO, too. Pillow's other decoders are rare, and one starts a program."""

_NAMES = {"MPO": "JPEG", "HEIF": "HEIC", "WEBP": "WebP"}

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The EXIF orientation tag, and what undoes it."""

_SWAPS_SIDES = 5
"""Orientations from here on exchange width and height."""

_DAMAGED_METADATA = (SyntaxError, struct.error, ValueError, TypeError, LookupError, OSError, OverflowError)

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def prepare(data: bytes, *, max_tokens: int = DEFAULT_PICTURE_TOKENS, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Decode, turn upright, flatten on white, shrink and re-encode one picture.

    Args:
        data: A whole file as somebody sent it. Untrusted. Its type is found by its content.
        max_tokens: What it may cost the model, by `picture_size.picture_tokens`.
        max_pixels: Larger pictures are refused before they are decoded.

    Returns:
        A JPEG file of 8-bit sRGB, white where the picture was transparent, the first frame of an animation,
        without any metadata (no GPS position). Never enlarged, but for pictures under 32 pixels.

    Raises:
        AttachmentError: no known format, damaged, or too many pixels.

    Blocks 0.15 s for a 12-megapixel JPEG and 0.3 s for a 4K PNG, and takes up to 16 bytes of memory for a pixel
    (measured on one core; WebP takes the most). Changes the process's warning filters while it runs, so only one
    call at a time.
    """
    with _refusals(max_pixels), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise _too_many_pixels(f"{width * height / 1e6:.0f} million pixels", max_pixels)
        layout = lay_out(width, height, max_tokens=max_tokens)
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            # The JPEG decoder can halve while decoding. Twice the size leaves enough to scale well.
            image.draft(None, (2 * layout.content[0], 2 * layout.content[1]))
        image.load()
        orientation = _orientation(image)
        small = _flat(scaled(image, layout.content), layout)
        origin = _origin(image, (height, width) if orientation >= _SWAPS_SIDES else (width, height))
    if orientation in _UPRIGHT:
        small = small.transpose(_UPRIGHT[orientation])
    return _encoded(small, origin)


@contextlib.contextmanager
def _refusals(max_pixels: int) -> Iterator[None]:
    """Turn whatever Pillow raises into the reason that a person reads."""
    try:
        with warnings.catch_warnings():
            # Remarks on damaged metadata are nobody's business, but the one about bombs is an error.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except AttachmentError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("far too many pixels", max_pixels) from error
    except UnidentifiedImageError as error:
        reason = "it is not a picture in a format I can read (JPEG, PNG, WebP, GIF, AVIF, HEIC, BMP or TIFF)"
        raise AttachmentError("no known picture format", person=reason) from error
    except MemoryError as error:
        raise AttachmentError("out of memory", person="it takes too much memory to open") from error
    except Exception as error:
        # Broad on purpose: damaged files make the decoders raise nearly anything (fuzzing: TypeError, too).
        # The text stays out: it can quote the file.
        raise AttachmentError(f"damaged: {type(error).__name__}", person="the file is damaged or incomplete") from error


def _too_many_pixels(found: str, max_pixels: int) -> AttachmentError:
    reason = f"it has {found}, and I can open at most {max_pixels / 1e6:.0f} million"
    return AttachmentError(f"{found}, over the cap of {max_pixels}", person=reason)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) if it has none or its metadata is damaged."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _DAMAGED_METADATA:
        return 1
    return orientation if isinstance(orientation, int) else 1


def _flat(image: Image.Image, layout: Layout) -> Image.Image:
    """Put the content on a fresh white canvas. Being fresh, it has no metadata."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    profile = image.info.get("icc_profile")
    colours = _in_srgb(image if alpha is None else image.convert("RGB"), profile)
    canvas = Image.new("RGB", layout.canvas, "white")
    left = (layout.canvas[0] - layout.content[0]) // 2
    top = (layout.canvas[1] - layout.content[1]) // 2
    canvas.paste(colours, (left, top), alpha)
    return canvas


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        # A profile that is damaged, or made for other channels, costs exact colours and not the picture.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGB")


def _origin(image: Image.Image, size: tuple[int, int]) -> str:
    """What arrived, in words, e.g. ``GIF, 480×270, the first frame of an animation``."""
    name = _NAMES.get(image.format or "", image.format)
    words = f"{name}, {size[0]}×{size[1]}"
    if image.format in {"GIF", "PNG", "WEBP", "AVIF"} and _has_more(image):
        return f"{words}, the first frame of an animation"
    if image.format == "TIFF" and _has_more(image):
        return f"{words}, the first of several pages"
    return words


def _has_more(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except _DAMAGED_METADATA:
        return False


def _encoded(image: Image.Image, origin: str) -> Picture:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    jpeg = buffer.getvalue()
    return Picture(
        jpeg=jpeg,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        width_px=image.width,
        height_px=image.height,
        origin=origin,
    )
