"""Buttons under answers: trying again, going on. Each press has its effect once."""

import asyncio
from pathlib import Path

import pytest

from bot import texts
from bot.errors import ModelError, ModelTrouble
from bot.events import Action, MessageId
from bot.ports.model import FinishReason, TextDelta
from bot.sentences import sentence
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import command, message, photo, pressed, quote
from tests.scripted_model import prompt_text, said

AWAY = ModelError("no route", trouble=ModelTrouble.UNAVAILABLE, person=sentence("The model is away."))


def actions(core: Core) -> list[list[Action]]:
    """The buttons of each message, as they stand."""
    return [[button.action for row in shown.buttons for button in row] for shown in core.chat.screen.values()]


def only_message(core: Core) -> MessageId:
    (message_id,) = core.chat.screen
    return message_id


async def test_a_failure_offers_to_try_again_and_is_answered_in_place(tmp_path: Path) -> None:
    async with running_core(tmp_path, [AWAY], said("Paris."), chat=FakeChat(text_length=400)) as core:
        await core.hear(message("capital of France?"))
        await core.finish()
        assert core.chat.texts() == ["The model is away."]
        assert actions(core) == [[Action.RETRY, Action.FORGET]]
        await core.hear(pressed(Action.RETRY, only_message(core), sender="Ben"))
        await core.finish()
        assert core.chat.texts() == ["Paris."]
        assert actions(core) == [[]]


