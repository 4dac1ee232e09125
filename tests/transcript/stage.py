"""Where the scenes of the transcript are played: the real process between the emulated platforms and the model."""

import asyncio
import contextlib
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.people import Place
from tests.picture_people import DiscordPicturePeople, PicturePeople, TelegramPicturePeople
from tests.process import BotProcess
from tests.transcript import discord_screen, telegram_screen
from tests.transcript.screen import Composer, Form, Screen, View

_UNFINISHED = "SELECT count(*) FROM turns WHERE finished_at IS NULL"
_SETTLED_S = 0.2
"""For what is no answer, such as a reaction: nothing changes for so long."""

MODEL_CHOICES = ("alibaba/qwen3-vl-8b-instruct", "qwen3-vl:8b")
"""What people can choose beside the usual one."""

_STOP = "Stop"
"""The button under an answer that grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One scene's people, and the bot."""

    people: PicturePeople
    model: ModelEmulator
    bot: BotProcess
    database: Path

    @property
    def discord(self) -> DiscordEmulator:
        """For what only Discord has."""
        assert isinstance(self.people, DiscordPicturePeople)
        return self.people.discord

    @property
    def telegram(self) -> TelegramEmulator:
        """For what only Telegram has."""
        assert isinstance(self.people, TelegramPicturePeople)
        return self.people.telegram

    @property
    def is_on_discord(self) -> bool:
        return isinstance(self.people, DiscordPicturePeople)

    def room(self, name: str, *, manager: str = "", hears_all: bool = False) -> Place:
        """A channel or group of its own.

        Args:
            name: What it is called.
            manager: Who may change the settings there.
            hears_all: The bot sees what is said to others; on Discord it always does.
        """
        if self.is_on_discord:
            place = Place(self.discord.add_channel(name.lower()))
        else:
            place = Place(self.telegram.add_group(name, admin=hears_all))
        if manager:
            self.people.make_manager(place, manager)
        return place

    def person(self, name: str) -> Any:
        """Somebody by name, as the emulator knows them."""
        assert isinstance(self.people, DiscordPicturePeople | TelegramPicturePeople)
        return self.people._person(name)

    def speaker(self, name: str, language: str) -> None:
        """Somebody whose client is set to this language, an IETF tag."""
        if self.is_on_discord:
            person: Any = self.discord.add_person(name, locale=language)
        else:
            person = self.telegram.add_person(name, language=language)
        assert isinstance(self.people, DiscordPicturePeople | TelegramPicturePeople)
        self.people._people[name] = person

    async def answered(self, place: Place, count: int = 1) -> None:
        """Wait until `count` messages of the bot stand there, whole."""
        people = self.people
        await eventually(lambda: len(people.shown(place)) >= count, what=f"{count} messages")
        await self._settled(place)

    async def pressed(self, place: Place, label: str, *, who: str = "Ann") -> None:
        """Somebody presses a button of the newest message there; wait for what comes of it."""
        before = self._screen(place).messages
        await self.people.press(place, label, who=who)
        await eventually(lambda: self._screen(place).messages != before, what=f"{label} does something")
        await self._settled(place)

    async def _settled(self, place: Place) -> None:
        await eventually(lambda: not self.is_growing(place), what="whole answers")
        await eventually(self._is_at_rest, what="nothing left to do")
        before: Sequence[Any] | None = None
        while before != self._screen(place).messages:
            before = self._screen(place).messages
            await asyncio.sleep(_SETTLED_S)

    def is_growing(self, place: Place) -> bool:
        """Whether an answer there can be stopped."""
        messages = self._screen(place).messages
        return any(message.is_draft or any(_STOP in row for row in message.buttons) for message in messages)

    def _is_at_rest(self) -> bool:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return bool(connection.execute(_UNFINISHED).fetchone() == (0,))

    async def until(self, look: Callable[[], object], what: str) -> None:
        await eventually(look, what=what)

    def view(
        self,
        place: Place,
        caption: str,
        *,
        with_deleted: bool = False,
        composer: Composer | None = None,
        form: Form | None = None,
    ) -> View:
        """What stands there now, and what the viewer is writing."""
        screen = self._screen(place, with_deleted=with_deleted)
        return View(caption=caption, screen=replace(screen, composer=composer, form=form))

    def _screen(self, place: Place, *, with_deleted: bool = False) -> Screen:
        if self.is_on_discord:
            return discord_screen.screen_of(self.discord, place.chat, with_deleted=with_deleted)
        return telegram_screen.screen_of(self.telegram, place.chat, place.topic, with_deleted=with_deleted)


@asynccontextmanager
async def stages(platform: str, **variables: str) -> AsyncIterator[Callable[[], Stage]]:
    """A running bot on ``discord`` or ``telegram``, and what makes a stage with new people for each scene.

    At the end nothing may have been against the platform's or the model's rules.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glimpse-transcript-")))
        model = await stack.enter_async_context(ModelEmulator())
        emulator: DiscordEmulator | TelegramEmulator
        emulator = await stack.enter_async_context(DiscordEmulator() if platform == "discord" else TelegramEmulator())

        def people() -> PicturePeople:
            if isinstance(emulator, DiscordEmulator):
                return DiscordPicturePeople(emulator)
            return TelegramPicturePeople(emulator)

        bot = await stack.enter_async_context(
            BotProcess(
                folder,
                MODEL_API_URL=model.url,
                MODEL_API_KEY="model-key",
                MODEL_SELF_TEST="off",
                MODEL_ATTEMPTS="2",
                # A scene in which the model fails must not disturb the next one.
                MODEL_PAUSE_AFTER="0",
                MODEL_CHOICES=json.dumps(MODEL_CHOICES),
                TURNS_WAITING_PER_CONVERSATION="2",
                **people().environment,
                **variables,
            )
        )
        await people().ready()
        yield lambda: Stage(people=people(), model=model, bot=bot, database=folder / "glimpse.db")
        assert emulator.violations == []
        assert model.violations == []
