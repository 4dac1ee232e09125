"""The disk fails: the operator gets one line, nothing is half done, and work goes on when the cause is gone."""

import asyncio
import os
import resource
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.errors import StorageError
from bot.events import MessageId, Unreadable
from bot.ports.store import Store
from bot.records.accepting import Refusal
from bot.records.attachments import AttachmentId
from bot.records.notices import Notice, NoticeKind
from bot.records.turns import Delivery, DeliveryState, Turn, TurnState
from bot.sentences import verbatim
from storage.file.sqlite import sqlite_of
from storage.store import SqlStore
from tests.happenings import FAKE, KEY, message, photo
from tests.manual_clock import START
from tests.storing import (
    accept,
    begin,
    database,
    exchange,
    finish,
    hear,
    lease,
    outcome,
    picture,
    plain_connection,
    prepared,
    purge,
    read,
    said,
    store_at,
)

Trouble: TypeAlias = Callable[[Store, Path], AbstractAsyncContextManager[None]]

LATER = START + timedelta(days=1)
SENT = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"))
HASH = "0" * 64
LONG = "x" * 20_000
"""More than what is free in the file."""


async def _on_the_writer(store: Store, pragma: str) -> int:
    """Set something on the connection that writes, and return what it says."""
    assert isinstance(store, SqlStore)
    transactions: Any = store._transactions

    def run(connection: sa.Connection) -> int:
        row = sqlite_of(connection).execute(f"PRAGMA {pragma}").fetchone()
        return int(row[0]) if row else 0

    return int(await transactions._writer.call(run))


@asynccontextmanager
async def _locked(store: Store, path: Path) -> AsyncIterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@asynccontextmanager
async def _full(store: Store, path: Path) -> AsyncIterator[None]:
    await _on_the_writer(store, f"max_page_count={await _on_the_writer(store, 'page_count')}")
    yield
    await _on_the_writer(store, "max_page_count=1000000")


@asynccontextmanager
async def _read_only(store: Store, path: Path) -> AsyncIterator[None]:
    await _on_the_writer(store, "query_only=ON")
    yield
    await _on_the_writer(store, "query_only=OFF")


