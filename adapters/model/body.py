"""The body of a request, written piece by piece: its pictures are encoded while it is sent, and never all at once."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Sequence

from aiohttp import payload
from aiohttp.abc import AbstractStreamWriter

_PIECE_BYTES = 96 << 10
"""Of a picture, encoded at once; a multiple of 3, so that the pieces join. Takes a fraction of a millisecond."""


class RequestBody(payload.Payload):
    """JSON with gaps, and the pictures that fill them as base64. Can be sent again and again."""

    def __init__(self, texts: Sequence[bytes], pictures: Sequence[bytes]) -> None:
        """`texts`: one more than `pictures`; each picture goes behind the text of the same place."""
        super().__init__(None, content_type="application/json")
        self._texts = texts
        self._pictures = pictures
        self._size = sum(map(len, texts)) + sum((len(picture) + 2) // 3 * 4 for picture in pictures)

    @property
    def autoclose(self) -> bool:
        """Nothing is open."""
        return True

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send it; the other tasks get their turn between two pieces."""
        for piece in self._pieces():
            await writer.write(piece)
            await asyncio.sleep(0)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """All of it at once, which blocks for some milliseconds per megabyte."""
        return b"".join(self._pieces()).decode(encoding, errors)

    def _pieces(self) -> Iterator[bytes]:
        for text, picture in zip(self._texts, (*self._pictures, b""), strict=True):
            yield text
            for start in range(0, len(picture), _PIECE_BYTES):
                yield b64encode(picture[start : start + _PIECE_BYTES])
