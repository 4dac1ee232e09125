"""Backups: taken while Glimpse works, whole, private, never over something else, and good to start from."""

import asyncio
import os
import resource
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.ports.store import Store
from storage.backup import backup
from tests.happenings import message, photo
from tests.storing import accept, database, exchange, files_in, picture, prepared, read, said, store_at


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{database(folder)}"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "back ups #"
    folder.mkdir()
    return folder


async def _fill(store: Store) -> None:
    for number in range(20):
        turn = await accept(store, message("Look", sender=str(number), attachments=[photo("p")]))
        (attachment,) = (await read(store, turn))[-1].messages[-1].attachments
        await store.settle(attachment.id, prepared(picture(str(number), 100_000)))


async def test_a_backup_of_a_working_glimpse_holds_all_that_was_committed_and_opens(
    tmp_path: Path, elsewhere: Path
) -> None:
    async with store_at(tmp_path) as store:
        await _fill(store)
        turn = await exchange(store, "Before?")
        backup(_url(tmp_path), database(elsewhere))
        await exchange(store, "After?")

    assert files_in(elsewhere) == ["glimpse.db"]
    assert database(elsewhere).stat().st_mode & 0o777 == 0o600
    async with store_at(elsewhere) as store:
        assert said(await read(store, turn))[-1] == ("Before?", "Yes.")
        assert (await exchange(store, "Go on?")).id == turn.id + 1, "what came after is not in it"
        assert await store.jpeg(picture("19", 100_000).sha256) is not None


async def test_glimpse_goes_on_writing_while_a_backup_is_taken(tmp_path: Path, elsewhere: Path) -> None:
    async with store_at(tmp_path) as store:
        await _fill(store)
        copying = asyncio.create_task(asyncio.to_thread(backup, _url(tmp_path), database(elsewhere)))
        written = 0
        while not copying.done():
            await exchange(store, f"{written}?")
            written += 1
        await copying
        assert written > 0

    async with store_at(elsewhere) as store:
        assert len(await store.unfinished()) in (20, 21), "the last one may have been under way"


async def test_a_glimpse_that_does_not_run_can_be_backed_up_too(tmp_path: Path, elsewhere: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await exchange(store, "Hello?")
    backup(_url(tmp_path), database(elsewhere))

    for folder in (tmp_path, elsewhere):
        async with store_at(folder) as store:
            assert said(await read(store, turn)) == [("Hello?", "Yes.")]


def _refusal(folder: Path, target: Path) -> str:
    with pytest.raises(StorageError) as caught:
        backup(_url(folder), target, busy_timeout_s=0.01)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_what_is_there_already_is_not_overwritten(tmp_path: Path, elsewhere: Path) -> None:
    async with store_at(tmp_path):
        pass
    (elsewhere / "mine").write_text("My diary")
    (elsewhere / "link").symlink_to("nowhere")

    for name in ("mine", "link"):
        assert f"something at {elsewhere / name} already" in _refusal(tmp_path, elsewhere / name)
    assert "already" in _refusal(tmp_path, database(tmp_path))
    assert (elsewhere / "mine").read_text() == "My diary"


async def test_there_must_be_a_database(tmp_path: Path, elsewhere: Path) -> None:
    assert f"There is no database at {database(tmp_path)} to copy" in _refusal(tmp_path, elsewhere / "b")
    database(tmp_path).write_text("My diary. " * 1000)
    assert "is not an SQLite database" in _refusal(tmp_path, elsewhere / "b")
    assert files_in(elsewhere) == []


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass
    line = _refusal(tmp_path, tmp_path / "missing" / "b")

    assert f"Can't copy {database(tmp_path)} to {tmp_path / 'missing' / 'b'}" in line


async def test_a_disk_without_room_leaves_nothing_half_done(tmp_path: Path, elsewhere: Path) -> None:
    async with store_at(tmp_path) as store:
        await _fill(store)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, most))
    try:
        line = _refusal(tmp_path, elsewhere / "b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    assert "enough room" in line
    assert files_in(elsewhere) == []


async def test_a_damaged_database_gives_no_backup(tmp_path: Path, elsewhere: Path) -> None:
    async with store_at(tmp_path) as store:
        await _fill(store)
    with database(tmp_path).open("r+b") as file:
        file.seek(4096 * 100)
        file.write(b"\xff" * 4096 * 30)
    shutil.copy(database(tmp_path), tmp_path / "as it was")

    assert "if the database is damaged, put an older backup in its place" in _refusal(tmp_path, elsewhere / "b")
    assert files_in(elsewhere) == []
    assert database(tmp_path).read_bytes() == (tmp_path / "as it was").read_bytes()


async def test_a_database_that_another_program_keeps_to_itself_is_said_and_not_waited_for(
    tmp_path: Path, elsewhere: Path
) -> None:
    async with store_at(tmp_path):
        pass
    with closing(sqlite3.connect(database(tmp_path), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE t (x)")

        assert "is locked by another program" in _refusal(tmp_path, elsewhere / "b")


async def test_what_an_earlier_attempt_left_is_no_obstacle(tmp_path: Path, elsewhere: Path) -> None:
    async with store_at(tmp_path):
        pass
    (elsewhere / "b.part").write_text("half")
    backup(_url(tmp_path), elsewhere / "b")

    assert files_in(elsewhere) == ["b"]
    assert os.access(elsewhere / "b", os.R_OK)
