"""SQLite's threads, locks and pragmas.

Through SQLAlchemy's asyncio extension each statement crosses to aiosqlite's thread and back four times: 1.2 ms of CPU
for a transaction of an insert and a select, measured. Here a whole transaction crosses once (0.16 ms), and being
cancelled can't cut it in two. Those that wait at the same time cross and are committed together.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import aiosqlite
import sqlalchemy as sa

from storage.file.failures import sqlite_failures
from storage.transactions import Work

Result = TypeVar("Result")

_RECLAIMED_PAGES = 256
"""In one step, of 4 KiB each: about a millisecond."""

_WRITER_PRAGMAS = (
    "foreign_keys=ON",
    "auto_vacuum=INCREMENTAL",  # Before WAL: it only takes effect while the file is empty.
    "journal_mode=WAL",
    "secure_delete=FAST",  # What is forgotten is overwritten where that costs no further page (sqlite.org, "PRAGMA").
    "journal_size_limit=8388608",  # What one large transaction made of the log is cut down again.
)
_READER_PRAGMAS = ("query_only=ON",)
_OUTLASTS_A_KILL = "synchronous=NORMAL"
_OUTLASTS_A_POWER_CUT = "synchronous=FULL"


class _Driver(aiosqlite.Connection):
    """aiosqlite's connection, with a way to run more than one call on its thread."""

    def __init__(self, path: Path, busy_timeout_s: float) -> None:
        super().__init__(
            lambda: sqlite3.connect(path, isolation_level=None, timeout=busy_timeout_s), iter_chunk_size=64
        )
        # One that is never closed must not keep the process alive. SQLAlchemy's dialect does the same.
        self._thread.daemon = True

    async def __aenter__(self) -> Self:
        try:
            await super().__aenter__()
        except BaseException:
            # The driver stops its thread then but does not wait for it, and it must not outlive the event loop.
            self._thread.join()
            raise
        return self

    async def call(self, work: Callable[[], Result]) -> Result:
        """Run `work` on the thread, to its end even if the caller is cancelled."""
        execute: Callable[..., Awaitable[Any]] = self._execute
        return cast("Result", await execute(work))

    @property
    def sqlite(self) -> sqlite3.Connection:
        """Only for use on the thread."""
        return self._conn


@dataclass(frozen=True, slots=True)
class _Job:
    """A `Work` that somebody waits for."""

    work: Work[Any]
    durable: bool
    done: asyncio.Future[Any]


class _Lane:
    """One SQLAlchemy connection on the thread of one `_Driver`."""

    def __init__(self, driver: _Driver, engine: sa.Engine, connection: sa.Connection) -> None:
        self._driver = driver
        self._engine = engine
        self._connection = connection
        self._waiting: list[_Job] = []
        self._runner: asyncio.Task[None] | None = None

    async def call(self, work: Work[Result]) -> Result:
        """Run `work` outside of a transaction."""
        # The driver logs what it runs: a closure shows no arguments there, and so nobody's words.
        return await self._driver.call(lambda: work(self._connection))

    async def transact(self, work: Work[Result], *, durable: bool = False) -> Result:
        """Run `work` in a transaction, which it may share with others that wait."""
        job = _Job(work, durable, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="transactions")
        return cast("Result", await job.done)

    async def _run(self) -> None:
        while self._waiting:
            jobs, self._waiting = self._waiting, []
            try:
                outcomes = await self.call(partial(_together, jobs))
            except Exception as error:  # noqa: BLE001 - the thread has ended: nobody may wait for it for ever
                outcomes = [(None, error)] * len(jobs)
            for job, (result, failure) in zip(jobs, outcomes, strict=True):
                if job.done.cancelled():
                    continue
                if failure is None:
                    job.done.set_result(result)
                else:
                    job.done.set_exception(failure)

    async def close(self) -> None:
        def disconnect(connection: sa.Connection) -> None:
            connection.close()
            self._engine.dispose()

        if self._runner is not None:
            await asyncio.wait({self._runner})
        await self.call(disconnect)


