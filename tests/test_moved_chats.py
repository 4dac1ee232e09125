"""A group becomes a supergroup: what was said before is remembered there, and what is asked is answered there."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.events import ConversationMoved
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.happenings import KEY, message
from tests.scripted_model import prompt_text, said

NEW = replace(KEY, chat_id="-1001")
MOVED = ConversationMoved(old=KEY, new=NEW)


async def test_history_and_settings_go_along(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Paris."), said("Rome.")) as core:
        await core.hear(message("capital of France?", message_id="1"))
        await core.finish()
        await core.store.change_settings(
            KEY, ConversationSettings(persona="brief"), before=NOTHING_CHOSEN, now=core.clock.now()
        )
        await core.hear(MOVED, MOVED)
        await core.hear(message("and of Italy?", message_id="1", key=NEW))
        await core.finish()
        assert core.chat.texts(NEW) == ["Rome."]
        assert "capital of France?" in prompt_text(core.model.prompts[1])
        assert "Be brief." in prompt_text(core.model.prompts[1])


async def test_an_answer_under_way_comes_in_the_new_chat(tmp_path: Path) -> None:
    growing = [TextDelta("Par"), asyncio.Event(), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, growing, said("Paris."), said("Rome.")) as core:
        await core.hear(message("capital of France?", message_id="1"), message("and of Italy?", message_id="2"))
        await core.clock.advance(1)
        assert core.chat.texts() == ["Par"]
        await core.hear(MOVED)
        await core.finish()
        assert core.chat.texts(NEW) == ["Paris.", "Rome."]
        assert [shown.reply_to for at, shown in core.chat.screen.items() if at.startswith(NEW.chat_id)] == [None, None]
        assert await core.unfinished() == []


async def test_an_answer_under_way_survives_a_crash_right_behind_the_move(tmp_path: Path) -> None:
    chat = FakeChat()
    async with running_core(tmp_path, [asyncio.Event()], chat=chat, crashes=True) as core:
        await core.hear(message("capital of France?", message_id="1"))
        await core.settle()
        await core.hear(MOVED)
    async with running_core(tmp_path, said("Paris."), chat=chat, resume=True) as core:
        await core.finish()
        assert chat.texts(NEW) == ["Paris."]


async def test_what_is_told_of_the_old_chat_again_is_not_answered_again(tmp_path: Path) -> None:
    asked = message("capital of France?", message_id="1")
    async with running_core(tmp_path, said("Paris."), said("ok")) as core:
        await core.hear(asked)
        await core.finish()
        await core.hear(MOVED, asked, message("hello", message_id="2"))
        await core.finish()
        assert core.chat.texts() == ["Paris."]
        assert core.chat.texts(NEW) == ["ok"], "what was never heard before is answered where the chat lives on"
