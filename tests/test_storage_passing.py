"""What somebody posted to nobody: it belongs to the next question, for some minutes, and is otherwise forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.commands import ALT
from bot.events import Command, ConversationKey, MessageId, MessageReceived, Quoted, Source
from bot.ports.store import Store
from bot.records import ConversationSettings, Joining, Place, Turn, TurnState
from storage.tables import conversations, passing
from tests.fakes import KEY, START, message, photo
from tests.storing import (
    JOINING,
    accept,
    attachments_of,
    begin,
    database,
    exchange,
    finish,
    hear,
    plain_connection,
    purge,
    store_at,
)

WATCHING = ConversationSettings(describes_pictures=True)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def _post(
    store: Store,
    *handles: str,
    sender: str = "Bob",
    at_s: float = 0,
    album_id: str | None = None,
    key: ConversationKey = KEY,
    answer: bool = True,
) -> MessageReceived:
    """Somebody posts pictures to nobody."""
    posted = message(
        "Look at this!",
        key=key,
        sender=sender,
        attachments=[photo(handle) for handle in handles],
        album_id=album_id,
        address=None,
        sent_at=after(at_s),
    )
    assert await hear(store, posted, at=after(at_s), answer=answer) is None
    return posted


async def _ask(store: Store, text: str = "What is that?", *, at_s: float = 10, **more: object) -> Turn:
    asked = message(text, sent_at=after(at_s), **more)  # type: ignore[arg-type]  # by name
    accepted = await hear(store, asked, at=after(at_s))
    assert accepted is not None
    return accepted.turn


async def _shown(store: Store, turn: Turn) -> list[tuple[str, Place, str]]:
    return [(a.ref.handle, a.place, a.author) for a in await attachments_of(store, turn)]


def _kept(folder: Path) -> Sequence[str]:
    with plain_connection(database(folder)) as connection:
        return [
            ref["handle"] for row in connection.execute(passing.select().order_by(passing.c.id)) for ref in row.refs
        ]


BEFORE = ("cat", Place.BEFORE, "Bob")


async def test_a_question_without_a_picture_is_about_the_one_posted_shortly_before(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "old")
        await _post(store, "cat", "and its tail", at_s=1)
        turn = await _ask(store)

        assert await _shown(store, turn) == [BEFORE, ("and its tail", Place.BEFORE, "Bob")]
        (attachment, _) = await attachments_of(store, turn)
        assert attachment.ref == photo("cat")


async def test_nothing_is_kept_of_what_was_said_with_it_or_of_other_messages(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "cat")
        assert await hear(store, message("Lunch?", address=None)) is None
        assert await store.unfinished() == []

    with plain_connection(database(tmp_path)) as connection:
        assert connection.execute(conversations.select()).all() == []
        (row,) = connection.execute(passing.select())
        assert "Look at this!" not in str(row)


async def test_a_picture_belongs_to_one_question_and_what_is_older_to_none(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "older")
        await _post(store, "cat", at_s=1)
        assert await _shown(store, await _ask(store, at_s=2)) == [BEFORE]
        assert await _shown(store, await _ask(store, at_s=3, sender="Zoe")) == []
        await _post(store, "dog", at_s=4)
        assert await _shown(store, await _ask(store, at_s=5)) == [("dog", Place.BEFORE, "Bob")]


async def test_an_album_comes_whole(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "alone")
        for number in range(10):
            await _post(store, f"{number}", album_id="a", at_s=1)
        turn = await _ask(store)

        assert [handle for handle, *_ in await _shown(store, turn)] == [str(number) for number in range(10)]


async def test_only_ten_messages_of_a_conversation_are_kept(tmp_path: Path) -> None:
    elsewhere = replace(KEY, chat_id="2")
    async with store_at(tmp_path) as store:
        await _post(store, "elsewhere", key=elsewhere)
        for number in range(13):
            await _post(store, f"{number}")

        assert _kept(tmp_path) == ["elsewhere", *(str(number) for number in range(3, 13))]
        assert await _shown(store, await _ask(store, key=elsewhere)) == [("elsewhere", Place.BEFORE, "Bob")]


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
        await _post(store, "cat")
        turn = await _ask(store, **more)  # type: ignore[arg-type]  # by parameter

        assert BEFORE not in await _shown(store, turn)


async def test_a_question_that_quotes_a_picture_is_about_that_one(tmp_path: Path) -> None:
    reply = Quoted(message_id=MessageId("9"), author="Zoe", is_own=False, text="", attachments=(photo("hers"),))
    async with store_at(tmp_path) as store:
        await _post(store, "cat")
        turn = await _ask(store, quoted=[reply])

        assert await _shown(store, turn) == [("hers", Place.QUOTED, "")]


async def test_only_a_question_to_be_answered_takes_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "cat")
        late = await hear(store, message("Hello?"), at=after(1), answer=False)
        assert late is not None
        assert await _shown(store, late.turn) == []
        await _post(store, "found too late", at_s=2, answer=False)

        assert await _shown(store, await _ask(store)) == [BEFORE]


async def test_times_are_told_by_the_platform_when_it_was_found_by_looking_back(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for handle, at_s in (("long ago", 0), ("cat", 100), ("too new", 200)):
            found = message(sender="Bob", attachments=[photo(handle)], address=None, sent_at=after(at_s))
            await hear(store, found, at=after(900))
        asked = await hear(store, message("What is that?", sent_at=after(150)), at=after(901))
        assert asked is not None

        assert await _shown(store, asked.turn) == [BEFORE]


async def test_it_is_forgotten_when_its_time_is_over_and_anything_is_heard_anywhere(tmp_path: Path) -> None:
    elsewhere = replace(KEY, chat_id="2")
    async with store_at(tmp_path) as store:
        await exchange(store, "Hello", key=elsewhere)
        await _post(store, "cat")
        await hear(store, message("Lunch?", key=elsewhere, address=None), at=after(59))
        assert _kept(tmp_path) == ["cat"]
        await hear(store, message("Lunch?", key=elsewhere, address=None), at=after(60))
        assert _kept(tmp_path) == []

        await _post(store, "cat")
        await _post(store, "other", key=elsewhere, at_s=-500)
        assert _kept(tmp_path) == ["other"], "also after the clock was set back"
        await purge(store, before=after(-499))
        assert _kept(tmp_path) == [], "retention takes the last ones"


async def test_with_no_time_nothing_is_kept(tmp_path: Path) -> None:
    never = replace(JOINING, before_s=0)
    posted = message(sender="Bob", attachments=[photo("cat")], address=None)
    async with store_at(tmp_path) as store:
        assert await store.accept(posted, now=START, ready_at=START, joining=never) is None

        assert _kept(tmp_path) == []


async def test_what_is_deleted_is_forgotten_and_taken_from_who_asked_about_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        cat, dog = await _post(store, "cat"), await _post(store, "dog", at_s=1)
        turn = await _ask(store)
        assert await store.delete(replace(KEY, chat_id="2"), [dog.message_id], now=START) == []
        assert len(await attachments_of(store, turn)) == 1
        assert await store.delete(KEY, [cat.message_id, dog.message_id], now=START) == []

        assert await attachments_of(store, turn) == []
        assert await store.unfinished() == [turn]
    assert _kept(tmp_path) == []


async def test_an_edit_before_the_question_counts(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        first, second = await _post(store, "cat"), await _post(store, "dog", at_s=1)
        for edited in (replace(first, attachments=(photo("kitten"),)), replace(second, attachments=())):
            assert await store.edit(edited, now=START, redo_since=START) is None
            assert await hear(store, edited) is None

        assert await _shown(store, await _ask(store)) == [("kitten", Place.BEFORE, "Bob")]


async def test_who_adds_the_mention_later_asks_about_the_own_picture_and_nobody_else_does(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "Hello")
        posted = await _post(store, "cat")
        asked = await accept(store, message("What?", message_id=posted.message_id, attachments=[photo("cat")]))

        assert await _shown(store, asked) == [("cat", Place.OWN, "")]
        assert await _shown(store, await _ask(store, sender="Zoe")) == []


async def test_an_album_whose_later_picture_has_the_mention_is_whole(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "alone", sender="Ann")
        await _post(store, "one", sender="Ann", album_id="a", at_s=1)
        turn = await _ask(store, at_s=1, album_id="a", attachments=[photo("two")])

        assert await _shown(store, turn) == [("one", Place.BEFORE, "Ann"), ("two", Place.OWN, "")]


async def test_the_pictures_of_a_question_stay_when_its_words_are_edited(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "cat")
        turn = await _ask(store, message_id="1")
        assert await store.edit(message("And what is that?", message_id="1"), now=START, redo_since=START) is not None

        assert await _shown(store, turn) == [BEFORE]


# --- commands that look, and conversations where every picture is described --------------------------------


async def test_a_command_that_looks_leaves_the_picture_for_a_question(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _post(store, "cat")
        command = await _ask(store, "/alt", command=Command(name=ALT))
        assert await _shown(store, command) == [BEFORE]
        own = await _ask(store, "/alt", command=Command(name=ALT), attachments=[photo("own")], at_s=11)
        assert await _shown(store, own) == [("own", Place.OWN, "")]

        assert await _shown(store, await _ask(store, at_s=12)) == [("own", Place.BEFORE, "Ann")]


async def _watch(store: Store) -> None:
    await exchange(store, "Hello")
    await store.change_settings(KEY, WATCHING)


async def test_where_every_picture_is_described_each_becomes_a_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)
        described = await hear(store, message(attachments=[photo("cat")], sender="Bob", address=None, sent_at=after(1)))
        assert described is not None
        assert (described.turn.command, described.turn.state) == (ALT, TurnState.ACCEPTED)
        assert await _shown(store, described.turn) == [("cat", Place.OWN, "")]
        await finish(store, described.turn, None)

        assert await _shown(store, await _ask(store)) == [BEFORE], "and can be asked about"
        await store.change_settings(KEY, ConversationSettings())
        await _post(store, "dog")


async def test_an_album_is_described_in_one_turn(tmp_path: Path) -> None:
    album = [message(attachments=[photo(name)], album_id="a", address=None) for name in ("one", "two", "three")]
    async with store_at(tmp_path) as store:
        await _watch(store)
        heard = [await hear(store, one, ready_after_s=1) for one in album]
        (first, *others) = [accepted.turn for accepted in heard if accepted is not None]

        assert {turn.id for turn in others} == {first.id}
        assert [handle for handle, *_ in await _shown(store, first)] == ["one", "two", "three"]
        await begin(store, first)
        assert await hear(store, message("Nice!", address=None)) is None


@pytest.mark.parametrize("source", [Source.PREVIEW, Source.EMOJI])
async def test_what_words_bring_is_not_described(tmp_path: Path, source: Source) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)
        brought = message("https://example.org", attachments=[replace(photo("p"), source=source)], address=None)

        assert await hear(store, brought) is None


async def test_what_is_found_too_late_is_not_described(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)

        assert await hear(store, message(attachments=[photo("cat")], address=None), answer=False) is None


async def test_a_described_picture_whose_words_are_edited_is_described_again(tmp_path: Path) -> None:
    posted = message("Look", message_id="1", attachments=[photo("cat")], address=None)
    async with store_at(tmp_path) as store:
        await _watch(store)
        described = await hear(store, posted)
        assert described is not None
        edited = await store.edit(replace(posted, text="Look!"), now=START, redo_since=START)

        assert edited is not None
        assert edited.turn.command == ALT


async def test_a_picture_that_joins_its_question_is_not_described_apart(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)
        turn = await accept(store, message("What is this?"))
        joined = await hear(store, message(attachments=[photo("cat")], address=None), at=after(1))

        assert joined is not None
        assert joined.turn.id == turn.id


def test_pictures_pass_by_unless_somebody_says_how_long_they_stay() -> None:
    assert Joining(cap_s=1, late_picture_s=1).before_s == 0