class Sqlite:
    """`storage.transactions.Transactions` on one SQLite file: one writer, and one reader that never waits for it.

    A second reader would cost a tenth of all CPU, for Python runs only one of its threads at a time.
    """

    def __init__(self, path: Path, writer: _Lane, reader: _Lane) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader

    async def write(self, work: Work[Result], *, durable: bool = False) -> Result:
        with sqlite_failures(self._path):
            return await self._writer.transact(work, durable=durable)

    async def read(self, work: Work[Result]) -> Result:
        with sqlite_failures(self._path):
            return await self._reader.transact(work)

    async def reclaim(self) -> None:
        """Cut free pages off the file's end, about a millisecond at a time, and empty the log of what was deleted."""
        before = -1
        with sqlite_failures(self._path):
            while (free := await self._writer.call(_cut_free_pages)) not in (0, before):
                before = free
            await self._writer.call(lambda connection: set_pragmas(connection, "wal_checkpoint(TRUNCATE)"))


@asynccontextmanager
async def open_sqlite(path: Path, prepare: Work[None], *, busy_timeout_s: float) -> AsyncIterator[Sqlite]:
    """Open a file, creating it if missing. `prepare` runs first, on the writer and outside of a transaction.

    Raises:
        StorageError: the file can't be used.
    """
    async with AsyncExitStack() as stack:
        with sqlite_failures(path):
            writer = await _lane(
                stack, path, busy_timeout_s, begin="BEGIN IMMEDIATE", pragmas=(*_WRITER_PRAGMAS, _OUTLASTS_A_KILL)
            )
            await writer.call(prepare)
            reader = await _lane(stack, path, busy_timeout_s, begin="BEGIN", pragmas=_READER_PRAGMAS)
        yield Sqlite(path, writer, reader)


def sqlite_of(connection: sa.Connection) -> sqlite3.Connection:
    """The driver's own connection below one of SQLAlchemy's."""
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def set_pragmas(connection: sa.Connection, *pragmas: str) -> None:
    """Set what can't be set inside of a transaction."""
    for pragma in pragmas:
        sqlite_of(connection).execute(f"PRAGMA {pragma}").fetchall()


async def _lane(
    stack: AsyncExitStack, path: Path, busy_timeout_s: float, *, begin: str, pragmas: Sequence[str]
) -> _Lane:
    driver = await stack.enter_async_context(_Driver(path, busy_timeout_s))
    # People's words must not get into the texts of errors.
    engine = sa.create_engine(
        "sqlite+pysqlite://", creator=lambda: driver.sqlite, poolclass=sa.StaticPool, hide_parameters=True
    )
    # The driver's own way would begin at the first write: too late to wait for the lock.
    sa.event.listen(engine, "begin", lambda connection: sqlite_of(connection).execute(begin))

    def connect() -> sa.Connection:
        connection = engine.connect()
        try:
            set_pragmas(connection, *pragmas)
        except BaseException:
            # Left to the garbage collector, it would be closed on another thread, which SQLite forbids.
            connection.close()
            engine.dispose()
            raise
        return connection

    lane = _Lane(driver, engine, await driver.call(connect))
    stack.push_async_callback(lane.close)
    return lane


def _together(jobs: Sequence[_Job], connection: sa.Connection) -> Sequence[tuple[Any, Exception | None]]:
    """Run all in one transaction; if anything is wrong with that, each in one of its own."""
    try:
        with _transaction(connection, durable=any(job.durable for job in jobs)):
            return [(job.work(connection), None) for job in jobs]
    except Exception as error:  # noqa: BLE001 - what goes wrong with one must not end what others wait for
        return [(None, error)] if len(jobs) == 1 else [_together([job], connection)[0] for job in jobs]


@contextmanager
def _transaction(connection: sa.Connection, *, durable: bool) -> Iterator[None]:
    if durable:
        set_pragmas(connection, _OUTLASTS_A_POWER_CUT)
    try:
        with connection.begin():
            yield
    finally:
        if durable:
            set_pragmas(connection, _OUTLASTS_A_KILL)


def _cut_free_pages(connection: sa.Connection) -> int:
    set_pragmas(connection, f"incremental_vacuum({_RECLAIMED_PAGES})")
    (free,) = sqlite_of(connection).execute("PRAGMA freelist_count").fetchone()
    return int(free)
