"""What SQLite says, as one line for the operator: what, where and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from bot.errors import StorageError

_UNWRITABLE = "can't be written. Give the user that Glimpse runs as the right to write the file and its folder."
_LOCKED = "is locked by another program. Close that program, or let it finish."

_EXPLAINED = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CANTOPEN: "can't be opened or created. Check that it is a file and that its folder can be written.",
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_NOTADB: "is not an SQLite database. Name another file in DATABASE_URL, or move this one away.",
    sqlite3.SQLITE_CORRUPT: "is damaged. Stop Glimpse and put a backup in its place, or move it away to start anew.",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full. Free some space.",
    sqlite3.SQLITE_IOERR: "can't be read or written: the disk reports an error. Check the disk and the free space.",
}
_UNEXPECTED = "did not do what it was asked. If no other program changes it, please report this."
_PRIMARY_CODE = 0xFF
"""Extended result codes keep the primary one in their lowest byte (sqlite.org, "Result and Error Codes")."""


def unwritable(path: Path) -> StorageError:
    """What SQLite would say too, but only after it left other files beside this one that can't be written either."""
    return StorageError(f"The database {path} {_UNWRITABLE}")


def explained(error: BaseException | None, path: Path) -> StorageError:
    """The failure in an operator's words; what SQLite itself says stands at the end."""
    code = getattr(error, "sqlite_errorcode", -1) & _PRIMARY_CODE
    what = _EXPLAINED.get(code, _UNEXPECTED)
    return StorageError(f"The database {path} {what} (SQLite: {error})")


@contextmanager
def sqlite_failures(path: Path) -> Iterator[None]:
    """Re-raise what SQLite refuses as `StorageError`; the original stays as `__cause__`."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error
    except sa.exc.DBAPIError as error:
        raise explained(error.orig, path) from error
