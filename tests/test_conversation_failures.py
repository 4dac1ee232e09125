"""Whatever fails, a question in a conversation ends with one outcome in words."""

import asyncio
from pathlib import Path

import pytest

from bot import texts
from bot.errors import ModelError, ModelTrouble, PlatformRefused
from bot.events import MessageId, Unreadable
from bot.ports.model import FinishReason, TextDelta
from bot.sentences import sentence
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, KEY, message
from tests.scripted_model import prompt_text, said

BROKEN = ModelError(
    "model answered 500",
    trouble=ModelTrouble.UNAVAILABLE,
    person=sentence("The model is not reachable. Please try again."),
)


async def test_a_model_that_fails_is_told_in_one_sentence(tmp_path: Path) -> None:
    async with running_core(tmp_path, [BROKEN], chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("?"))
        await core.finish()
        assert core.chat.texts() == [BROKEN.person]
        assert await core.unfinished() == []


async def test_an_answer_cut_in_the_middle_is_asked_for_again_and_replaced(tmp_path: Path) -> None:
    gate = asyncio.Event()
    script = [TextDelta("The first half"), gate, BROKEN]
    async with running_core(tmp_path, script, said("The whole answer."), chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("?"))
        await core.clock.advance(1)
        assert core.chat.texts() == ["The first half"]
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["The whole answer."]


async def test_an_answer_that_is_cut_twice_stays_with_what_came_and_is_marked(tmp_path: Path) -> None:
    scripts = [TextDelta("The first half"), BROKEN], [TextDelta("The"), BROKEN], said("and on")
    async with running_core(tmp_path, *scripts, chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("?"))
        await core.finish()
        assert core.chat.texts() == [f"The first half\n\n{texts.broke_off(BROKEN.person)}"]
        await core.hear(message("go on"))
        await core.finish()
        text = prompt_text(core.model.prompts[2])
        assert "assistant: The first half\n" in text
        assert "breaks off" not in text


async def test_an_answer_that_takes_too_long_ends_in_words(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()], chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("?"))
        await core.clock.advance(299)
        assert core.chat.texts() == []
        await core.clock.advance(2)
        assert core.chat.texts() == [texts.TOO_SLOW]


async def test_a_model_that_repeats_itself_without_end_is_stopped(tmp_path: Path) -> None:
    script = [TextDelta("Well. "), *[TextDelta("I am a teapot, short and stout. ")] * 500, asyncio.Event()]
    async with running_core(tmp_path, script, chat=FakeChat(text_length=100_000)) as core:
        await core.hear(message("?"))
        await core.finish()
        (text,) = core.chat.texts()
        assert text.endswith(texts.REPETITION_NOTE)
        assert len(text) < 3000


async def test_a_message_that_could_not_be_read_is_kept_and_whoever_waits_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    strange = Unreadable(
        platform=FAKE,
        id="77",
        raw='{"text": "secret"}',
        error="KeyError in to_event",
        apologise_to=KEY,
        reply_to=MessageId("q"),
    )
    async with running_core(tmp_path, chat=FakeChat(text_length=4000)) as core:
        await core.inbox.set_aside(strange)
        await core.inbox.set_aside(strange)
        await core.finish()
        assert core.chat.texts() == [texts.UNREADABLE]
    assert "77 could not be read (KeyError in to_event)" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (said(), texts.EMPTY_ANSWER),
        (said(" \n "), texts.EMPTY_ANSWER),
        (said(reason=FinishReason.CONTENT_FILTER), texts.FILTERED),
        ([RuntimeError("a bug")], texts.INTERNAL),
        (said("A long story", reason=FinishReason.LENGTH), f"A long story\n\n{texts.LENGTH_NOTE}"),
    ],
)
async def test_whatever_the_model_does_there_is_an_outcome(tmp_path: Path, script: list[object], sentence: str) -> None:
    async with running_core(tmp_path, script, chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("?"))
        await core.finish()
        assert core.chat.texts() == [sentence]
        assert await core.unfinished() == []


async def test_a_turn_cut_short_is_finished_in_place_after_the_restart(tmp_path: Path) -> None:
    chat = FakeChat()
    never = asyncio.Event()
    async with running_core(tmp_path, [TextDelta("Half an ans"), never], chat=chat) as core:
        await core.hear(message("?", message_id="q"))
        await core.clock.advance(1)
        assert chat.texts() == ["Half an ans"]
    async with running_core(tmp_path, said("A whole answer."), chat=chat, resume=True) as core:
        await core.finish()
        assert chat.texts() == ["A whole answer."]
    assert core.model.closed == 1


async def test_a_turn_that_keeps_crashing_ends_with_a_sentence(tmp_path: Path) -> None:
    chat = FakeChat(text_length=4000)
    for attempt in range(2):
        async with running_core(tmp_path, [asyncio.Event()], chat=chat, resume=attempt > 0, crashes=True) as core:
            if attempt == 0:
                await core.hear(message("?"))
            await core.clock.advance(1)
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.finish()
        assert chat.texts() == [texts.GAVE_UP]
        assert core.model.prompts == []


async def test_a_turn_that_is_cut_short_by_stops_is_answered_however_often(tmp_path: Path) -> None:
    chat = FakeChat(text_length=4000)
    for attempt in range(5):
        async with running_core(tmp_path, [asyncio.Event()], chat=chat, resume=attempt > 0) as core:
            if attempt == 0:
                await core.hear(message("?"))
            await core.clock.advance(1)
    async with running_core(tmp_path, said("At last."), chat=chat, resume=True) as core:
        await core.finish()
        assert chat.texts() == ["At last."]


async def test_a_place_where_the_bot_may_not_write_ends_the_turn_and_tells_the_operator(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_core(tmp_path, said("hello")) as core:
        core.chat.fail("post", PlatformRefused("403 missing permission.", remedy='Give the bot "Send Messages".'))
        await core.hear(message("?"))
        await core.finish()
        assert core.chat.texts() == []
        assert await core.unfinished() == []
    assert 'Give the bot "Send Messages".' in caplog.text
