"""What a running bot has stored, read from its database beside it: some of it is stored a moment after it is seen."""

import sqlite3
from contextlib import closing
from pathlib import Path

_INTERACTIONS = "SELECT count(*) FROM cursors WHERE name LIKE '%:interactions'"
_PICTURES = "SELECT count(*) FROM attachments"
_RECEIPTS = "SELECT count(*) FROM deliveries WHERE platform_message_id IS NOT NULL"
_SENT = "SELECT count(*) FROM deliveries WHERE state = 'sent'"
_PRESSES_DONE = "SELECT count(*) FROM presses WHERE NOT EXISTS (SELECT * FROM turns WHERE finished_at IS NULL)"
_TURNS = "SELECT count(*) FROM turns"
_WAITING_PICTURES = "SELECT count(*) FROM passing"
_WAITS = "SELECT count(*) FROM conversations WHERE wait_until IS NOT NULL"


def turns_in(folder: Path) -> int:
    """Questions that were taken in."""
    return _count(folder, _TURNS)


def pictures_in(folder: Path) -> int:
    """Pictures and files that belong to a question or an answer."""
    return _count(folder, _PICTURES)


def waiting_pictures_in(folder: Path) -> int:
    """Messages with pictures that were posted to nobody, and may be asked about."""
    return _count(folder, _WAITING_PICTURES)


def receipts_in(folder: Path) -> int:
    """Messages of the bot that it knows to stand on screen, whole or still growing."""
    return _count(folder, _RECEIPTS)


def sent_in(folder: Path) -> int:
    """Messages of the bot that it knows to stand on screen, whole."""
    return _count(folder, _SENT)


def presses_done_in(folder: Path) -> int:
    """Presses of buttons whose effect stands on screen; 0 while anything is under way."""
    return _count(folder, _PRESSES_DONE)


def interactions_in(folder: Path) -> int:
    """Records of what was opened on Discord, of which there is one for a bot that was given a command."""
    return _count(folder, _INTERACTIONS)


def waits_in(folder: Path) -> int:
    """Chats in which the platform wants the bot to wait."""
    return _count(folder, _WAITS)


def _count(folder: Path, query: str) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'glimpse.db'}?mode=ro", uri=True)) as database:
        (count,) = database.execute(query).fetchone()
    return int(count)
