"""Migrations: they arrive at the same tables, after a backup, and lose nothing."""

import re
import shutil
import sqlite3
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import StorageError
from bot.ports.store import Store
from storage.database import open_store
from storage.file import schema
from storage.tables import metadata
from tests.happenings import message, photo
from tests.storing import (
    accept,
    database,
    exchange,
    files_in,
    picture,
    plain_connection,
    prepared,
    purge,
    read,
    said,
    shown,
    store_at,
)

# Changes a parent table, which on SQLite means to copy it and to drop the old one.
CHANGE_TURNS = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    with op.batch_alter_table("turns", recreate="always") as batch:
        batch.add_column(sa.Column("mood_{revision}", sa.Text(), nullable=False, server_default="calm"))
"""

BREAK_REFERENCES = """
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("DELETE FROM turns")
"""


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A folder of migrations like the real one, where tests can put more."""
    folder = tmp_path / "per % cent" / "versions"
    shutil.copytree(schema.VERSIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for newer in [path for path in folder.glob("[0-9]*.py") if not path.name.startswith("0001")]:
        newer.unlink()
    return folder


def _store(folder: Path, versions: Path) -> AbstractAsyncContextManager[Store]:
    return open_store(f"sqlite+aiosqlite:///{database(folder)}", versions=versions)


def _add(versions: Path, revision: str, text: str = CHANGE_TURNS) -> None:
    before = f"{int(revision) - 1:04}"
    (versions / f"{revision}_test.py").write_text(text.format(revision=revision, before=before))


def _columns(path: Path) -> set[str]:
    with plain_connection(path) as connection:
        return {column["name"] for column in sa.inspect(connection).get_columns("turns")}


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _layout(path: Path) -> dict[str, list[str]]:
    """Every table and index, in SQLite's own words."""
    with plain_connection(path) as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {name: _definitions(sql) for name, sql in rows}


def _definitions(sql: str) -> list[str]:
    """What is between the brackets, in normal form: columns in their order, then constraints in any."""
    head, _, rest = " ".join(sql.replace('"', "").replace("('')", "''").split()).partition("(")
    body, _, tail = rest.rpartition(")")
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", body)]
    constraints = sorted(part for part in parts if part.startswith("CONSTRAINT"))
    return [head, *(part for part in parts if not part.startswith("CONSTRAINT")), *constraints, tail]


async def test_a_fresh_file_and_a_migrated_one_are_the_same_word_for_word(tmp_path: Path) -> None:
    async with store_at(tmp_path):
        pass
    with plain_connection(tmp_path / "migrated.db") as connection:
        schema.upgrade(connection)
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert schema.revision_of(connection) == schema.revisions()[-1]

    assert _layout(tmp_path / "migrated.db") == _layout(database(tmp_path))


def test_the_files_of_the_migrations_tell_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)

    assert [script.revision for script in scripts.walk_revisions()] == schema.revisions()[::-1]


async def test_an_older_file_is_copied_and_upgraded_with_all_its_data(tmp_path: Path, versions: Path) -> None:
    async with _store(tmp_path, versions) as store:
        turn = await exchange(store, "Hello?", "Hi!")
        waiting = await accept(store, message("Look", attachments=[photo("p")]))
        (attachment,) = (await read(store, waiting))[-1].messages[0].attachments
        await store.settle(attachment.id, prepared(picture("cat")))

    _add(versions, "0002")
    async with _store(tmp_path, versions) as store:
        assert said(await read(store, turn)) == [("Hello?", "Hi!")]
        assert await store.unfinished() == [waiting]
        (attachment,) = (await read(store, waiting))[-1].messages[0].attachments
        assert attachment.views == shown(picture("cat"))
        assert (await exchange(store, "More?")).id > waiting.id

    assert "mood_0002" in _columns(database(tmp_path))
    backup = tmp_path / "glimpse.db.bak-0001"
    assert _mode(backup) == _mode(database(tmp_path)) == 0o600, "nobody else reads what people said"
    assert "mood_0002" not in _columns(backup)
    with plain_connection(backup) as connection:
        assert len(connection.execute(sa.text("SELECT * FROM messages")).all()) == 2


async def test_foreign_keys_hold_again_after_an_upgrade(tmp_path: Path, versions: Path) -> None:
    async with _store(tmp_path, versions):
        pass
    _add(versions, "0002")
    async with _store(tmp_path, versions) as store:
        turn = await exchange(store, "Hello?")
        await purge(store, before=turn.accepted_at.replace(year=2100), picture_bytes=0)

    with plain_connection(database(tmp_path)) as connection:
        assert connection.execute(sa.text("SELECT * FROM messages")).all() == []


async def test_an_upgrade_that_would_break_references_is_undone(tmp_path: Path, versions: Path) -> None:
    async with _store(tmp_path, versions) as store:
        turn = await exchange(store, "Hello?", "Hi!")
    extra = versions / "0002_test.py"
    extra.write_text(BREAK_REFERENCES)

    with pytest.raises(StorageError, match="it was undone"):
        async with _store(tmp_path, versions):
            pass

    extra.unlink()
    async with _store(tmp_path, versions) as store:
        assert said(await read(store, turn)) == [("Hello?", "Hi!")]


async def test_only_the_newest_two_copies_are_kept(tmp_path: Path, versions: Path) -> None:
    for revision in ("0002", "0003", "0004", "0005"):
        async with _store(tmp_path, versions):
            pass
        _add(versions, revision)
    async with _store(tmp_path, versions):
        pass

    assert files_in(tmp_path) == [
        "glimpse.db",
        "glimpse.db.bak-0003",
        "glimpse.db.bak-0004",
        "glimpse.db.lock",
        "per % cent",
    ]


async def test_a_copy_that_cannot_be_made_stops_the_upgrade(tmp_path: Path, versions: Path) -> None:
    async with _store(tmp_path, versions):
        pass
    _add(versions, "0002")
    (tmp_path / "glimpse.db.bak-0001").mkdir()

    with pytest.raises(StorageError, match="nothing was changed"):
        async with _store(tmp_path, versions):
            pass

    assert "mood_0002" not in _columns(database(tmp_path))


async def test_a_copy_holds_what_was_not_yet_moved_out_of_the_log(tmp_path: Path, versions: Path) -> None:
    async with _store(tmp_path, versions) as store:
        await exchange(store, "Hello?")
        # As a crash would leave it: the words are still in the write-ahead log only.
        for name in ("glimpse.db", "glimpse.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / f"crashed-{name}")
    for name in ("glimpse.db", "glimpse.db-wal"):
        (tmp_path / f"crashed-{name}").replace(tmp_path / name)
    _add(versions, "0002")
    async with _store(tmp_path, versions):
        pass

    copy = sqlite3.connect(tmp_path / "glimpse.db.bak-0001")
    try:
        assert copy.execute("SELECT text FROM messages").fetchall() == [("Hello?",)]
    finally:
        copy.close()
