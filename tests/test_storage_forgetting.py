"""Forgetting, pressing and moving, in the database itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from bot.events import Action, MessageId, PersonId
from bot.personal import Scope
from bot.ports.parts import Button
from bot.ports.store import Store
from bot.records.accepting import NotPressed
from bot.records.turns import Buttons, Delivery, DeliveryState, Press, Turn, TurnId, TurnState
from storage.tables import messages, presses, turns, windows
from storage.turns.forgetting import AT_ONCE
from tests.happenings import KEY, command, message, pressed
from tests.manual_clock import START
from tests.storing import (
    JOINING,
    PLENTY,
    accept,
    begin,
    database,
    finish,
    hear,
    outcome,
    plain_connection,
    store_at,
)

RETRY: Buttons = ((Button(action=Action.RETRY, label="Try again"),),)
THERE = replace(KEY, chat_id="-100")


async def answered(store: Store, turn: Turn, buttons: Buttons = (), *, shown_as: str = "a1") -> None:
    """Bring a turn to its end, with an answer that stands in the chat."""
    await begin(store, turn)
    assert await store.conclude(turn.id, replace(outcome(), buttons=buttons))
    receipt = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId(shown_as))
    await store.close(turn.id, now=START, deliveries=[receipt])


async def press(
    store: Store, action: Action, shown_as: str = "a1", *, sender: str = "Ann", value: str = ""
) -> Sequence[Turn]:
    heard = pressed(action, MessageId(shown_as), sender=sender, value=value)
    accepted = await store.press(heard, now=START, joining=JOINING, refusal=None)
    return [] if isinstance(accepted, NotPressed) else [one.turn for one in accepted]


async def test_buttons_are_stored_with_the_outcome_and_go_when_the_turn_is_opened_again(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("?"))
        await answered(store, turn, RETRY)
        stored = await store.turn_of(KEY, MessageId("a1"))
        assert stored is not None
        assert stored.buttons == RETRY
        (opened,) = await press(store, Action.RETRY)
        assert (opened.state, opened.buttons, opened.attempts) == (TurnState.ACCEPTED, (), 0)


async def test_presses_of_a_menu_wait_in_order_until_the_turn_is_concluded(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, command("/settings"))
        await answered(store, turn, RETRY)
        await press(store, Action.CHOOSE, value="memory:5")
        (opened,) = await press(store, Action.CHOOSE, value="memory:20", sender="Ben")
        assert opened.presses == (
            Press(by=opened.sender, value="memory:5"),
            Press(by=PersonId("ben"), value="memory:20"),
        )
        assert [turn.id for turn in await store.unfinished()] == [turn.id]
        await answered(store, turn, RETRY)
        assert (await begin_again(store, turn)).presses == ()


async def begin_again(store: Store, turn: Turn) -> Turn:
    (opened,) = await press(store, Action.CHOOSE, value="page:main")
    assert opened.id == turn.id
    await begin(store, opened)
    await store.conclude(opened.id, outcome())
    (stored,) = await store.unfinished()
    return stored


async def test_a_menu_takes_so_many_presses_and_no_more(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await answered(store, await accept(store, command("/settings")), RETRY)
        for number in range(25):
            await press(store, Action.CHOOSE, value=f"memory:{number}")
        (turn,) = await store.unfinished()
        assert len(turn.presses) == 20


async def test_old_presses_go_in_time(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await answered(store, await accept(store, message("?")), RETRY)
        await press(store, Action.RETRY)
        for before, left in ((START, 1), (START.replace(year=2027), 0)):
            await store.purge(before=before, max_picture_bytes=PLENTY, max_original_bytes=PLENTY)
            with plain_connection(database(tmp_path)) as connection:
                assert connection.execute(sa.select(sa.func.count()).select_from(presses)).scalar() == left


async def test_much_is_forgotten_in_several_steps_and_the_command_last(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in range(2 * AT_ONCE + 1):
            await finish(store, await accept(store, message(f"secret {number}")))
        order = await accept(store, command("/forget everything"))
        assert await store.forget(order, Scope.MINE, now=START) == []
        with plain_connection(database(tmp_path)) as connection:
            said = connection.execute(sa.select(messages.c.text, messages.c.sender_id)).all()
            asked = connection.execute(sa.select(turns.c.state, turns.c.sender_id, turns.c.answer)).all()
        assert set(map(tuple, said)) == {("", "")}
        assert Counter(map(tuple, asked)) == {("withdrawn", "", None): 2 * AT_ONCE + 1, ("accepted", "", None): 1}


async def test_what_it_cost_stays_known_when_it_is_forgotten(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("?"))
        await begin(store, turn)
        await store.conclude(turn.id, replace(outcome(), model="m"))
        await store.close(turn.id, now=START)
        await store.forget(await accept(store, command("/forget")), Scope.MINE, now=START)
        assert (await store.spent(KEY, person=None, is_here=True, since=START)).questions == 1
        assert (await store.spent(KEY, person=turn.sender, is_here=False, since=START)).questions == 0


# --- histories of one's own -------------------------------------------------------------------------


async def words(store: Store, up_to: Turn, *, is_own: bool) -> list[str]:
    history = await store.history(up_to.key, up_to=up_to.id, limit=10, of=up_to.sender if is_own else None)
    return [said.text for exchange in history.exchanges for said in exchange.messages]


async def test_a_history_of_ones_own_holds_nothing_of_others_and_is_reset_alone(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for sender in ("Ann", "Ben", "Ann"):
            await finish(store, await accept(store, message(f"by {sender}", sender=sender)))
        last = await accept(store, message("by Ben", sender="Ben"))
        await finish(store, last)
        ann = await accept(store, message("by Ann"))
        await finish(store, ann)
        assert await words(store, ann, is_own=True) == ["by Ann"] * 3
        assert await words(store, ann, is_own=False) == ["by Ann", "by Ben", "by Ann", "by Ben", "by Ann"]
        await store.reset(KEY, up_to=TurnId(ann.id - 1), of=ann.sender)
        assert await words(store, ann, is_own=True) == ["by Ann"]
        assert await words(store, last, is_own=True) == ["by Ben"] * 2
        await store.reset(KEY, up_to=TurnId(last.id - 1))
        assert await words(store, last, is_own=True) == ["by Ben"]
        await store.forget(await accept(store, command("/forget")), Scope.MINE, now=START)
        with plain_connection(database(tmp_path)) as connection:
            assert connection.execute(sa.select(windows)).all() == []


# --- moving -----------------------------------------------------------------------------------------


async def test_a_moved_conversation_keeps_its_history_under_its_new_key(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        before = await accept(store, message("before", message_id="1"))
        await answered(store, before, shown_as="2")
        assert await store.move(KEY, THERE) == []
        after = await accept(store, message("after", message_id="1", key=THERE))
        assert await words(store, after, is_own=False) == ["before", "after"]
        assert await store.turn_of(THERE, MessageId("2")) is None, "another message has this id there"


async def test_a_question_under_way_is_begun_anew_where_the_chat_lives_on(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await begin(store, await accept(store, message("?", message_id="1")))
        receipt = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("2"))
        await store.record_deliveries(turn.id, [receipt])
        (moved,) = await store.move(KEY, THERE)
        assert (moved.id, moved.key, moved.state, moved.is_reply) == (turn.id, THERE, TurnState.ACCEPTED, False)
        assert await store.deliveries(turn.id) == []
        assert (await begin(store, moved, owner="somebody else")).key == THERE


async def test_what_was_said_in_the_old_chat_is_known_in_the_new_one(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        heard = message("?", message_id="1")
        await finish(store, await accept(store, heard))
        await store.move(KEY, THERE)
        assert await hear(store, heard) is None
        late = await hear(store, message("late", message_id="3"))
        assert late is not None
        assert (late.turn.key, late.turn.is_reply) == (THERE, False)
        assert not (await store.recent(THERE, since=START)).messages


async def test_what_was_said_in_the_new_chat_first_belongs_to_the_same_conversation(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await finish(store, await accept(store, message("old", message_id="1")))
        await finish(store, await accept(store, message("new", message_id="1", key=THERE)))
        await store.move(KEY, THERE)
        await store.move(KEY, THERE)
        last = await accept(store, message("newest", message_id="2", key=THERE))
        assert await words(store, last, is_own=False) == ["old", "new", "newest"]


async def test_a_chat_that_moves_twice_is_still_found(tmp_path: Path) -> None:
    farther = replace(KEY, chat_id="-200")
    async with store_at(tmp_path) as store:
        await finish(store, await accept(store, message("1", message_id="1")))
        await store.move(KEY, THERE)
        await store.move(THERE, farther)
        for key in (KEY, THERE):
            heard = await hear(store, message("late", message_id="9", key=key))
            assert heard is not None
            assert heard.turn.key == farther


async def test_nothing_of_what_was_forgotten_is_left_in_the_files(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in range(5):
            turn = await accept(store, message(f"my secret {number} " * 500))
            await finish(store, turn, "your secret " * 700)
        command_turn = await accept(store, command("/forget everything"))
        assert b"secret" in files_in(tmp_path)
        await store.forget(command_turn, Scope.MINE, now=START)
        assert b"secret" not in files_in(tmp_path), "not in the log either, nor in pages that became free"


def files_in(folder: Path) -> bytes:
    """All that a thief of the disk would read."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
