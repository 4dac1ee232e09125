"""Whole copies of an SQLite file."""

import contextlib
import os
import sqlite3
from pathlib import Path


def write_copy(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database as `source` sees it. The copy stands at `target` whole, checked and on the disk, or not at all.

    Raises:
        OSError: it can't be written there.
        sqlite3.Error: the same, or the database is damaged.
    """
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        keep_private(unfinished)
        with contextlib.closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(" ".join(verdict.split()))
        _sync(unfinished)
        unfinished.replace(target)
        _sync(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def keep_private(path: Path) -> None:
    """Create a file that only its owner can read; SQLite's side files follow. One that is there stays as it is."""
    with contextlib.suppress(OSError):  # SQLite will say what is wrong in its own words.
        path.touch(mode=0o600)


def _sync(path: Path) -> None:
    """Return when the disk has what was written. A new name is on the disk only with its folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
