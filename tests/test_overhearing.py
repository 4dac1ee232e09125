"""What the bot overhears in a group: context and no question, said openly, bounded, and gone when taken back."""

import asyncio
from pathlib import Path

import pytest

from bot.choices import ConversationSettings
from bot.commands import settings_texts
from bot.events import MessageEdited, MessageId, MessagesDeleted, PersonId
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.groups import choose, lines, to_nobody
from tests.happenings import KEY, command, message, photo, quote
from tests.scripted_model import prompt_text, said


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


async def test_nothing_is_left_of_what_was_overheard_once_it_no_longer_listens(tmp_path: Path) -> None:
    chat = FakeChat(text_length=2000)
    async with running_core(tmp_path, said("At seven."), said("No idea."), chat=chat) as core:
        await choose(core, listens=True)
        core.chat.files["cat"] = b"cat"
        for number in range(120):
            await core.hear(to_nobody(f"secret {number}", sender="Ben", attachments=[photo("cat")] * (number == 7)))
        await core.hear(message("when is dinner?"))
        await core.finish()
        assert "secret 119" in prompt_text(core.model.prompts[0])
        await core.hear(command("/settings listening off"))
        await core.finish()
        assert chat.texts()[-1].startswith(settings_texts.FORGOT_OVERHEARD)
        await core.hear(message("what else was said?"))
        await core.finish()
        shown = prompt_text(core.model.prompts[1])
        assert "secret" not in shown
        assert "At seven." in shown
        assert b"secret" not in (tmp_path / "glimpse.db").read_bytes() + (tmp_path / "glimpse.db-wal").read_bytes()


async def test_what_was_overheard_and_forgotten_can_still_be_edited_into_a_question(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("At seven."), chat=FakeChat(text_length=2000)) as core:
        await choose(core, listens=True)
        await core.hear(to_nobody("when?", message_id="o"))
        await core.hear(command("/settings listening off"))
        await core.finish()
        await core.hear(MessageEdited(message=message("when, bot?", message_id="o")))
        await core.finish()
        assert core.chat.texts()[-1] == "At seven."


async def test_who_ends_the_listening_while_somebody_else_chooses_something_ends_it(tmp_path: Path) -> None:
    chat = FakeChat(text_length=2000)
    chat.managers.add(PersonId("ben"))
    async with running_core(tmp_path, chat=chat) as core:
        await choose(core, listens=True)
        chat.asks_for_rights = asyncio.Event()
        await core.hear(command("/alt on", sender="Ben"))
        await core.settle()
        rights, chat.asks_for_rights = chat.asks_for_rights, None
        await core.hear(command("/settings listening off"))
        await core.settle()
        rights.set()
        await core.finish()
        assert await core.store.settings(KEY) == ConversationSettings(describes_pictures=True)
