"""What belongs together becomes one turn."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.events import Command, MessageEdited, Source
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import message, photo
from tests.scripted_model import prompt_text, said


def with_files(core: Core) -> Core:
    core.chat.files |= {name: b"pic " + name.encode() for name in ("a", "b", "c")}
    return core


async def test_a_photo_and_its_question_right_behind_it_are_one_turn(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat.")) as core:
        with_files(core)
        await core.hear(message("", attachments=[photo("a")], message_id="p"))
        await core.clock.advance(1)
        await core.hear(message("what is it?"))
        await core.finish()
        assert core.chat.texts() == ["A cat."]
        (prompt,) = core.model.prompts
        assert "<pixels>" in prompt_text(prompt)
        assert "[Ann] what is it?" in prompt_text(prompt)


async def test_a_photo_alone_is_described_after_a_short_wait(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat.")) as core:
        with_files(core)
        await core.hear(message("", attachments=[photo("a")]))
        await core.clock.advance(1.4)
        assert core.model.prompts == []
        await core.clock.advance(0.2)
        assert core.chat.texts() == ["A cat."]


async def test_a_question_and_its_photo_right_behind_it_are_one_turn_even_when_the_answer_has_begun(
    tmp_path: Path,
) -> None:
    script = [TextDelta("Which picture do you mean"), asyncio.Event()]
    async with running_core(tmp_path, script, said("A cat."), chat=FakeChat(text_length=400)) as core:
        with_files(core)
        await core.hear(message("what is this?", is_private=True))
        await core.clock.advance(1)
        assert core.chat.texts() == ["Which picture do you mean"]
        await core.hear(message("", attachments=[photo("a")], is_private=True))
        await core.finish()
        assert core.chat.texts() == ["A cat."], "in place of what had begun"
        assert "<pixels>" in prompt_text(core.model.prompts[1])


async def test_a_photo_right_behind_a_question_that_was_just_changed_belongs_to_it(tmp_path: Path) -> None:
    script = [TextDelta("Which picture do you mean"), asyncio.Event()]
    async with running_core(tmp_path, script, said("A cat."), said("too much"), chat=FakeChat(text_length=400)) as core:
        with_files(core)
        await core.hear(message("what is tis?", message_id="q", is_private=True))
        await core.clock.advance(1)
        await core.hear(MessageEdited(message=message("what is this?", message_id="q", is_private=True)))
        await core.clock.advance(0.2)
        await core.hear(message("", attachments=[photo("a")], is_private=True))
        await core.finish()
        assert core.chat.texts() == ["A cat."]
        assert "<pixels>" in prompt_text(core.model.prompts[1])


async def test_a_photo_long_after_the_question_is_a_turn_of_its_own(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("one"), said("two")) as core:
        with_files(core)
        await core.hear(message("hello"))
        await core.clock.advance(6)
        await core.hear(message("", attachments=[photo("a")]))
        await core.finish()
        assert core.chat.texts() == ["one", "two"]


async def test_a_long_paste_that_was_split_is_one_turn(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("read"), chat=FakeChat(text_length=40)) as core:
        for part in ("x" * 40, "y" * 39, "end"):
            await core.hear(message(part))
            await core.clock.advance(1)
        await core.finish()
        assert core.chat.texts() == ["read"]
        assert all(word in prompt_text(core.model.prompts[0]) for word in ("x" * 40, "y" * 39, "end"))


async def test_different_senders_are_never_merged(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("one"), said("two")) as core:
        with_files(core)
        await core.hear(message("", attachments=[photo("a")], sender="Ann"))
        await core.hear(message("what is it?", sender="Bob"))
        await core.finish()
        assert len(core.model.prompts) == 2


async def test_commands_do_not_wait_and_join_nothing(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat."), chat=FakeChat(text_length=4000)) as core:
        with_files(core)
        await core.hear(message("", attachments=[photo("a")]))
        await core.hear(message("/help", command=Command(name="help")))
        await core.settle()
        assert len(core.chat.texts()) == 1
        await core.finish()
        assert core.chat.texts()[1] == "A cat."


async def test_however_much_keeps_coming_a_turn_begins_at_the_cap(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("enough"), [asyncio.Event()]) as core:
        with_files(core)
        for _ in range(20):
            await core.hear(message("", attachments=[photo("a")]))
            await core.clock.advance(1)
        assert core.chat.texts() == ["enough"]


async def test_a_late_photo_replaces_a_whole_answer_only_as_a_new_turn(tmp_path: Path) -> None:
    script = [TextDelta("Hello!"), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script, said("A cat.")) as core:
        with_files(core)
        await core.hear(message("hi"))
        await core.clock.advance(2)
        await core.hear(message("", attachments=[photo("a")]))
        await core.finish()
        assert core.chat.texts() == ["Hello!", "A cat."]


async def test_a_question_with_a_link_waits_for_its_preview_where_that_comes_later(tmp_path: Path) -> None:
    chat = FakeChat(text_length=4000)
    chat.limits = replace(chat.limits, previews_come_within_s=1.0)
    async with running_core(tmp_path, said("A rose."), said("Fine."), chat=chat) as core:
        with_files(core)
        asked = message("what is on https://garden.example?", message_id="q")
        await core.hear(asked)
        await core.clock.advance(0.5)
        preview = photo("a", source=Source.PREVIEW)
        await core.inbox.accept(MessageEdited(message=replace(asked, attachments=(preview,))))
        await core.clock.advance(0.6)
        await core.finish()
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == 1
        await core.hear(message("and on <https://garden.example>?"))
        await core.finish()
        assert chat.texts() == ["A rose.", "Fine."]
