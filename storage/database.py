"""Opening the database that `DATABASE_URL` names."""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa

from bot.errors import StorageError
from bot.ports.store import Store
from storage.conversation.originals import Originals
from storage.file import lock, schema
from storage.file.copying import keep_private
from storage.file.failures import unwritable
from storage.file.migrate import migrate
from storage.file.sqlite import open_sqlite
from storage.store import SqlStore
from storage.turns.life import void_leases

_OLDEST_SQLITE = (3, 35)
"""The first that knows RETURNING (sqlite.org, "Release History")."""

_EXAMPLE = "sqlite+aiosqlite:///data/glimpse.db"


@asynccontextmanager
async def open_store(
    url: str, *, busy_timeout_s: float = 5.0, versions: Path = schema.VERSIONS
) -> AsyncIterator[Store]:
    """Open the database, bring its tables up to date, and close it at the end.

    No other process can open it meanwhile, so the leases of earlier owners are void. Files as they came are kept in a
    folder beside it (`storage.conversation.originals`).

    Args:
        url: ``sqlite+aiosqlite:///`` and a path; the folder is created if it is missing.
        busy_timeout_s: How long to wait for another program, such as a shell, that holds the file.
        versions: Where the migrations are.

    Raises:
        StorageError: it can't be used; says what, where and what to do.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StorageError(
            f"This Python comes with SQLite {sqlite3.sqlite_version}, and Glimpse needs 3.35. Use a newer Python."
        )
    path = path_of(url)
    _make_folder(path.parent)

    def prepare(connection: sa.Connection) -> None:
        migrate(connection, path, versions)
        with connection.begin():
            void_leases(connection)

    with lock.held(path):
        _make_file(path)
        async with open_sqlite(path, prepare, busy_timeout_s=busy_timeout_s) as transactions:
            yield SqlStore(transactions, Originals(path.with_name(f"{path.name}.originals")))


def path_of(url: str) -> Path:
    """The file that `DATABASE_URL` names.

    Raises:
        StorageError: it names none.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise StorageError(f"DATABASE_URL is not a database's address. An example: {_EXAMPLE}") from None
    if parsed.get_backend_name() != "sqlite":
        raise StorageError(
            f"DATABASE_URL names {parsed.get_backend_name()}, but only SQLite is supported. An example: {_EXAMPLE}"
        )
    if "?" in url or not parsed.database or parsed.database.startswith((":memory:", "file:")):
        raise StorageError(f"DATABASE_URL must name a file, without options. An example: {_EXAMPLE}")
    return Path(parsed.database)


def _make_file(path: Path) -> None:
    """Create the file, which only its owner can read. One that is there keeps its permissions."""
    keep_private(path)
    if path.is_file() and not os.access(path, os.W_OK, effective_ids=True):
        raise unwritable(path)


def _make_folder(folder: Path) -> None:
    try:
        # What people say is nobody else's business on a shared machine.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"Can't create the folder {folder} for the database: {error.strerror}."
            " Create it, make it writable, or name another place in DATABASE_URL."
        ) from error
