"""Upgrades of databases with people's words in them: nothing is lost, and what was there is read as it was meant."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.choices import ConversationSettings
from bot.events import Source
from bot.records.attachments import AttachmentId, Place, Verdict
from bot.records.turns import Turn, TurnId, TurnState
from bot.sentences import sentence
from storage.file import schema
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import (
    accept,
    attachments_of,
    database,
    picture,
    plain_connection,
    purge,
    read,
    said,
    shown,
    store_at,
)

FIRST = """
INSERT INTO conversations VALUES (1, 'fake', '1', '', 0, 1, NULL);
INSERT INTO turns (id, conversation_id, state, sender_id, reply_to, accepted_at, ready_at, answer, finished_at) VALUES
    (1, 1, 'answered', 'ann', 'a', 1767225600000000, 1767225600000000, 'Before the reset.', 1767225600000000),
    (2, 1, 'answered', 'ann', 'b', 1767225600000000, 1767225600000000, 'A cat.', 1767225600000000);
INSERT INTO turns (id, conversation_id, state, command, sender_id, reply_to, accepted_at, ready_at) VALUES
    (3, 1, 'accepted', 'help', 'bob', 'c', 1767225600000000, 1767225600000000);
INSERT INTO messages VALUES
    (1, 1, 1, 'a', 'ann', 'Ann', 'Hello', NULL, 0, 1767225600000000, NULL),
    (2, 1, 2, 'b', 'ann', 'Ann', 'Look', '[{{"author": "Bob", "is_own": false, "text": "Mine"}}]', 3, 0, NULL),
    (3, 1, 3, 'c', 'bob', 'Bob', '/help', NULL, 0, 1767225600000000, NULL);
INSERT INTO pictures VALUES ('{sha256}', 640, 480, 100, 2, x'{jpeg}'), ('{orphan}', 640, 480, 100, 2, x'00');
INSERT INTO attachments VALUES
    (4, 2, 0, 1, 'bobs', 'bobs.jpg', 'image/jpeg', 7, 'usable', '', 'PNG, 4032×3024', '{sha256}'),
    (5, 2, 1, 0, 'own', 'own.jpg', 'image/jpeg', NULL, 'unusable', 'it is too large', '', NULL),
    (6, 2, 2, 0, 'late', 'late.jpg', 'image/jpeg', NULL, 'pending', '', '', NULL),
    (90, 2, 3, 0, 'gone', 'gone.jpg', 'image/jpeg', NULL, 'pending', '', '', NULL);
DELETE FROM attachments WHERE id = 90;
INSERT INTO turns (id, conversation_id, state, sender_id, reply_to, accepted_at, ready_at) VALUES
    (80, 1, 'accepted', 'ann', 'z', 0, 0);
DELETE FROM turns WHERE id = 80;
INSERT INTO deliveries VALUES (2, 0, '90', 'sent', 'd');
"""

CAT = picture("cat")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A folder with a database as the first Glimpse left it."""
    versions = tmp_path / "versions"
    versions.mkdir()
    shutil.copy(schema.VERSIONS / "0001_first_tables.py", versions)
    rows = FIRST.format(sha256=CAT.sha256, jpeg=CAT.jpeg.hex(), orphan="0" * 64)
    with plain_connection(database(tmp_path)) as connection:
        schema.upgrade(connection, versions)
        for row in rows.split(";\n"):
            connection.exec_driver_sql(row)
    return tmp_path


def _turn(number: int) -> Turn:
    return Turn(
        id=TurnId(number),
        key=KEY,
        state=TurnState.ANSWERED,
        attempts=0,
        is_private=False,
        command=None,
        reply_to=message().message_id,
        accepted_at=START,
        ready_at=START,
    )


async def test_what_the_first_glimpse_kept_is_all_there(first: Path) -> None:
    async with store_at(first) as store:
        assert said(await read(store, _turn(2))) == [("Look", "A cat.")]
        bobs, own, late = await attachments_of(store, _turn(2))
        assert (bobs.id, bobs.place, bobs.verdict, bobs.views) == (4, Place.QUOTED, Verdict.USABLE, shown(CAT))
        assert (bobs.origin, bobs.ref.source, bobs.ref.size_bytes) == ("PNG, 4032×3024", Source.FILE, 7)
        assert (own.place, own.verdict, own.reason) == (Place.OWN, Verdict.UNUSABLE, "it is too large")
        assert (late.verdict, late.views, late.original, late.text) == (Verdict.PENDING, (), None, "")
        assert await store.jpeg(CAT.sha256) == CAT.jpeg
        (waiting,) = await store.unfinished()
        assert (waiting.command, waiting.argument, waiting.pictures) == ("help", "", ())
        assert [receipt.message_id for receipt in await store.deliveries(TurnId(2))] == ["90"]
        assert await store.settings(KEY) == ConversationSettings()
        assert (await store.history(KEY, up_to=TurnId(2), limit=9)).pixels_from == 0


async def test_ids_that_were_given_once_are_never_given_again(first: Path) -> None:
    async with store_at(first) as store:
        turn = await accept(store, message("Look", attachments=[photo("p")]))
        (attachment,) = await attachments_of(store, turn)

        assert turn.id > 80
        assert attachment.id > 90


async def test_work_goes_on_after_the_upgrade(first: Path) -> None:
    async with store_at(first) as store:
        await purge(store, picture_bytes=0)
        assert await store.jpeg(CAT.sha256) is None
        await store.settle(AttachmentId(6), sentence("it is gone"))
        await purge(store, before=START + timedelta(days=1))
        assert await read(store, _turn(2)) == []

    with plain_connection(database(first)) as connection:
        left = {
            name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar()  # noqa: S608  # our own tables
            for name in ("turns", "messages", "attachments", "views", "pictures", "deliveries")
        }
        assert left == {"turns": 1, "messages": 1, "attachments": 0, "views": 0, "pictures": 0, "deliveries": 0}
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
