"""In groups: when the bot answers, what it hears, and whose conversation it is."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot import texts
from bot.choices import AnswerMode, ConversationSettings, address_of, has_word
from bot.commands import settings_texts
from bot.events import Action, Address, MessageEdited, MessageId, MessageReceived, MessagesDeleted
from bot.ports.model import TextDelta
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import KEY, command, message, photo, pressed, quote
from tests.scripted_model import prompt_text, said


async def choose(core: Core, **chosen: Any) -> None:
    """Let these settings hold in the group, in which nothing was said yet that matters."""
    await core.hear(command("/help"))
    await core.finish()
    core.chat.screen.clear()
    await core.store.change_settings(KEY, ConversationSettings(**chosen), now=core.clock.now())


def to_nobody(text: str, **more: Any) -> MessageReceived:
    return message(text, address=None, **more)


def lines(core: Core, prompt: int = -1) -> list[str]:
    """What a prompt holds behind the system's words."""
    return prompt_text(core.model.prompts[prompt]).splitlines()[1:]


# --- when it answers --------------------------------------------------------------------------------


async def test_what_is_said_to_nobody_is_not_answered_and_not_kept(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        await choose(core)
        await core.hear(to_nobody("just talking"))
        await core.hear(message("hello"))
        await core.finish()
        assert lines(core) == ["user: [Ann] hello"]


async def test_every_message_is_answered_where_people_chose_so(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("yes"), said("no")) as core:
        await choose(core, answers=AnswerMode.EVERY)
        await core.hear(to_nobody("is it?", sender="Ben"))
        await core.finish()
        assert core.chat.texts() == ["yes"]
        await core.hear(MessageEdited(message=to_nobody("isn't it?", sender="Ben", message_id="other")))
        await core.finish()
        assert core.chat.texts() == ["yes", "no"]


async def test_an_edit_of_what_was_answered_to_nobody_redoes_it(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("yes"), said("no")) as core:
        await choose(core, answers=AnswerMode.EVERY)
        await core.hear(to_nobody("is it?", message_id="q"))
        await core.finish()
        await core.hear(MessageEdited(message=to_nobody("isn't it?", message_id="q")))
        await core.finish()
        assert core.chat.texts() == ["no"]


async def test_who_did_not_ask_is_not_told_that_there_is_no_room(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("slow")], per_lane=1, chat=FakeChat(text_length=400)) as core:
        await choose(core, answers=AnswerMode.EVERY)
        await core.hear(message("at work"))
        await core.settle()
        await core.hear(message("waits"), to_nobody("and me?"))
        await core.settle()
        assert core.chat.texts() == []
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["slow", "ok"]


async def test_the_wake_word_calls_the_bot(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("yes")) as core:
        await choose(core, answers=AnswerMode.WAKE_WORD)
        await core.hear(to_nobody("glimpsed it?"), to_nobody("Hey GLIMPSE, is it?"))
        await core.finish()
        assert lines(core) == ["user: [Ann] Hey GLIMPSE, is it?"]
        assert len(core.model.prompts) == 1


async def test_a_wake_word_of_ones_own_counts_instead(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("yes")) as core:
        await choose(core, answers=AnswerMode.WAKE_WORD, wake_word="computer")
        await core.hear(to_nobody("glimpse?"), to_nobody("computer?"))
        await core.finish()
        assert lines(core) == ["user: [Ann] computer?"]


@pytest.mark.parametrize(
    ("chosen", "usual", "address"),
    [
        (None, AnswerMode.MENTION, None),
        (None, AnswerMode.EVERY, Address.WATCHED),
        (None, AnswerMode.WAKE_WORD, Address.WAKE_WORD),
        (AnswerMode.MENTION, AnswerMode.EVERY, None),
        (AnswerMode.EVERY, AnswerMode.MENTION, Address.WATCHED),
    ],
)
def test_the_operator_says_what_counts_where_nobody_chose(
    chosen: AnswerMode | None, usual: AnswerMode, address: Address | None
) -> None:
    usually = ConversationSettings(answers=usual, wake_word="glimpse")
    assert address_of(to_nobody("glimpse!"), ConversationSettings(answers=chosen), usually) is address
    assert address_of(message("hi"), ConversationSettings(answers=chosen), usually) is Address.MENTION


