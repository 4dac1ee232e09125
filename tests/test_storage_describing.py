"""Commands that look at pictures, and conversations in which every picture is described."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.commands.known import ALT
from bot.events import Command, Source
from bot.ports.store import Store
from bot.records.attachments import Place
from bot.records.turns import TurnState
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import accept, after, ask, begin, exchange, finish, hear, post, shown_in, store_at

BEFORE = ("cat", Place.BEFORE, "Bob")


async def test_a_command_that_looks_leaves_the_picture_for_a_question(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await post(store, "cat")
        command = await ask(store, "/alt", command=Command(name=ALT))
        assert await shown_in(store, command) == [BEFORE]
        again = await ask(store, "/alt", command=Command(name=ALT), sender="Zoe")
        assert await shown_in(store, again) == [BEFORE]
        own = await ask(store, "/alt", command=Command(name=ALT), attachments=[photo("own")], at_s=11)
        assert await shown_in(store, own) == [("own", Place.OWN, "")]

        assert await shown_in(store, await ask(store, at_s=12)) == [("own", Place.BEFORE, "Ann")]


async def _watch(store: Store) -> None:
    await exchange(store, "Hello")
    await store.change_settings(KEY, ConversationSettings(describes_pictures=True), before=NOTHING_CHOSEN, now=START)


async def test_where_every_picture_is_described_each_becomes_a_turn(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)
        described = await hear(store, message(attachments=[photo("cat")], sender="Bob", address=None, sent_at=after(1)))
        assert described is not None
        assert (described.turn.command, described.turn.state) == (ALT, TurnState.ACCEPTED)
        assert await shown_in(store, described.turn) == [("cat", Place.OWN, "")]
        await finish(store, described.turn, None)

        assert await shown_in(store, await ask(store)) == [BEFORE], "and can be asked about"
        await store.change_settings(
            KEY, ConversationSettings(), before=ConversationSettings(describes_pictures=True), now=START
        )
        await post(store, "dog")


async def test_an_album_is_described_in_one_turn(tmp_path: Path) -> None:
    album = [message(attachments=[photo(name)], album_id="a", address=None) for name in ("one", "two", "three")]
    async with store_at(tmp_path) as store:
        await _watch(store)
        heard = [await hear(store, one, ready_after_s=1) for one in album]
        (first, *others) = [accepted.turn for accepted in heard if accepted is not None]

        assert {turn.id for turn in others} == {first.id}
        assert [handle for handle, *_ in await shown_in(store, first)] == ["one", "two", "three"]
        await begin(store, first)
        assert await hear(store, message("Nice!", address=None)) is None
        question = await ask(store, "What is in the second one?")
        assert [handle for handle, *_ in await shown_in(store, question)] == ["one", "two", "three"]


@pytest.mark.parametrize("source", [Source.PREVIEW, Source.EMOJI])
async def test_what_words_bring_is_not_described(tmp_path: Path, source: Source) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)
        brought = message("https://example.org", attachments=[replace(photo("p"), source=source)], address=None)

        assert await hear(store, brought) is None


async def test_what_is_found_too_late_is_not_described(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)

        assert await hear(store, message(attachments=[photo("cat")], address=None), answer=False) is None


async def test_a_described_picture_whose_words_are_edited_is_described_again(tmp_path: Path) -> None:
    posted = message("Look", message_id="1", attachments=[photo("cat")], address=None)
    async with store_at(tmp_path) as store:
        await _watch(store)
        described = await hear(store, posted)
        assert described is not None
        edited = await store.edit(replace(posted, text="Look!"), ready_at=START, redo_since=START)

        assert edited is not None
        assert edited.turn.command == ALT


async def test_a_picture_that_joins_its_question_is_not_described_apart(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _watch(store)
        turn = await accept(store, message("What is this?"))
        joined = await hear(store, message(attachments=[photo("cat")], address=None), at=after(1))

        assert joined is not None
        assert joined.turn.id == turn.id