@asynccontextmanager
async def _broken(store: Store, path: Path) -> AsyncIterator[None]:
    """The system refuses to let the log grow."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name(f"{path.name}-wal").stat().st_size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


TROUBLES = [
    pytest.param(_locked, "is locked by another program. Close", id="locked"),
    pytest.param(_full, "can't grow: the disk is full. Free", id="full"),
    pytest.param(_read_only, "can't be written. Give", id="read-only"),
    pytest.param(_broken, "the disk reports an error. Check", id="broken"),
]


Calls: TypeAlias = dict[str, Callable[[], Awaitable[object]]]


async def _a_turn_in_every_state(store: Store) -> dict[TurnState, Turn]:
    states = (TurnState.ACCEPTED, TurnState.ANSWERING, TurnState.DELIVERING, TurnState.ANSWERED)
    turns = {
        state: await accept(store, message("Hi", sender=state.value, attachments=[photo("p")]), ready_after_s=5)
        for state in states
    }
    await finish(store, turns[TurnState.ANSWERED])
    for state in states[1:3]:
        await begin(store, turns[state])
    await store.conclude(turns[TurnState.DELIVERING].id, outcome())
    await store.settle(AttachmentId(4), prepared(picture("dog")), original=HASH)
    await store.record_deliveries(turns[TurnState.ANSWERING].id, [replace(SENT, part=1)])
    return turns


def _calls(store: Store, turns: dict[TurnState, Turn]) -> Calls:
    """Every call that writes, each with something to write."""
    accepted, answering, delivering, answered = turns.values()
    unreadable = Unreadable(platform=FAKE, id="1", raw=LONG, error="KeyError")
    notice = Notice(
        kind=NoticeKind.UNREADABLE, key=KEY, is_private=False, message_id=MessageId("strange"), text=verbatim(LONG)
    )
    edited = message(LONG, message_id=answered.reply_to)
    return {
        "accept": lambda: hear(store, message(LONG, sender="Zoe")),
        "refuse": lambda: hear(
            store, message("?", sender="Yan"), refusal=Refusal(text=verbatim(LONG), shared_for_s=9, shared_by=9)
        ),
        "join": lambda: hear(store, message(LONG, sender="accepted")),
        "edit": lambda: store.edit(edited, ready_at=START, redo_since=START),
        "begin": lambda: store.begin(accepted.id, now=START, lease=lease()),
        "delete": lambda: store.delete(KEY, [accepted.reply_to], now=START),
        "set_aside": lambda: store.set_aside(unreadable, now=START),
        "notify": lambda: store.notify(notice, now=START),
        "move_cursor": lambda: store.move_cursor("new", LONG),
        "renew": lambda: store.renew([answering.id], lease(LATER)),
        "hand_back": lambda: store.hand_back(answering.id, owner="us"),
        "conclude": lambda: store.conclude(answering.id, outcome(LONG), [SENT]),
        "close": lambda: store.close(delivering.id, now=START, deliveries=[SENT]),
        "hold": lambda: store.hold(KEY, LATER, is_private=False),
        "settle_as_known": lambda: store.settle_as_known(AttachmentId(1), HASH, made_for=""),
        "settle": lambda: store.settle(AttachmentId(2), prepared(picture("cat", 20_000))),
        "keep_picture": lambda: store.keep_picture(answering.id, picture("box", 20_000)),
        "move_window": lambda: store.move_window(KEY, first_turn=accepted.id, pixels_from=AttachmentId(2)),
        "change_settings": lambda: store.change_settings(
            KEY, ConversationSettings(describes_pictures=True), before=NOTHING_CHOSEN, now=START
        ),
        "pass": lambda: hear(store, message(sender="Yan", address=None, attachments=[photo(LONG)])),
        "record_deliveries": lambda: store.record_deliveries(answering.id, [SENT]),
        "remove_delivery": lambda: store.remove_delivery(answering.id, 1),
        "reset": lambda: store.reset(KEY, up_to=answered.id),
        "purge": lambda: purge(store, before=LATER, picture_bytes=0),
    }


def _everything(path: Path) -> str:
    with plain_connection(path) as connection:
        names = sa.inspect(connection).get_table_names()
        return str([connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in names])  # noqa: S608  # ours


NEED_ROOM = (
    *("accept", "refuse", "join", "pass", "edit", "set_aside", "notify", "move_cursor"),
    *("conclude", "settle", "keep_picture"),
)
"""Calls that write more than what is free in the file."""


@pytest.mark.parametrize(("trouble", "line"), TROUBLES)
async def test_each_call_says_what_is_wrong_does_nothing_and_works_again(
    tmp_path: Path, trouble: Trouble, line: str
) -> None:
    path = database(tmp_path)
    async with store_at(tmp_path, busy_timeout_s=0.001) as store:
        calls = _calls(store, await _a_turn_in_every_state(store))
        before = _everything(path)
        async with trouble(store, path):
            for name in NEED_ROOM if trouble is _full else calls:
                with pytest.raises(StorageError, match=line) as caught:
                    await calls[name]()
                told = str(caught.value)
                assert told.startswith(f"The database {path} ")
                assert "\n" not in told
                assert "xxx" not in f"{told} {caught.value.__cause__}", "nobody's words"
            assert len(await store.unfinished()) == 3, "reading goes on"
        assert _everything(path) == before

        for call in calls.values():
            await call()
        assert await store.cursor("new") == LONG


async def test_nothing_is_kept_of_a_message_that_the_full_disk_took_only_half_of(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "Hello")
        heard = message("Look", sender="Bob", attachments=[photo(f"{number:3000}") for number in range(20)])
        async with _full(store, database(tmp_path)):
            with pytest.raises(StorageError, match="disk is full"):
                await accept(store, heard)
            assert await store.unfinished() == []
        assert (await accept(store, heard)).reply_to == heard.message_id


async def test_who_waits_for_a_locked_file_is_served_as_soon_as_it_is_free(tmp_path: Path) -> None:
    async with store_at(tmp_path, busy_timeout_s=5) as store:
        async with _locked(store, database(tmp_path)):
            waiting = asyncio.create_task(accept(store, message("Hello")))
            await asyncio.sleep(0.01)
            assert not waiting.done()
        turn = await waiting
        assert await store.unfinished() == [turn]


async def test_a_file_that_is_damaged_at_work_is_said_until_a_backup_is_in_its_place(tmp_path: Path) -> None:
    path = database(tmp_path)
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", attachments=[photo("p")]))
        await store.settle(AttachmentId(1), prepared(picture("cat", 40_000)))
        await finish(store, turn)
    whole = path.read_bytes()

    async with store_at(tmp_path) as store:
        with path.open("r+b") as file:
            file.seek(4096)  # The first page tells what kind of file it is, and has been read.
            file.write(b"\xff" * (len(whole) - 4096))
        for call in (store.jpeg(picture("cat").sha256), read(store, turn), accept(store, message("Hello"))):
            with pytest.raises(StorageError, match=r"is damaged\. Stop Glimpse and put a backup in its place"):
                await call
    path.write_bytes(whole)
    async with store_at(tmp_path) as store:
        assert said(await read(store, turn)) == [("Look", "Yes.")]


@contextmanager
def _as_nobody() -> Iterator[Path]:
    """A folder that only its owner can write to, and a user who is not even that (root may write everywhere)."""
    with tempfile.TemporaryDirectory() as folder:
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            Path(folder).chmod(0o700)
            if is_root:
                os.seteuid(0)


async def test_a_folder_that_cannot_be_written_is_said_at_the_start() -> None:
    with _as_nobody() as folder:
        folder.chmod(0o500)
        with pytest.raises(
            StorageError, match=r"Can't lock .*glimpse\.db\.lock: Permission denied\. .*must be writable"
        ):
            async with store_at(folder):
                pass


async def test_a_file_that_cannot_be_written_is_said_at_the_start() -> None:
    with _as_nobody() as folder:
        async with store_at(folder):
            pass
        database(folder).chmod(0o400)
        with pytest.raises(StorageError, match=r"glimpse\.db can't be written\. Give the user"):
            async with store_at(folder):
                pass
        database(folder).chmod(0o600)
        async with store_at(folder) as store:
            await accept(store, message("Hello"))
