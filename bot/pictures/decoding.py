"""Makes safe, small JPEGs of the bytes of any file. Blocking; runs in the worker process."""

import contextlib
import hashlib
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial

from PIL import Image, UnidentifiedImageError

from bot.errors import AttachmentError
from bot.pictures.animation import Animation, is_animation
from bot.pictures.kinds import Kind, kind_of
from bot.pictures.marks import draw_marks
from bot.pictures.size import PictureLimits, lay_out, lay_out_closer, lay_out_within
from bot.pictures.small_print import has_small_print
from bot.pictures.source import DAMAGED, Source, too_many_pixels
from bot.pictures.still import Still
from bot.pictures.text import read_text
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box, Picture, Prepared
from bot.sentences import sentence

JPEG_QUALITY = 85

CROP_TOKENS = 600
"""What a region is enlarged to at least: 32 × 32 pixels each, as a picture of 900 × 680."""

MARKED_SIDE_PX = (800, 1600)
"""Longest side of a picture with marks: enough to read them, at most what phones show."""

MOST_MARKS = 50


def prepare(data: bytes, limits: PictureLimits) -> Prepared:
    """What the model is shown of a whole file as somebody sent it. Untrusted; its type is found by its content.

    Returns:
        JPEG files of 8-bit sRGB, upright, white where the picture was transparent, without any metadata
        (no GPS position), never enlarged but for pictures under 32 pixels. Or the words of a text file.

    Raises:
        AttachmentError: it can't be read, or is over a limit.

    Takes 0.15 s for a 12-megapixel JPEG, 0.3 s for a 4K PNG and 1 to 3 s for a video, and up to 16 bytes of memory
    for a pixel (measured on one core; WebP takes the most). Changes the process's warning filters while it runs, so
    only one call at a time.
    """
    with _refusals(limits.max_pixels):
        if (kind := kind_of(data)) is Kind.TEXT:
            return read_text(data)
        with _source(data, kind, limits) as source:
            tokens, document_tokens = source.part_tokens(limits)
            pictures = [
                _encoded(_seen(source, part, tokens, document_tokens), label=label)
                for part, label in enumerate(source.labels)
            ]
            return Prepared(pictures=tuple(pictures), origin=source.origin, left_out=source.left_out)


def crop(data: bytes, box: Box, part: int, limits: PictureLimits) -> Picture:
    """A region at full resolution, or enlarged where that is tiny; see `prepare` for the rest."""
    with _refusals(limits.max_pixels), _looking(data, part, limits) as source:
        tokens = min(CROP_TOKENS, limits.document_tokens)
        fit = partial(lay_out_closer, min_tokens=tokens, max_tokens=limits.document_tokens)
        return _encoded(source.draw(part, fit, _put_right(box)), label=source.labels[part])


def mark(data: bytes, boxes: Sequence[MarkedBox], part: int, limits: PictureLimits) -> Picture:
    """The whole picture, for people, with frames and labels drawn on it; see `prepare` for the rest."""
    if not 0 < len(boxes) <= MOST_MARKS:
        raise AttachmentError(
            f"{len(boxes)} boxes", person=sentence("I can mark 1 to {most} places on it at once", most=MOST_MARKS)
        )
    marks = [MarkedBox(box=_put_right(marked.box), label=marked.label) for marked in boxes]
    smallest, largest = MARKED_SIDE_PX
    with _refusals(limits.max_pixels), _looking(data, part, limits) as source:
        image = source.draw(part, partial(lay_out_within, min_side_px=smallest, max_side_px=largest))
        draw_marks(image, marks)
        return _encoded(image, label=source.labels[part], subsampling="4:4:4")


def _put_right(box: Box) -> Box:
    """The same region with its edges in order and within the picture.

    Raises:
        AttachmentError: nothing of it is.
    """
    left, right = sorted(max(0, min(1000, edge)) for edge in (box.left, box.right))
    top, bottom = sorted(max(0, min(1000, edge)) for edge in (box.top, box.bottom))
    if left == right or top == bottom:
        raise AttachmentError(
            f"an empty region: {box}", person=sentence("the region of it that was asked for is empty")
        )
    return Box(left=left, top=top, right=right, bottom=bottom)


@contextlib.contextmanager
def _looking(data: bytes, part: int, limits: PictureLimits) -> Iterator[Source]:
    if (kind := kind_of(data)) is Kind.TEXT:
        read_text(data)
        raise AttachmentError("a region of a text", person=sentence("it is a text, and there is nothing to see in it"))
    with _source(data, kind, limits) as source:
        if not 0 <= part < len(source.labels):
            raise AttachmentError(
                f"no part {part} in {len(source.labels)}", person=sentence("it has no such page or moment")
            )
        yield source


@contextlib.contextmanager
def _source(data: bytes, kind: Kind, limits: PictureLimits) -> Iterator[Source]:
    match kind:
        case Kind.PDF:
            from bot.pictures.pdf import Pdf

            with closing(Pdf(data, limits)) as pdf:
                yield pdf
        case Kind.MP4 | Kind.MATROSKA:
            from bot.pictures.video import Video

            with closing(Video(data, kind, limits)) as video:
                yield video
        case _:
            yield Animation(data, limits) if is_animation(data, limits.max_pixels) else Still(data, limits)


def _seen(source: Source, part: int, tokens: int, document_tokens: int) -> Image.Image:
    """Within the everyday budget, unless that would lose small print."""
    image = source.draw(part, partial(lay_out, max_tokens=max(tokens, document_tokens)))
    everyday = lay_out(*image.size, max_tokens=tokens).canvas
    if everyday == image.size:
        return image
    smaller = image.resize(everyday, Image.Resampling.LANCZOS)
    return image if has_small_print(image, smaller) else smaller


@contextlib.contextmanager
def _refusals(max_pixels: int) -> Iterator[None]:
    """Turn whatever the libraries raise into the reason that a person reads."""
    try:
        with warnings.catch_warnings():
            # Remarks on damaged metadata are nobody's business, but the one about bombs is an error.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except AttachmentError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels(None, max_pixels) from error
    except UnidentifiedImageError as error:
        raise AttachmentError("no picture behind its first bytes", person=DAMAGED) from error
    except MemoryError as error:
        raise AttachmentError("out of memory", person=sentence("it takes too much memory to open")) from error
    except Exception as error:
        # Broad on purpose: damaged files make the decoders raise nearly anything (fuzzing: TypeError, too).
        # The text stays out: it can quote the file.
        raise AttachmentError(f"damaged: {type(error).__name__}", person=DAMAGED) from error


def _encoded(image: Image.Image, *, label: str, subsampling: str = "4:2:0") -> Picture:
    buffer = io.BytesIO()
    # Colours at half the resolution, as in photos; thin coloured lines need all of it.
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=subsampling)
    jpeg = buffer.getvalue()
    return Picture(
        jpeg=jpeg,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        width_px=image.width,
        height_px=image.height,
        label=label,
    )
