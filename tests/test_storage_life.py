"""Whatever happens in whatever order, the store agrees with a small model of a turn's life."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.commands import ALT
from bot.events import Address, Command, ConversationKey, MessageId, MessageReceived
from bot.ports.store import Store
from bot.records import Accepted, ConversationSettings, Delivery, DeliveryState, TurnId, TurnState
from tests.fakes import KEY, START, message, photo
from tests.storing import JOINING, database, lease, originals_in, outcome, picture, prepared, purge, store_at

T = TypeVar("T")

PLACES = (KEY, replace(KEY, thread_id="1"))
REDO_S = 20
FIRST_PHOTO = 5
"""The number from which on messages are photos."""


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
    shows: dict[MessageId, list[tuple[str, str, MessageId]]] = field(default_factory=dict)
    """The pictures of each: handle, place, and the message it was posted in."""


@dataclass
class _Passing:
    """What the model knows of a picture that was posted to nobody."""

    key: ConversationKey
    message_id: MessageId
    album_id: str | None
    heard_s: float
    is_taken: bool = False


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
        self.passing: list[_Passing] = []
        self.watched: set[ConversationKey] = set()

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
        shape=st.sampled_from(["plain", "plain", "album", "help", "alt"]),
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
            attachments=[photo(f"p{number}")] if number >= FIRST_PHOTO else (),
            album_id="a" if shape == "album" else None,
            command=Command(name=shape) if shape in ("help", "alt") else None,
            address=Address.MENTION if is_addressed or shape in ("help", "alt") else None,
            sent_at=self._now,
        )
        ready_at = self._now + timedelta(seconds=quiet_s)
        accepted = self._run(
            self._store.accept(heard, now=self._now, ready_at=ready_at, joining=JOINING, answer=answer)
        )
        if (key, heard.message_id) in self.known:
            assert accepted is None
            return
        if any(told.key == key for told in self.turns.values()):
            self._forget_old()
        if accepted is None:
            assert heard.address is None, "an addressed message is never dropped"
            self._pass(heard, answer=answer)
        else:
            self.known.add((key, heard.message_id))
            self._took(heard, accepted, answer=answer)

    def _took(self, heard: MessageReceived, accepted: Accepted, *, answer: bool) -> None:
        told = self.turns.get(accepted.turn.id)
        own = [(ref.handle, "own", heard.message_id) for ref in heard.attachments]
        if told is None:
            is_command = heard.command is not None or heard.address is None
            if heard.address is None:
                assert heard.key in self.watched
                assert own
                assert accepted.turn.command == ALT
            assert accepted.turn.id > max(self.turns, default=0)
            told = _Told(heard.key, heard.sender.name, self.now_s, is_command=is_command)
            told.state = TurnState.ACCEPTED if answer else TurnState.REMEMBERED
            self.turns[accepted.turn.id] = told
            own = [*self._before(heard, accepted.turn.command, answer=answer), *own]
        else:
            assert told.state in (TurnState.ACCEPTED, TurnState.ANSWERING)
            assert heard.command is None
            assert not told.is_command or heard.album_id == "a", "only the rest of its album joins a command"
            assert (told.key, told.sender) == (heard.key, heard.sender.name), "people are never mixed up"
            assert abs(self.now_s - told.accepted_s) < JOINING.cap_s
            assert accepted.restart == (told.state is TurnState.ANSWERING)
            told.state = TurnState.ACCEPTED
        if told.is_command:
            self._pass(heard, answer=answer)
        told.said[heard.message_id] = heard.text
        told.shows[heard.message_id] = own
        assert (accepted.turn.state, accepted.turn.attempts) == (told.state, told.attempts)

    def _before(self, heard: MessageReceived, command: str | None, *, answer: bool) -> list[tuple[str, str, MessageId]]:
        """What a message that begins a turn gets of what was posted to nobody."""
        if heard.attachments and command is None:
            self._unpass(heard.key, [heard.message_id])
        if not answer or command == "help" or (heard.attachments and heard.album_id is None):
            return []
        waiting = [one for one in self.passing if one.key == heard.key and not one.is_taken]
        waiting = sorted((one for one in waiting if one.heard_s <= self.now_s), key=lambda one: one.heard_s)
        fresh = [one for one in waiting if self.now_s - one.heard_s < JOINING.before_s]
        if heard.attachments:
            waiting = chosen = [one for one in fresh if one.album_id == heard.album_id]
        else:
            chosen = [one for one in fresh if one is fresh[-1] or one.album_id == fresh[-1].album_id == "a"]
        for one in waiting if chosen and command is None else ():
            one.is_taken = True
        others = [one.message_id for one in chosen if one.message_id != heard.message_id]
        return [(f"p{message_id}", "before", message_id) for message_id in others]

    def _pass(self, heard: MessageReceived, *, answer: bool) -> None:
        if heard.attachments and answer:
            self._forget_old()
            if not any((one.key, one.message_id) == (heard.key, heard.message_id) for one in self.passing):
                self.passing.append(_Passing(heard.key, heard.message_id, heard.album_id, self.now_s))

    def _unpass(self, key: ConversationKey, message_ids: Sequence[MessageId]) -> None:
        self.passing = [one for one in self.passing if one.key != key or one.message_id not in message_ids]

    def _forget_old(self) -> None:
        self.passing = [one for one in self.passing if abs(self.now_s - one.heard_s) < JOINING.before_s]

    @rule(key=st.sampled_from(PLACES), is_on=st.booleans())
    def watch(self, key: ConversationKey, *, is_on: bool) -> None:
        self._run(self._store.change_settings(key, ConversationSettings(describes_pictures=is_on)))
        if any(told.key == key for told in self.turns.values()):
            self.watched = (self.watched | {key}) if is_on else (self.watched - {key})
        assert self._run(self._store.settings(key)).describes_pictures == (key in self.watched)

    @rule(data=st.data(), words=st.sampled_from(["Hello", "Oh", "Ah"]))
    def edit(self, data: st.DataObject, words: str) -> None:
        key, message_id = self._any_message(data)
        told = self._turn_with(key, message_id)
        heard = message(words, key=key, message_id=message_id)
        redo_since = self._now - timedelta(seconds=REDO_S)
        edited = self._run(self._store.edit(heard, now=self._now, redo_since=redo_since))
        self._unpass(key, [message_id])
        if told is None:
            assert edited is None
            return
        is_redone = told.accepted_s >= self.now_s - REDO_S
        if edited is None:
            was = (told.said[message_id], [shown for shown in told.shows[message_id] if shown[1] == "own"])
            assert not is_redone or was == (words, [])
        else:
            assert is_redone
            assert edited.restart == (told.state not in (TurnState.ACCEPTED, TurnState.REMEMBERED))
            told.state, told.attempts, told.decided, told.answer = TurnState.ACCEPTED, 0, None, None
            told.is_command = False
        told.said[message_id] = words
        told.shows[message_id] = [shown for shown in told.shows[message_id] if shown[1] != "own"]

    @rule(data=st.data(), more=st.sampled_from([(), (), ("3", "7")]))
    def delete(self, data: st.DataObject, more: tuple[str, ...]) -> None:
        key, message_id = self._any_message(data)
        ids = list(dict.fromkeys([message_id, *map(MessageId, more)]))
        emptied = set()
        for message_id in ids:
            told = self._turn_with(key, message_id)
            if told is not None:
                del told.said[message_id], told.shows[message_id]
                emptied |= {turn_id for turn_id, each in self.turns.items() if each is told and not told.said}
        self._unpass(key, ids)
        for told in self.turns.values():
            for said, shows in told.shows.items() if told.key == key else ():
                told.shows[said] = [shown for shown in shows if shown[2] not in ids]
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

    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """At a picture that nobody looked at yet."""
        pending = self._rows("SELECT id, handle FROM attachments WHERE verdict = 'pending' ORDER BY id")
        attachment_id, handle = data.draw(st.sampled_from(pending or [(0, "none")]))
        original = self._run(self._store.keep_original(handle.encode()))
        if not self._run(self._store.settle_as_known(attachment_id, original)):
            self._run(self._store.settle(attachment_id, prepared(picture(handle)), original=original))

    @rule(data=st.data())
    def draw(self, data: st.DataObject) -> None:
        turn_id, _ = self._any_turn(data)
        self._run(self._store.keep_picture(turn_id, picture(f"box {turn_id}")))

    @rule()
    def tidy_up(self) -> None:
        self._run(purge(self._store))
        used = self._rows("SELECT sha256 FROM views UNION SELECT sha256 FROM posted")
        assert {*self._rows("SELECT sha256 FROM pictures")} == {*used}

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
        if originals_in(before):
            shutil.copytree(before / "glimpse.db.originals", after / "glimpse.db.originals")
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
        rows = self._rows("SELECT id, state, attempts FROM turns")
        assert {row[0]: row[1:] for row in rows} == {
            turn_id: (told.state, told.attempts) for turn_id, told in self.turns.items()
        }
        unfinished = self._run(self._store.unfinished())
        assert [(turn.id, turn.state) for turn in unfinished] == [
            (turn_id, told.state) for turn_id, told in self.turns.items() if not told.state.is_final
        ]

    @invariant()
    def pictures_are_where_they_belong(self) -> None:
        if not self.turns:
            return
        rows = self._rows(
            "SELECT messages.turn_id, platform_message_id, handle, place, coalesce(posted_in, platform_message_id)"
            " FROM attachments JOIN messages ON messages.id = message_id"
        )
        assert sorted(rows) == sorted(
            (turn_id, said, *shown)
            for turn_id, told in self.turns.items()
            for said, shows in told.shows.items()
            for shown in shows
        )
        passing = self._rows("SELECT thread_id, platform_message_id, is_taken FROM passing")
        assert sorted(passing) == sorted(
            (one.key.thread_id or "", one.message_id, one.is_taken) for one in self.passing
        )

    @invariant()
    def nothing_is_left_of_what_was_taken_back(self) -> None:
        if self.turns:
            originals = self._rows("SELECT DISTINCT original FROM attachments WHERE original IS NOT NULL")
            assert originals_in(self._folder / str(self._starts)) == {original for (original,) in originals}
            assert self._rows("SELECT * FROM posted JOIN turns ON id = turn_id WHERE withdrawn_at IS NOT NULL") == []

    @invariant()
    def history_is_whole(self) -> None:
        withdrawn = (TurnState.WITHDRAWING, TurnState.WITHDRAWN)
        for key in PLACES if self.turns else ():
            exchanges = self._run(self._store.history(key, up_to=TurnId(max(self.turns) + 1), limit=100)).exchanges
            assert {e.turn_id: ({m.message_id: m.text for m in e.messages}, e.answer) for e in exchanges} == {
                turn_id: (told.said, told.answer)
                for turn_id, told in self.turns.items()
                if told.key == key and not told.is_command and told.state not in withdrawn
            }

    # --- the model's own ------------------------------------------------------------------------

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(database(self._folder / str(self._starts)))) as connection:
            return connection.execute(query).fetchall()

    def _turn_with(self, key: ConversationKey, message_id: MessageId) -> _Told | None:
        return next((told for told in self.turns.values() if told.key == key and message_id in told.said), None)

    def _any_message(self, data: st.DataObject) -> tuple[ConversationKey, MessageId]:
        """Mostly one that was told, deleted or not."""
        newest = sorted({*self.known, *((one.key, one.message_id) for one in self.passing)}, key=str)
        return data.draw(st.sampled_from([*newest, (KEY, MessageId("unknown"))]))

    def _any_turn(self, data: st.DataObject) -> tuple[TurnId, _Told | None]:
        """One of the newest turns, or one that is not there."""
        newest = [*self.turns][-3:] or [TurnId(1)]
        turn_id = data.draw(st.sampled_from([*newest, TurnId(newest[-1] + 1)]))
        return turn_id, self.turns.get(turn_id)


TestLifeOfTurns = LifeOfTurns.TestCase
TestLifeOfTurns.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
