"""What was asked stands above the answer where a chat shows only that a command was used."""

from pathlib import Path

import pytest

from adapters.discord.render import render as on_discord
from adapters.telegram.render import render as on_telegram
from bot.errors import ModelError, ModelTrouble
from bot.markup.literal import literal
from bot.ports.parts import MarkKind
from bot.sentences import sentence
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.happenings import command, message, quote
from tests.scripted_model import prompt_text, said

TRICKY = (
    "What is *this*, and _that_?",
    "# head",
    "1) first",
    "2. second",
    "- [ ] task",
    "[here](https://b.de/x_y-z)",
    "see https://b.de/x_y-z. Why?",
    "``` a `b` c",
    "||secret|| ~~gone~~ a | b",
    "![a](b)",
    "C:\\dir\\*",
    "> quoted",
    "---",
    "<b>bold</b> &amp; so on",
    "اكتب عن Python؟",
)


@pytest.mark.parametrize("question", TRICKY)
def test_a_quoted_question_reads_as_it_was_written(question: str) -> None:
    [part] = on_telegram(f"> {literal(question)}\n\nBecause.", final=True)
    shown, _, answer = part.text.rpartition("\n\n")
    assert (shown.replace("\u2060", ""), answer) == (question, "Because.")
    assert {mark.kind for mark in part.marks} <= {MarkKind.QUOTE, MarkKind.LINK}


def test_a_quoted_question_is_one_line_of_quote_on_discord() -> None:
    [part] = on_discord(f"> {literal('Is *it* @everyone, <@1>?')}\n\nYes.", final=True)
    assert part.text == "> Is \\*it\\* \\@everyone, \\<@1>?\n\nYes."


async def test_the_quote_is_there_while_the_answer_grows_and_is_not_remembered_as_said(tmp_path: Path) -> None:
    chat = FakeChat()
    asked = message("Why\nis it so?")
    chat.unseen.add(asked.message_id)
    async with running_core(tmp_path, said("Be", "cause."), said("Yes."), chat=chat) as core:
        await core.hear(asked)
        await core.finish()
        await core.hear(message("Sure?"))
        await core.finish()
        history = prompt_text(core.model.prompts[1])

    first, second = chat.screen.values()
    assert first.versions[-1] == "> Why is it so?\n\nBecause."
    assert all(version.startswith("> Why is it so?\n\n") for version in first.versions)
    assert second.versions[-1] == "Yes."
    assert "Because." in history
    assert "> Why" not in history


async def test_a_failure_says_to_which_question_too_and_a_long_one_is_cut(tmp_path: Path) -> None:
    chat = FakeChat()
    asked = message("Why " * 200)
    chat.unseen.add(asked.message_id)
    error = ModelError("away", trouble=ModelTrouble.UNAVAILABLE, person=sentence("The model is away."))
    async with running_core(tmp_path, [error], chat=chat) as core:
        await core.hear(asked)
        await core.finish()

    quote, _, rest = "".join(shown.versions[-1] for shown in chat.screen.values()).partition("\n\n")
    assert quote.startswith("> Why Why")
    assert quote.endswith("Why…")
    assert len(quote) <= 202
    assert rest == "The model is away."


async def test_a_command_without_words_and_a_message_that_all_see_are_not_quoted(tmp_path: Path) -> None:
    chat = FakeChat()
    silent = command("/describe")
    chat.unseen.add(silent.message_id)
    async with running_core(tmp_path, said("A rose."), said("Red."), chat=chat) as core:
        await core.hear(silent)
        await core.finish()
        await core.hear(message("Which colour?"))
        await core.finish()

    assert [shown.versions[-1] for shown in chat.screen.values()] == ["A rose.", "Red."]


async def test_a_question_that_nobody_sees_says_which_message_it_is_about(tmp_path: Path) -> None:
    chat = FakeChat(text_length=400)
    chat.links_messages = True
    asked, described = (message(words, quoted=[quote("p1", author="Ben")]) for words in ("Whose?", ""))
    seen = message("And this?", quoted=[quote("p2", author="Ben")])
    chat.unseen |= {asked.message_id, described.message_id}
    async with running_core(tmp_path, said("His."), said("A rose."), said("Hers."), chat=chat) as core:
        for event in (asked, described, seen):
            await core.hear(event)
            await core.finish()

    assert chat.texts() == [
        "> Whose?\n> https://fake.example/p1\n\nHis.",
        "> https://fake.example/p1\n\nA rose.",
        "Hers.",
    ]
