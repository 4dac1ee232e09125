"""Brings decoded pixels of any mode to an upright 8-bit sRGB picture of the wanted size."""

import contextlib
import io
import math
import struct

from PIL import ExifTags, Image, ImageCms, JpegImagePlugin

from bot.pictures.scaling import scaled
from bot.pictures.size import Fit, Layout
from bot.pictures.source import WHOLE
from bot.records.pictures import Box

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

DAMAGED_METADATA = (SyntaxError, struct.error, ValueError, TypeError, LookupError, OSError, OverflowError)
"""What Pillow raises for it."""

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def drawn(image: Image.Image, fit: Fit, region: Box = WHOLE) -> Image.Image:
    """A region of `image`, opened but perhaps not yet decoded, as `Source.draw` promises it.

    Args:
        image: In any mode; its own ICC profile and EXIF orientation are used.
        fit: Says how large.
        region: Relative to the upright picture.
    """
    if region == WHOLE and isinstance(image, JpegImagePlugin.JpegImageFile):
        # The JPEG decoder can halve while decoding.
        image.draft(None, fit(*image.size).content)
    image.load()
    # Not before: Pillow turns a TIFF by itself when it loads one.
    orientation = orientation_of(image)
    if region == WHOLE:
        return _upright(_flat(image, fit), orientation)
    return _flat(_cut(_upright(image, orientation), region), fit)


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) if it has none or its metadata is damaged."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except DAMAGED_METADATA:
        return 1
    return orientation if isinstance(orientation, int) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _cut(image: Image.Image, region: Box) -> Image.Image:
    """Every pixel that the region touches, at least one."""
    width, height = image.size
    left = min(width - 1, region.left * width // 1000)
    top = min(height - 1, region.top * height // 1000)
    right = max(left + 1, math.ceil(region.right * width / 1000))
    bottom = max(top + 1, math.ceil(region.bottom * height / 1000))
    return image.crop((left, top, right, bottom))


def on_canvas(content: Image.Image, layout: Layout, alpha: Image.Image | None = None) -> Image.Image:
    """Put it on fresh white. Being fresh, that has no metadata."""
    canvas = Image.new("RGB", layout.canvas, "white")
    left = (layout.canvas[0] - layout.content[0]) // 2
    top = (layout.canvas[1] - layout.content[1]) // 2
    canvas.paste(content, (left, top), alpha)
    return canvas


def _flat(image: Image.Image, fit: Fit) -> Image.Image:
    layout = fit(*image.size)
    profile = image.info.get("icc_profile")
    content = scaled(image, layout.content)
    alpha = content.getchannel("A") if content.mode == "RGBA" else None
    return on_canvas(_in_srgb(content if alpha is None else content.convert("RGB"), profile), layout, alpha)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        # A profile that is damaged, or made for other channels, costs exact colours and not the picture.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGB")
