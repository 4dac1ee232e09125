import asyncio
from datetime import timedelta
from pathlib import Path

from bot import texts
from bot.events import Command, ConversationKey
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, message
from tests.manual_clock import START
from tests.scripted_model import prompt_text, said


async def test_a_question_gets_one_answer_as_a_reply(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Hello", " Ann!")) as core:
        await core.hear(message("hi", message_id="q1"))
        await core.finish()
        assert core.chat.texts() == ["Hello Ann!"]
        assert next(iter(core.chat.screen.values())).reply_to == "q1"
        assert await core.unfinished() == []


async def test_the_same_message_again_changes_nothing(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("once")) as core:
        await core.hear(message("hi", message_id="q1"), message("hi", message_id="q1"))
        await core.finish()
        await core.hear(message("hi", message_id="q1"))
        await core.finish()
        assert core.chat.texts() == ["once"]


async def test_what_is_not_for_the_bot_is_neither_answered_nor_remembered(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        await core.hear(message("a secret among people", address=None), message("hi"))
        await core.finish()
        assert len(core.chat.texts()) == 1
        assert "secret" not in prompt_text(core.model.prompts[0])


async def test_the_answer_knows_the_conversation_across_a_restart(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Nice to meet you.")) as core:
        await core.hear(message("I like plums.", sender="Bob"))
        await core.finish()
    async with running_core(tmp_path) as core:
        await core.hear(message("What does Bob like?"))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).splitlines()[1:] == [
            "user: [Bob] I like plums.",
            "assistant: Nice to meet you.",
            "user: [Ann] What does Bob like?",
        ]


async def test_conversations_do_not_leak_into_each_other(tmp_path: Path) -> None:
    channel = ConversationKey(platform=FAKE, chat_id="1")
    thread = ConversationKey(platform=FAKE, chat_id="1", thread_id="7")
    async with running_core(tmp_path) as core:
        await core.hear(message("in the channel", key=channel))
        await core.finish()
        await core.hear(message("in the thread", key=thread))
        await core.finish()
        assert "in the channel" not in prompt_text(core.model.prompts[1])


async def test_reset_starts_over_and_does_not_wait_for_a_running_answer(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("late")], said("fresh")) as core:
        await core.hear(message("old news"))
        await core.settle()
        await core.hear(message("/reset", command=Command(name="reset")))
        await core.settle()
        assert core.chat.texts() == [texts.WAS_RESET[:40], *_rest(texts.WAS_RESET)]
        gate.set()
        await core.finish()
        await core.hear(message("what do you know?"))
        await core.finish()
        assert prompt_text(core.model.prompts[1]).splitlines()[1:] == ["user: [Ann] what do you know?"]


async def test_a_question_that_a_reset_overtook_is_answered_without_the_history(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("first")], said("second")) as core:
        await core.hear(message("old news"), message("what is new?"))
        await core.settle()
        await core.hear(message("/reset", command=Command(name="reset")))
        await core.settle()
        gate.set()
        await core.finish()
        assert core.chat.texts()[-1] == "second"
        assert prompt_text(core.model.prompts[1]).splitlines()[1:] == ["user: [Ann] what is new?"]


async def test_help_explains_without_asking_the_model(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("/help", command=Command(name="help")))
        await core.finish()
        assert core.chat.texts() == [texts.HELP]
        assert core.model.prompts == []


async def test_the_answer_grows_on_screen_and_typing_is_shown_until_it_ends(tmp_path: Path) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    script = [first, TextDelta("It is"), second, TextDelta(" a boat."), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script) as core:
        await core.hear(message("?", is_private=True))
        await core.clock.advance(9)
        assert core.chat.typing_count == 3
        first.set()
        await core.clock.advance(0.2)
        assert core.chat.texts() == ["It is"]
        second.set()
        await core.finish()
        assert core.chat.texts() == ["It is a boat."]
        typed = core.chat.typing_count
        await core.clock.advance(60)
        assert core.chat.typing_count == typed


async def test_a_quick_answer_needs_no_typing_and_no_edit(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("quick")) as core:
        await core.hear(message("?"))
        await core.finish()
        assert core.chat.typing_count == 0
        assert [shown.versions for shown in core.chat.screen.values()] == [["quick"]]


async def test_what_is_found_late_is_only_remembered(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("ok")) as core:
        await core.clock.advance(7200)
        recent = START + timedelta(seconds=7000)
        await core.hear(message("old news", is_catch_up=True), message("fresh", is_catch_up=True, sent_at=recent))
        await core.finish()
        assert core.chat.texts() == ["ok"]
        assert "[Ann] old news" in prompt_text(core.model.prompts[0])


async def test_when_the_queue_is_full_the_person_is_told(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("one")], per_lane=1, chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("1"))
        await core.settle()
        await core.hear(message("2"), message("3"))
        await core.settle()
        assert core.chat.texts() == [texts.busy(2)]
        gate.set()
        await core.finish()
        assert core.chat.texts() == [texts.busy(2), "one", "ok"]


def _rest(text: str) -> list[str]:
    return [text[start : start + 40] for start in range(40, len(text), 40)]


async def test_who_has_to_wait_sees_that_the_question_was_seen(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("first")]) as core:
        await core.hear(message("first", message_id="q1"))
        await core.settle()
        await core.hear(message("second", message_id="q2"))
        await core.settle()
        assert core.chat.acknowledged == ["q2"]
        gate.set()
        await core.finish()
