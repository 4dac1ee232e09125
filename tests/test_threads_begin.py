"""A thread that is opened for a question begins with what holds in its channel; then it goes its own way."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.choices import ConversationSettings
from bot.events import ConversationKey, MessagesDeleted
from tests.core import running_core
from tests.groups import choose, lines, to_nobody
from tests.happenings import KEY, message, photo, quote
from tests.scripted_model import prompt_text, said


def thread_of(message_id: str) -> ConversationKey:
    return replace(KEY, thread_id=message_id)


async def test_what_was_chosen_in_its_channel_holds_but_nobody_listens_untold(tmp_path: Path) -> None:
    chosen = ConversationSettings(persona="You are a pirate.", exchanges=3, language="de", listens=True)
    question = message("why?", key=thread_of("q"), message_id="q", sender="Ben")
    async with running_core(tmp_path, said("Arr.")) as core:
        await choose(core, persona="You are a pirate.", exchanges=3, language="de", listens=True)
        await core.hear(replace(question, asked_in=KEY))
        await core.finish()
        assert await core.store.settings(question.key) == replace(chosen, listens=False)
        assert await core.store.settings(KEY) == chosen
        assert "You are a pirate." in prompt_text(core.model.prompts[0])


async def test_what_is_chosen_in_a_thread_is_its_own(tmp_path: Path) -> None:
    question = replace(message("why?", key=thread_of("q"), message_id="q"), asked_in=KEY)
    async with running_core(tmp_path, said("So."), said("So there.")) as core:
        await choose(core, language="de")
        await core.hear(question)
        await core.finish()
        german = ConversationSettings(language="de")
        await core.store.change_settings(question.key, ConversationSettings(), before=german, now=core.clock.now())
        await core.hear(message("and then?", key=question.key))
        await core.finish()
        assert await core.store.settings(question.key) == ConversationSettings()
        assert await core.store.settings(KEY) == german


async def test_a_picture_posted_in_the_channel_before_is_seen_in_each_thread_where_somebody_asks(
    tmp_path: Path,
) -> None:
    async with running_core(tmp_path, said("A cat."), said("Which?")) as core:
        core.chat.files["cat"] = b"cat"
        await core.hear(to_nobody("", sender="Ben", attachments=[photo("cat")]))
        for message_id in ("one", "two"):
            asked = message("what is that?", key=thread_of(message_id), message_id=message_id)
            await core.hear(replace(asked, asked_in=KEY))
            await core.finish()
        for prompt, handle in ((0, "p1"), (1, "p2")):
            assert lines(core, prompt)[-2:] == [
                f"user: Picture 1 [{handle}] (PNG, 64×32, posted here shortly before by Ben):",
                "user: <pixels>",
            ]


@pytest.mark.parametrize("is_quoted", [False, True])
async def test_a_picture_that_is_deleted_in_the_channel_is_gone_from_the_thread(
    tmp_path: Path, is_quoted: bool
) -> None:
    async with running_core(tmp_path, said("A cat."), said("What?")) as core:
        core.chat.files["cat"] = b"cat"
        posted = to_nobody("", message_id="p", sender="Ben", attachments=[photo("cat")])
        await core.hear(posted)
        quotes = [quote("p", author="Ben", attachments=posted.attachments)] if is_quoted else []
        question = message("what is that?", key=thread_of("q"), message_id="q", quoted=quotes)
        await core.hear(replace(question, asked_in=KEY))
        await core.finish()
        assert "<pixels>" in prompt_text(core.model.prompts[0])
        await core.hear(MessagesDeleted(key=KEY, message_ids=(posted.message_id,)))
        await core.hear(message("sure?", key=question.key))
        await core.finish()
        assert "<pixels>" not in prompt_text(core.model.prompts[1])
