"""Files as they came, by their content, in a folder beside the database.

Only a cache: what is lost is fetched anew from the platform. So nothing waits for the disk here, a file that can't be
written or read costs nothing but a line in the log, and what comes back is checked against its hash.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from pathlib import Path

_SHARE_AFTER_EVICTION = 0.9
"""Of what may be there: to look through a full folder for each file would cost more."""

_SMALLEST_BYTES = 65_536
"""What a smaller file counts: so there are never too many files to look through."""

_UNFINISHED = ".part"

_log = logging.getLogger(__name__)

Used = Callable[[Sequence[str]], Awaitable[Collection[str]]]
"""Which of these hashes an attachment has."""


class Originals:
    """The folder. It is made when the first file comes, for its owner alone.

    All work is done in threads, one at a time but for hashing and reading. There are never more bytes in it than
    `set_limit` allows, and one file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._max_bytes: int | None = None
        self._room = 0
        """Bytes that can be written before all sizes must be looked at again."""
        self._fresh: set[str] = set()
        """Kept since the last `tidy`: no attachment may have it yet."""
        self._is_failing = False

    async def set_limit(self, max_bytes: int) -> None:
        """Say how many bytes may be there. Until it is said, there is no limit."""
        await asyncio.to_thread(self._set_limit, max_bytes)

    async def keep(self, data: bytes) -> str:
        """Keep a file, and let it count as used now. Returns its content hash, in hex."""
        return await asyncio.to_thread(self._keep, data)

    async def read(self, sha256: str) -> bytes | None:
        """A file, which counts as used now. None if it is not there any more."""
        return await asyncio.to_thread(self._read, sha256)

    async def remove(self, hashes: Collection[str]) -> None:
        """Delete files, as far as they are there."""
        if hashes:
            await asyncio.to_thread(self._remove, hashes)

    async def tidy(self, used: Used) -> None:
        """Delete what no attachment has, but for what came since the last time."""
        fresh, self._fresh = self._fresh, set()
        for folder in await asyncio.to_thread(self._folders):
            names = await asyncio.to_thread(self._names, folder)
            known = await used(names) if names else ()
            await self.remove({*names}.difference(known, fresh, self._fresh))

    # --- in threads -----------------------------------------------------------------------------

    def _set_limit(self, max_bytes: int) -> None:
        with self._lock, self._failures("looked through"):
            self._max_bytes = max_bytes
            self._evict()

    def _keep(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self._fresh.add(sha256)
        with self._lock, self._failures("written"):
            path = self._path(sha256)
            if path.exists():
                os.utime(path)
            elif self._max_bytes is None or len(data) <= self._max_bytes:
                self._write(path, data)
                self._room -= _counted(len(data))
                if self._room < 0:
                    self._evict()
            self._is_failing = False
        return sha256

    def _read(self, sha256: str) -> bytes | None:
        path = self._path(sha256)
        with self._failures("read"), contextlib.suppress(FileNotFoundError):
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == sha256:
                os.utime(path)
                return data
            path.unlink()  # A power cut can leave half of what was never waited for.
        return None

    def _remove(self, hashes: Collection[str]) -> None:
        with self._lock, self._failures("deleted"):
            for sha256 in hashes:
                self._path(sha256).unlink(missing_ok=True)

    def _write(self, path: Path, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        unfinished = path.with_suffix(_UNFINISHED)
        try:
            with open(unfinished, "wb", opener=_private) as file:
                file.write(data)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _evict(self) -> None:
        """Delete the least recently used files if there are too many bytes. Only with the lock."""
        if self._max_bytes is None:
            return
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        goal = self._max_bytes if left <= self._max_bytes else self._max_bytes * _SHARE_AFTER_EVICTION
        for _, size, path in files:
            if left <= goal:
                break
            Path(path).unlink(missing_ok=True)
            left -= size
        self._room = self._max_bytes - left

    def _files(self) -> Iterator[tuple[int, int, str]]:
        """When each file was last used, what it counts, and where it is."""
        for folder in self._folders():
            for entry in os.scandir(folder):
                status = entry.stat()
                yield status.st_mtime_ns, _counted(status.st_size), entry.path

    def _folders(self) -> Sequence[Path]:
        with self._failures("listed"), contextlib.suppress(FileNotFoundError):
            return [path for path in self._folder.iterdir() if path.is_dir()]
        return []

    def _names(self, folder: Path) -> Sequence[str]:
        """The files of one folder. With the lock, so that what is unfinished was left so by a crash."""
        with self._lock, self._failures("listed"):
            return [path.name for path in folder.iterdir()]
        return []

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    @contextlib.contextmanager
    def _failures(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._is_failing:
                _log.warning(
                    "Files of pictures can't be %s in %s: %s. Check the disk, and who may write there; until then they"
                    " are fetched anew whenever they are needed.",
                    what,
                    self._folder,
                    error.strerror,
                )
            self._is_failing = True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _counted(size_bytes: int) -> int:
    return max(size_bytes, _SMALLEST_BYTES)