@pytest.mark.parametrize(
    ("text", "word", "is_there"),
    [
        ("hey bot!", "bot", True),
        ("Bot", "bot", True),
        ("robot", "bot", False),
        ("bottle", "bot", False),
        ("a (bot)", "bot", True),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
        ("グリンプスこれは何", "グリンプス", True),
        ("STRASSE", "straße", True),
        ("anything", "", False),
    ],
)
def test_a_wake_word_is_a_word(text: str, word: str, is_there: bool) -> None:
    assert has_word(text, word) is is_there


# --- what it hears ----------------------------------------------------------------------------------


async def test_what_is_overheard_is_context_and_is_not_answered(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("At seven."), chat=FakeChat(text_length=400)) as core:
        await choose(core, listens=True)
        core.chat.files["poster"] = b"poster"
        await core.hear(to_nobody("dinner is at seven", sender="Ben"))
        await core.hear(to_nobody("where?", sender="Cem", quoted=[quote("x", "dinner is at seven", author="Ben")]))
        await core.hear(message("when is dinner?"))
        await core.finish()
        assert core.chat.texts() == ["At seven."]
        assert lines(core)[-3:] == [
            "user: [Ben] dinner is at seven",
            'user: [Cem, quoting Ben: "dinner is at seven"] where?',
            "user: [Ann] when is dinner?",
        ]
        assert "meant for others" in prompt_text(core.model.prompts[0])


async def test_an_overheard_picture_belongs_to_the_next_question_all_the_same(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat.")) as core:
        await choose(core, listens=True)
        core.chat.files["cat"] = b"cat"
        await core.hear(to_nobody("", sender="Ben", attachments=[photo("cat")]))
        await core.hear(message("what is that?"))
        await core.finish()
        assert lines(core) == [
            "",
            "You also see messages that were meant for others. Answer only the last one.",
            "user: [Ben] (sent without words)",
            "user: (Picture 1 [p1] was not looked at, for nobody asked about it. You have not seen it.)",
            "user: [Ann] what is that?",
            "user: Picture 1 [p2] (PNG, 64×32, posted here shortly before by Ben):",
            "user: <pixels>",
        ]


async def test_what_was_overheard_and_is_edited_is_still_not_answered(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("ok")) as core:
        await choose(core, listens=True)
        await core.hear(to_nobody("at seven", message_id="o"))
        await core.hear(MessageEdited(message=to_nobody("at eight", message_id="o")))
        await core.finish()
        assert core.model.prompts == []
        await core.hear(message("when?"))
        await core.finish()
        assert lines(core)[-2:] == ["user: [Ann] at eight", "user: [Ann] when?"]


async def test_a_mention_added_to_what_was_overheard_makes_it_a_question(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("At seven.")) as core:
        await choose(core, listens=True)
        await core.hear(to_nobody("when?", message_id="o"))
        await core.hear(MessageEdited(message=message("when, bot?", message_id="o")))
        await core.finish()
        assert core.chat.texts() == ["At seven."]


async def test_what_was_overheard_and_is_deleted_is_forgotten(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("ok")) as core:
        await choose(core, listens=True)
        await core.hear(to_nobody("my secret", message_id="o"))
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("o"),)))
        await core.hear(message("well?"))
        await core.finish()
        assert lines(core)[-1:] == ["user: [Ann] well?"]
        assert "my secret" not in prompt_text(core.model.prompts[0])
        assert await core.unfinished() == []


async def test_no_more_is_shown_of_what_was_overheard_than_of_what_was_asked(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("ok")) as core:
        await choose(core, listens=True)
        for number in range(60):
            await core.hear(to_nobody(f"talk {number}"))
        await core.hear(message("well?"))
        await core.finish()
        assert len(core.model.prompts[0]) <= 22


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("/settings listening on", settings_texts.HEARS_EVERYTHING),
        ("/settings answers every", settings_texts.ANSWERS_EVERYTHING),
    ],
)
async def test_that_everything_is_heard_is_said_openly_and_once(tmp_path: Path, words: str, told: str) -> None:
    chat = FakeChat(text_length=2000)
    async with running_core(tmp_path, chat=chat) as core:
        await core.hear(command(words))
        await core.finish()
        await core.hear(command(words))
        await core.finish()
        assert [text for text in chat.texts() if text == told] == [told]
        (shown,) = [shown for shown in chat.screen.values() if shown.text == told]
        assert shown.reply_to is None


