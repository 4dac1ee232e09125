"""Whose conversation it is in a group: everybody's or one for each person, who stays told apart."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot import texts
from bot.events import Action, MessageId
from bot.ports.model import TextDelta
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.groups import choose, lines, to_nobody
from tests.happenings import command, message, photo, pressed, quote
from tests.scripted_model import prompt_text, said


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
