"""A start while the platform is away: what an earlier run left waits for it, and nothing false is said of pictures."""

import asyncio
from pathlib import Path

import pytest

from bot.answering.look import FILES_AT_ONCE
from bot.errors import PlatformUnavailable
from bot.events import AttachmentRef, ConversationKey
from tests.core import running_core
from tests.drawing import photo as a_photo
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, message, photo
from tests.people import DiscordPeople, People
from tests.process import BotProcess
from tests.scripted_model import prompt_text, said


class AwayChat(FakeChat):
    """A platform that can't be reached until it is `back`, though it was at the start if it `was_reached`.

    The picture ``near`` can be fetched all the same.
    """

    def __init__(self, *, was_reached: bool) -> None:
        super().__init__(text_length=4000)
        self.back = asyncio.Event()
        self.was_reached = was_reached

    async def ready(self) -> None:
        if not self.was_reached:
            await self.back.wait()

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        if not self.back.is_set() and ref.handle != "near":
            raise PlatformUnavailable("connection refused")
        return await super().fetch(ref, max_bytes=max_bytes)


@pytest.mark.parametrize("was_reached", [False, True])
async def test_a_question_with_a_picture_waits_until_the_platform_is_back(tmp_path: Path, was_reached: bool) -> None:
    chat = AwayChat(was_reached=was_reached)
    chat.files["a"] = b"pic a"
    async with running_core(tmp_path, said("A rose."), chat=chat) as core:
        await core.hear(message("what is it?", attachments=[photo("a")]))
        await core.clock.advance(100)
        assert chat.texts() == []
        chat.back.set()
        await core.clock.advance(100)
        assert chat.texts() == ["A rose."]
        assert "<pixels>" in prompt_text(core.model.prompts[0])


async def test_waiting_for_the_platform_at_the_start_is_no_attempt_and_has_no_deadline(tmp_path: Path) -> None:
    chat = AwayChat(was_reached=False)
    async with running_core(tmp_path, said("Hello."), chat=chat, attempts=1) as core:
        await core.hear(message("hello?"))
        await core.clock.advance(900)
    async with running_core(tmp_path, said("Hello."), chat=chat, attempts=1, resume=True) as core:
        await core.clock.advance(900)
        assert (chat.texts(), core.model.prompts) == ([], [])
        chat.back.set()
        await core.finish()
        assert chat.texts() == ["Hello."]


async def test_pictures_that_wait_for_the_platform_take_no_room_from_others(tmp_path: Path) -> None:
    chat = AwayChat(was_reached=True)
    chat.files = {"far": b"pic far", "near": b"pic near"}
    async with running_core(tmp_path, chat=chat) as core:
        for number in range(2 * FILES_AT_ONCE):
            elsewhere = ConversationKey(platform=FAKE, chat_id=f"other {number}")
            await core.hear(message("?", key=elsewhere, attachments=[photo("far")]))
        await core.clock.advance(20)
        await core.hear(message("?", attachments=[photo("near")]))
        await core.clock.advance(1)
        assert core.pictures.prepared == [b"pic near"]


# --- the real process -------------------------------------------------------------------------------


async def test_a_picture_that_was_not_fetched_before_a_kill_is_seen_when_the_platform_is_back(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    model_emulator.reply("A field.")
    variables = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key", **people.environment}
    is_discord = isinstance(people, DiscordPeople)
    place = people.private()
    async with BotProcess(tmp_path, module="tests.chaos.process", CHAOS_SPEED="10", **variables) as bot:
        await people.ready()
        fetching = people.emulated.fail("GET /attachments/*" if is_discord else "POST /getFile", delay_s=9)
        await people.send_photo(place, a_photo(320, 240), "what is this?")
        await eventually(lambda: fetching.times == 0, what="the picture is fetched")
        await bot.kill()
        if is_discord:
            people.emulated.refuses_gateway = True  # type: ignore[attr-defined]  # Discord's
        away = people.emulated.fail("* *", drop=True, times=1_000_000)
        await bot.start()
        await asyncio.sleep(1)  # Ten of the bot's seconds: long enough for what gives up early.
        assert people.shown(place) == []
        away.times = 0
        if is_discord:
            people.emulated.refuses_gateway = False  # type: ignore[attr-defined]  # Discord's
        await eventually(lambda: people.shown(place) == ["A field."], what=str(people.shown(place)))
        assert len(model_emulator.calls[0].pictures) == 1
        assert await bot.terminate() == 0
