"""What the bot says of its own accord: in the language of the conversation, else of whom it is for."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot import texts
from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.commands import settings_texts
from bot.events import MessageId, MessageReceived, Unreadable
from bot.ports.intake import KnownPlace
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, KEY, command, message, photo
from tests.scripted_model import said


def a_chat() -> FakeChat:
    return FakeChat(text_length=4000, resend_is_safe=False)


def by(language: str, heard: MessageReceived) -> MessageReceived:
    return replace(heard, sender=replace(heard.sender, language=language))


async def choose(core: Core, language: str) -> None:
    await core.hear(command("/help"))
    await core.finish()
    core.chat.screen.clear()
    await core.store.change_settings(
        KEY, ConversationSettings(language=language), before=NOTHING_CHOSEN, now=core.clock.now()
    )


async def refused_in(core: Core, language: str) -> str:
    for number, name in enumerate(("Ann", "Ben", "Cid")):
        await core.hear(by(language, message("?", sender=name, message_id=f"{number}")))
        await core.settle()
    (text,) = [shown.text for shown in core.chat.screen.values() if shown.reply_to == "2"]
    return text


async def test_who_finds_no_room_is_told_in_their_language(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()], chat=a_chat(), per_lane=1) as core:
        assert await refused_in(core, "uk") == texts.busy(2).in_language("uk")


async def test_who_finds_no_room_is_told_in_the_language_of_the_conversation(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()], chat=a_chat(), per_lane=1) as core:
        await choose(core, "ja")
        assert await refused_in(core, "uk") == texts.busy(2).in_language("ja")


async def test_what_was_missed_is_said_in_the_language_of_the_conversation(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=a_chat()) as core:
        await choose(core, "fr")
        await core.inbox.missed(KnownPlace(key=KEY, is_private=False, newest=MessageId("9")), cursor="told until")
        await core.finish()
        assert core.chat.texts() == [texts.MISSED.in_language("fr")]


async def test_an_apology_is_in_the_language_of_who_waits(tmp_path: Path) -> None:
    strange = Unreadable(
        platform=FAKE, id="7", raw="{}", error="KeyError", apologise_to=KEY, reply_to=MessageId("q"), language="pt-BR"
    )
    async with running_core(tmp_path, chat=a_chat()) as core:
        await core.inbox.set_aside(strange)
        await core.finish()
        assert core.chat.texts() == [texts.UNREADABLE.in_language("pt")]


async def test_that_everything_is_heard_is_said_in_the_language_just_spoken_there(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=a_chat()) as core:
        await core.hear(by("es", command("/settings listening on", sender="Ann")))
        await core.finish()
        assert settings_texts.HEARS_EVERYTHING.in_language("es") in core.chat.texts()


async def test_the_mark_of_a_description_and_the_notes_below_are_translated_and_not_remembered(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Una rosa."), said("Sí."), chat=a_chat()) as core:
        core.chat.files["a"] = b"pic a"
        picture = command("/alt", attachments=[photo("a")])
        await core.hear(by("es", picture))
        await core.finish()
        assert core.chat.texts() == [f"{texts.ALT_MARK.in_language('es')}Una rosa."]
        await core.hear(message("really?"))
        await core.finish()
        assert "Descrito" not in str(core.model.prompts[1])
