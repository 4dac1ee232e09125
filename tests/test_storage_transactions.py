"""Transactions: whole or not at all, whatever happens to the one who asked, and on any SQL database."""

import asyncio
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.errors import StorageError
from storage import cursors, retention, unreadables
from storage.conversation import (
    albums,
    attachments,
    conversations,
    history,
    messages,
    passing,
    pictures,
    places,
    verdicts,
)
from storage.conversation.originals import Originals
from storage.file.sqlite import open_sqlite
from storage.store import SqlStore
from storage.tables import metadata
from storage.transactions import Result, Work
from storage.turns import accepting, life, notices, receipts, refusals, taking_back
from tests.happenings import message, photo
from tests.manual_clock import START
from tests.process import ROOT
from tests.storing import accept, database, exchange, plain_connection, purge, read, said, store_at

KILLED_AFTER_ACCEPTING = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.happenings import message
from tests.storing import accept, store_at

async def main():
    async with store_at(Path(sys.argv[1])) as store:
        await accept(store, message("Are you there?"))
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_an_accepted_message_survives_kill_9(tmp_path: Path) -> None:
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_AFTER_ACCEPTING, str(tmp_path), cwd=ROOT, stderr=subprocess.DEVNULL
    )
    assert await killed.wait() == -signal.SIGKILL

    async with store_at(tmp_path) as store:
        (turn,) = await store.unfinished()
        assert said(await read(store, turn)) == [("Are you there?", None)]


async def test_only_a_durable_write_waits_for_the_disk(tmp_path: Path) -> None:
    def synchronous(connection: sa.Connection) -> int:
        return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    async with open_sqlite(database(tmp_path), lambda _: None, busy_timeout_s=0.05) as transactions:
        assert await transactions.write(synchronous, durable=True) == 2  # FULL
        assert await transactions.write(synchronous) == 1  # NORMAL


async def test_writes_that_wait_together_are_committed_together(tmp_path: Path) -> None:
    def transaction(connection: sa.Connection) -> object:
        return connection.get_transaction()

    async with open_sqlite(database(tmp_path), lambda _: None, busy_timeout_s=0.05) as transactions:
        first, *others = await asyncio.gather(*(transactions.write(transaction) for _ in range(3)))
        assert all(other is first for other in others)
        assert await transactions.write(transaction) is not first


async def test_a_write_that_fails_spoils_none_of_those_that_wait_with_it(tmp_path: Path) -> None:
    def add(number: int) -> Work[None]:
        return lambda c: c.exec_driver_sql("INSERT INTO numbers VALUES (?)", (number,)).close()

    def numbers(connection: sa.Connection) -> list[int]:
        return list(connection.exec_driver_sql("SELECT number FROM numbers ORDER BY number").scalars())

    async with open_sqlite(database(tmp_path), lambda _: None, busy_timeout_s=0.05) as transactions:
        await transactions.write(lambda c: c.exec_driver_sql("CREATE TABLE numbers (number PRIMARY KEY)").close())
        writes = [transactions.write(add(number), durable=number == 2) for number in (1, 1, 2, 3)]
        outcomes = await asyncio.gather(*writes, return_exceptions=True)

        assert [isinstance(outcome, StorageError) for outcome in outcomes] == [False, True, False, False]
        assert await transactions.read(numbers) == [1, 2, 3]


async def test_cancelling_never_leaves_half_a_transaction(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for round_ in range(30):
            heard = [message("Hi", message_id=f"{round_}-{n}", attachments=[photo("p")]) for n in range(5)]
            tasks = [asyncio.create_task(accept(store, one)) for one in heard]
            for _ in range(round_ % 8):
                await asyncio.sleep(0)
            for task in (tasks[round_ % 5], tasks[round_ // 5 % 5]):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        last = await exchange(store, "Still there?")
        assert said(await read(store, last, limit=1)) == [("Still there?", "Yes.")]

    with plain_connection(database(tmp_path)) as connection:
        counts = [
            connection.execute(sa.select(sa.func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in ("turns", "messages", "attachments")
        ]
    assert counts[0] == counts[1] == counts[2] + 1
    assert counts[0] > 60


async def test_a_cancelled_reader_disturbs_nobody(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await exchange(store, "Hello?")
        tasks = [asyncio.create_task(read(store, turn)) for _ in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

        assert results[1::2] == [await read(store, turn)] * 10


async def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await exchange(store, "Hello?")
        with plain_connection(database(tmp_path)) as other:
            other.exec_driver_sql("DELETE FROM messages")
            assert said(await read(store, turn)) == [("Hello?", "Yes.")]
            other.rollback()


async def test_the_driver_logs_nothing_that_people_wrote(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with store_at(tmp_path) as store:
        await exchange(store, "My secret", "Your secret")

    assert caplog.records
    assert "secret" not in caplog.text


class _Asyncio:
    """`storage.transactions.Transactions` by SQLAlchemy's own asyncio extension, as any other database has it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, work: Work[Result], *, durable: bool = False) -> Result:
        del durable
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: Work[Result]) -> Result:
        return await self.write(work)

    async def reclaim(self) -> None: ...


async def test_the_store_runs_on_sqlalchemys_own_asyncio_engine_too(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{database(tmp_path)}")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        store = SqlStore(_Asyncio(engine), Originals(tmp_path / "originals"))
        await exchange(store, "One?", "1")
        last = await exchange(store, "Two?", "2")

        assert said(await read(store, last)) == [("One?", "1"), ("Two?", "2")]
        await purge(store, before=START, picture_bytes=0)
    finally:
        await engine.dispose()


POSTGRESQL = sa.make_url("postgresql+asyncpg://").get_dialect()()
SUBJECTS = (
    accepting,
    albums,
    attachments,
    conversations,
    cursors,
    history,
    life,
    messages,
    notices,
    passing,
    pictures,
    places,
    receipts,
    refusals,
    retention,
    taking_back,
    unreadables,
    verdicts,
)

_Statement: TypeAlias = sa.Select[Any] | sa.Insert | sa.Update | sa.Delete | sa.TextClause


def _statements(module: ModuleType) -> Iterator[_Statement]:
    for value in vars(module).values():
        if isinstance(value, _Statement):
            yield value


@pytest.mark.parametrize("module", SUBJECTS, ids=lambda module: module.__name__)
def test_every_statement_can_be_said_to_postgresql(module: ModuleType) -> None:
    for statement in _statements(module):
        assert str(statement.compile(dialect=POSTGRESQL))


def test_every_table_can_be_made_in_postgresql() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=POSTGRESQL))
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=POSTGRESQL))


def test_the_turns_that_wait_have_an_index_of_their_own_in_postgresql_too() -> None:
    index = next(index for index in metadata.tables["turns"].indexes if index.name == "ix_turns_unfinished")

    assert str(CreateIndex(index).compile(dialect=POSTGRESQL)).endswith("WHERE finished_at IS NULL")
