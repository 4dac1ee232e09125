"""More is asked than the queues hold: everybody is told, nobody again and again, and memory stays bounded."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import texts
from bot.errors import PlatformThrottled
from bot.events import Command, MessageEdited, MessageId, MessageReceived, MessagesDeleted
from bot.inbox import COMMANDS_WAITING_PER_CONVERSATION, TOLD_FOR_MESSAGES, TOLD_FOR_S
from bot.ports.model import TextDelta
from bot.words import WAITING_PER_CONVERSATION
from storage.tables import messages, turns
from tests.core import Core, running_core
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.fake_chat import FakeChat
from tests.happenings import KEY, command, message, photo, quote
from tests.people import People
from tests.process import BotProcess
from tests.scripted_model import prompt_text, said
from tests.storing import database, plain_connection

BUSY = texts.busy(2)


def a_chat() -> FakeChat:
    return FakeChat(text_length=4000, resend_is_safe=False)


async def full(core: Core) -> None:
    """One question at work and one that waits: there is no more room."""
    await core.hear(message("first", message_id="first"))
    await core.settle()
    await core.hear(message("second", message_id="second"))


def refused(core: Core) -> list[str | None]:
    """To which messages it was said that there is no room."""
    return [shown.reply_to for shown in core.chat.screen.values() if shown.text == BUSY]


def outcomes(folder: Path) -> Sequence[tuple[str, str]]:
    """State and trouble of the turn of each message."""
    query = sa.select(turns.c.state, turns.c.trouble).join_from(messages, turns).order_by(messages.c.id)
    with plain_connection(database(folder)) as connection:
        return [(row.state, row.trouble) for row in connection.execute(query)]


def help_wanted(message_id: str) -> MessageReceived:
    return message("/help", message_id=message_id, command=Command(name="help"))


# --- questions --------------------------------------------------------------------------------------


async def test_who_floods_the_bot_is_told_once_and_each_message_has_its_outcome(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("one")], said("two"), per_lane=1, chat=a_chat()) as core:
        await full(core)
        for number in range(15):
            await core.hear(message(f"{number}", message_id=f"m{number}"))
        await core.settle()
        assert core.chat.texts() == [BUSY]
        assert refused(core) == ["m0"]
        gate.set()
        await core.finish()
        assert core.chat.texts() == [BUSY, "one", "two"]
        assert await core.unfinished() == []
    assert outcomes(tmp_path) == [("answered", "")] * 2 + [("failed", "busy")] * 15


async def test_everybody_else_is_told_too(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()], per_lane=1, chat=a_chat()) as core:
        await full(core)
        for number in range(3):
            for person in ("Ann", "Bob", "Cem"):
                await core.hear(message("?", message_id=f"{person} {number}", sender=person))
        await core.settle()
        assert sorted(map(str, refused(core))) == ["Ann 0", "Bob 0", "Cem 0"]


async def test_who_comes_back_after_a_minute_is_told_again(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()], per_lane=1, chat=a_chat()) as core:
        await full(core)
        for message_id, wait_s in (("a", TOLD_FOR_S - 1), ("b", 2.0), ("c", 0.0)):
            await core.hear(message("?", message_id=message_id))
            await core.clock.advance(wait_s)
        assert refused(core) == ["a", "c"]


async def test_one_sentence_stands_for_a_bounded_number_of_messages(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()], per_lane=1, chat=a_chat()) as core:
        await full(core)
        for number in range(2 * TOLD_FOR_MESSAGES + 1):
            await core.hear(message("?", message_id=f"m{number}"))
        await core.settle()
        assert refused(core) == [f"m{number * TOLD_FOR_MESSAGES}" for number in range(3)]


async def test_when_there_is_room_again_the_next_question_is_answered_at_once(tmp_path: Path) -> None:
    gate = asyncio.Event()
    scripts = [gate, *said("one")], said("two"), said("three")
    async with running_core(tmp_path, *scripts, per_lane=1, chat=a_chat()) as core:
        await full(core)
        await core.hear(message("?", message_id="refused"))
        await core.settle()
        gate.set()
        await core.finish()
        await core.hear(message("and now?"))
        await core.finish()
        assert core.chat.texts() == [BUSY, "one", "two", "three"]


async def test_a_refused_question_that_is_edited_is_answered_in_place_of_the_refusal(tmp_path: Path) -> None:
    gate = asyncio.Event()
    scripts = [gate, *said("one")], said("two"), said("three")
    async with running_core(tmp_path, *scripts, per_lane=1, chat=a_chat()) as core:
        await full(core)
        await core.hear(message("what", message_id="a"), message("is this?", message_id="b"))
        await core.settle()
        gate.set()
        await core.finish()
        await core.hear(MessageEdited(message=message("what on earth", message_id="a")))
        await core.finish()
        assert core.chat.texts() == ["three", "one", "two"]
        asked = prompt_text(core.model.prompts[2])
        assert "what on earth" in asked
        assert "is this?" in asked


async def test_a_question_that_is_edited_while_there_is_no_room_stays_refused_and_its_words_are_remembered(
    tmp_path: Path,
) -> None:
    gate = asyncio.Event()
    scripts = [gate, *said("one")], said("two"), said("three")
    async with running_core(tmp_path, *scripts, per_lane=1, chat=a_chat()) as core:
        await full(core)
        await core.hear(message("what", message_id="a"))
        await core.clock.advance(1)
        assert refused(core) == ["a"]
        for words in ("what on", "what on earth"):
            await core.hear(MessageEdited(message=message(words, message_id="a")))
            await core.clock.advance(1)
        assert refused(core) == ["a"]
        gate.set()
        await core.finish()
        assert core.chat.texts() == [BUSY, "one", "two"]
        assert len(core.model.prompts) == 2
        assert outcomes(tmp_path)[-1] == ("failed", "busy")
        await core.hear(command("/retry", quoted=[quote("a")]))
        await core.finish()
        assert core.chat.texts()[:3] == ["three", "one", "two"]
        assert "what on earth" in prompt_text(core.model.prompts[2])


async def test_the_refusal_goes_with_the_last_of_its_messages(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()], per_lane=1, chat=a_chat()) as core:
        await full(core)
        await core.hear(message("?", message_id="a"), message("?", message_id="b"))
        await core.settle()
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("a"),)))
        await core.settle()
        assert core.chat.texts() == [BUSY]
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("b"),)))
        await core.settle()
        assert core.chat.texts() == [BUSY], "the answer at work comes first"


# --- albums -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_room_again", [False, True])
async def test_an_album_for_which_there_is_no_room_is_refused_once(tmp_path: Path, has_room_again: bool) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [gate, *said("one")], said("two"), per_lane=1, chat=a_chat()) as core:
        await full(core)
        for number in range(4):
            picture = message(message_id=f"p{number}", sender="Bob", album_id="x", attachments=[photo(f"p{number}")])
            await core.hear(picture)
            await core.settle()
            if has_room_again and number == 1:
                gate.set()
                await core.clock.advance(0.3)
        gate.set()
        await core.finish()
        assert sorted(core.chat.texts()) == sorted([BUSY, "one", "two"])
        assert refused(core) == ["p0"]
        assert await core.unfinished() == []


# --- commands ---------------------------------------------------------------------------------------


async def test_a_flood_of_commands_is_answered_as_far_as_there_is_room(tmp_path: Path) -> None:
    chat = a_chat()
    async with running_core(tmp_path, chat=chat) as core:
        chat.fail("post", PlatformThrottled("429", retry_after_s=30))
        for number in range(15):
            await core.hear(help_wanted(f"c{number}"))
            await core.settle()
        await core.clock.advance(31)
        await core.finish()
        answered = [shown.reply_to for shown in chat.screen.values() if shown.text == texts.HELP]
        room = COMMANDS_WAITING_PER_CONVERSATION + 1
        assert answered == [f"c{number}" for number in range(room)]
        assert len(chat.screen) == room + 1
        assert await core.unfinished() == []


async def test_stop_is_obeyed_however_often_it_is_said(tmp_path: Path) -> None:
    chat = a_chat()
    async with running_core(tmp_path, [TextDelta("Once"), asyncio.Event()], chat=chat) as core:
        chat.fail("post", PlatformThrottled("429", retry_after_s=30))
        for number in range(COMMANDS_WAITING_PER_CONVERSATION + 1):
            await core.hear(help_wanted(f"c{number}"))
            await core.settle()
        await core.hear(message("a story!", message_id="q"))
        await core.clock.advance(1)
        await core.hear(message("/stop", message_id="s", command=Command(name="stop")))
        await core.clock.advance(31)
        await core.finish()
        assert [shown.text for shown in chat.screen.values() if shown.reply_to == "q"] == [
            f"Once\n\n{texts.STOPPED_NOTE}"
        ]


# --- what waits to be said --------------------------------------------------------------------------


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_more_refusals_than_memory_holds_wait_in_the_store(tmp_path: Path, is_restarted: bool) -> None:
    chat = a_chat()
    crowd = [f"person {number}" for number in range(2 * WAITING_PER_CONVERSATION)]
    async with running_core(tmp_path, [asyncio.Event()], per_lane=1, chat=chat) as core:
        await full(core)
        chat.fail("post", PlatformThrottled("429", retry_after_s=30))
        for person in crowd:
            await core.hear(message("?", message_id=f"of {person}", sender=person))
        if not is_restarted:
            await core.clock.advance(60)
            assert refused(core) == [f"of {person}" for person in crowd]
    if is_restarted:
        async with running_core(tmp_path, said("one"), said("two"), chat=chat, resume=True) as core:
            await core.finish()
            assert refused(core) == [f"of {person}" for person in crowd]


# --- the real process -------------------------------------------------------------------------------


async def test_in_a_group_each_person_is_told_once(
    people: People, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    hold = asyncio.Event()
    model_emulator.reply(Script(pieces=("One.",), hold=hold), "Two.")
    variables = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key", **people.environment}
    group = people.group()
    async with BotProcess(tmp_path, TURNS_WAITING_PER_CONVERSATION="1", **variables):
        await people.ready()
        await people.say(group, "first", mention=True)
        await eventually(lambda: model_emulator.calls, what="the model is asked")
        await people.say(group, "second", mention=True)
        asked = [await people.say(group, f"more {number}", mention=True) for number in range(5)]
        bobs = [await people.say(group, f"me too {number}", who="Bob", mention=True) for number in range(2)]
        await eventually(lambda: len(people.shown(group)) == 2, what=f"refusals: {people.shown(group)}")
        assert people.shown(group) == [BUSY, BUSY]
        assert people.replied_to(group) == [people.id_of(asked[0]), people.id_of(bobs[0])]
        hold.set()
        await eventually(lambda: len(people.shown(group)) == 4, what="the answers")
        await asyncio.sleep(0.3)
        assert people.shown(group) == [BUSY, BUSY, "One.", "Two."]
