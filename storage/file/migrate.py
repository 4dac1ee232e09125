"""Bringing an SQLite file to the newest schema at start: backup first, all or nothing."""

import logging
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from bot.errors import StorageError
from storage.file import schema
from storage.file.copying import write_copy
from storage.file.sqlite import set_pragmas, sqlite_of

_KEPT_BACKUPS = 2

_log = logging.getLogger(__name__)


def migrate(connection: sa.Connection, path: Path, versions: Path = schema.VERSIONS) -> None:
    """Create or upgrade the tables of the file at `path`; quick when there is nothing to do.

    Raises:
        StorageError: the file belongs to a newer Glimpse or to something else, or it can't be upgraded.
    """
    known = schema.revisions(versions)
    with connection.begin():
        revision = schema.revision_of(connection)
        if revision is None:
            schema.create(connection, known[-1])
    if revision is None or revision == known[-1]:
        return
    if revision not in known:
        raise _refusal(path, revision, newest=known[-1])
    backup = _back_up(connection, path, revision)
    _upgrade(connection, path, versions)
    _log.warning("Upgraded %s from schema %s to %s. The file as it was: %s", path, revision, known[-1], backup)


def _refusal(path: Path, revision: str, *, newest: str) -> StorageError:
    if not revision:
        return StorageError(
            f"The database {path} holds the tables of something else. Name another file in DATABASE_URL."
        )
    return StorageError(
        f"The database {path} was written by a newer Glimpse (its schema is {revision}, this one knows up to {newest})."
        f" Install the newer one again, or put back the copy from before ({path.name}.bak-{newest})."
    )


def _back_up(connection: sa.Connection, path: Path, revision: str) -> Path:
    """Copy the whole file, as other processes may be reading it, and let only the newest copies stay."""
    backup = path.with_name(f"{path.name}.bak-{revision}")
    try:
        write_copy(sqlite_of(connection), backup)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            f"Can't copy {path} to {backup} before upgrading it: {error}. Make room there; nothing was changed."
        ) from error
    older = sorted(path.parent.glob(f"{path.name}.bak-[0-9]*"), key=lambda copy: copy.stat().st_mtime_ns)
    for copy in older[:-_KEPT_BACKUPS]:
        copy.unlink(missing_ok=True)
    return backup


def _upgrade(connection: sa.Connection, path: Path, versions: Path) -> None:
    # With foreign keys on, copying a table drops the old one and, by cascade, every row that refers to it.
    set_pragmas(connection, "foreign_keys=OFF")
    try:
        with connection.begin():
            schema.upgrade(connection, versions)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise StorageError(
                    f"Upgrading {path} would break {len(broken)} references, so it was undone. Please report this."
                )
    finally:
        set_pragmas(connection, "foreign_keys=ON")
