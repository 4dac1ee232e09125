"""Whatever happens in whatever order, the store agrees with a small model of a turn's life."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.events import Address, Command, ConversationKey, MessageId, MessageReceived
from bot.ports.store import Store
from bot.records import Accepted, Delivery, DeliveryState, TurnId, TurnState
from tests.fakes import KEY, START, message, photo
from tests.storing import JOINING, database, lease, outcome, store_at

T = TypeVar("T")

PLACES = (KEY, replace(KEY, thread_id="1"))
REDO_S = 20


@dataclass
class _Told:
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


class LifeOfTurns(RuleBasedStateMachine):
    """Random people, random crashes, one clock that goes both ways."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = Path(tempfile.mkdtemp(prefix="glimpse-"))
        self._starts = 0
        self._stack = AsyncExitStack()
        self._store: Store
        self.now_s = 1000.0
        self.turns: dict[TurnId, _Told] = {}
        self.known: set[tuple[ConversationKey, MessageId]] = set()

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(call)

    @initialize()
    def start(self) -> None:
        folder = self._folder / str(self._starts)
        folder.mkdir(exist_ok=True)
        self._store = self._run(self._stack.enter_async_context(store_at(folder)))

    def teardown(self) -> None:
        self._run(self._stack.aclose())
        self._runner.close()
        shutil.rmtree(self._folder)

    @property
    def _now(self) -> Any:
        return START + timedelta(seconds=self.now_s)

    # --- what people do -------------------------------------------------------------------------

    @rule(
        key=st.sampled_from(PLACES),
        sender=st.sampled_from(["Ann", "Bob"]),
        number=st.integers(0, 9),
        words=st.sampled_from(["", "Hello", "What is it?"]),
        shape=st.sampled_from(["plain", "photo", "album", "command"]),
        is_addressed=st.booleans(),
        answer=st.sampled_from([True, True, True, False]),
        quiet_s=st.sampled_from([0, 2]),
    )
    def hear(
        self,
        key: ConversationKey,
        sender: str,
        number: int,
        words: str,
        shape: str,
        *,
        is_addressed: bool,
        answer: bool,
        quiet_s: float,
    ) -> None:
        heard = message(
            words,
            key=key,
            sender=sender,
            message_id=str(number),
            attachments=[photo("p")] if shape in ("photo", "album") else (),
            album_id="a" if shape == "album" else None,
            command=Command(name="help") if shape == "command" else None,
            address=Address.MENTION if is_addressed or shape == "command" else None,
        )
        ready_at = self._now + timedelta(seconds=quiet_s)
        accepted = self._run(
            self._store.accept(heard, now=self._now, ready_at=ready_at, joining=JOINING, answer=answer)
        )
        if (key, heard.message_id) in self.known:
            assert accepted is None
        elif accepted is None:
            assert heard.address is None, "an addressed message is never dropped"
        else:
            self.known.add((key, heard.message_id))
            self._took(heard, accepted, answer=answer)

    def _took(self, heard: MessageReceived, accepted: Accepted, *, answer: bool) -> None:
        told = self.turns.get(accepted.turn.id)
        if told is None:
            assert heard.address is not None
            assert accepted.turn.id > max(self.turns, default=0)
            told = _Told(heard.key, heard.sender.name, self.now_s, is_command=heard.command is not None)
            told.state = TurnState.ACCEPTED if answer else TurnState.REMEMBERED
            self.turns[accepted.turn.id] = told
        else:
            assert told.state in (TurnState.ACCEPTED, TurnState.ANSWERING)
            assert not told.is_command
            assert heard.command is None
            assert (told.key, told.sender) == (heard.key, heard.sender.name), "people are never mixed up"
            assert abs(self.now_s - told.accepted_s) < JOINING.cap_s
            assert accepted.restart == (told.state is TurnState.ANSWERING)
            told.state = TurnState.ACCEPTED
        told.said[heard.message_id] = heard.text
        assert (accepted.turn.state, accepted.turn.attempts) == (told.state, told.attempts)

    @rule(data=st.data(), words=st.sampled_from(["Hello", "Oh", "Ah"]))
    def edit(self, data: st.DataObject, words: str) -> None:
        key, message_id = self._any_message(data)
        told = self._turn_with(key, message_id)
        heard = message(words, key=key, message_id=message_id)
        redo_since = self._now - timedelta(seconds=REDO_S)
        edited = self._run(self._store.edit(heard, now=self._now, redo_since=redo_since))
        if told is None:
            assert edited is None
            return
        is_redone = told.accepted_s >= self.now_s - REDO_S
        if edited is None:
            assert not is_redone or told.said[message_id] == words
        else:
            assert is_redone
            assert edited.restart == (told.state not in (TurnState.ACCEPTED, TurnState.REMEMBERED))
            told.state, told.attempts, told.decided, told.answer = TurnState.ACCEPTED, 0, None, None
            told.is_command = False
        told.said[message_id] = words

    @rule(data=st.data(), more=st.sampled_from([(), (), ("3", "7")]))
    def delete(self, data: st.DataObject, more: tuple[str, ...]) -> None:
        key, message_id = self._any_message(data)
        ids = list(dict.fromkeys([message_id, *map(MessageId, more)]))
        emptied = set()
        for message_id in ids:
            told = self._turn_with(key, message_id)
            if told is not None:
                del told.said[message_id]
                emptied |= {turn_id for turn_id, each in self.turns.items() if each is told and not told.said}
        withdrawn = self._run(self._store.delete(key, ids, now=self._now))
        assert {turn.id for turn in withdrawn} == emptied
        for turn_id in emptied:
            told = self.turns[turn_id]
            told.state, told.answer, told.is_claimed = TurnState.WITHDRAWING, None, False

    # --- what Glimpse does ----------------------------------------------------------------------

    @rule(data=st.data(), owner=st.sampled_from(["us", "us", "them"]))
    def begin(self, data: st.DataObject, owner: str) -> None:
        self._begin(*self._any_turn(data), owner)

    def _begin(self, turn_id: TurnId, told: _Told | None, owner: str) -> None:
        begun = self._run(self._store.begin(turn_id, now=self._now, lease=lease(self._now, owner)))
        if told is None or told.state.is_final:
            assert begun is None
        elif begun is None:
            assert told.is_claimed
        else:
            told.is_claimed = True
            if told.state in (TurnState.ACCEPTED, TurnState.ANSWERING):
                told.state, told.attempts = TurnState.ANSWERING, told.attempts + 1
                assert begun.attempts == told.attempts - 1
            assert begun.state is told.state

    @rule(data=st.data(), answer=st.sampled_from(["Yes.", None]))
    def conclude(self, data: st.DataObject, answer: str | None) -> None:
        self._conclude(*self._any_turn(data), answer)

    def _conclude(self, turn_id: TurnId, told: _Told | None, answer: str | None) -> None:
        planned = [Delivery(part=0, state=DeliveryState.SENDING)]
        is_decided = self._run(self._store.conclude(turn_id, outcome(answer), planned))
        assert is_decided == (told is not None and told.state is TurnState.ANSWERING)
        if told is not None and is_decided:
            told.state, told.answer = TurnState.DELIVERING, answer
            told.decided = TurnState.FAILED if answer is None else TurnState.ANSWERED

    @rule(data=st.data(), failed=st.sampled_from(["", "undeliverable"]))
    def close(self, data: st.DataObject, failed: str) -> None:
        self._close(*self._any_turn(data), failed)

    def _close(self, turn_id: TurnId, told: _Told | None, failed: str) -> None:
        sent = [Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"))]
        self._run(self._store.close(turn_id, now=self._now, deliveries=sent, failed=failed))
        if told is not None and told.state is TurnState.DELIVERING:
            told.state = TurnState.FAILED if failed else told.decided or told.state
        elif told is not None and told.state is TurnState.WITHDRAWING and told.is_claimed:
            told.state = TurnState.WITHDRAWN
        if told is not None and told.state.is_final:
            told.is_claimed = False

    @rule(data=st.data())
    def bring_to_its_end(self, data: st.DataObject) -> None:
        turn_id, told = self._any_turn(data)
        self._begin(turn_id, told, "us")
        self._conclude(turn_id, told, "Yes.")
        self._close(turn_id, told, "")

    # --- what happens to it ---------------------------------------------------------------------

    @rule(by_s=st.sampled_from([1, 1, 3, 6, 40, -2, -500]))
    def time_passes(self, by_s: float) -> None:
        self.now_s += by_s

    @rule()
    def crash(self) -> None:
        """Go on with the files as they are on the disk right now."""
        before = self._folder / str(self._starts)
        self._starts += 1
        after = self._folder / str(self._starts)
        after.mkdir()
        for name in ("glimpse.db", "glimpse.db-wal"):
            shutil.copy(before / name, after / name)
        self._run(self._stack.aclose())
        self._stack = AsyncExitStack()
        self.start()
        for told in self.turns.values():
            told.is_claimed = False

    # --- what always holds ----------------------------------------------------------------------

    @invariant()
    def the_store_agrees(self) -> None:
        if not self._starts and not hasattr(self, "_store"):
            return
        with closing(sqlite3.connect(database(self._folder / str(self._starts)))) as connection:
            rows = connection.execute("SELECT id, state, attempts FROM turns").fetchall()
        assert {row[0]: row[1:] for row in rows} == {
            turn_id: (told.state, told.attempts) for turn_id, told in self.turns.items()
        }
        unfinished = self._run(self._store.unfinished())
        assert [(turn.id, turn.state) for turn in unfinished] == [
            (turn_id, told.state) for turn_id, told in self.turns.items() if not told.state.is_final
        ]

    @invariant()
    def history_is_whole(self) -> None:
        withdrawn = (TurnState.WITHDRAWING, TurnState.WITHDRAWN)
        for key in PLACES if self.turns else ():
            exchanges = self._run(self._store.exchanges(key, up_to=max(self.turns), limit=100))
            assert {e.turn_id: ({m.message_id: m.text for m in e.messages}, e.answer) for e in exchanges} == {
                turn_id: (told.said, told.answer)
                for turn_id, told in self.turns.items()
                if told.key == key and not told.is_command and told.state not in withdrawn
            }

    # --- the model's own ------------------------------------------------------------------------

    def _turn_with(self, key: ConversationKey, message_id: MessageId) -> _Told | None:
        return next((told for told in self.turns.values() if told.key == key and message_id in told.said), None)

    def _any_message(self, data: st.DataObject) -> tuple[ConversationKey, MessageId]:
        """Mostly one that was told, deleted or not."""
        newest = sorted(self.known, key=str)
        return data.draw(st.sampled_from([*newest, (KEY, MessageId("unknown"))]))

    def _any_turn(self, data: st.DataObject) -> tuple[TurnId, _Told | None]:
        """One of the newest turns, or one that is not there."""
        newest = [*self.turns][-3:] or [TurnId(1)]
        turn_id = data.draw(st.sampled_from([*newest, TurnId(newest[-1] + 1)]))
        return turn_id, self.turns.get(turn_id)


TestLifeOfTurns = LifeOfTurns.TestCase
TestLifeOfTurns.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
