"""Only one process works on a database file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StorageError


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock of the database file at `path`: the file ``<path>.lock`` beside it, which stays.

    The system lets go of it however this process ends. A file of its own, because SQLite's locks are on the database.

    Raises:
        StorageError: another process holds it, or there can be no lock there.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        # Not for reading or writing by others: who can open it can lock it.
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _trouble(lock, error) from error
    try:
        _take(descriptor, path, lock)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, lock: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StorageError(
            f"Another Glimpse is using the database {path}. Stop it first, or name another file in DATABASE_URL."
        ) from error
    except OSError as error:
        raise _trouble(lock, error) from error


def _trouble(lock: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Can't lock {lock}: {error.strerror}. The database's folder must be writable for the user that Glimpse runs"
        " as, and on a local disk."
    )
