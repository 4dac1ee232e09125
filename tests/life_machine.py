"""The machine of `test_storage_life`: a real store, one clock that goes both ways, crashes, and pictures."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bot.events import ConversationKey, MessageId
from bot.ports.store import Store
from bot.records.turns import TurnId, TurnState
from tests.happenings import KEY
from tests.manual_clock import START
from tests.passing_model import Passing
from tests.storing import database, originals_in, picture, prepared, purge, store_at

T = TypeVar("T")


@dataclass
class Told:
    """What the model knows of a turn."""

    key: ConversationKey
    sender: str
    accepted_s: float
    is_command: bool
    state: TurnState = TurnState.ACCEPTED
    attempts: int = 0
    decided: TurnState | None = None
    answer: str | None = None
    is_claimed: bool = False
    said: dict[MessageId, str] = field(default_factory=dict)
    """What stands of its messages, in order."""
    shows: dict[MessageId, list[tuple[str, str, MessageId]]] = field(default_factory=dict)
    """The pictures of each: handle, place, and the message it was posted in."""


class LifeMachine(RuleBasedStateMachine):
    """What happens to turns beside what people and the bot do with them."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="glimpse-"))
        self.starts = 0
        self._stack = AsyncExitStack()
        self.store: Store
        self.now_s = 1000.0
        self.turns: dict[TurnId, Told] = {}
        self.known: set[tuple[ConversationKey, MessageId]] = set()
        self.passing = Passing()
        self.watched: set[ConversationKey] = set()

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(call)

    @initialize()
    def start(self) -> None:
        folder = self.folder / str(self.starts)
        folder.mkdir(exist_ok=True)
        self.store = self.run(self._stack.enter_async_context(store_at(folder)))

    def teardown(self) -> None:
        self.run(self._stack.aclose())
        self._runner.close()
        shutil.rmtree(self.folder)

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.now_s)

    # --- what happens to it ---------------------------------------------------------------------

    @rule(by_s=st.sampled_from([1, 1, 3, 6, 40, -2, -500]))
    def time_passes(self, by_s: float) -> None:
        self.now_s += by_s

    @rule()
    def crash(self) -> None:
        """Go on with the files as they are on the disk right now."""
        before = self.folder / str(self.starts)
        self.starts += 1
        after = self.folder / str(self.starts)
        after.mkdir()
        for name in ("glimpse.db", "glimpse.db-wal"):
            shutil.copy(before / name, after / name)
        if originals_in(before):
            shutil.copytree(before / "glimpse.db.originals", after / "glimpse.db.originals")
        self.run(self._stack.aclose())
        self._stack = AsyncExitStack()
        self.start()
        for told in self.turns.values():
            told.is_claimed = False

    # --- what is done with pictures ---------------------------------------------------------------

    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """At a picture that nobody looked at yet."""
        pending = self.rows("SELECT id, handle FROM attachments WHERE verdict = 'pending' ORDER BY id")
        attachment_id, handle = data.draw(st.sampled_from(pending or [(0, "none")]))
        original = self.run(self.store.keep_original(handle.encode()))
        if not self.run(self.store.settle_as_known(attachment_id, original, made_for="")):
            self.run(self.store.settle(attachment_id, prepared(picture(handle)), original=original))

    @rule(data=st.data())
    def draw(self, data: st.DataObject) -> None:
        turn_id, _ = self.any_turn(data)
        self.run(self.store.keep_picture(turn_id, picture(f"box {turn_id}")))

    @rule()
    def tidy_up(self) -> None:
        self.run(purge(self.store, before=START.replace(year=2000)))
        used = self.rows("SELECT sha256 FROM views UNION SELECT sha256 FROM posted")
        assert {*self.rows("SELECT sha256 FROM pictures")} == {*used}

    # --- what is known ----------------------------------------------------------------------------

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(database(self.folder / str(self.starts)))) as connection:
            return connection.execute(query).fetchall()

    def turn_with(self, key: ConversationKey, message_id: MessageId) -> Told | None:
        return next((told for told in self.turns.values() if told.key == key and message_id in told.said), None)

    def any_message(self, data: st.DataObject) -> tuple[ConversationKey, MessageId]:
        """Mostly one that was told, deleted or not."""
        newest = sorted({*self.known, *((one.key, one.message_id) for one in self.passing.kept)}, key=str)
        return data.draw(st.sampled_from([*newest, (KEY, MessageId("unknown"))]))

    def any_turn(self, data: st.DataObject) -> tuple[TurnId, Told | None]:
        """One of the newest turns, or one that is not there."""
        newest = [*self.turns][-3:] or [TurnId(1)]
        turn_id = data.draw(st.sampled_from([*newest, TurnId(newest[-1] + 1)]))
        return turn_id, self.turns.get(turn_id)
