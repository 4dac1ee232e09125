"""What somebody posted to nobody: it belongs to the next question, for some minutes, and is otherwise forgotten."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.background import Background
from bot.events import Command, MessageId, Quoted
from bot.ports.store import Store
from bot.records.accepting import Joining, Refusal
from bot.records.attachments import Place
from bot.retention import keep_forgetting_passing
from bot.sentences import sentence
from storage.tables import conversations, passing
from tests.drawing import photo as photo_file
from tests.emulators.common import eventually
from tests.fakes import Counted
from tests.happenings import KEY, message, photo
from tests.home import at_home
from tests.manual_clock import START, ManualClock
from tests.storing import (
    AT_START,
    JOINING,
    accept,
    after,
    ask,
    attachments_of,
    database,
    exchange,
    hear,
    plain_connection,
    post,
    shown_in,
    store_at,
)


def _kept(folder: Path) -> Sequence[str]:
    with plain_connection(database(folder)) as connection:
        return [
            ref["handle"] for row in connection.execute(passing.select().order_by(passing.c.id)) for ref in row.refs
        ]


BEFORE = ("cat", Place.BEFORE, "Bob")


async def test_a_question_without_a_picture_is_about_the_one_posted_shortly_before(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "old")
        await post(store, "cat", "and its tail", at_s=1)
        turn = await ask(store)

        assert await shown_in(store, turn) == [BEFORE, ("and its tail", Place.BEFORE, "Bob")]
        (attachment, _) = await attachments_of(store, turn)
        assert attachment.ref == photo("cat")


async def test_nothing_is_kept_of_what_was_said_with_it_or_of_other_messages(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        assert await hear(store, message("Lunch?", address=None)) is None
        assert await store.unfinished() == []

    with plain_connection(database(tmp_path)) as connection:
        assert connection.execute(conversations.select()).all() == []
        (row,) = connection.execute(passing.select())
        assert "Look at this!" not in str(row)


async def test_a_picture_belongs_to_one_question_and_what_is_older_to_none(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "older")
        await post(store, "cat", at_s=1)
        assert await shown_in(store, await ask(store, at_s=2)) == [BEFORE]
        assert await shown_in(store, await ask(store, at_s=3, sender="Zoe")) == []
        await post(store, "dog", at_s=4)
        assert await shown_in(store, await ask(store, at_s=5)) == [("dog", Place.BEFORE, "Bob")]


async def test_an_album_comes_whole(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "alone")
        for number in range(10):
            await post(store, f"{number}", album_id="a", at_s=1)
        turn = await ask(store)

        assert [handle for handle, *_ in await shown_in(store, turn)] == [str(number) for number in range(10)]


async def test_only_ten_messages_of_a_conversation_are_kept(tmp_path: Path) -> None:
    elsewhere = replace(KEY, chat_id="2")
    async with store_at(tmp_path) as store:
        await post(store, "elsewhere", key=elsewhere)
        for number in range(13):
            await post(store, f"{number}")

        assert _kept(tmp_path) == ["elsewhere", *(str(number) for number in range(3, 13))]
        assert await shown_in(store, await ask(store, key=elsewhere)) == [("elsewhere", Place.BEFORE, "Bob")]


@pytest.mark.parametrize(
    "more",
    [
        {"at_s": 60},
        {"at_s": -1},
        {"key": replace(KEY, thread_id="1")},
        {"attachments": [photo("own")]},
        {"command": Command(name="help")},
    ],
    ids=["too late", "before it", "elsewhere", "with its own", "a command"],
)
async def test_a_picture_does_not_belong_to(tmp_path: Path, more: dict[str, object]) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        turn = await ask(store, **more)  # type: ignore[arg-type]  # by parameter

        assert BEFORE not in await shown_in(store, turn)


async def test_a_question_that_quotes_a_picture_is_about_that_one(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("9"), author="Zoe", is_own=False, text="", attachments=(photo("hers"),))
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        turn = await ask(store, quoted=[reply])

        assert await shown_in(store, turn) == [("hers", Place.QUOTED, "")]


async def test_only_a_question_to_be_answered_takes_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        late = await hear(store, message("Hello?"), at=after(1), answer=False)
        assert late is not None
        assert await shown_in(store, late.turn) == []
        await post(store, "found too late", at_s=2, answer=False)

        assert await shown_in(store, await ask(store)) == [BEFORE]


async def test_who_is_told_that_there_is_no_room_finds_it_when_asking_again(tmp_path: Path) -> None:
    busy = Refusal(text=sentence("Ask again later."), shared_for_s=5, shared_by=5)
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        refused = await store.accept(message("What?"), replace(AT_START, refusal=busy))
        assert refused is not None
        assert await shown_in(store, refused.turn) == []

        assert await shown_in(store, await ask(store)) == [BEFORE]


async def test_times_are_told_by_the_platform_when_it_was_found_by_looking_back(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for handle, at_s in (("long ago", 0), ("cat", 100), ("too new", 200)):
            found = message(sender="Bob", attachments=[photo(handle)], address=None, sent_at=after(at_s))
            await hear(store, found, at=after(900))
        for expected in ([BEFORE], []):
            asked = await hear(store, message("What is that?", sent_at=after(150)), at=after(901))
            assert asked is not None
            assert await shown_in(store, asked.turn) == expected
            found = message(sender="Bob", attachments=[photo("long ago too")], address=None, sent_at=after(90))
            await hear(store, found, at=after(902))


async def test_what_was_heard_long_ago_is_over_also_where_nobody_asked_the_bot_before(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        asked = await hear(store, message("What is that?", sent_at=after(10)), at=after(60))
        assert asked is not None

        assert await shown_in(store, asked.turn) == []


async def test_it_is_forgotten_when_its_time_is_over_and_anything_is_heard_anywhere(tmp_path: Path) -> None:
    elsewhere = replace(KEY, chat_id="2")
    async with store_at(tmp_path) as store:
        await exchange(store, "Hello", key=elsewhere)
        await post(store, "cat")
        await hear(store, message("Lunch?", key=elsewhere, address=None), at=after(59))
        assert _kept(tmp_path) == ["cat"]
        await hear(store, message("Lunch?", key=elsewhere, address=None), at=after(60))
        assert _kept(tmp_path) == []

        await post(store, "cat")
        await post(store, "other", key=elsewhere, at_s=-500)
        assert _kept(tmp_path) == ["other"], "also after the clock was set back"
        await post(store, "unasked", key=replace(KEY, chat_id="3"), at_s=-400)
        assert _kept(tmp_path) == ["unasked"], "also where nobody ever asked the bot"


async def test_it_is_forgotten_in_time_also_when_nobody_writes(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        await post(store, "dog", at_s=50)
        counted = Counted(store)
        clock = ManualClock(lambda: counted.under_way > 0)
        forgetting = keep_forgetting_passing(cast("Store", counted), clock, lifetime_s=100)
        async with Background(forgetting, name="forgetting"):
            for seconds, kept in ((40, ["cat", "dog"]), (80, ["dog"]), (90, [])):
                await clock.advance(seconds)
                assert _kept(tmp_path) == kept


async def test_a_bot_that_was_away_forgets_it_at_the_start(tmp_path: Path) -> None:
    async with at_home("telegram", tmp_path, PICTURE_BEFORE_S="1") as home:
        await home.people.send_photo(home.people.group(open_to_the_bot=True), photo_file(64, 64))
        await eventually(lambda: _kept(tmp_path) != [])
        assert await home.bot.terminate() == 0
        await asyncio.sleep(1)
        assert _kept(tmp_path) != []
        await home.bot.start()
        await eventually(lambda: _kept(tmp_path) == [])


async def test_with_no_time_nothing_is_kept(tmp_path: Path) -> None:
    never = replace(JOINING, before_s=0)
    posted = message(sender="Bob", attachments=[photo("cat")], address=None)
    async with store_at(tmp_path) as store:
        assert await store.accept(posted, replace(AT_START, joining=never)) is None

        assert _kept(tmp_path) == []


async def test_what_is_deleted_is_forgotten_and_taken_from_who_asked_about_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        cat, dog = await post(store, "cat"), await post(store, "dog", at_s=1)
        turn = await ask(store)
        assert await store.delete(replace(KEY, chat_id="2"), [dog.message_id], now=START) == []
        assert len(await attachments_of(store, turn)) == 1
        assert await store.delete(KEY, [cat.message_id, dog.message_id], now=START) == []

        assert await attachments_of(store, turn) == []
        assert await store.unfinished() == [turn]
    assert _kept(tmp_path) == []


async def test_an_edit_before_the_question_counts(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        first, second = await post(store, "cat"), await post(store, "dog", at_s=1)
        for edited in (replace(first, attachments=(photo("kitten"),)), replace(second, attachments=())):
            assert await store.edit(edited, ready_at=START, redo_since=START) is None
            assert await hear(store, edited) is None

        assert await shown_in(store, await ask(store)) == [("kitten", Place.BEFORE, "Bob")]


async def test_who_adds_the_mention_later_asks_about_the_own_picture_and_nobody_else_does(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "Hello")
        posted = await post(store, "cat")
        asked = await accept(store, message("What?", message_id=posted.message_id, attachments=[photo("cat")]))

        assert await shown_in(store, asked) == [("cat", Place.OWN, "")]
        assert await shown_in(store, await ask(store, sender="Zoe")) == []


async def test_an_album_whose_later_picture_has_the_mention_is_whole(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "alone", sender="Ann")
        await post(store, "one", sender="Ann", album_id="a", at_s=1)
        turn = await ask(store, at_s=1, album_id="a", attachments=[photo("two")])

        assert await shown_in(store, turn) == [("one", Place.BEFORE, "Ann"), ("two", Place.OWN, "")]
        assert await shown_in(store, await ask(store)) == [("alone", Place.BEFORE, "Ann")]


async def test_the_pictures_of_a_question_stay_when_its_words_are_edited(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        turn = await ask(store, message_id="1")
        assert (
            await store.edit(message("And what is that?", message_id="1"), ready_at=START, redo_since=START) is not None
        )

        assert await shown_in(store, turn) == [BEFORE]


def test_pictures_pass_by_unless_somebody_says_how_long_they_stay() -> None:
    assert Joining(cap_s=1, late_picture_s=1).before_s == 0
