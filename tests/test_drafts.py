"""Answers that grow as drafts in private chats, where the platform has them."""

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import PlatformThrottled
from bot.events import Action
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import running_core
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Person
from tests.fake_chat import FakeChat
from tests.happenings import message, pressed
from tests.process import BotProcess

PIECES = ("So", *(f" w{number}" for number in range(60)))
WHOLE = "".join(PIECES)


def script(gate: asyncio.Event) -> list[object]:
    return [TextDelta("one "), gate, TextDelta("two"), Finished(reason=FinishReason.STOP)]


async def test_an_answer_grows_as_one_draft_and_then_is_sent(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, script(gate), chat=FakeChat(has_drafts=True)) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(1)
        assert [text for _, text in core.chat.drafts] == ["one "]
        assert core.chat.texts() == []
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["one two"]
        assert len({draft for draft, _ in core.chat.drafts}) == 1


async def test_a_draft_is_shown_anew_in_a_silence_before_it_fades(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, script(gate), chat=FakeChat(has_drafts=True)) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(29)
        assert core.chat.drafts == [core.chat.drafts[0]] * 2
        await core.clock.advance(30)
        assert core.chat.drafts == [core.chat.drafts[0]] * 3


async def test_two_answers_never_share_a_draft_and_an_answer_taken_up_again_keeps_its_own(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, script(gate), chat=FakeChat(has_drafts=True), crashes=True) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(1)
    before = [draft for draft, _ in core.chat.drafts]
    later = asyncio.Event()
    async with running_core(tmp_path, script(gate), script(later), chat=core.chat, resume=True) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(1)
        assert core.chat.drafts[1][0] == before[0]
        gate.set()
        await core.clock.advance(2)
        assert len({draft for draft, _ in core.chat.drafts}) == 2
        later.set()
        await core.finish()
        assert core.chat.texts() == ["one two"] * 2


async def test_the_parts_that_are_full_are_messages_already(tmp_path: Path) -> None:
    gate = asyncio.Event()
    text = "x" * 50
    long = [TextDelta(text), gate, Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, long, chat=FakeChat(has_drafts=True)) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(1)
        assert core.chat.texts() == [text[:40]]
        assert [shown for _, shown in core.chat.drafts] == [text[40:]]
        gate.set()
        await core.finish()
        assert core.chat.texts() == [text[:40], text[40:]]


async def test_a_refused_draft_becomes_a_message_that_is_edited(tmp_path: Path) -> None:
    gate = asyncio.Event()
    chat = FakeChat(has_drafts=True)
    chat.refuses_drafts = True
    async with running_core(tmp_path, script(gate), chat=chat) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(1)
        assert core.chat.texts() == ["one "]
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["one two"]


async def test_in_a_group_there_are_no_drafts(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, script(gate), chat=FakeChat(has_drafts=True)) as core:
        await core.hear(message("?"))
        await core.clock.advance(1)
        assert (core.chat.texts(), core.chat.drafts) == (["one "], [])


async def test_a_stopped_draft_ends_its_answer_and_no_other(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, script(gate), chat=FakeChat(has_drafts=True)) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(1)
        ((draft, _),) = core.chat.drafts
        await core.hear(pressed(Action.STOP, type(draft)("12345"), is_private=True))
        await core.clock.advance(1)
        assert core.chat.texts() == []
        await core.hear(pressed(Action.STOP, draft, is_private=True))
        await core.finish()
        (text,) = core.chat.texts()
        assert text.startswith("one")
        assert not gate.is_set()


async def test_a_flood_wait_while_drafting_loses_nothing(tmp_path: Path) -> None:
    gate = asyncio.Event()
    chat = FakeChat(has_drafts=True)
    chat.fail("draft", PlatformThrottled("429", retry_after_s=5))
    async with running_core(tmp_path, script(gate), chat=chat) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(4)
        assert chat.drafts == []
        await core.clock.advance(3)
        assert [text for _, text in chat.drafts] == ["one "]
        gate.set()
        await core.finish()
        assert chat.texts() == ["one two"]


# --- the real process -------------------------------------------------------------------------------


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(flood_limits=True) as emulator:
        yield emulator
        assert emulator.violations == []
        assert emulator.refused == 0


@pytest.fixture
async def bot(telegram: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path) -> AsyncIterator[BotProcess]:
    variables = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key", "TELEGRAM_DRAFTS": "on"}
    variables |= {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.api_url}
    async with BotProcess(tmp_path, **variables) as process:
        yield process


@pytest.fixture
def ann(telegram: TelegramEmulator) -> Person:
    return telegram.add_person("Ann")


@pytest.fixture
def chat(telegram: TelegramEmulator, ann: Person) -> Chat:
    return telegram.private(ann)


def growing() -> Script:
    return Script(pieces=PIECES, first_token_s=0.1, per_token_s=0.05)


@pytest.mark.usefixtures("bot")
async def test_on_telegram_an_answer_grows_as_a_draft_and_its_message_takes_the_place(
    telegram: TelegramEmulator, model_emulator: ModelEmulator, ann: Person, chat: Chat
) -> None:
    model_emulator.reply(growing())
    await telegram.say(chat, ann, "?")
    await eventually(lambda: [shown.text for shown in telegram.visible(chat)] == [WHOLE])
    (draft,) = telegram.drafts.all
    assert draft.is_over
    assert len(draft.texts) >= 3
    assert all(later.startswith(earlier) for earlier, later in pairwise(draft.texts))
    assert len(telegram.visible(chat)[0].versions) == 1, "nothing was edited"


@pytest.mark.usefixtures("bot")
async def test_on_telegram_its_own_stop_button_ends_the_answer_and_keeps_what_there_was(
    telegram: TelegramEmulator, model_emulator: ModelEmulator, ann: Person, chat: Chat
) -> None:
    model_emulator.reply(Script(pieces=PIECES, first_token_s=0.1, per_token_s=0.5))
    await telegram.say(chat, ann, "?")
    await eventually(lambda: telegram.drafts.shown(chat))
    telegram.drafts.stop(chat)
    (answer,) = await eventually(lambda: telegram.visible(chat))
    assert answer.text.startswith("So")
    assert "Stopped" in answer.text


@pytest.mark.usefixtures("bot")
async def test_on_a_server_that_knows_no_drafts_the_answer_grows_as_a_message(
    telegram: TelegramEmulator, model_emulator: ModelEmulator, ann: Person, chat: Chat
) -> None:
    telegram.drafts.are_refused = True
    model_emulator.reply(growing())
    await telegram.say(chat, ann, "?")
    await eventually(lambda: [shown.text for shown in telegram.visible(chat)] == [WHOLE])
    assert len(telegram.visible(chat)[0].versions) >= 3


async def test_when_the_bot_is_killed_while_drafting_nothing_stays_on_screen_and_the_answer_comes_after_all(
    telegram: TelegramEmulator, model_emulator: ModelEmulator, ann: Person, chat: Chat, bot: BotProcess
) -> None:
    model_emulator.reply(growing(), times=2)
    await telegram.say(chat, ann, "?")
    draft = await eventually(lambda: telegram.drafts.shown(chat))
    assert draft is not None
    fades_at = draft.at + 30
    await bot.kill()
    assert telegram.visible(chat) == []
    telegram.drafts.now = lambda: fades_at
    assert telegram.drafts.shown(chat) is None
    telegram.drafts.now = time.monotonic
    await bot.start()
    await eventually(lambda: [shown.text for shown in telegram.visible(chat)] == [WHOLE])
    assert {one.id for one in telegram.drafts.all} == {draft.id}
