"""The very same file again: it is known by its content, and neither opened nor kept twice."""

from dataclasses import replace
from pathlib import Path

from bot.ports.store import Store
from bot.records.attachments import AttachmentId, Verdict
from bot.records.turns import Turn
from bot.sentences import sentence
from tests.happenings import message, photo
from tests.storing import accept, attachments_of, finish, picture, prepared, purge, shown, store_at


async def _again(store: Store, original: str, *, made_for: str = "") -> tuple[bool, Turn]:
    turn = await accept(store, message("Look", sender="Bob", attachments=[photo("again")]))
    (attachment,) = await attachments_of(store, turn)
    return await store.settle_as_known(attachment.id, original, made_for=made_for), turn


async def test_the_same_file_again_is_known_by_its_content(tmp_path: Path) -> None:
    pages = (picture("one", label="page 1"), picture("two", label="page 2"))
    async with store_at(tmp_path) as store:
        original = await store.keep_original(b"a book")
        known, turn = await _again(store, original)
        assert not known
        (before,) = await attachments_of(store, turn)
        await store.settle(before.id, prepared(*pages, left_out="pages 3 to 9"), original=original)
        known, turn = await _again(store, original)
        assert known
        (attachment,) = await attachments_of(store, turn)

        assert (attachment.verdict, attachment.views) == (Verdict.USABLE, shown(*pages))
        assert (attachment.origin, attachment.left_out) == ("PNG, 4032×3024", "pages 3 to 9")
        assert attachment.original == original


async def test_what_could_not_be_used_or_has_lost_its_pictures_is_not_known(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        original = await store.keep_original(b"a cat")
        _, turn = await _again(store, original)
        (attachment,) = await attachments_of(store, turn)
        await store.settle(attachment.id, sentence("it is too large"), original=original)
        assert not (await _again(store, original))[0]
        await store.settle(attachment.id, prepared(picture("cat")), original=original)
        await finish(store, turn)
        await purge(store, picture_bytes=0)
        assert not (await _again(store, original))[0]
        assert not await store.settle_as_known(AttachmentId(99), original, made_for="")


async def test_what_was_made_by_other_bounds_is_made_anew(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        original = await store.keep_original(b"a cat")
        _, turn = await _again(store, original)
        (attachment,) = await attachments_of(store, turn)
        small = replace(prepared(picture("small cat")), made_for="300")
        await store.settle(attachment.id, small, original=original)
        assert not (await _again(store, original, made_for="1280"))[0]
        assert (await _again(store, original, made_for="300"))[0]
        assert (await _again(store, original, made_for="300"))[0], "what is known once is known on"


async def test_what_was_left_out_once_is_not_left_out_when_it_was_shown_whole_too(tmp_path: Path) -> None:
    pages = [picture("one"), picture("two")]
    async with store_at(tmp_path) as store:
        original = await store.keep_original(b"a book")
        for each in (prepared(*pages), prepared(pages[0], left_out="page 2")):
            turn = await accept(store, message("Look", attachments=[photo("p")]))
            (attachment,) = await attachments_of(store, turn)
            await store.settle(attachment.id, each, original=original)
            await finish(store, turn)
        _, turn = await _again(store, original)

        assert len((await attachments_of(store, turn))[0].views) == 2


async def test_pictures_that_are_known_count_as_used_now(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        original = await store.keep_original(b"a cat")
        for name in ("cat", "dog"):
            turn = await accept(store, message("Look", attachments=[photo(name)]))
            (attachment,) = await attachments_of(store, turn)
            await store.settle(attachment.id, prepared(picture(name)), original=original if name == "cat" else None)
            await finish(store, turn)
        _, turn = await _again(store, original)
        await finish(store, turn)
        await purge(store, picture_bytes=100)

        assert [await store.jpeg(picture(name).sha256) is not None for name in ("cat", "dog")] == [True, False]
