"""A reply shows one picture of an album: the bot gets the others too, as far as it knows them. And nothing twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Address, AttachmentRef, MessageId, Quoted
from bot.records.attachments import Place
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import accept, attachments_of, begin, hear, store_at


def _reply(to: str, *refs: AttachmentRef) -> Quoted:
    return Quoted(message_id=MessageId(to), author="Bob", is_own=False, text="", attachments=refs)


async def test_a_reply_to_one_picture_of_an_album_posted_to_nobody_is_about_all(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for name in ("one", "two", "three"):
            posted = message(message_id=name, sender="Bob", album_id="a", attachments=[photo(name)], address=None)
            await hear(store, posted)
        await hear(store, message(sender="Bob", attachments=[photo("other")], address=None))
        for _ in range(2):
            turn = await accept(store, message("Compare", quoted=[_reply("two", photo("two"))]))
            assert [(a.ref.handle, a.place) for a in await attachments_of(store, turn)] == [
                ("two", Place.QUOTED),
                ("one", Place.QUOTED),
                ("three", Place.QUOTED),
            ]


async def test_a_reply_to_one_picture_of_an_album_that_was_asked_about_is_about_all(tmp_path: Path) -> None:
    reply = _reply("two", photo("two"))
    async with store_at(tmp_path) as store:
        await accept(store, message("Compare", message_id="one", album_id="a", attachments=[photo("one")]))
        first = await accept(store, message(message_id="two", album_id="a", attachments=[photo("two")], address=None))
        await begin(store, first)
        turn = await accept(store, message("Again", sender="Zoe", quoted=[reply], attachments=[photo("own")]))

        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["two", "one", "own"]
        await store.delete(turn.key, [MessageId("one")], now=START)
        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["two", "own"], "gone from here as well"
        await store.edit(
            message("Once again", message_id=turn.reply_to, quoted=[reply]), ready_at=START, redo_since=START
        )
        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["two"]


async def test_the_rest_of_an_album_stays_when_the_reply_is_edited(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for name in ("one", "two"):
            await hear(store, message(message_id=name, album_id="a", attachments=[photo(name)], address=None))
        quoted = [_reply("two", photo("two"))]
        turn = await accept(store, message("Compare", message_id="q", quoted=quoted))
        await store.edit(message("Compare them", message_id="q", quoted=quoted), ready_at=START, redo_since=START)

        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["two", "one"]


@pytest.mark.parametrize("address", [None, Address.MENTION])
async def test_albums_of_other_conversations_have_nothing_to_do_with_it(
    tmp_path: Path, address: Address | None
) -> None:
    elsewhere = replace(KEY, chat_id="2")
    here = [(KEY, "one", "a"), (KEY, "two", "a"), (KEY, "y", "b")]
    posted = [*here, (elsewhere, "two", "b"), (elsewhere, "x", "a"), (elsewhere, "z", "b")]
    async with store_at(tmp_path) as store:
        for key, name, album in posted:
            heard = message(
                message_id=name, key=key, album_id=album, attachments=[photo(f"{key.chat_id} {name}")], address=address
            )
            await hear(store, heard)
        turn = await accept(store, message("Compare", sender="Zoe", quoted=[_reply("two", photo("1 two"))]))

        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["1 two", "1 one"]


@pytest.mark.parametrize("address", [None, Address.MENTION])
async def test_a_picture_that_is_called_otherwise_in_a_reply_is_not_its_own_sibling(
    tmp_path: Path, address: Address | None
) -> None:
    async with store_at(tmp_path) as store:
        for name in ("one", "two"):
            heard = message(message_id=name, album_id="a", attachments=[photo(name)], address=address)
            await hear(store, heard)
        turn = await accept(store, message("Compare", sender="Zoe", quoted=[_reply("two", photo("two in a reply"))]))

        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["two in a reply", "one"]


async def test_what_an_album_quoted_is_no_part_of_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        quoted = [_reply("0", photo("other"))]
        await accept(store, message(message_id="one", album_id="a", attachments=[photo("one")], quoted=quoted))
        await accept(store, message(message_id="two", album_id="a", attachments=[photo("two")]))
        turn = await accept(store, message("Compare", sender="Zoe", quoted=[_reply("two", photo("two"))]))

        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["two", "one"]


async def test_what_is_in_a_message_twice_is_stored_once(tmp_path: Path) -> None:
    both = [photo("a"), photo("b"), photo("a")]
    async with store_at(tmp_path) as store:
        turn = await accept(
            store,
            message("Look", message_id="1", attachments=both, quoted=[_reply("0", photo("b"), photo("c"), photo("c"))]),
        )

        assert [(a.ref.handle, a.place) for a in await attachments_of(store, turn)] == [
            ("c", Place.QUOTED),
            ("a", Place.OWN),
            ("b", Place.OWN),
        ]
        assert (
            await store.edit(message("Look", message_id="1", attachments=both), ready_at=START, redo_since=START)
            is None
        )
