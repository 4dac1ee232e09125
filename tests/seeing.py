"""The bot as a process that is shown pictures: what the model saw of them, and what people read about them."""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from PIL import Image, ImageChops, ImageStat

from bot import texts
from bot.records.attachments import Medium
from bot.sentences import sentence
from tests.emulators.common import eventually
from tests.emulators.model import Call, ModelEmulator, text_of
from tests.people import Place
from tests.picture_people import PicturePeople, people_of
from tests.process import BotProcess

BARE = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
"""All that stands in the header of a JPEG without metadata."""

IMPATIENT: Mapping[str, str] = {"TURNS_PHOTO_QUIET_S": "0.3", "TURNS_ALBUM_QUIET_S": "0.3"}


@dataclass(kw_only=True)
class Scene:
    """A bot that runs, with its people and its model."""

    people: PicturePeople
    model: ModelEmulator
    bot: BotProcess

    async def reads(self, place: Place, *answers: str) -> None:
        """Wait until exactly this is what the bot has said there."""
        wanted = list(answers)
        try:
            await eventually(lambda: self.people.words(place) == wanted)
        except AssertionError as error:
            raise AssertionError(f"{self.people.words(place)} instead of {wanted}") from error

    async def start(self) -> None:
        """Start the bot, and wait until it listens."""
        await self.bot.start()
        await self.people.ready()

    async def kill(self) -> None:
        """Kill the bot; what it was just told by the platform it can't know."""
        await self.bot.kill()
        self.people.was_killed()

    def call_about(self, words: str) -> Call:
        """The only request whose last question has these words in it."""
        (call,) = self.calls_about(words)
        return call

    def calls_about(self, words: str) -> list[Call]:
        return [call for call in self.model.calls if words in call.text]


def prompt_of(call: Call) -> str:
    """All words of a request that are not the system prompt."""
    return "\n".join(text_of(message) for message in call.messages if message["role"] != "system")


@asynccontextmanager
async def seeing(platform: str, folder: Path, **variables: str) -> AsyncIterator[Scene]:
    """A bot that listens on one platform. The rules of platform and model must not have been broken at the end."""
    async with not_started(platform, folder, **variables) as scene:
        await scene.start()
        yield scene


@asynccontextmanager
async def not_started(platform: str, folder: Path, **variables: str) -> AsyncIterator[Scene]:
    """The same, for tests that first get the model ready for the start."""
    async with people_of(platform) as people, ModelEmulator() as model:
        servers = {"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", **people.environment}
        bot = BotProcess(folder, **{**servers, **IMPATIENT, **variables})
        try:
            yield Scene(people=people, model=model, bot=bot)
        except BaseException as error:
            error.add_note(f"the bot wrote:\n{bot.output}")
            raise
        finally:
            if bot.running:
                await bot.kill()
        bot.check_output()
        assert model.violations == []


@dataclass(kw_only=True)
class PictureServer:
    """A server of somebody's on the web: files and redirects by path, and what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[request.path]})
        if request.path not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[request.path])


@asynccontextmanager
async def picture_server() -> AsyncIterator[PictureServer]:
    server = PictureServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()


def note(sentence: str) -> str:
    """A note of `bot.texts` as people read it."""
    return sentence.replace("*", "")


def answer(words: str, *notes: str) -> str:
    """A whole message: what the model said, and the notes for the person below it."""
    return "\n\n".join([words, *map(note, notes)])


def not_seen(reason: str, number: int | None = None) -> str:
    return texts.not_seen(texts.called(Medium.PICTURE, number), sentence(reason))


def assert_same_picture(seen: Image.Image, reference: Image.Image, *, tolerance: float = 8.0) -> None:
    """Same size, same way up, same colours: everywhere roughly, and closely on average (of 255)."""
    assert seen.size == reference.size
    difference = ImageChops.difference(seen.convert("RGB"), reference.convert("RGB"))
    assert max(ImageStat.Stat(difference).mean) < tolerance
    coarse = difference.resize((8, 8), Image.Resampling.BOX)
    assert max(most for _, most in coarse.getextrema()) < 5 * tolerance  # type: ignore[misc]  # RGB has bands


def assert_bare(jpeg: bytes) -> None:
    """A JPEG without position, camera, comments, profile or anything else but its pixels."""
    image = Image.open(io.BytesIO(jpeg))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert set(image.info) <= BARE
    assert len(image.getexif()) == 0
    for trace in (b"Exif", b"http:", b"ICC_PROFILE", b"secret"):
        assert trace not in jpeg
