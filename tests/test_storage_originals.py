"""Files as they came: once, beside the database, never too many, and gone with the last message that had them."""

import asyncio
import hashlib
import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.events import MessageId
from bot.ports.store import Store
from bot.records.turns import Turn
from bot.sentences import sentence
from storage.conversation.originals import Originals
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import (
    PLENTY,
    accept,
    attachments_of,
    database,
    finish,
    originals_in,
    picture,
    plain_connection,
    prepared,
    purge,
    store_at,
)

KB = 1024
FILE = 64 * KB
"""Smaller files count as much."""


def _file(number: int, size_bytes: int = FILE) -> bytes:
    return str(number).encode().ljust(size_bytes, b".")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def _show(store: Store, data: bytes, *, message_id: str | None = None) -> Turn:
    """A turn with a picture that was looked at."""
    turn = await accept(store, message("Look", message_id=message_id, attachments=[photo("p")]))
    (attachment,) = await attachments_of(store, turn)
    original = await store.keep_original(data)
    await store.settle(attachment.id, prepared(picture("p")), original=original)
    return turn


async def test_a_file_is_read_back_as_it_came_also_after_a_restart(tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    async with store_at(tmp_path) as store:
        assert await store.original(_hash(data)) is None
        assert originals_in(tmp_path) == set()
        assert await store.keep_original(data) == _hash(data)
        assert await store.keep_original(data) == _hash(data)

    async with store_at(tmp_path) as store:
        assert await store.original(_hash(data)) == data
    assert originals_in(tmp_path) == {_hash(data)}


async def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await store.keep_original(b"secret")
    (file,) = (tmp_path / "glimpse.db.originals").glob("*/*")

    modes = [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


async def test_an_attachment_tells_which_file_it_came_as(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _show(store, b"a cat")
        (attachment,) = await attachments_of(store, turn)
        assert attachment.original == _hash(b"a cat")
        await store.settle(attachment.id, sentence("it does not fit"))
        (attachment,) = await attachments_of(store, turn)
        assert attachment.original == _hash(b"a cat"), "it was fetched all the same"


async def test_a_deleted_message_takes_its_file_with_it_at_once(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _show(store, b"a cat", message_id="1")
        await _show(store, b"a cat", message_id="2")
        await store.delete(KEY, [MessageId("1")], now=START)
        assert originals_in(tmp_path) == {_hash(b"a cat")}, "somebody else's message has it too"
        await store.delete(KEY, [MessageId("2")], now=START)
        assert originals_in(tmp_path) == set()


async def test_an_edit_that_takes_a_picture_away_takes_its_file_away(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _show(store, b"a cat", message_id="1")
        await store.edit(message("No", message_id="1"), ready_at=START, redo_since=START)

        assert originals_in(tmp_path) == set()


async def test_a_file_that_comes_after_its_message_was_deleted_does_not_stay(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", message_id="1", attachments=[photo("p")]))
        (attachment,) = await attachments_of(store, turn)
        original = await store.keep_original(b"a cat")
        await store.delete(KEY, [MessageId("1")], now=START)
        await store.settle(attachment.id, prepared(picture("p")), original=original)
        assert originals_in(tmp_path) == set()

        await _show(store, b"a cat")
        await store.settle(attachment.id, prepared(picture("p")), original=original)
        assert originals_in(tmp_path) == {original}, "but what others have too stays"


async def test_old_turns_go_with_their_files(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await _show(store, b"a cat")
        await finish(store, turn)
        await purge(store)
        assert originals_in(tmp_path) == {_hash(b"a cat")}
        await purge(store, before=turn.accepted_at.replace(year=2100))
        assert originals_in(tmp_path) == set()


async def test_a_file_that_no_attachment_ever_had_goes_in_time_but_not_before_it_can_have_one(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", attachments=[photo("p")]))
        (attachment,) = await attachments_of(store, turn)
        await store.keep_original(b"not a picture")
        original = await store.keep_original(b"a cat")
        await purge(store)
        assert len(originals_in(tmp_path)) == 2
        await store.settle(attachment.id, prepared(picture("p")), original=original)
        await purge(store)
        assert originals_in(tmp_path) == {original}


# --- never too many ------------------------------------------------------------------------------


async def test_over_the_limit_the_least_recently_used_go(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "o")
    await originals.set_limit(4 * FILE)
    kept = [await originals.keep(_file(number)) for number in range(4)]
    await asyncio.sleep(0.01)  # Systems tell the times of files in steps of some milliseconds.
    assert await originals.read(kept[0]) == _file(0)
    assert await originals.keep(_file(1)) == kept[1]
    await asyncio.sleep(0.01)
    newest = await originals.keep(_file(4))

    assert {path.name for path in (tmp_path / "o").glob("*/*")} == {kept[0], kept[1], newest}
    assert await originals.read(kept[2]) is None


async def test_there_are_never_more_bytes_than_allowed_whenever_one_looks(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "o")
    await originals.keep(_file(100))
    await originals.set_limit(10 * FILE)
    for first in range(0, 40, 4):
        await asyncio.gather(*(originals.keep(_file(number, FILE + number)) for number in range(first, first + 4)))
        sizes = [path.stat().st_size for path in (tmp_path / "o").glob("*/*")]
        assert sum(sizes) <= 10 * FILE
        assert len(sizes) >= min(first, 7), "and most of what is allowed is used"

    await originals.set_limit(2 * FILE)
    assert len(list((tmp_path / "o").glob("*/*"))) == 1


async def test_small_files_are_counted_as_more_so_that_there_are_not_too_many(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "o")
    await originals.set_limit(5 * FILE)
    for number in range(50):
        await originals.keep(_file(number, 10))

    assert len(list((tmp_path / "o").glob("*/*"))) <= 5


async def test_a_file_over_the_limit_is_not_kept_and_takes_no_other_away(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "o")
    await originals.set_limit(2 * FILE)
    small = await originals.keep(_file(1))
    large = await originals.keep(_file(2, 3 * FILE))

    assert await originals.read(small) == _file(1)
    assert await originals.read(large) is None


async def test_the_limit_holds_between_two_calls_of_retention(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await purge(store, original_bytes=3 * FILE)
        for number in range(10):
            await store.keep_original(_file(number))
            assert len(originals_in(tmp_path)) <= 3
        await purge(store, original_bytes=0)
        assert originals_in(tmp_path) == set()


# --- what can go wrong ---------------------------------------------------------------------------


async def test_a_file_that_a_power_cut_damaged_is_as_good_as_lost(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        original = await store.keep_original(b"a cat")
        (file,) = (tmp_path / "glimpse.db.originals").glob("*/*")
        file.write_bytes(b"a c")

        assert await store.original(original) is None
        await store.keep_original(b"a cat")
        assert await store.original(original) == b"a cat"


async def test_what_a_crash_left_unfinished_is_cleared_away(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        original = await store.keep_original(b"a cat")
        folder = tmp_path / "glimpse.db.originals" / original[:2]
        (folder / f"{original}.part").write_bytes(b"a c")
        await purge(store)

        assert [path.name for path in folder.iterdir()] == [original]


async def test_a_folder_that_cannot_be_written_costs_a_line_in_the_log_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "glimpse.db.originals").write_text("no folder")
    async with store_at(tmp_path) as store:
        for _ in range(3):
            assert await store.keep_original(b"a cat") == _hash(b"a cat")
            assert await store.original(_hash(b"a cat")) is None
        await purge(store)
        (tmp_path / "glimpse.db.originals").unlink()
        await store.keep_original(b"a cat")
        assert await store.original(_hash(b"a cat")) == b"a cat"

    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "glimpse.db.originals: File exists. Check the disk" in line


async def test_who_is_cancelled_leaves_nothing_half_done(tmp_path: Path) -> None:
    data = b"." * 2_000_000
    async with store_at(tmp_path) as store:
        keeping = asyncio.create_task(store.keep_original(data))
        await asyncio.sleep(0)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert await store.keep_original(data) == _hash(data)
        assert await store.original(_hash(data)) == data


async def test_every_file_on_the_disk_is_named_by_an_attachment_after_retention(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in range(5):
            await _show(store, _file(number, 10), message_id=str(number))
        await store.delete(KEY, [MessageId("1"), MessageId("3")], now=START)
        await purge(store, original_bytes=PLENTY)

    with plain_connection(database(tmp_path)) as connection:
        named = set(connection.execute(sa.text("SELECT original FROM attachments")).scalars())
    assert originals_in(tmp_path) == named
    assert len(named) == 3
