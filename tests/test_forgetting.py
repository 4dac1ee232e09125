"""What people want forgotten is gone; what is kept of them they can have; what they used they can see."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.commands import data_texts
from bot.events import Action, ConversationKey, MessageId
from bot.ports.model import Finished, FinishReason, TextDelta
from bot.records.accepting import Arrival
from storage.tables import attachments, metadata, pictures
from tests.core import Core, running_core
from tests.fake_chat import FakeChat, Shown
from tests.happenings import FAKE, KEY, command, message, photo, pressed, quote
from tests.scripted_model import prompt_text, said
from tests.storing import database, plain_connection

ELSEWHERE = ConversationKey(platform=FAKE, chat_id="2")


def wide() -> FakeChat:
    return FakeChat(text_length=600)


def last(core: Core, key: ConversationKey = KEY) -> Shown:
    return [shown for at, shown in core.chat.screen.items() if at.startswith(f"{key.chat_id}/")][-1]


def last_id(core: Core) -> MessageId:
    return list(core.chat.screen)[-1]


def everything_stored(folder: Path) -> str:
    """Every value of every row, as one text."""
    with plain_connection(database(folder)) as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(sa.select(table)).all()]
    return repr(rows)


async def test_forget_asks_what_and_forgets_what_is_pressed_in_the_same_message(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("hm"), chat=wide()) as core:
        await core.hear(message("my secret"))
        await core.finish()
        await core.hear(command("/forget"))
        await core.finish()
        menu = last(core)
        assert [button.value for row in menu.buttons for button in row] == ["message", "here", "everything"]
        await core.hear(pressed(Action.CHOOSE, last_id(core), value="everything"))
        await core.finish()
        assert core.chat.texts() == ["hm", data_texts.FORGOTTEN_EVERYTHING]
        assert menu.buttons == ()
        assert "my secret" not in everything_stored(tmp_path)


async def test_nobody_presses_for_others_what_is_to_be_forgotten(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("hm"), chat=wide()) as core:
        await core.hear(message("my secret"))
        await core.finish()
        await core.hear(command("/forget"))
        await core.finish()
        await core.hear(pressed(Action.CHOOSE, last_id(core), value="everything", sender="Ben"))
        await core.finish()
        assert last(core).text == data_texts.FORGET
        assert "my secret" in everything_stored(tmp_path)


async def test_everything_of_a_person_goes_and_what_others_said_stays(tmp_path: Path) -> None:
    scripts = (said("ANSWER1"), said("ANSWER2"), said("ANSWER3"), said("ok"))
    async with running_core(tmp_path, *scripts, chat=wide()) as core:
        core.chat.files["cat"] = b"cat"
        await core.hear(message("words of Ann", attachments=[photo("cat")]))
        await core.finish()
        await core.hear(message("words of Ben", sender="Ben"))
        await core.finish()
        await core.hear(message("more of Ann", key=ELSEWHERE))
        await core.finish()
        await core.hear(command("/forget everything", key=ELSEWHERE))
        await core.finish()
        assert last(core, ELSEWHERE).text == data_texts.FORGOTTEN_EVERYTHING
        kept = everything_stored(tmp_path)
        assert "words of Ben" in kept
        assert "ANSWER2" in kept
        assert not any(gone in kept for gone in ("words of Ann", "more of Ann", "ANSWER1", "ANSWER3", "'ann'", "'Ann'"))
        assert not list((tmp_path / "glimpse.db.originals").glob("*/*"))
        with plain_connection(database(tmp_path)) as connection:
            assert connection.execute(sa.select(attachments)).all() == []
        assert core.chat.texts() == ["ANSWER1", "ANSWER2"], "what stands in the chat stays there"
        await core.hear(message("and?", sender="Ben"))
        await core.finish()
        assert "Ann" not in prompt_text(core.model.prompts[-1])


@pytest.mark.parametrize("way", ["before", "by reply"])
@pytest.mark.parametrize("wish", ["/forget everything", "/forget here"])
async def test_a_picture_that_others_asked_about_goes_with_who_posted_it(tmp_path: Path, way: str, wish: str) -> None:
    async with running_core(tmp_path, said("A cat."), said("I don't know."), chat=wide()) as core:
        core.chat.files["cat"] = b"cat"
        posted = message("", sender="Zoe", message_id="posted", attachments=[photo("cat")], address=None)
        reply = [quote("posted", author="Zoe", attachments=[photo("cat")])] if way == "by reply" else []
        await core.hear(posted, message("what is that?", quoted=reply))
        await core.finish()
        assert "<pixels>" in prompt_text(core.model.prompts[-1])
        originals = database(tmp_path).with_name("glimpse.db.originals")
        assert [path for path in originals.rglob("*") if path.is_file()]
        await core.hear(command(wish, sender="Zoe"))
        await core.finish()
        with plain_connection(database(tmp_path)) as connection:
            assert connection.execute(sa.select(attachments)).all() == []
            assert connection.execute(sa.select(pictures)).all() == []
        assert [path for path in originals.rglob("*") if path.is_file()] == []
        await core.hear(message("and its tail?"))
        await core.finish()
        assert prompt_text(core.model.prompts[-1]).splitlines()[1:] == [
            "user: [Ann, quoting Zoe] what is that?" if reply else "user: [Ann] what is that?",
            "assistant: A cat.",
            "user: [Ann] and its tail?",
        ]


async def test_a_picture_that_others_asked_about_elsewhere_stays_when_one_conversation_is_forgotten(
    tmp_path: Path,
) -> None:
    async with running_core(tmp_path, said("A cat."), chat=wide()) as core:
        core.chat.files["cat"] = b"cat"
        posted = message("", key=ELSEWHERE, sender="Zoe", attachments=[photo("cat")], address=None)
        await core.hear(posted, message("what is that?", key=ELSEWHERE), command("/forget here", sender="Zoe"))
        await core.finish()
        with plain_connection(database(tmp_path)) as connection:
            assert len(connection.execute(sa.select(attachments)).all()) == 1


async def test_what_was_forgotten_is_not_answered_again_when_it_is_told_of_again(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("ANSWER1"), chat=wide()) as core:
        heard = message("words of Ann")
        await core.hear(heard)
        await core.finish()
        await core.hear(command("/forget everything"))
        await core.finish()
        await core.hear(heard)
        await core.finish()
        assert len(core.model.prompts) == 1


async def test_an_answer_under_way_is_taken_back_when_all_is_forgotten(tmp_path: Path) -> None:
    growing = [TextDelta("About your sec"), asyncio.Event(), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, growing, chat=wide()) as core:
        await core.hear(message("my secret"))
        await core.clock.advance(1)
        assert core.chat.texts() == ["About your sec"]
        await core.hear(command("/forget everything"))
        await core.finish()
        assert core.chat.texts() == [data_texts.FORGOTTEN_EVERYTHING]
        assert await core.unfinished() == []


async def test_one_exchange_goes_from_the_chat_too(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("one"), said("two"), chat=wide()) as core:
        await core.hear(message("first secret", message_id="q1"), message("second", message_id="q2"))
        await core.finish()
        await core.hear(command("/forget message", quoted=[quote("q1")]))
        await core.finish()
        assert core.chat.texts() == ["two", data_texts.FORGOTTEN_EXCHANGE]
        assert "first secret" not in everything_stored(tmp_path)
        await core.hear(command("/forget message"))
        await core.finish()
        assert core.chat.texts() == [data_texts.FORGOTTEN_EXCHANGE] * 2


async def test_the_exchange_of_somebody_else_is_not_forgotten(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("one"), chat=wide()) as core:
        await core.hear(message("words of Ben", sender="Ben", message_id="q1"))
        await core.finish()
        await core.hear(command("/forget message", quoted=[quote("q1")]), command("/forget message"))
        await core.finish()
        assert core.chat.texts() == ["one", data_texts.NOTHING_TO_FORGET, data_texts.NOTHING_TO_FORGET]


async def test_the_same_command_after_a_crash_forgets_no_other_exchange(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("one"), said("two"), chat=wide()) as core:
        await core.hear(message("first"), message("second"))
        await core.finish()
        now = core.clock.now()
        arrival = Arrival(now=now, ready_at=now, joining=core.inbox._rules.patience.joining)
        accepted = await core.store.accept(command("/forget message"), arrival)
        assert accepted is not None
        for _ in range(2):
            (turn,) = [turn for turn in await core.unfinished() if turn.command == "forget"]
            assert await core.store.forget_exchange(turn, now=core.clock.now()) is not None
        await core.inbox.resume()
        await core.finish()
        assert core.chat.texts() == ["one", data_texts.FORGOTTEN_EXCHANGE]


async def test_a_conversation_is_forgotten_by_who_manages_it_and_by_others_as_far_as_it_is_theirs(
    tmp_path: Path,
) -> None:
    async with running_core(tmp_path, said("one"), said("two"), said("three"), chat=wide()) as core:
        await core.hear(message("words of Ann"), message("words of Ben", sender="Ben"))
        await core.hear(message("ELSEWHERE", sender="Ben", key=ELSEWHERE))
        await core.finish()
        await core.hear(command("/forget here", sender="Ben"))
        await core.finish()
        assert last(core).text == data_texts.FORGOTTEN_OWN_HERE
        kept = everything_stored(tmp_path)
        assert "words of Ben" not in kept
        assert "words of Ann" in kept
        assert "ELSEWHERE" in kept
        await core.hear(command("/forget here"))
        await core.finish()
        assert last(core).text == data_texts.FORGOTTEN_HERE
        assert "words of Ann" not in everything_stored(tmp_path)


async def test_forget_in_reply_to_a_message_of_another_chat_forgets_nothing_here(tmp_path: Path) -> None:
    chat = FakeChat(text_length=400)
    async with running_core(tmp_path, said("Paris."), said("Rome."), chat=chat) as core:
        await core.hear(message("capital of France?"))
        await core.finish()
        elsewhere = replace(quote("7", "what I said in another chat"), message_id=None)
        await core.hear(command("/forget message", quoted=[elsewhere]))
        await core.finish()
        assert chat.texts() == ["Paris.", data_texts.NOTHING_TO_FORGET]
        await core.hear(command("/forget", quoted=[elsewhere]))
        await core.finish()
        assert chat.texts()[0] == "Paris."
