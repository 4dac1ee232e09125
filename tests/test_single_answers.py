"""Answers in places that take one message of text and nothing else."""

import asyncio
from pathlib import Path

from bot import texts
from bot.commands import data_texts
from bot.errors import PlatformUncertain
from bot.events import Action
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import command, message
from tests.scripted_model import said

PARAGRAPHS = "\n\n".join(f"Paragraph {number}. {'Words ' * 10}".strip() for number in range(20))


def narrow(text_length: int = 600) -> FakeChat:
    chat = FakeChat(text_length=text_length)
    chat.is_narrow = True
    return chat


async def answered(core: Core) -> str:
    await core.hear(message("count!"))
    await core.finish()
    (text,) = core.chat.texts()
    return text


async def test_until_the_first_words_something_stands_there(tmp_path: Path) -> None:
    gate = asyncio.Event()
    growing = [gate, TextDelta("Paris."), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, growing, chat=narrow()) as core:
        await core.hear(message("capital?"))
        await core.clock.advance(1)
        assert core.chat.texts() == [texts.ONE_MOMENT]
        gate.set()
        await core.finish()
        (shown,) = core.chat.screen.values()
        assert shown.versions == [texts.ONE_MOMENT, "Paris."]


async def test_of_a_long_answer_its_beginning_stands_there_up_to_a_paragraph(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(PARAGRAPHS), chat=narrow()) as core:
        text = await answered(core)
    beginning, _, note = text.rpartition("\n\n")
    assert note == texts.REST_MISSING
    assert PARAGRAPHS.startswith(f"{beginning}\n\n")
    assert 300 < len(text) <= 600


async def test_without_paragraphs_it_ends_at_a_word(tmp_path: Path) -> None:
    words = "word " * 400
    async with running_core(tmp_path, said(words), chat=narrow()) as core:
        text = await answered(core)
    assert text.removesuffix(f"\n\n{texts.REST_MISSING}").endswith(" word")
    assert 550 < len(text) <= 600


async def test_a_text_of_one_long_word_is_cut_between_its_characters(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("👩‍🚀" * 500), chat=narrow()) as core:
        text = await answered(core)
    beginning = text.removesuffix(f"\n\n{texts.REST_MISSING}")
    assert beginning == "👩‍🚀" * (len(beginning) // 3)
    assert len(beginning) > 300


async def test_a_code_block_that_is_cut_is_closed(tmp_path: Path) -> None:
    code = "```python\n" + "\n".join(f"line = {number}" for number in range(200)) + "\n```"
    async with running_core(tmp_path, said(code), chat=narrow()) as core:
        text = await answered(core)
    assert text.endswith(f"\n```\n\n{texts.REST_MISSING}")


async def test_what_the_bot_notes_below_an_answer_is_not_cut_off(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(PARAGRAPHS, reason=FinishReason.LENGTH), chat=narrow()) as core:
        text = await answered(core)
        (shown,) = core.chat.screen.values()
    assert text.endswith(f"{texts.REST_MISSING}\n\n{texts.LENGTH_NOTE}")
    actions = {button.action for row in shown.buttons for button in row}
    assert Action.CONTINUE not in actions


async def test_no_file_is_sent_there(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Hi."), chat=narrow()) as core:
        await core.hear(message("hello", is_private=True))
        await core.finish()
        await core.hear(command("/export", is_private=True))
        await core.finish()
        first, second = core.chat.screen.values()
    assert (first.document, second.document) == (None, None)
    assert second.text == f"{data_texts.EXPORTED}\n\n{texts.ONLY_TEXT}"


async def test_what_may_have_been_sent_is_sent_again(tmp_path: Path) -> None:
    chat = narrow()
    chat.fail("post", PlatformUncertain("cut off"))
    async with running_core(tmp_path, said("Paris."), chat=chat) as core:
        assert await answered(core) == "Paris."


async def test_where_its_word_is_lost_the_turn_ends_and_nothing_is_shown_twice(tmp_path: Path) -> None:
    chat = narrow()
    chat.fail("post", PlatformUncertain("cut off"), after_effect=True)
    async with running_core(tmp_path, said("Paris."), chat=chat) as core:
        assert await answered(core) == "Paris."
        assert await core.unfinished() == []
