"""What twenty questions about photos cost: what the model's server was really sent, and how much of it anew.

"Identical" is what a server that caches prompts need not read again: the part of a request, from its beginning, that
is letter by letter the beginning of the request before. Tools and the system prompt count, for they come first.
"""

import asyncio
import io
import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

from PIL import Image

from bot.pictures.size import picture_tokens
from tests.drawing import photo
from tests.emulators.discord import File
from tests.emulators.model import Call
from tests.emulators.model_rules import picture_of
from tests.people import Place
from tests.seeing import Scene, seeing

TURNS = 20
_AIM = 0.9
_PHOTO_PX = (4032, 3024)
_BYTES_PER_TOKEN = 4
"""Of English text and JSON, roughly: text is a small part of these prompts."""
_ANSWER = "That is a path through the woods in autumn, with a bench on the left and a dog far behind. " * 3
_CONVERSATIONS: Mapping[str, int] = {"a photo, then two more questions about it": 3, "a photo in every question": 1}
"""How often there is a new photo: in every so-manieth turn."""
_WIDTHS = (6, 8, 10, 16, 14, 11, 16, 16)
_HEAD = ("turn", "photos", "pictures", "picture tokens", "all tokens", "kB", "identical", "all as sent: kB")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A part of a request."""

    content: str
    tokens: int
    is_picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One request, and what the same would be with every photo so far as it was sent."""

    pieces: Sequence[_Piece]
    size_bytes: int
    photos: int
    resent_bytes: int
    resent_tokens: int

    @property
    def tokens(self) -> int:
        return sum(piece.tokens for piece in self.pieces)

    @property
    def picture_tokens(self) -> int:
        return sum(piece.tokens for piece in self.pieces if piece.is_picture)


async def table() -> str:
    """All lines, for each kind of conversation."""
    lines: list[str] = []
    for name, every in _CONVERSATIONS.items():
        turns = await _talk(every)
        shares = [_identical(before, after) for before, after in pairwise(turns)]
        lines += ["", f"{name}:", _line(*_HEAD), *_rows(turns, [0.0, *shares]), *_sums(turns, shares)]
    return "\n".join(lines)


async def _talk(every: int) -> Sequence[_Turn]:
    with tempfile.TemporaryDirectory(prefix="glimpse-bench-") as folder:
        async with seeing("discord", Path(folder)) as scene:
            scene.model.reply_with(_ANSWER)
            place = scene.people.private()
            sizes = [await _ask(scene, place, number, with_photo=number % every == 0) for number in range(TURNS)]
            return list(_turns(scene.model.calls, sizes))


async def _ask(scene: Scene, place: Place, number: int, *, with_photo: bool) -> int:
    """Returns the bytes of the photo that was sent with it."""
    data = photo(*_PHOTO_PX) if with_photo else b""
    question = f"Question {number + 1}: what is to be seen here, and what is behind it?"
    if data:
        await scene.people.share(place, File(name=f"{number}.jpg", data=data), question)
    else:
        await scene.people.say(place, question)
    await scene.reads(place, *[_ANSWER.strip()] * (number + 1))
    return len(data)


def _turns(calls: Sequence[Call], photo_bytes: Sequence[int]) -> Iterator[_Turn]:
    sent = photos = 0
    for call, size in zip(calls, photo_bytes, strict=True):
        sent, photos = sent + size, photos + bool(size)
        pieces = list(_pieces(call.body))
        words = sum(len(piece.content) for piece in pieces if not piece.is_picture)
        yield _Turn(
            pieces=pieces,
            size_bytes=len(json.dumps(call.body)),
            photos=photos,
            # In base 64 three bytes are four.
            resent_bytes=words + sent * 4 // 3,
            resent_tokens=words // _BYTES_PER_TOKEN + photos * picture_tokens(*_PHOTO_PX),
        )


def _pieces(body: Mapping[str, Any]) -> Iterator[_Piece]:
    """In the order in which servers put a prompt together."""
    yield _words(json.dumps(body.get("tools", [])))
    for message in body["messages"]:
        yield _words(message["role"])
        content = message["content"]
        parts: Sequence[Any] = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for part in parts:
            yield _words(part["text"]) if part["type"] == "text" else _picture(part["image_url"]["url"])


def _words(text: str) -> _Piece:
    return _Piece(content=text, tokens=len(text.encode()) // _BYTES_PER_TOKEN + 1)


def _picture(url: str) -> _Piece:
    size = Image.open(io.BytesIO(picture_of(url) or b"")).size
    return _Piece(content=url, tokens=picture_tokens(*size), is_picture=True)


def _identical(before: _Turn, after: _Turn) -> float:
    """Share of the tokens of a request that the one before began with."""
    pairs = zip(before.pieces, after.pieces, strict=False)
    return sum(new.tokens for _, new in takewhile(lambda pair: pair[0] == pair[1], pairs)) / after.tokens


def _rows(turns: Sequence[_Turn], shares: Sequence[float]) -> Iterator[str]:
    for number, (turn, share) in enumerate(zip(turns, shares, strict=True), start=1):
        pictures = sum(piece.is_picture for piece in turn.pieces)
        yield _line(
            number,
            turn.photos,
            pictures,
            f"{turn.picture_tokens:,}",
            f"{turn.tokens:,}",
            f"{turn.size_bytes / 1000:,.0f}",
            f"{share:.0%}",
            f"{turn.resent_bytes / 1000:,.0f}",
        )


def _sums(turns: Sequence[_Turn], shares: Sequence[float]) -> Iterator[str]:
    tokens, resent = sum(turn.tokens for turn in turns), sum(turn.resent_tokens for turn in turns)
    anew = turns[0].tokens + sum(
        round(turn.tokens * (1 - share)) for turn, share in zip(turns[1:], shares, strict=True)
    )
    size, resent_size = sum(turn.size_bytes for turn in turns), sum(turn.resent_bytes for turn in turns)
    median = statistics.median(shares)
    kept = [
        share * after.tokens / before.tokens for share, (before, after) in zip(shares, pairwise(turns), strict=True)
    ]
    yield f"of the request before, still the beginning, median: {statistics.median(kept):.0%}"
    yield f"of a request, the same as the one before, median: {median:.0%} (aim: over 90 %: {_met(median > _AIM)})"
    yield f"tokens in all: {tokens:,}, of them read anew by a server that caches: {anew:,}"
    yield f"against all photos as they were sent: {tokens / resent:.1%} of its {resent:,} tokens"
    yield f"bytes in all: {size / 1e6:,.1f} MB against {resent_size / 1e6:,.1f} MB ({size / resent_size:.1%})"


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT MET"


def _line(*columns: object) -> str:
    return "".join(str(column).rjust(width) for column, width in zip(columns, _WIDTHS, strict=True))


if __name__ == "__main__":
    print(asyncio.run(table()))
