"""The bot as people have it at home: a process of its own on one platform, with a model that does as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.emulators.common import eventually
from tests.emulators.model import Call, ModelEmulator, text_of
from tests.people import Place
from tests.picture_people import PicturePeople, people_of
from tests.process import BotProcess

OTHER_MODEL = "other/model"
"""What people can choose beside the usual one."""


def plain(sentence: str) -> str:
    """Words as people read them: without the marks of bold, slanted and code text."""
    return sentence.replace("*", "").replace("`", "")


@dataclass(kw_only=True)
class Home:
    """A bot that runs, its people and its model."""

    people: PicturePeople
    model: ModelEmulator
    bot: BotProcess
    database: Path

    def shown(self, place: Place) -> list[str]:
        """What the bot has said there, as people read it now."""
        return [plain(text) for text in self.people.shown(place)]

    async def reads(self, place: Place, *said: str) -> None:
        """Wait until exactly this is what the bot has said there."""
        wanted = [plain(one) for one in said]
        try:
            await eventually(lambda: self.shown(place) == wanted)
        except AssertionError as error:
            raise AssertionError(f"{self.shown(place)} instead of {wanted}") from error

    async def next(self, place: Place, count: int, *, beginning: str = "") -> str:
        """The newest of so many messages of the bot there, once they are there."""
        await eventually(
            lambda: len(self.shown(place)) >= count and self.shown(place)[-1].startswith(plain(beginning)),
            what=f"{count} messages, then {beginning!r}: {self.shown(place)}",
        )
        assert len(self.shown(place)) == count, self.shown(place)
        return self.shown(place)[-1]

    async def asked(self, count: int) -> Call:
        """The newest of so many requests to the model."""
        await eventually(lambda: len(self.model.calls) >= count, what=f"{count} requests to the model")
        assert len(self.model.calls) == count
        return self.model.calls[-1]

    async def buttons(self, place: Place, *labels: str) -> None:
        """Wait until the newest message of the bot there has these buttons, among others; none given: has none."""

        def looked() -> bool:
            shown = self.people.buttons(place) if self.people.answers(place) else [""]
            return set(labels) <= set(shown) if labels else not shown

        await eventually(looked, what=f"{labels} as buttons: {self.shown(place)[-1:]}")

    async def restart(self) -> None:
        """Stop the bot as an operator does, and start it again."""
        assert await self.bot.terminate() == 0
        await self.bot.start()
        await self.people.ready()


def told(call: Call) -> str:
    """All words of a request but the system's."""
    return "\n".join(text_of(message) for message in call.messages if message["role"] != "system")


def system_of(call: Call) -> str:
    """The system's words."""
    return text_of(call.messages[0])


@asynccontextmanager
async def at_home(platform: str, folder: Path, **variables: str) -> AsyncIterator[Home]:
    """A bot that listens. The rules of platform and model must not have been broken at the end."""
    async with people_of(platform, rate_limits=True) as people, ModelEmulator() as model:
        quick = {
            "MODEL_ATTEMPTS": "1",
            "MODEL_PAUSE_AFTER": "0",
            "MODEL_CHOICES": f'["{OTHER_MODEL}"]',
            "TURNS_PHOTO_QUIET_S": "0.3",
            "TURNS_ALBUM_QUIET_S": "0.3",
        }
        server = {"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key"}
        async with BotProcess(folder, **{**server, **people.environment, **quick, **variables}) as bot:
            await people.ready()
            yield Home(people=people, model=model, bot=bot, database=folder / "glimpse.db")
            assert await bot.terminate() == 0
        assert model.violations == []
