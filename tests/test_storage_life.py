"""Whatever happens in whatever order, the store agrees with a small model of a turn's life."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from bot.choices import ConversationSettings
from bot.commands.known import ALT
from bot.events import Address, Command, ConversationKey, MessageId, MessageReceived
from bot.records.accepting import Accepted, Arrival
from bot.records.turns import Delivery, DeliveryState, TurnId, TurnState
from tests.happenings import KEY, message, photo
from tests.life_machine import LifeMachine, Told
from tests.manual_clock import START
from tests.storing import JOINING, lease, originals_in, outcome

PLACES = (KEY, replace(KEY, thread_id="1"))
REDO_S = 20
FIRST_PHOTO = 5
"""The number from which on messages are photos."""


class LifeOfTurns(LifeMachine):
    """Random people, random crashes, one clock that goes both ways."""

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
            sent_at=self.now,
        )
        ready_at = self.now + timedelta(seconds=quiet_s)
        arrival = Arrival(now=self.now, ready_at=ready_at, joining=JOINING, answer=answer)
        accepted = self.run(self.store.accept(heard, arrival))
        if (key, heard.message_id) in self.known:
            assert accepted is None
            return
        if any(told.key == key for told in self.turns.values()):
            self.passing.forget_old(self.now_s)
        if accepted is None:
            assert heard.address is None, "an addressed message is never dropped"
            self.passing.hear(heard, self.now_s, answer=answer)
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
            told = Told(heard.key, heard.sender.name, self.now_s, is_command=is_command)
            told.state = TurnState.ACCEPTED if answer else TurnState.REMEMBERED
            self.turns[accepted.turn.id] = told
            own = [*self.passing.before(heard, accepted.turn.command, self.now_s, answer=answer), *own]
        else:
            assert told.state in (TurnState.ACCEPTED, TurnState.ANSWERING)
            assert heard.command is None
            assert not told.is_command or heard.album_id == "a", "only the rest of its album joins a command"
            assert (told.key, told.sender) == (heard.key, heard.sender.name), "people are never mixed up"
            assert abs(self.now_s - told.accepted_s) < JOINING.cap_s
            assert accepted.restart == (told.state is TurnState.ANSWERING)
            told.state = TurnState.ACCEPTED
        if told.is_command:
            self.passing.hear(heard, self.now_s, answer=answer)
        told.said[heard.message_id] = heard.text
        told.shows[heard.message_id] = own
        assert (accepted.turn.state, accepted.turn.attempts) == (told.state, told.attempts)

    @rule(key=st.sampled_from(PLACES), is_on=st.booleans())
    def watch(self, key: ConversationKey, *, is_on: bool) -> None:
        self.run(
            self.store.change_settings(
                key,
                ConversationSettings(describes_pictures=is_on),
                before=ConversationSettings(describes_pictures=not is_on),
                now=START,
            )
        )
        if any(told.key == key for told in self.turns.values()):
            self.watched = (self.watched | {key}) if is_on else (self.watched - {key})
        assert self.run(self.store.settings(key)).describes_pictures == (key in self.watched)

    @rule(data=st.data(), words=st.sampled_from(["Hello", "Oh", "Ah"]))
    def edit(self, data: st.DataObject, words: str) -> None:
        key, message_id = self.any_message(data)
        told = self.turn_with(key, message_id)
        heard = message(words, key=key, message_id=message_id)
        redo_since = self.now - timedelta(seconds=REDO_S)
        edited = self.run(self.store.edit(heard, ready_at=self.now, redo_since=redo_since))
        self.passing.forget(key, [message_id])
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
        key, message_id = self.any_message(data)
        ids = list(dict.fromkeys([message_id, *map(MessageId, more)]))
        emptied = set()
        for message_id in ids:
            told = self.turn_with(key, message_id)
            if told is not None:
                del told.said[message_id], told.shows[message_id]
                emptied |= {turn_id for turn_id, each in self.turns.items() if each is told and not told.said}
        self.passing.forget(key, ids)
        for told in self.turns.values():
            for said, shows in told.shows.items() if told.key == key else ():
                told.shows[said] = [shown for shown in shows if shown[2] not in ids]
        withdrawn = self.run(self.store.delete(key, ids, now=self.now))
        assert {turn.id for turn in withdrawn} == emptied
        for turn_id in emptied:
            told = self.turns[turn_id]
            told.state, told.answer, told.is_claimed = TurnState.WITHDRAWING, None, False

    # --- what Glimpse does ----------------------------------------------------------------------

    @rule(data=st.data(), owner=st.sampled_from(["us", "us", "them"]))
    def begin(self, data: st.DataObject, owner: str) -> None:
        self._begin(*self.any_turn(data), owner)

    def _begin(self, turn_id: TurnId, told: Told | None, owner: str) -> None:
        begun = self.run(self.store.begin(turn_id, now=self.now, lease=lease(self.now, owner)))
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
        self._conclude(*self.any_turn(data), answer)

    def _conclude(self, turn_id: TurnId, told: Told | None, answer: str | None) -> None:
        planned = [Delivery(part=0, state=DeliveryState.SENDING)]
        is_decided = self.run(self.store.conclude(turn_id, outcome(answer), planned))
        assert is_decided == (told is not None and told.state is TurnState.ANSWERING)
        if told is not None and is_decided:
            told.state, told.answer = TurnState.DELIVERING, answer
            told.decided = TurnState.FAILED if answer is None else TurnState.ANSWERED

    @rule(data=st.data(), failed=st.sampled_from(["", "undeliverable"]))
    def close(self, data: st.DataObject, failed: str) -> None:
        self._close(*self.any_turn(data), failed)

    def _close(self, turn_id: TurnId, told: Told | None, failed: str) -> None:
        sent = [Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"))]
        self.run(self.store.close(turn_id, now=self.now, deliveries=sent, failed=failed))
        if told is not None and told.state is TurnState.DELIVERING:
            told.state = TurnState.FAILED if failed else told.decided or told.state
        elif told is not None and told.state is TurnState.WITHDRAWING and told.is_claimed:
            told.state = TurnState.WITHDRAWN
        if told is not None and told.state.is_final:
            told.is_claimed = False

    @rule(data=st.data())
    def bring_to_its_end(self, data: st.DataObject) -> None:
        turn_id, told = self.any_turn(data)
        self._begin(turn_id, told, "us")
        self._conclude(turn_id, told, "Yes.")
        self._close(turn_id, told, "")

    # --- what always holds ----------------------------------------------------------------------

    @invariant()
    def the_store_agrees(self) -> None:
        if not self.starts and not hasattr(self, "store"):
            return
        rows = self.rows("SELECT id, state, attempts FROM turns")
        assert {row[0]: row[1:] for row in rows} == {
            turn_id: (told.state, told.attempts) for turn_id, told in self.turns.items()
        }
        unfinished = self.run(self.store.unfinished())
        assert [(turn.id, turn.state) for turn in unfinished] == [
            (turn_id, told.state) for turn_id, told in self.turns.items() if not told.state.is_final
        ]

    @invariant()
    def pictures_are_where_they_belong(self) -> None:
        if not self.turns:
            return
        rows = self.rows(
            "SELECT messages.turn_id, platform_message_id, handle, place, coalesce(posted_in, platform_message_id)"
            " FROM attachments JOIN messages ON messages.id = message_id"
        )
        assert sorted(rows) == sorted(
            (turn_id, said, *shown)
            for turn_id, told in self.turns.items()
            for said, shows in told.shows.items()
            for shown in shows
        )
        passing = self.rows("SELECT thread_id, platform_message_id, is_taken FROM passing")
        assert sorted(passing) == sorted(
            (one.key.thread_id or "", one.message_id, one.is_taken) for one in self.passing.kept
        )

    @invariant()
    def nothing_is_left_of_what_was_taken_back(self) -> None:
        if self.turns:
            originals = self.rows("SELECT DISTINCT original FROM attachments WHERE original IS NOT NULL")
            assert originals_in(self.folder / str(self.starts)) == {original for (original,) in originals}
            assert self.rows("SELECT * FROM posted JOIN turns ON id = turn_id WHERE withdrawn_at IS NOT NULL") == []

    @invariant()
    def history_is_whole(self) -> None:
        withdrawn = (TurnState.WITHDRAWING, TurnState.WITHDRAWN)
        for key in PLACES if self.turns else ():
            exchanges = self.run(self.store.history(key, up_to=TurnId(max(self.turns) + 1), limit=100)).exchanges
            assert {e.turn_id: ({m.message_id: m.text for m in e.messages}, e.answer) for e in exchanges} == {
                turn_id: (told.said, told.answer)
                for turn_id, told in self.turns.items()
                if told.key == key and not told.is_command and told.state not in withdrawn
            }


TestLifeOfTurns = LifeOfTurns.TestCase
TestLifeOfTurns.settings = settings(max_examples=settings().max_examples // 5, stateful_step_count=30)
