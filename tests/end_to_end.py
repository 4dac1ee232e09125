"""A bot as its own process between an emulated platform and an emulated model, and what is seen of it."""

import asyncio
import io
from pathlib import Path

from PIL import Image

from tests.emulators.common import eventually
from tests.emulators.model import Call, ModelEmulator
from tests.people import People, Place
from tests.process import BotProcess


def start(people: People, model: ModelEmulator, folder: Path, **variables: str) -> BotProcess:
    return BotProcess(
        folder,
        **{"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", **people.environment, **variables},
    )


def picture(colour: str, *, size: tuple[int, int] = (640, 320), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def colour_of(jpeg: bytes) -> tuple[int, ...]:
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    pixel = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return tuple(round(value / 255) for value in pixel)


async def shown(people: People, place: Place, count: int = 1) -> list[str]:
    """What stands there once `count` messages of the bot do, and nothing changes any more."""
    await eventually(lambda: len(people.shown(place)) >= count, what=f"{count} messages: {people.shown(place)}")
    before: list[str] = []
    while before != people.shown(place):
        before = people.shown(place)
        await asyncio.sleep(0.3)
    assert len(before) == count, before
    return before


async def first_shown(people: People, place: Place) -> str:
    """The bot's first message there, as it reads at first. Nobody waits whether more comes."""
    (text, *_) = await eventually(lambda: people.shown(place), what="a message")
    return text


async def calls(model: ModelEmulator, count: int) -> list[Call]:
    await eventually(lambda: len(model.calls) >= count, what=f"{count} requests to the model")
    assert len(model.calls) == count
    return model.calls
