"""Where the scenes of the transcript are played: the real process between the emulated platforms and the model."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, Place, TelegramPeople
from tests.process import BotProcess
from tests.transcript import discord_screen, telegram_screen
from tests.transcript.screen import Screen, View

_SETTLED_S = 0.4
"""Nothing changes for so long: the answer is whole."""

_STOP = "Stop"
"""The button under an answer that grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One scene's people, and the bot."""

    people: People
    model: ModelEmulator
    bot: BotProcess

    def room(self, name: str) -> Place:
        """A channel or group of its own."""
        if isinstance(self.people, DiscordPeople):
            return Place(self.people.discord.add_channel(name.lower()))
        assert isinstance(self.people, TelegramPeople)
        return Place(self.people.telegram.add_group(name))

    async def answered(self, place: Place, count: int = 1) -> None:
        """Wait until `count` messages of the bot stand there, whole."""
        people = self.people
        await eventually(lambda: len(people.shown(place)) >= count, within_s=30, what=f"{count} messages")
        await eventually(lambda: not self.is_growing(place), within_s=60, what="whole answers")
        before: Sequence[str] | None = None
        while before != people.shown(place):
            before = people.shown(place)
            await asyncio.sleep(_SETTLED_S)

    def is_growing(self, place: Place) -> bool:
        """Whether an answer there can be stopped."""
        return any(_STOP in message.buttons for message in self._screen(place).messages)

    async def until(self, look: Callable[[], object], what: str) -> None:
        await eventually(look, within_s=30, what=what)

    def view(self, place: Place, caption: str, *, with_deleted: bool = False) -> View:
        """What stands there now."""
        return View(caption=caption, screen=self._screen(place, with_deleted=with_deleted))

    def _screen(self, place: Place, *, with_deleted: bool = False) -> Screen:
        if isinstance(self.people, DiscordPeople):
            return discord_screen.screen_of(self.people.discord, place.chat, with_deleted=with_deleted)
        assert isinstance(self.people, TelegramPeople)
        return telegram_screen.screen_of(self.people.telegram, place.chat, place.topic, with_deleted=with_deleted)


@asynccontextmanager
async def stages(platform: str) -> AsyncIterator[Callable[[], Stage]]:
    """A running bot on ``discord`` or ``telegram``, and what makes a stage with new people for each scene.

    At the end nothing may have been against the platform's or the model's rules.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glimpse-transcript-")))
        model = await stack.enter_async_context(ModelEmulator())
        emulator: DiscordEmulator | TelegramEmulator
        emulator = await stack.enter_async_context(DiscordEmulator() if platform == "discord" else TelegramEmulator())

        def people() -> People:
            return DiscordPeople(emulator) if isinstance(emulator, DiscordEmulator) else TelegramPeople(emulator)

        bot = await stack.enter_async_context(
            BotProcess(
                folder,
                MODEL_API_URL=model.url,
                MODEL_API_KEY="model-key",
                MODEL_SELF_TEST="off",
                MODEL_ATTEMPTS="2",
                # A scene in which the model fails must not disturb the next one.
                MODEL_PAUSE_AFTER="0",
                TURNS_WAITING_PER_CONVERSATION="2",
                **people().environment,
            )
        )
        await people().ready()
        yield lambda: Stage(people=people(), model=model, bot=bot)
        assert emulator.violations == []
        assert model.violations == []
