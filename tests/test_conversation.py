import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot import texts
from bot.errors import AttachmentError, ModelError, ModelTrouble, PlatformRefused
from bot.events import Command, ConversationKey, MessageId, Quoted, Unreadable
from bot.ports.model import Finished, FinishReason, TextDelta
from bot.sentences import sentence
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.fakes import FakePictures
from tests.happenings import FAKE, KEY, message, photo
from tests.manual_clock import START
from tests.scripted_model import prompt_text, said

BROKEN = ModelError(
    "model answered 500",
    trouble=ModelTrouble.UNAVAILABLE,
    person=sentence("The model is not reachable. Please try again."),
)


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


async def test_a_photo_goes_to_the_model_and_again_with_the_next_question(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat.")) as core:
        core.chat.files["cat"] = b"pic cat"
        await core.hear(message("", attachments=[photo("cat")]))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).splitlines()[1:] == [
            "user: [Ann] (sent without words: describe what you see)",
            "user: Picture 1 [p1] (PNG, 64×32):",
            "user: <pixels>",
        ]
        await core.hear(message("what colour?"))
        await core.finish()
        assert "<pixels>" in prompt_text(core.model.prompts[1])
        assert core.pictures.prepared == [b"pic cat"], "fetched and prepared once"


async def test_the_photo_of_the_message_replied_to_is_seen(tmp_path: Path) -> None:
    quoted = Quoted(message_id=MessageId("p"), author="Bob", is_own=False, text="", attachments=(photo("dog"),))
    async with running_core(tmp_path) as core:
        core.chat.files["dog"] = b"pic dog"
        await core.hear(message("what is this?", quoted=[quoted]))
        await core.finish()
        text = prompt_text(core.model.prompts[0])
        assert "[Ann, quoting Bob] what is this?" in text
        assert "Picture 1 [p1] (PNG, 64×32, in what is quoted):\nuser: <pixels>" in text


async def test_an_album_is_one_question_with_one_answer(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Three pets.")) as core:
        for name in ("a", "b", "c"):
            core.chat.files[name] = b"pic " + name.encode()
        await core.hear(message("which is best?", attachments=[photo("a")], album_id="x"))
        await core.clock.advance(0.8)
        await core.hear(message("", attachments=[photo("b")], album_id="x", address=None))
        await core.clock.advance(0.8)
        await core.hear(message("", attachments=[photo("c")], album_id="x", address=None))
        assert core.model.prompts == []
        await core.finish()
        assert core.chat.texts() == ["Three pets."]
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == 3


async def test_a_picture_that_can_not_be_used_is_told_to_model_and_person(tmp_path: Path) -> None:
    chat = FakeChat(text_length=4000)
    async with running_core(tmp_path, said("I see one."), said("Yes."), chat=chat) as core:
        chat.files |= {
            "good": b"pic",
            "gone": AttachmentError("404", person=sentence("it is no longer there")),
        }
        big = photo("big", size_bytes=5_000_000)
        song = photo("song", media_type="audio/mpeg")
        await core.hear(message("?", attachments=[photo("good"), photo("gone"), big, song]))
        await core.finish()
        (answer,) = chat.texts()
        assert answer == (
            "I see one.\n\n*(I could not look at picture 2: it is no longer there.)*\n\n"
            "*(I could not look at picture 3: it is larger than 1 MB.)*\n\n"
            "*(I could not look at picture 4: it is a sound recording, and I can only look at things.)*"
        )
        assert prompt_text(core.model.prompts[0]).count("could not be looked at") == 3
        await core.hear(message("sure?"))
        await core.finish()
        assert chat.texts()[1] == "Yes.", "said once, not with every later answer"


async def test_a_decoder_that_fails_costs_one_picture_and_not_the_answer(tmp_path: Path) -> None:
    pictures = FakePictures(refuse=lambda _: AttachmentError("crash", person=sentence("it seems to be damaged")))
    async with running_core(tmp_path, said("Hm."), chat=FakeChat(text_length=4000), pictures=pictures) as core:
        core.chat.files["x"] = b"?"
        await core.hear(message("?", attachments=[photo("x")]))
        await core.finish()
        assert core.chat.texts() == ["Hm.\n\n*(I could not look at picture 1: it seems to be damaged.)*"]


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


async def test_when_the_server_takes_fewer_pictures_it_gets_fewer_and_that_is_remembered(tmp_path: Path) -> None:
    refusal = ModelError(
        "At most 1 image(s)", trouble=ModelTrouble.PICTURES, person=sentence("Too many."), picture_limit=1
    )
    async with running_core(tmp_path, [refusal], said("I see one."), chat=FakeChat(text_length=4000)) as core:
        core.chat.files |= {"a": b"pic a", "b": b"pic b"}
        await core.hear(message("?", attachments=[photo("a"), photo("b")]))
        await core.finish()
        (text,) = core.chat.texts()
        assert text == f"I see one.\n\n{texts.not_seen(2, texts.not_shown(1))}"
        assert [prompt_text(prompt).count("<pixels>") for prompt in core.model.prompts] == [2, 1]
    async with running_core(tmp_path, chat=FakeChat(text_length=4000)) as core:
        core.chat.files |= {"c": b"pic c", "d": b"pic d"}
        await core.hear(message("and these?", attachments=[photo("c"), photo("d")]))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == 1


async def test_what_is_found_late_is_only_remembered(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("ok")) as core:
        await core.clock.advance(7200)
        recent = START + timedelta(seconds=7000)
        await core.hear(message("old news", is_catch_up=True), message("fresh", is_catch_up=True, sent_at=recent))
        await core.finish()
        assert core.chat.texts() == ["ok"]
        assert "[Ann] old news" in prompt_text(core.model.prompts[0])


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
