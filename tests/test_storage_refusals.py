"""No room: who is told, and which messages one sentence is the outcome of."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.events import Command, MessageId, MessageReceived
from bot.ports.store import Store
from bot.records.accepting import Refusal
from bot.records.turns import Turn, TurnState
from bot.sentences import sentence
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import accept, begin, hear, read, said, store_at

REFUSAL = Refusal(text=sentence("Busy."), shared_for_s=60, shared_by=3)


async def refuse(store: Store, heard: MessageReceived, *, after_s: float = 0) -> Turn | None:
    """The refused turn, or None if nothing new is said."""
    accepted = await hear(store, heard, at=START + timedelta(seconds=after_s), refusal=REFUSAL)
    return None if accepted is None else accepted.turn


async def say(store: Store, turn: Turn) -> None:
    await begin(store, turn)
    await store.close(turn.id, now=START)


async def test_a_refusal_is_decided_when_the_message_is_stored(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await refuse(store, message("?"))
        assert turn is not None
        begun = await begin(store, turn)
        assert (begun.state, begun.text, begun.attempts) == (TurnState.DELIVERING, "Busy.", 0)
        await store.close(turn.id, now=START)
        assert await store.unfinished() == []


@pytest.mark.parametrize("is_said", [False, True])
async def test_what_the_same_person_says_next_shares_the_refusal(tmp_path: Path, is_said: bool) -> None:
    async with store_at(tmp_path) as store:
        turn = await refuse(store, message("one"))
        assert turn is not None
        if is_said:
            await say(store, turn)
        assert await refuse(store, message("two", message_id="2"), after_s=59) is None
        assert await hear(store, message("two", message_id="2")) is None, "it is known"
        assert said(await read(store, turn)) == [("one|two", None)]


@pytest.mark.parametrize(
    ("heard", "after_s"),
    [
        (message("?", sender="Bob"), 0),
        (message("?", key=replace(KEY, thread_id="1")), 0),
        (message("/help", command=Command(name="help")), 0),
        (message("?"), 60),
        (message("?"), -60),
    ],
)
async def test_what_has_nothing_to_do_with_a_refusal_has_its_own(
    tmp_path: Path, heard: MessageReceived, after_s: float
) -> None:
    async with store_at(tmp_path) as store:
        first = await refuse(store, message("one"))
        assert first is not None
        await say(store, first)
        assert await refuse(store, replace(heard, message_id=MessageId("new")), after_s=after_s) is not None


async def test_so_many_messages_share_one_refusal_and_no_more(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        told = [await refuse(store, message(str(number), message_id=f"{number}")) for number in range(7)]
        assert [turn is not None for turn in told] == [True, False, False, True, False, False, True]


async def test_what_was_refused_and_then_asked_again_by_an_edit_takes_nothing_more_in(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await refuse(store, message("one", message_id="1"))
        await store.edit(message("one!", message_id="1"), ready_at=START, redo_since=START)
        assert await refuse(store, message("two")) is not None


async def test_the_rest_of_a_refused_album_shares_the_refusal_also_when_there_is_room_again(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await refuse(store, message(album_id="a", attachments=[photo("one")]))
        assert turn is not None
        assert await hear(store, message(album_id="a", attachments=[photo("two")])) is None
        await say(store, turn)
        assert await hear(store, message(album_id="a", attachments=[photo("three")])) is None
        assert len((await read(store, turn))[-1].messages) == 3
        other = await accept(store, message(album_id="b", attachments=[photo("four")]))
        assert other.id > turn.id


async def test_a_message_that_joins_a_turn_needs_no_room(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message(attachments=[photo("p")]), ready_after_s=2)
        joined = await refuse(store, message("What is this?"), after_s=1)
        assert joined is not None
        assert (joined.id, joined.state) == (turn.id, TurnState.ACCEPTED)


async def test_what_is_only_remembered_is_not_refused(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        late = await hear(store, message("Anyone?"), answer=False, refusal=REFUSAL)
        assert late is not None
        assert late.turn.state is TurnState.REMEMBERED


async def test_of_what_is_still_to_be_said_each_conversation_has_its_share(tmp_path: Path) -> None:
    crowded, quiet = KEY, replace(KEY, chat_id="2")
    async with store_at(tmp_path) as store:
        for number in range(5):
            await refuse(store, message("?", key=crowded, sender=f"{number}", message_id=f"{number}"))
        await refuse(store, message("?", key=quiet))
        claimed = await store.unfinished()
        await begin(store, claimed[0])
        await accept(store, message("a question", key=quiet))
        waiting = await store.unsaid(per_conversation=2, limit=9)
        assert [(turn.key.chat_id, turn.reply_to) for turn in waiting][:2] == [("1", "1"), ("1", "2")]
        assert [turn.key.chat_id for turn in waiting] == ["1", "1", "2"]
        assert await store.unsaid(per_conversation=2, limit=1) == waiting[:1]
