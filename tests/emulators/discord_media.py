"""What Discord's file servers make of pictures: measured, converted, made small, and the first frame of a video."""

import io
from collections.abc import Mapping
from typing import Any

import av
from PIL import Image, UnidentifiedImageError

_FORMATS = {"png": "PNG", "webp": "WEBP", "jpeg": "JPEG", "jpg": "JPEG", "gif": "GIF"}


def measure(data: bytes, media_type: str | None) -> tuple[int, int] | tuple[None, None]:
    """Width and height of a picture or video that Discord can read."""
    kind = (media_type or "").partition("/")[0]
    if kind not in ("image", "video"):
        return None, None
    found = first_frame(data)
    return found.size if found is not None else (None, None)


def first_frame(data: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    try:
        with av.open(io.BytesIO(data), mode="r") as video:
            frame: Any = next(iter(video.decode(video=0)))
            shown: Image.Image = frame.to_image()
            return shown
    except (av.FFmpegError, StopIteration, IndexError, ValueError):
        return None


def converted(data: bytes, suffix: str, *, width: int | None = None, height: int | None = None) -> bytes | None:
    """A still picture of another format, at most so large; None for what is no picture."""
    image = first_frame(data)
    if image is None or suffix not in _FORMATS:
        return None
    image.thumbnail((width or image.width, height or image.height))
    written = io.BytesIO()
    (image.convert("RGB") if suffix in ("jpeg", "jpg") else image).save(written, _FORMATS[suffix], lossless=True)
    return written.getvalue()


def resized(data: bytes, query: Mapping[str, str]) -> bytes | None:
    """What the media proxy sends for ``format``, ``width`` and ``height``."""
    if "format" not in query and "width" not in query:
        return data
    width, height = (int(query[name]) if name in query else None for name in ("width", "height"))
    return converted(data, query.get("format", "png"), width=width, height=height)
