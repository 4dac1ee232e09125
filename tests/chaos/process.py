"""Glimpse for tests that break it: ``python -m tests.chaos.process``.

The real composition root with the real adapters and the real database. What is different, by variables:

``CHAOS_KILL_AT``     "2 after chat.post final": dies of SIGKILL at the second passing of that point after SIGUSR1
``CHAOS_SPEED``       how fast its clock goes
``CHAOS_DISK``        the name of a file: while it exists, the disk is full
"""

import asyncio
import os
import signal
import sqlite3
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bot import logs
from bot.__main__ import _platforms, run
from bot.clock import SystemClock
from bot.core import Parts
from bot.errors import GlimpseError
from bot.settings.settings import load_settings
from tests.chaos.clock import FastClock
from tests.chaos.points import Fuse, watched

ARMED = "chaos: armed"
_NO_LIMIT = 1 << 30


def main() -> int:
    """Run it until told to stop, as `bot.__main__.main` does."""
    settings = load_settings()
    logs.configure("INFO", settings.secrets)
    clock = FastClock(float(os.environ["CHAOS_SPEED"])) if "CHAOS_SPEED" in os.environ else SystemClock()
    if "CHAOS_DISK" in os.environ:
        _put_on_a_disk_that_fills(Path(os.environ["CHAOS_DISK"]))
    try:
        asyncio.run(run(settings, clock, _platforms, wrap=_fused))
    except GlimpseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _fused(parts: Parts) -> Parts:
    passing, _, point = os.environ.get("CHAOS_KILL_AT", "").partition(" ")
    if not point:
        return parts
    fuse = Fuse(point, int(passing))

    def arm(*_: object) -> None:
        fuse.arm()
        # Past `sys.stderr`, in the middle of whose writing the signal may come.
        os.write(sys.stderr.fileno(), f"{ARMED}\n".encode())

    signal.signal(signal.SIGUSR1, arm)
    return watched(parts, fuse)


def _put_on_a_disk_that_fills(sign: Path) -> None:
    """SQLite's own limit of pages gives the very error that a full disk gives."""

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql.startswith("BEGIN IMMEDIATE"):
                limit = 1 if sign.exists() else _NO_LIMIT  # It never goes below what is used.
                super().execute(f"PRAGMA max_page_count={limit}")
            return super().execute(sql, *values)

    setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Connection))  # noqa: B010 - to mypy it is a constant


if __name__ == "__main__":
    sys.exit(main())
