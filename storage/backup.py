"""A copy of the database, taken while Glimpse may be using it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import StorageError
from storage.database import path_of
from storage.file.copying import write_copy
from storage.file.failures import sqlite_failures


def backup(url: str, target: Path, *, busy_timeout_s: float = 5.0) -> None:
    """Write a copy of the database that `url` names to `target`, which must not exist yet.

    The copy holds all that was committed when it was begun; a running Glimpse goes on reading and writing meanwhile.
    It appears whole and checked, or not at all. Only its owner can read it: it holds people's words and pictures.
    To restore it, stop Glimpse, put it in the place of the database, and delete the files beside that (``-wal``,
    ``-shm``).

    Blocks while it is written.

    Raises:
        StorageError: there is no database, it is damaged, or the copy can't be written there.
    """
    source = path_of(url)
    if not source.is_file():
        raise StorageError(f"There is no database at {source} to copy. Check DATABASE_URL.")
    if os.path.lexists(target):
        raise StorageError(f"There is something at {target} already. Name a new file for the backup.")
    with _snapshot(source, busy_timeout_s) as connection:
        try:
            write_copy(connection, target)
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"Can't copy {source} to {target}: {error}. It needs a folder that can be written, and enough room;"
                " if the database is damaged, put an older backup in its place."
            ) from error


@contextmanager
def _snapshot(source: Path, busy_timeout_s: float) -> Iterator[sqlite3.Connection]:
    with sqlite_failures(source):
        connection = sqlite3.connect(
            f"{source.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=busy_timeout_s
        )
    with closing(connection):
        with sqlite_failures(source):
            # Copying waits without end for a locked database. One that is being read already can't be locked.
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection
