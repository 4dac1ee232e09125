"""Opening: a fresh start needs nothing, and what can't be used is said in one clear line."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.errors import StorageError
from storage.database import open_store
from storage.file.schema import revisions
from tests.happenings import message
from tests.process import ROOT
from tests.storing import accept, database, exchange, files_in, plain_connection, read, said, store_at


async def _refusal(url: str) -> str:
    with pytest.raises(StorageError) as caught:
        async with open_store(url, busy_timeout_s=0.01):
            pass
    line = str(caught.value)
    assert "\n" not in line
    return line


async def test_folders_are_created(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_store("sqlite+aiosqlite:///data/deep/glimpse.db") as store:
        await accept(store, message("Hello"))

    assert (tmp_path / "data/deep/glimpse.db").is_file()


async def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await exchange(store, "Hello?", "Hi!")
    async with store_at(tmp_path) as store:
        assert said(await read(store, turn)) == [("Hello?", "Hi!")]


async def test_a_fresh_file_has_no_backup_and_leaves_no_other_files(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass

    assert files_in(tmp_path) == ["glimpse.db", "glimpse.db.lock"]


async def test_the_pragmas_are_as_meant(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass

    with plain_connection(database(tmp_path)) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2  # incremental


@pytest.mark.parametrize(
    "url",
    [
        "data/glimpse.db",
        "postgresql+asyncpg://ann:secret@db/glimpse",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///file:x?mode=memory&uri=true",
        "sqlite+aiosqlite:///data/what?.db",
    ],
)
async def test_an_address_that_names_no_file_is_refused(url: str) -> None:
    line = await _refusal(url)

    assert "DATABASE_URL" in line
    assert "sqlite+aiosqlite:///data/glimpse.db" in line
    assert "secret" not in line


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    line = await _refusal(f"sqlite+aiosqlite:///{tmp_path}/data/deep/glimpse.db")

    assert f"Can't create the folder {tmp_path}/data/deep" in line
    assert "DATABASE_URL" in line


async def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    database(tmp_path).mkdir()

    line = await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")

    assert f"{database(tmp_path)} can't be opened or created" in line


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    database(tmp_path).write_text("My diary. " * 1000)

    line = await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")

    assert "is not an SQLite database" in line
    assert database(tmp_path).read_text() == "My diary. " * 1000


async def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass
    with database(tmp_path).open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 8000)

    line = await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")

    assert "is damaged" in line
    assert "backup" in line


async def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with plain_connection(database(tmp_path)) as connection:
        connection.exec_driver_sql("CREATE TABLE recipes (id INTEGER)")

    line = await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")

    assert "holds the tables of something else" in line
    with plain_connection(database(tmp_path)) as connection:
        assert sa.inspect(connection).get_table_names() == ["recipes"]


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass
    with plain_connection(database(tmp_path)) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    line = await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")

    assert "newer Glimpse" in line
    assert "9999" in line
    assert f"up to {revisions()[-1]}" in line
    assert files_in(tmp_path) == ["glimpse.db", "glimpse.db.lock"]


async def test_a_file_that_another_process_holds_is_said(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass
    other = sqlite3.connect(database(tmp_path), isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        line = await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")
    finally:
        other.close()

    assert "locked by another program" in line


async def test_a_second_glimpse_on_the_same_file_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{database(tmp_path)}"
    async with store_at(tmp_path) as store:
        line = await _refusal(url)
        assert f"Another Glimpse is using the database {database(tmp_path)}. Stop it first" in line
        await accept(store, message("Hello"))

    async with store_at(tmp_path) as store:
        assert len(await store.unfinished()) == 1


WORKS_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from tests.storing import store_at

async def main():
    async with store_at(Path(sys.argv[1])):
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_glimpse_that_was_killed_does_not_lock_the_next_one_out(tmp_path: Path) -> None:
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKS_UNTIL_KILLED, str(tmp_path), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert first.stdout is not None
    assert await first.stdout.readline() == b"ready\n"
    assert "Another Glimpse" in await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")
    first.kill()
    await first.wait()

    async with store_at(tmp_path) as store:
        await accept(store, message("Hello"))


async def test_one_that_was_refused_at_the_start_locks_nobody_out(tmp_path: Path) -> None:
    database(tmp_path).write_text("My diary. " * 1000)
    await _refusal(f"sqlite+aiosqlite:///{database(tmp_path)}")
    database(tmp_path).unlink()

    async with store_at(tmp_path) as store:
        await accept(store, message("Hello"))


async def test_a_failure_at_work_is_said_without_what_people_wrote(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        other = sqlite3.connect(database(tmp_path), isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="locked by another program") as caught:
                await accept(store, message("My secret"))
        finally:
            other.close()
        assert "My secret" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__cause__}"

        await accept(store, message("And now it works"))


async def test_only_the_owner_can_read_the_database(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await accept(store, message("Hello"))
        modes = {name: _mode(tmp_path / name) for name in files_in(tmp_path)}

    assert modes == {"glimpse.db": 0o600, "glimpse.db-wal": 0o600, "glimpse.db-shm": 0o600, "glimpse.db.lock": 0o600}


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
