"""A quiet word for those who have to wait: a reaction, where the operator wants it, end to end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Person
from tests.process import BotProcess

EYES = "👀"


@dataclass
class Busy:
    """A group in which the bot is at work on a first question until `go_on` is set."""

    telegram: TelegramEmulator
    group: Chat
    ann: Person
    ben: Person
    go_on: asyncio.Event

    async def ask(self, person: Person, text: str) -> Message:
        return await self.telegram.say(self.group, person, f"@{self.telegram.username} {text}")

    @property
    def shown(self) -> list[str]:
        return [message.text for message in self.telegram.visible(self.group)]

    @property
    def reacted_to(self) -> list[int]:
        requests = self.telegram.requests
        return [one.body["message_id"] for one in requests if one.path == "/setMessageReaction"]


@pytest.fixture(params=["on"])
async def busy(
    request: pytest.FixtureRequest,
    telegram_emulator: TelegramEmulator,
    model_emulator: ModelEmulator,
    tmp_path: Path,
) -> AsyncIterator[Busy]:
    telegram, go_on = telegram_emulator, asyncio.Event()
    ann, ben = telegram.add_person("Ann"), telegram.add_person("Ben")
    model_emulator.reply_with("Done.")
    model_emulator.reply(Script(pieces=["First."], hold=go_on))
    async with BotProcess(
        tmp_path,
        TELEGRAM_TOKEN=telegram.token,
        TELEGRAM_API_URL=telegram.api_url,
        TELEGRAM_REACTIONS=request.param,
        MODEL_API_URL=model_emulator.url,
        MODEL_API_KEY="model-key",
    ) as bot:
        busy = Busy(telegram, telegram.add_group("Group", admin=True), ann, ben, go_on)
        await busy.ask(ann, "first?")
        await eventually(lambda: model_emulator.calls)
        yield busy
        assert await bot.terminate() == 0


async def test_who_has_to_wait_sees_that_the_message_was_taken_in(busy: Busy) -> None:
    waiting = await busy.ask(busy.ben, "second?")
    await eventually(lambda: waiting.reaction == EYES)
    busy.go_on.set()
    await eventually(lambda: busy.shown == ["First.", "Done."])
    # It stays: the message was seen, and to take it off would cost a request more.
    assert waiting.reaction == EYES
    assert busy.reacted_to == [waiting.id]


async def test_an_album_gets_one_reaction_not_one_for_each_picture(busy: Busy) -> None:
    album = await busy.telegram.send_album(
        busy.group, busy.ben, [photo(64, 48)] * 4, caption=f"@{busy.telegram.username} what?"
    )
    await eventually(lambda: album[0].reaction == EYES)
    await eventually(lambda: busy.telegram.pending_updates == 0)
    busy.go_on.set()
    await eventually(lambda: busy.shown == ["First.", "Done."])
    assert busy.reacted_to == [album[0].id]


async def test_where_reactions_are_not_allowed_the_answer_comes_all_the_same(busy: Busy) -> None:
    busy.group.without_reactions = True
    waiting = await busy.ask(busy.ben, "second?")
    await eventually(lambda: busy.reacted_to == [waiting.id])
    busy.go_on.set()
    await eventually(lambda: busy.shown == ["First.", "Done."])
    assert waiting.reaction is None


@pytest.mark.parametrize("busy", ["off"], indirect=True)
async def test_unless_it_is_switched_on_nobody_is_reacted_to(busy: Busy) -> None:
    await busy.ask(busy.ben, "second?")
    await eventually(lambda: busy.telegram.pending_updates == 0)
    busy.go_on.set()
    await eventually(lambda: busy.shown == ["First.", "Done."])
    assert busy.reacted_to == []
