"""PDF documents. PDFium runs no scripts and opens no links here; it is compiled without both."""

import math

import pypdfium2  # type: ignore[import-untyped]  # it ships without types
from PIL import Image

from bot.errors import AttachmentError
from bot.pictures.canvas import on_canvas
from bot.pictures.size import Fit, PictureLimits
from bot.pictures.source import WHOLE, pages_left_out
from bot.records.pictures import Box
from bot.sentences import sentence

DPI = 200
"""A page counts as if it were scanned so: more than any token budget can hold of a whole page of paper."""

_POINTS_PER_INCH = 72
_MAX_SIDE = 14_400
"""Largest side of a page in points (PDF 1.7, Appendix C)."""


class Pdf:
    """The first pages."""

    def __init__(self, data: bytes, limits: PictureLimits) -> None:
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise AttachmentError("an encrypted PDF", person=sentence("it is locked with a password")) from error
            raise
        pages = len(self._document)
        if not pages:
            raise ValueError("a document without pages")
        self.origin = f"PDF, {pages:,} pages" if pages > 1 else "PDF, 1 page"
        self.labels = [f"page {number + 1}" for number in range(min(pages, limits.pages))]
        self.left_out = pages_left_out(len(self.labels), pages)

    def close(self) -> None:
        self._document.close()

    def part_tokens(self, limits: PictureLimits) -> tuple[int, int]:
        return limits.page_tokens(len(self.labels))

    def draw(self, part: int, fit: Fit, region: Box = WHOLE) -> Image.Image:
        page = self._document[part]
        width, height = page.get_size()
        if not all(math.isfinite(side) and 0 < side <= _MAX_SIDE for side in (width, height)):
            raise ValueError("a page of impossible size")
        left, right = (width * edge / 1000 for edge in (region.left, region.right))
        top, bottom = (height * edge / 1000 for edge in (region.top, region.bottom))
        dots = DPI / _POINTS_PER_INCH
        layout = fit(max(1, round((right - left) * dots)), max(1, round((bottom - top) * dots)))
        scale = max(layout.content[0] / (right - left), layout.content[1] / (bottom - top))
        bitmap = page.render(
            scale=scale,
            crop=(left, height - bottom, width - right, top),
            rev_byteorder=True,
        )
        image: Image.Image = bitmap.to_pil().convert("RGB")
        page.close()
        return on_canvas(image.resize(layout.content, Image.Resampling.LANCZOS), layout)