async def test_a_whole_answer_has_no_buttons(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Paris.")) as core:
        await core.hear(message("capital of France?"))
        await core.finish()
        assert actions(core) == [[]]


async def test_a_press_that_comes_twice_does_nothing_the_second_time(tmp_path: Path) -> None:
    async with running_core(tmp_path, [AWAY], [AWAY], said("too often")) as core:
        await core.hear(message("?"))
        await core.finish()
        for _ in range(2):
            await core.hear(pressed(Action.RETRY, only_message(core), press_id="p"))
            await core.finish()
        assert len(core.model.prompts) == 2
        assert actions(core) == [[Action.RETRY, Action.FORGET]]


async def test_a_second_press_while_it_is_tried_again_does_nothing(tmp_path: Path) -> None:
    async with running_core(tmp_path, [AWAY], said("Paris."), said("too often")) as core:
        await core.hear(message("?"))
        await core.finish()
        button = only_message(core)
        await core.hear(pressed(Action.RETRY, button), pressed(Action.RETRY, button))
        await core.finish()
        assert core.chat.texts() == ["Paris."]
        assert len(core.model.prompts) == 2


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    chat = FakeChat()
    async with running_core(tmp_path, [AWAY], chat=chat) as core:
        await core.hear(message("?"))
        await core.finish()
    async with running_core(tmp_path, said("Paris."), chat=chat, resume=True) as core:
        await core.hear(pressed(Action.RETRY, only_message(core)))
        await core.finish()
        assert chat.texts() == ["Paris."]


async def test_a_press_is_kept_by_a_crash_right_behind_it(tmp_path: Path) -> None:
    chat = FakeChat()
    async with running_core(tmp_path, [AWAY], chat=chat, crashes=True) as core:
        await core.hear(message("?"))
        await core.finish()
        await core.hear(pressed(Action.RETRY, only_message(core)))
    async with running_core(tmp_path, said("Paris."), chat=chat, resume=True) as core:
        await core.finish()
        assert chat.texts() == ["Paris."]


@pytest.mark.parametrize("trouble", [ModelTrouble.BLOCKED, ModelTrouble.TOO_LARGE])
async def test_what_would_fail_again_is_not_offered_again(tmp_path: Path, trouble: ModelTrouble) -> None:
    async with running_core(tmp_path, [ModelError("no", trouble=trouble, person=sentence("No."))]) as core:
        await core.hear(message("?"))
        await core.finish()
        assert actions(core) == [[Action.FORGET]]
        await core.hear(pressed(Action.RETRY, only_message(core)))
        await core.finish()
        assert len(core.model.prompts) == 1


async def test_an_answer_cut_by_its_length_goes_on_below_and_loses_its_button(tmp_path: Path) -> None:
    scripts = (said("One, two", reason=FinishReason.LENGTH), said("three."))
    async with running_core(tmp_path, *scripts, chat=FakeChat(text_length=400)) as core:
        await core.hear(message("count!"))
        await core.finish()
        assert actions(core) == [[Action.CONTINUE, Action.FORGET]]
        cut_off = only_message(core)
        await core.hear(pressed(Action.CONTINUE, cut_off, sender="Ben"))
        await core.finish()
        assert core.chat.texts() == [f"One, two\n\n{texts.LENGTH_NOTE}", "three."]
        assert [shown.reply_to for shown in core.chat.screen.values()][1] == cut_off
        assert actions(core) == [[], []]
        assert prompt_text(core.model.prompts[1]).splitlines()[-2:] == ["assistant: One, two", "user: [Ben] Go on."]


async def test_going_on_takes_no_picture_away_that_was_just_posted(tmp_path: Path) -> None:
    scripts = (said("One, two", reason=FinishReason.LENGTH), said("three."), said("A cat."))
    async with running_core(tmp_path, *scripts, chat=FakeChat(text_length=400)) as core:
        core.chat.files["cat"] = b"cat"
        await core.hear(message("count!"))
        await core.finish()
        await core.hear(message("", sender="Ben", address=None, attachments=[photo("cat")]))
        await core.hear(pressed(Action.CONTINUE, only_message(core)))
        await core.finish()
        assert "<pixels>" not in prompt_text(core.model.prompts[1])
        await core.hear(message("what is that?"))
        await core.finish()
        assert prompt_text(core.model.prompts[2]).endswith("<pixels>")


async def test_only_the_first_of_two_who_want_more_gets_more(tmp_path: Path) -> None:
    scripts = (said("One, two", reason=FinishReason.LENGTH), said("three."), said("three again."))
    async with running_core(tmp_path, *scripts, chat=FakeChat(text_length=400)) as core:
        await core.hear(message("count!"))
        await core.finish()
        button = only_message(core)
        await core.hear(pressed(Action.CONTINUE, button, sender="Ben"), pressed(Action.CONTINUE, button))
        await core.finish()
        assert core.chat.texts()[1:] == ["three."]


async def test_who_is_told_that_there_is_no_room_to_go_on_finds_the_button_again(tmp_path: Path) -> None:
    scripts = (said("One, two", reason=FinishReason.LENGTH), [asyncio.Event()])
    async with running_core(tmp_path, *scripts, chat=FakeChat(text_length=400), per_lane=1) as core:
        await core.hear(message("count!"))
        await core.finish()
        cut_off = only_message(core)
        for question in ("first", "second"):
            await core.hear(message(question))
            await core.settle()
        await core.hear(pressed(Action.CONTINUE, cut_off))
        await core.settle()
        assert core.chat.texts()[-1] == texts.busy(2)
        assert actions(core)[0] == [Action.CONTINUE, Action.FORGET]


async def test_who_wants_to_try_again_where_there_is_no_room_is_told_so_and_finds_the_button_again(
    tmp_path: Path,
) -> None:
    async with running_core(tmp_path, [AWAY], [asyncio.Event()], chat=FakeChat(text_length=400), per_lane=1) as core:
        await core.hear(message("capital of France?"))
        await core.finish()
        button = only_message(core)
        for question in ("first", "second"):
            await core.hear(message(question))
            await core.settle()
        assert await core.inbox.accept(pressed(Action.RETRY, button)) == texts.busy(2)
        await core.settle()
        assert core.chat.texts()[0] == "The model is away."
        assert actions(core)[0] == [Action.RETRY, Action.FORGET]


async def test_an_answer_that_broke_off_offers_all_that_may_help(tmp_path: Path) -> None:
    broken = [TextDelta("One"), AWAY]
    async with running_core(tmp_path, broken, broken, chat=FakeChat(text_length=400)) as core:
        await core.hear(message("count!"))
        await core.finish()
        assert actions(core) == [[Action.CONTINUE, Action.RETRY, Action.FORGET]]


async def test_a_stopped_answer_offers_all_that_may_help(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [TextDelta("One"), gate], chat=FakeChat(text_length=400)) as core:
        await core.hear(message("count!"))
        await core.clock.advance(1)
        await core.hear(pressed(Action.STOP, only_message(core)))
        await core.finish()
        assert actions(core) == [[Action.CONTINUE, Action.RETRY, Action.FORGET]]


async def test_who_asked_can_have_a_failed_question_forgotten_and_nobody_else(tmp_path: Path) -> None:
    async with running_core(tmp_path, [AWAY], said("Hello."), chat=FakeChat(text_length=400)) as core:
        await core.hear(message("a slip of the tongue"))
        await core.finish()
        button = only_message(core)
        await core.hear(pressed(Action.FORGET, button, sender="Ben"))
        await core.finish()
        assert core.chat.texts() == ["The model is away."]
        await core.hear(pressed(Action.FORGET, button, sender="Ann"))
        await core.finish()
        assert core.chat.texts() == []
        await core.hear(message("hello"))
        await core.finish()
        assert "slip" not in prompt_text(core.model.prompts[1])


async def test_where_there_is_no_room_to_go_on_it_is_said(tmp_path: Path) -> None:
    gate = asyncio.Event()
    scripts = (said("One", reason=FinishReason.LENGTH), [gate, *said("slow")])
    async with running_core(tmp_path, *scripts, chat=FakeChat(text_length=400), per_lane=1) as core:
        await core.hear(message("count!"))
        await core.finish()
        button = only_message(core)
        await core.hear(message("at work"))
        await core.settle()
        await core.hear(message("waits"))
        await core.hear(pressed(Action.CONTINUE, button))
        await core.clock.advance(1)
        assert texts.busy(2) in core.chat.texts()
        gate.set()
        await core.finish()


async def test_a_button_of_a_message_that_is_forgotten_does_nothing(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        for action in Action:
            await core.hear(pressed(action, MessageId("long gone")))
        await core.finish()
        assert core.chat.texts() == []


async def test_retry_as_a_command_answers_the_last_question_again(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Paris?"), said("Paris!")) as core:
        await core.hear(message("capital of France?"))
        await core.finish()
        await core.hear(command("/retry"))
        await core.finish()
        assert core.chat.texts() == ["Paris!", texts.RETRIES]


async def test_retry_in_reply_to_an_answer_is_about_that_one(tmp_path: Path) -> None:
    scripts = (said("one"), said("two"), said("ONE"))
    async with running_core(tmp_path, *scripts) as core:
        await core.hear(message("first", message_id="q1"), message("second", message_id="q2"))
        await core.finish()
        first = next(iter(core.chat.screen))
        await core.hear(command("/retry", quoted=[quote(first, is_own=True)]))
        await core.finish()
        assert core.chat.texts() == ["ONE", "two", texts.RETRIES]


async def test_retry_without_any_question_is_answered_too(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=FakeChat(text_length=400)) as core:
        await core.hear(command("/retry"))
        await core.finish()
        assert core.chat.texts() == [texts.NOTHING_TO_RETRY]


async def test_continue_as_a_command_asks_to_go_on(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("One, two"), said("three.")) as core:
        await core.hear(message("count!"))
        await core.finish()
        await core.hear(command("/continue"))
        await core.finish()
        assert core.chat.texts() == ["One, two", "three."]
        assert prompt_text(core.model.prompts[1]).endswith("user: [Ann] Go on.")


async def test_ask_and_describe_are_questions_like_any_other(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("a"), said("b")) as core:
        core.chat.files["cat"] = b"cat"
        await core.hear(command("/ask what is new?"))
        await core.finish()
        await core.hear(message("look", address=None, attachments=[photo("cat")]))
        await core.hear(command("/describe"))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).endswith("user: [Ann] what is new?")
        assert "user: [Ann] what is new?" in prompt_text(core.model.prompts[1]), "it is part of the history"
        assert prompt_text(core.model.prompts[1]).endswith("<pixels>")
        assert core.chat.texts() == ["a", "b"]
