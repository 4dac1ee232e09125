"""People change, delete and stop."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from bot import texts
from bot.events import Action, Command, MessageEdited, MessageId, MessagesDeleted
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.happenings import KEY, message, photo, pressed
from tests.scripted_model import Step, prompt_text, said
from tests.storing import database, plain_connection


def growing(*pieces: str, then: asyncio.Event | None = None) -> Sequence[Step]:
    return [*(TextDelta(piece) for piece in pieces), then or asyncio.Event(), Finished(reason=FinishReason.STOP)]


def deleted(*message_ids: str) -> MessagesDeleted:
    return MessagesDeleted(key=KEY, message_ids=tuple(map(MessageId, message_ids)))


def edited(text: str, message_id: str, **more: object) -> MessageEdited:
    return MessageEdited(message=message(text, message_id=message_id, **more))  # type: ignore[arg-type]  # by name


async def test_editing_the_question_redoes_its_answer_in_place(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Paris."), said("Berlin.")) as core:
        await core.hear(message("capital of France?", message_id="q"))
        await core.finish()
        await core.hear(edited("capital of Germany?", "q"))
        await core.finish()
        assert core.chat.texts() == ["Berlin."]
        assert "France" not in prompt_text(core.model.prompts[1])


async def test_editing_while_the_answer_is_written_cancels_it_and_begins_again(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing("Paris is"), said("Berlin.")) as core:
        await core.hear(message("capital of France?", message_id="q"))
        await core.clock.advance(1)
        assert core.chat.texts() == ["Paris is"]
        await core.hear(edited("capital of Germany?", "q"))
        await core.finish()
        assert core.chat.texts() == ["Berlin."]
        assert core.model.closed == 2


async def test_a_command_that_was_edited_into_a_question_and_back_stands_whole_again(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing("A"), chat=FakeChat(text_length=4000)) as core:
        core.chat.files["p"] = b"p"
        await core.hear(message("/help", message_id="q", attachments=[photo("p")], command=Command(name="help")))
        await core.finish()
        (helped,) = core.chat.texts()
        await core.hear(edited("/alt", "q", attachments=[photo("p")], command=Command(name="alt")))
        await core.clock.advance(3)
        assert core.chat.texts() == ["**Described by AI:** A"]
        await core.hear(edited("/help", "q", attachments=[photo("p")], command=Command(name="help")))
        await core.finish()
        assert core.chat.texts() == [helped]
        assert not next(iter(core.chat.screen.values())).can_stop


async def test_the_model_is_asked_twice_a_second_at_most_however_fast_the_edits_come(tmp_path: Path) -> None:
    async with running_core(tmp_path, *[growing("hm")] * 10) as core:
        await core.hear(message("once", message_id="q"))
        for number in range(21):
            await core.clock.advance(0.1)
            await core.hear(edited(f"edit {number}", "q"))
        await core.clock.advance(0.4)
        assert 4 <= len(core.model.prompts) <= 6
        await core.clock.advance(0.2)
        assert len(core.model.prompts) <= 6
        assert "edit 20" in prompt_text(core.model.prompts[-1])
        assert core.model.closed == len(core.model.prompts) - 1


async def test_edits_that_come_at_once_have_the_model_asked_once(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Paris."), said("Vienna.")) as core:
        await core.hear(message("capital of France?", message_id="q"))
        await core.finish()
        await core.hear(*(edited(f"capital of {name}?", "q") for name in ("Germany", "Spain", "Austria")))
        await core.finish()
        assert core.chat.texts() == ["Vienna."]
        assert len(core.model.prompts) == 2


async def test_who_edits_on_and_on_holds_nobody_up(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing("hm"), said("for Ben"), *[growing("hm")] * 10) as core:
        await core.hear(message("once", message_id="q"))
        await core.clock.advance(0.1)
        await core.hear(message("and I?", sender="Ben"))
        for number in range(3):
            await core.hear(edited(f"edit {number}", "q"))
            await core.clock.advance(0.1)
        assert "for Ben" in core.chat.texts()


async def test_an_edit_without_a_change_does_nothing(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Paris.")) as core:
        await core.hear(message("capital of France?", message_id="q"))
        await core.finish()
        await core.hear(edited("capital of France?", "q"))
        await core.finish()
        assert core.chat.texts() == ["Paris."]
        assert len(core.model.prompts) == 1


async def test_a_mention_that_is_added_by_an_edit_is_answered(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Yes?")) as core:
        await core.hear(message("hello", message_id="q", address=None))
        await core.hear(edited("hello", "q"))
        await core.finish()
        assert core.chat.texts() == ["Yes?"]


async def test_an_answer_of_long_ago_is_not_redone_but_history_has_the_new_words(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Paris."), said("ok")) as core:
        await core.hear(message("capital of France?", message_id="q"))
        await core.finish()
        await core.clock.advance(3700)
        await core.hear(edited("capital of Germany?", "q"))
        await core.finish()
        assert core.chat.texts() == ["Paris."]
        await core.hear(message("next"))
        await core.finish()
        assert "Germany" in prompt_text(core.model.prompts[1])


async def test_deleting_the_question_withdraws_the_answer_and_forgets_both(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("x" * 90), said("ok")) as core:
        await core.hear(message("my secret", message_id="q"))
        await core.finish()
        assert len(core.chat.texts()) == 3
        await core.hear(deleted("q"))
        await core.finish()
        assert core.chat.texts() == []
        await core.hear(message("what did I say?"))
        await core.finish()
        assert prompt_text(core.model.prompts[1]).splitlines()[1:] == ["user: [Ann] what did I say?"]
        assert await core.unfinished() == []


async def test_deleting_while_the_answer_is_written_leaves_nothing_behind(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing("Well")) as core:
        await core.hear(message("my secret", message_id="q"))
        await core.clock.advance(1)
        assert core.chat.texts() == ["Well"]
        await core.hear(deleted("q"))
        await core.finish()
        assert core.chat.texts() == []


async def test_a_deleted_question_that_waits_is_never_asked(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("first")]) as core:
        await core.hear(message("first"), message("second", message_id="q2"))
        await core.settle()
        await core.hear(deleted("q2"))
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["first"]
        assert len(core.model.prompts) == 1


async def test_deleting_one_picture_of_an_album_keeps_the_rest(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Two."), said("ok")) as core:
        core.chat.files |= {"a": b"pic a", "b": b"pic b"}
        await core.hear(message("?", message_id="a", attachments=[photo("a")], album_id="x"))
        await core.hear(message("", message_id="b", attachments=[photo("b")], album_id="x", address=None))
        await core.finish()
        await core.hear(deleted("b"))
        await core.finish()
        assert core.chat.texts() == ["Two."]
        await core.hear(message("next"))
        await core.finish()
        assert prompt_text(core.model.prompts[1]).count("<pixels>") == 1


async def test_what_the_bot_never_saw_can_be_deleted_without_harm(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        await core.hear(deleted("nothing", "known"))
        await core.finish()
        assert core.chat.texts() == []


async def test_a_withdrawal_cut_short_by_a_crash_is_finished_at_the_next_start(tmp_path: Path) -> None:
    chat = FakeChat()
    async with running_core(tmp_path, said("hello"), chat=chat) as core:
        await core.hear(message("q", message_id="q"))
        await core.finish()
        await core.store.delete(KEY, [MessageId("q")], now=core.clock.now())
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.finish()
        assert chat.texts() == []


async def test_stop_ends_the_answer_where_it_is(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing("Once upon a time"), chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("a story!"))
        await core.clock.advance(1)
        await core.hear(message("/stop", command=Command(name="stop")))
        await core.finish()
        assert core.chat.texts() == [f"Once upon a time\n\n{texts.STOPPED_NOTE}", texts.STOPS]
        assert core.model.closed == 1


async def test_the_stop_button_is_there_while_the_answer_grows_and_ends_it(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing("Once upon a time"), chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("a story!"))
        await core.clock.advance(1)
        ((message_id, shown),) = core.chat.screen.items()
        assert shown.can_stop
        await core.hear(pressed(Action.STOP, MessageId("of another answer")))
        await core.settle()
        assert core.chat.texts() == ["Once upon a time"]
        await core.hear(pressed(Action.STOP, message_id))
        await core.finish()
        assert core.chat.texts() == [f"Once upon a time\n\n{texts.STOPPED_NOTE}"]
        assert not shown.can_stop


async def test_stop_before_the_first_word_is_said_so(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing(), chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("a story!"))
        await core.clock.advance(1)
        await core.hear(message("/stop", command=Command(name="stop")))
        await core.finish()
        assert sorted(core.chat.texts()) == sorted([texts.STOPPED, texts.STOPS])


async def test_stop_when_nothing_runs_is_answered_too(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("/stop", command=Command(name="stop")))
        await core.finish()
        assert core.chat.texts() == [texts.NOTHING_TO_STOP]


async def test_stop_is_still_told_as_what_it_was_when_the_disk_was_full_at_first(tmp_path: Path) -> None:
    async with running_core(tmp_path, growing("Once upon a time"), chat=FakeChat(text_length=4000)) as core:
        await core.hear(message("a story!"))
        await core.clock.advance(1)
        with plain_connection(database(tmp_path)) as connection:
            refusal = "BEGIN SELECT RAISE(ABORT, 'full'); END"
            connection.execute(sa.text(f"CREATE TRIGGER full BEFORE UPDATE OF decided ON turns {refusal}"))
        await core.hear(message("/stop", command=Command(name="stop")))
        await core.clock.advance(0.5)
        assert texts.STOPS not in core.chat.texts()
        with plain_connection(database(tmp_path)) as connection:
            connection.execute(sa.text("DROP TRIGGER full"))
        await core.finish()
        assert sorted(core.chat.texts()) == sorted([texts.STOPPED, texts.STOPS])
