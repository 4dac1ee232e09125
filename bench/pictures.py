"""What it takes to get pictures ready, and what another conversation feels meanwhile."""

import asyncio
import gc
import io
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pillow_heif
from PIL import Image, ImageDraw, ImageFont

from bench.table import line
from bot.pictures.workshop import PictureWorkshop

_ROUNDS = 7
_AT_ONCE = 4
"""Conversations that send pictures side by side; an album is many by itself."""

_MEANWHILE_S = 3.0
_SMALL_EVERY_S = 0.05
_TICK_S = 0.001
_PHONE, _SCREEN, _SMALL = (4032, 3024), (3840, 2160), (640, 480)
_ALBUM = 10


@dataclass(kw_only=True)
class _Felt:
    """By another conversation, in seconds."""

    lags: list[float] = field(default_factory=list)
    """How much later than asked for each tick of the event loop came."""
    waits: list[float] = field(default_factory=list)
    """How long each small picture took."""


async def table() -> str:
    """All lines: each kind of picture by itself, then what is felt beside it."""
    kinds = _draw()
    small = _encoded(_scene(_SMALL), "JPEG", quality=85)
    # What was drawn stays: collecting it in the middle would look like a slow bot.
    gc.collect()
    gc.freeze()
    async with PictureWorkshop() as workshop:
        await asyncio.gather(*(workshop.prepare(small) for _ in range(_AT_ONCE)))
        lines = [line("", "median ms", "slowest", "per s")]
        for name, files in kinds.items():
            latencies, per_second = await _alone(workshop, files)
            lines.append(line(name, *map(_ms, (statistics.median(latencies), max(latencies))), f"{per_second:.1f}"))
        lines.append(line("meanwhile, to another conversation: ms", "loop p99", "small", "its p99"))
        for name, files in {"nothing": [], **kinds}.items():
            felt = await _meanwhile(workshop, files, small)
            small_ms = (statistics.median(felt.waits), _p99(felt.waits))
            lines.append(line(f"{name}, {_at_once(files)} at once", *map(_ms, (_p99(felt.lags), *small_ms))))
    return "\n".join(lines)


def _draw() -> Mapping[str, Sequence[bytes]]:
    pillow_heif.register_heif_opener()
    photo = _encoded(_scene(_PHONE), "JPEG", quality=90)
    return {
        "12-megapixel JPEG": [photo],
        "4K screenshot, PNG": [_encoded(_screenshot(_SCREEN), "PNG")],
        "12-megapixel HEIC": [_encoded(_scene(_PHONE), "HEIF", quality=60)],
        f"album of {_ALBUM} 12-megapixel JPEGs": [photo] * _ALBUM,
    }


async def _alone(workshop: PictureWorkshop, files: Sequence[bytes]) -> tuple[Sequence[float], float]:
    """Seconds for all files of one message, and pictures a second when messages come side by side."""
    latencies = [await _timed(lambda: _prepare(workshop, files)) for _ in range(_ROUNDS)]
    at_once = _at_once(files)
    wall_s = await _timed(lambda: asyncio.gather(*(_prepare(workshop, files) for _ in range(at_once))))
    return latencies, at_once * len(files) / wall_s


async def _meanwhile(workshop: PictureWorkshop, files: Sequence[bytes], small: bytes) -> _Felt:
    felt = _Felt()
    async with _going_on(lambda: _prepare(workshop, files), _at_once(files)), _going_on(lambda: _tick(felt), 1):
        end = time.monotonic() + _MEANWHILE_S
        while time.monotonic() < end:
            felt.waits.append(await _timed(lambda: workshop.prepare(small)))
            await asyncio.sleep(_SMALL_EVERY_S)
    return felt


@asynccontextmanager
async def _going_on(work: Callable[[], Awaitable[object]], at_once: int) -> AsyncIterator[None]:
    """Does it again and again beside the body."""

    async def repeat() -> None:
        while True:
            await work()
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(repeat()) for _ in range(at_once)]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _tick(felt: _Felt) -> None:
    felt.lags.append(await _timed(lambda: asyncio.sleep(_TICK_S)) - _TICK_S)


async def _prepare(workshop: PictureWorkshop, files: Sequence[bytes]) -> None:
    if files:
        await asyncio.gather(*(workshop.prepare(data) for data in files))
    else:
        await asyncio.sleep(_SMALL_EVERY_S)


def _at_once(files: Sequence[bytes]) -> int:
    return 1 if len(files) > 1 else _AT_ONCE


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.monotonic()
    await work()
    return time.monotonic() - began


def _scene(size: tuple[int, int]) -> Image.Image:
    """Takes the bytes and the time of a photo: fine grain over large soft shapes."""
    fine, soft = (Image.effect_noise((size[0] // step, size[1] // step), 50).resize(size) for step in (3, 100))
    return Image.merge("RGB", [fine, Image.blend(fine, soft, 0.5), soft])


def _screenshot(size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(26)
    for number, y in enumerate(range(20, size[1] - 20, 36)):
        draw.text(
            (40 + 20 * (number % 9), y), f"{number}: what is written on a screen in small letters; " * 5, "black", font
        )
    return image


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _p99(seconds: Sequence[float]) -> float:
    return sorted(seconds, reverse=True)[len(seconds) // 100]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"