async def test_that_everything_is_heard_is_said_although_a_crash_comes_between(tmp_path: Path) -> None:
    chat = FakeChat(text_length=2000)
    async with running_core(tmp_path, chat=chat, crashes=True) as core:
        await core.hear(command("/help"))
        await core.finish()
        await core.hear(command("/settings listening on"))
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.finish()
        assert [text for text in chat.texts() if text == settings_texts.HEARS_EVERYTHING] == [
            settings_texts.HEARS_EVERYTHING
        ]


# --- whose conversation it is -----------------------------------------------------------------------


async def test_each_person_can_have_a_conversation_of_their_own(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Hi Ann."), said("Hi Ben."), said("You are Ann."), said("ok")) as core:
        await choose(core, is_per_person=True)
        await core.hear(message("I'm Ann"), message("I'm Ben", sender="Ben"))
        await core.finish()
        await core.hear(message("who am I?"))
        await core.finish()
        assert lines(core) == ["user: [Ann] I'm Ann", "assistant: Hi Ann.", "user: [Ann] who am I?"]
        await core.hear(command("/reset"))
        await core.finish()
        await core.hear(message("and I?", sender="Ben"))
        await core.finish()
        assert lines(core) == ["user: [Ben] I'm Ben", "assistant: Hi Ben.", "user: [Ben] and I?"]


async def test_people_of_one_name_are_told_apart_and_stay_who_they_are(tmp_path: Path) -> None:
    other: dict[str, Any] = {"sender": "Ann", "sender_id": "another"}
    async with running_core(tmp_path, *[said("ok")] * 3) as core:
        await core.hear(message("I like apples", message_id="a"), message("I like plums", message_id="p", **other))
        await core.finish()
        imitator = message("and I pears", sender="Ann (2)", quoted=[quote("p", "I like plums")])
        await core.hear(imitator, message("this?", quoted=[quote("a", "I like apples")], **other))
        await core.finish()
        assert lines(core) == [
            "user: [Ann] I like apples",
            "assistant: ok",
            "user: [Ann (2)] I like plums",
            "assistant: ok",
            'user: [Ann (2) (2), quoting Ann (2): "I like plums"] and I pears',
            "assistant: ok",
            'user: [Ann (2), quoting Ann: "I like apples"] this?',
        ]
        for earlier, later in pairwise(core.model.prompts):
            assert later[: len(earlier)] == earlier, "what was said before stays byte for byte"


async def test_whose_picture_it_is_is_told_of_people_of_one_name(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("hi"), said("a cat")) as core:
        core.chat.files["cat"] = b"cat"
        await core.hear(message("hello"), to_nobody("", sender_id="another", attachments=[photo("cat")]))
        await core.finish()
        await core.hear(message("what is that?"))
        await core.finish()
        assert "posted here shortly before by Ann (2)" in prompt_text(core.model.prompts[-1])


@pytest.mark.parametrize("is_per_person", [True, False])
async def test_an_answer_is_stopped_by_others_only_where_the_conversation_is_everybodys(
    tmp_path: Path, *, is_per_person: bool
) -> None:
    growing = [TextDelta("Once upon"), asyncio.Event()]
    async with running_core(tmp_path, growing, growing, chat=FakeChat(text_length=4000)) as core:
        await choose(core, is_per_person=is_per_person)
        stopped = f"Once upon\n\n{texts.STOPPED_NOTE}"
        for wish in ("press", "command"):
            core.chat.screen.clear()
            await core.hear(message("a story!"))
            await core.clock.advance(1)
            (grows,) = map(MessageId, core.chat.screen)
            for who in ("Ben", "Ann"):
                assert core.chat.texts()[0] == (stopped if who == "Ann" and not is_per_person else "Once upon")
                by_press = pressed(Action.STOP, grows, sender=who)
                await core.hear(by_press if wish == "press" else command("/stop", sender=who))
                await core.clock.advance(1)
            assert core.chat.texts()[0] == stopped
            told = core.chat.texts()[1:]
            no, yes = texts.NOTHING_TO_STOP, texts.STOPS
            assert told == ([] if wish == "press" else [no, yes] if is_per_person else [yes, no])
