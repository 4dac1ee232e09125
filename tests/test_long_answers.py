"""Answers of more messages than a chat should be filled with."""

import asyncio
from pathlib import Path

from bot import texts
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.events import Action, MessageEdited
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import running_core
from tests.fake_chat import FakeChat, Shown
from tests.happenings import message
from tests.scripted_model import said

LONG = "".join(f"{number:04} " for number in range(100))
"""Five hundred characters: five messages of a hundred."""


def narrow() -> FakeChat:
    return FakeChat(text_length=100)


def shown(chat: FakeChat) -> list[Shown]:
    return list(chat.screen.values())


async def test_a_long_answer_comes_as_its_beginning_and_a_file_with_all_of_it(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(LONG), chat=narrow(), parts=3) as core:
        await core.hear(message("count!"))
        await core.finish()
        first, second, last = shown(core.chat)
        assert first.text + second.text == LONG[:200]
        assert last.text == texts.REST_IN_FILE
        assert last.document is not None
        assert (last.document.name, last.document.text) == ("answer.md", LONG.strip())
        assert (first.document, second.document) == (None, None)


async def test_an_answer_of_just_as_many_messages_has_no_file(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(LONG), chat=narrow(), parts=5) as core:
        await core.hear(message("count!"))
        await core.finish()
        assert "".join(one.text for one in shown(core.chat)) == LONG.strip()
        assert [one.document for one in shown(core.chat)] == [None] * 5


async def test_while_it_grows_no_more_than_its_beginning_is_shown(tmp_path: Path) -> None:
    gate = asyncio.Event()
    growing = [TextDelta(LONG), gate, Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, growing, chat=narrow(), parts=3) as core:
        await core.hear(message("count!"))
        await core.clock.advance(5)
        assert "".join(core.chat.texts()) == LONG[:200]
        gate.set()
        await core.finish()
        assert [one.versions for one in shown(core.chat)][2] == [texts.REST_IN_FILE]


async def test_notes_and_buttons_stand_where_they_are_seen(tmp_path: Path) -> None:
    async with running_core(
        tmp_path, said(LONG, reason=FinishReason.LENGTH), chat=FakeChat(text_length=250), parts=2
    ) as core:
        await core.hear(message("count!"))
        await core.finish()
        last = shown(core.chat)[-1]
        assert last.text == f"{texts.REST_IN_FILE}\n\n{texts.LENGTH_NOTE}"
        assert [button.action for row in last.buttons for button in row] == [Action.CONTINUE, Action.FORGET]


async def test_where_files_are_refused_the_whole_text_comes_as_messages(tmp_path: Path) -> None:
    chat = narrow()
    chat.refuses_files = PlatformRefused("no files here")
    async with running_core(tmp_path, said(LONG), chat=chat, parts=3) as core:
        await core.hear(message("count!"))
        await core.finish()
        assert "".join(chat.texts()) == LONG.strip()
        assert len(chat.texts()) == 5


async def test_a_file_that_was_being_sent_at_a_crash_stands_there_once(tmp_path: Path) -> None:
    chat = FakeChat(text_length=100, resend_is_safe=False)
    async with running_core(tmp_path, said(LONG), chat=chat, parts=2, crashes=True) as core:
        await core.hear(message("count!"))
        chat.fail("post", PlatformUnavailable("away"))
        await core.settle()
    async with running_core(tmp_path, chat=chat, parts=2, resume=True) as core:
        await core.finish()
        assert [one.document is not None for one in shown(chat)] == [False, True]
        assert core.model.prompts == []


async def test_an_edited_question_with_a_shorter_answer_leaves_no_file_behind(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(LONG), said("y" * 150), chat=narrow(), parts=2) as core:
        await core.hear(message("count!", message_id="q"))
        await core.finish()
        assert shown(core.chat)[1].document is not None
        await core.hear(MessageEdited(message=message("say y", message_id="q")))
        await core.finish()
        assert core.chat.texts() == ["y" * 100, "y" * 50]
        assert [one.document for one in shown(core.chat)] == [None, None]
