"""What stands below an answer, and what is said instead of one that shows nothing."""

from pathlib import Path

import pytest

from bot import texts
from bot.events import MessageId, Quoted
from bot.markup.fences import with_closed_fence
from bot.ports.model import FinishReason
from bot.records.attachments import Medium
from tests.core import DIALOGUE_RULES, running_core
from tests.fake_chat import FakeChat
from tests.happenings import message, photo
from tests.scripted_model import prompt_text, said


@pytest.mark.parametrize(
    ("markdown", "closed"),
    [
        ("no code", "no code"),
        ("```python\nx = 1", "```python\nx = 1\n```"),
        ("```\na\n```", "```\na\n```"),
        ("```\na\n```\n````md\n```\nb\n```", "```\na\n```\n````md\n```\nb\n```\n````"),
        ("1. Do:\n   ~~~sh\n   ls", "1. Do:\n   ~~~sh\n   ls\n   ~~~"),
        ("- ```\n  ls", "- ```\n  ls\n  ```"),
        ("> ```\n> ls", "> ```\n> ls\n> ```"),
        ("say ```x``` inline", "say ```x``` inline"),
    ],
)
def test_a_code_block_that_is_left_open_is_closed(markdown: str, closed: str) -> None:
    assert with_closed_fence(markdown) == closed


async def test_the_note_about_a_cut_answer_does_not_stand_in_its_code(tmp_path: Path) -> None:
    script = said("Here:\n\n```python\n", "x = 1\n", reason=FinishReason.LENGTH)
    async with running_core(tmp_path, script, chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("code?"))
        await core.finish()
        assert core.chat.texts() == [f"Here:\n\n```python\nx = 1\n```\n\n{texts.LENGTH_NOTE}"]


async def test_pictures_beyond_what_fits_into_one_request_are_told_and_never_count_as_seen(tmp_path: Path) -> None:
    chat = FakeChat(text_length=4000)
    fits = DIALOGUE_RULES.budget.pictures
    names = [f"p{number}" for number in range(fits)]
    chat.files |= {name: b"pic " + name.encode() for name in ["first", *names]}
    first = Quoted(message_id=MessageId("q"), author="Bob", is_own=False, text="", attachments=(photo("first"),))
    async with running_core(tmp_path, said("Four."), said("No."), chat=chat) as core:
        await core.hear(message("compare", attachments=[photo(name) for name in names], quoted=[first]))
        await core.finish()
        note = texts.not_seen(texts.called(Medium.PICTURE, 1), texts.not_shown(fits))
        assert chat.texts() == [f"Four.\n\n{note}"]
        await core.hear(message("did you see the first?"))
        await core.finish()
        for prompt in map(prompt_text, core.model.prompts):
            assert prompt.count("<pixels>") == fits
            assert f"could not be looked at: {texts.not_shown(fits)}. You have not seen it" in prompt


async def test_an_answer_that_the_provider_cut_short_does_not_invite_to_go_on(tmp_path: Path) -> None:
    script = said("Well, this", reason=FinishReason.CONTENT_FILTER)
    async with running_core(tmp_path, script, chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("?"))
        await core.finish()
        assert core.chat.texts() == [f"Well, this\n\n{texts.held_back(texts.FILTERED)}"]
