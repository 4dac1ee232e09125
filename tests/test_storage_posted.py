"""Pictures that go with an answer: stored before it is decided, and gone with it."""

from datetime import timedelta
from pathlib import Path

from bot.ports.store import Store
from bot.records.pictures import PostedPicture
from bot.records.turns import Turn, TurnId, TurnState
from storage.tables import pictures, posted
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import (
    accept,
    attachments_of,
    begin,
    database,
    finish,
    outcome,
    picture,
    plain_connection,
    prepared,
    purge,
    store_at,
)

BOX = picture("box")
DRAWN = PostedPicture(sha256=BOX.sha256, caption="1: the cat \ud800")


async def _drawn(store: Store, *, message_id: str = "1") -> Turn:
    turn = await accept(store, message("Where is it?", message_id=message_id, sender=message_id))
    await begin(store, turn)
    await store.keep_picture(turn.id, BOX)
    return turn


def _count(folder: Path) -> tuple[int, int]:
    with plain_connection(database(folder)) as connection:
        return len(connection.execute(posted.select()).all()), len(connection.execute(pictures.select()).all())


async def test_a_decided_turn_tells_the_pictures_that_must_stand_in_the_chat(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _drawn(store)
        assert [left.pictures for left in await store.unfinished()] == [()]
        decided = outcome("There.", pictures=[DRAWN, DRAWN])
        assert await store.conclude(turn.id, decided)

    async with store_at(tmp_path) as store:
        (left,) = await store.unfinished()
        clean = PostedPicture(sha256=BOX.sha256, caption="1: the cat \ufffd")
        assert (left.state, left.pictures) == (TurnState.DELIVERING, (clean, clean))
        assert (await begin(store, turn)).pictures == (clean, clean)
        assert await store.jpeg(BOX.sha256) == BOX.jpeg


async def test_retention_keeps_it_while_it_is_wanted_and_takes_it_with_its_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _drawn(store)
        await store.keep_picture(turn.id, BOX)
        await purge(store, before=START + timedelta(days=1), picture_bytes=0)
        assert await store.jpeg(BOX.sha256) == BOX.jpeg
        await finish(store, turn)
        await purge(store)
        assert await store.jpeg(BOX.sha256) == BOX.jpeg
        assert _count(tmp_path) == (1, 1)
        await purge(store, before=START + timedelta(days=1))
    assert _count(tmp_path) == (0, 0)


async def test_a_deleted_question_takes_its_pictures_with_it_at_once(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turns = [await _drawn(store, message_id=number) for number in ("1", "2")]
        for turn in turns:
            await store.conclude(turn.id, outcome("There.", pictures=[DRAWN]))
        (withdrawn,) = await store.delete(KEY, [turns[0].reply_to], now=START)
        assert withdrawn.pictures == ()
        assert await store.jpeg(BOX.sha256) == BOX.jpeg, "the other answer shows it too"
        await store.delete(KEY, [turns[1].reply_to], now=START)
    assert _count(tmp_path) == (0, 0)


async def test_an_edited_question_is_answered_without_the_pictures_of_before(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _drawn(store)
        await store.conclude(turn.id, outcome("There.", pictures=[DRAWN]))
        edited = await store.edit(message("And now?", message_id="1"), ready_at=START, redo_since=START)
        assert edited is not None
        assert edited.turn.pictures == ()
        assert _count(tmp_path) == (0, 0)
        await begin(store, turn)
        assert await store.conclude(turn.id, outcome("Nowhere."))
        assert [left.pictures for left in await store.unfinished()] == [()]


async def test_who_still_draws_for_what_was_taken_back_leaves_nothing_behind(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _drawn(store)
        await store.delete(KEY, [turn.reply_to], now=START)
        await store.keep_picture(turn.id, BOX)
        await store.keep_picture(TurnId(99), BOX)
    assert _count(tmp_path) == (0, 0)


async def test_a_posted_picture_that_a_message_shows_too_outlasts_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _drawn(store)
        shows = await accept(store, message("Look", attachments=[photo("p")]))
        (attachment,) = await attachments_of(store, shows)
        await store.settle(attachment.id, prepared(BOX))
        await store.delete(KEY, [turn.reply_to], now=START)
        assert await store.jpeg(BOX.sha256) == BOX.jpeg
        await store.delete(KEY, [shows.reply_to], now=START)
        assert await store.jpeg(BOX.sha256) is None
