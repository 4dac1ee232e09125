"""When the bot answers in a group: to its name, to a wake word, or to everything."""

import asyncio
from pathlib import Path

import pytest

from bot.choices import AnswerMode, ConversationSettings, address_of, has_word
from bot.events import Address, MessageEdited
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.groups import choose, lines, to_nobody
from tests.happenings import message
from tests.scripted_model import said


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
        ("Glimpseさん、これは何？", "glimpse", True),
        ("안녕 glimpse야", "glimpse", True),
        ("Ｇｌｉｍｐｓｅ?", "glimpse", True),
        ("cafe\u0301, please", "café", True),
        ("décafé", "café", False),
        ("I ❤ you", "❤️", True),
        ("скажи, Бот", "бот", True),
        ("спроси у бота", "бот", True),
        ("работа кипит", "бот", False),
        ("новые ботинки", "бот", False),
        ("قل والبوت يجيب", "بوت", True),
        ("机器人你好", "机器人", True),
        ("anything", "", False),
    ],
)
def test_a_wake_word_is_a_word(text: str, word: str, is_there: bool) -> None:
    assert has_word(text, word) is is_there
