"""Pictures once by their content, and what retention takes away."""

from datetime import timedelta
from pathlib import Path

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.events import ConversationKey, MessageId
from bot.ports.store import Store
from bot.records.attachments import Attachment, Verdict
from bot.records.pictures import Picture
from bot.records.turns import Delivery, DeliveryState, Turn
from bot.sentences import sentence
from storage.tables import attachments, conversations, deliveries, messages, pictures, turns
from tests.happenings import FAKE, message, photo
from tests.manual_clock import START
from tests.storing import (
    accept,
    database,
    exchange,
    finish,
    picture,
    plain_connection,
    prepared,
    purge,
    read,
    said,
    shown,
    store_at,
)

DAY = timedelta(days=1)


async def _show(store: Store, *pictures_: Picture, done: bool = True) -> Turn:
    """A turn with these pictures, looked at."""
    turn = await accept(store, message("Look", attachments=[photo(f"p{n}") for n in range(len(pictures_))]))
    for attachment, each in zip(await _attachments(store, turn), pictures_, strict=True):
        await store.settle(attachment.id, prepared(each))
    if done:
        await finish(store, turn, "Nice.")
    return turn


async def _attachments(store: Store, turn: Turn) -> list[Attachment]:
    return [a for m in (await read(store, turn))[-1].messages for a in m.attachments]


def _rows(folder: Path) -> dict[str, int]:
    with plain_connection(database(folder)) as connection:
        tables = (turns, messages, attachments, deliveries, pictures)
        return {table.name: len(connection.execute(table.select()).all()) for table in tables}


async def test_a_picture_is_read_back_with_its_size_and_origin(tmp_path: Path) -> None:
    cat = picture("cat")
    async with store_at(tmp_path) as store:
        turn = await _show(store, cat)
        (attachment,) = await _attachments(store, turn)

        assert (attachment.verdict, attachment.reason, attachment.views) == (Verdict.USABLE, "", shown(cat))
        assert attachment.origin == "PNG, 4032×3024"
        assert await store.jpeg(cat.sha256) == cat.jpeg
        assert await store.jpeg("0" * 64) is None


async def test_a_picture_that_could_not_be_used_keeps_the_reason(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", attachments=[photo("p")]))
        (attachment,) = await _attachments(store, turn)
        await store.settle(attachment.id, sentence("it is too large"))
        (attachment,) = await _attachments(store, turn)

        assert (attachment.verdict, attachment.reason) == (Verdict.UNUSABLE, "it is too large")
        assert attachment.views == ()


async def test_the_same_picture_twice_is_stored_once(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _show(store, picture("cat"), picture("cat"))
        await _show(store, picture("cat"))

    assert (_rows(tmp_path)["attachments"], _rows(tmp_path)["pictures"]) == (3, 1)


async def test_old_turns_go_with_everything_of_theirs(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        old = await _show(store, picture("old"))
        await store.record_deliveries(old.id, [Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("9"))])
        unfinished = await accept(store, message("Waiting"))
        new = await exchange(store, "New?", at=START + DAY)

        await purge(store, before=START + DAY)

        assert said(await read(store, new)) == [("Waiting", None), ("New?", "Yes.")]
        assert await store.unfinished() == [unfinished]
        assert await store.jpeg(picture("old").sha256) is None
    assert _rows(tmp_path) == {"turns": 2, "messages": 2, "attachments": 0, "deliveries": 0, "pictures": 0}


async def test_a_picture_that_a_newer_turn_shows_too_is_kept(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _show(store, picture("cat"))
        again = await accept(store, message("Look", attachments=[photo("p")]))
        (attachment,) = (await read(store, again))[-1].messages[0].attachments
        await store.settle(attachment.id, prepared(picture("cat")))

        await purge(store, before=START + DAY)

        assert await store.jpeg(picture("cat").sha256) == picture("cat").jpeg


async def test_over_the_cap_the_oldest_pictures_lose_their_bytes_only(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        first = await _show(store, picture("one"))
        await _show(store, picture("two"))
        await _show(store, picture("three"))

        await purge(store, before=START, picture_bytes=250)

        kept = [await store.jpeg(picture(name).sha256) is not None for name in ("one", "two", "three")]
        assert kept == [False, True, True]
        (attachment,) = (await read(store, first))[0].messages[0].attachments
        assert (attachment.verdict, attachment.origin) == (Verdict.USABLE, "PNG, 4032×3024")
        assert attachment.views == shown(picture("one"))


async def test_a_picture_that_was_just_looked_at_is_kept_longer(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for name in ("one", "two", "three"):
            await _show(store, picture(name))
        await store.jpeg(picture("one").sha256)

        await purge(store, before=START, picture_bytes=250)

        kept = [await store.jpeg(picture(name).sha256) is not None for name in ("one", "two", "three")]
        assert kept == [True, False, True]


async def test_pictures_of_an_unfinished_turn_are_kept(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _show(store, picture("one"), done=False)
        await purge(store, before=START, picture_bytes=0)

        assert await store.jpeg(picture("one").sha256) is not None


async def test_a_picture_posted_again_after_it_was_taken_is_there_again(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await _show(store, picture("one"))
        await purge(store, before=START, picture_bytes=0)
        await _show(store, picture("one"))

        assert await store.jpeg(picture("one").sha256) == picture("one").jpeg
    assert _rows(tmp_path)["pictures"] == 1


async def test_a_verdict_that_comes_after_retention_is_harmless(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", attachments=[photo("p")]))
        (attachment,) = (await read(store, turn))[-1].messages[0].attachments
        await finish(store, turn, None)
        await purge(store, before=START + DAY, picture_bytes=0)

        await store.settle(attachment.id, prepared(picture("late")))

        assert await store.jpeg(picture("late").sha256) is None
        assert await read(store, turn) == []


async def test_the_file_shrinks_by_what_was_deleted(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in range(30):
            await _show(store, picture(str(number), 200_000))
    full = database(tmp_path).stat().st_size
    async with store_at(tmp_path) as store:
        await purge(store, before=START + DAY, picture_bytes=0)

    assert full > 6_000_000
    assert database(tmp_path).stat().st_size < 200_000


async def test_a_conversation_of_which_nothing_is_left_goes_unless_somebody_chose_something_there(
    tmp_path: Path,
) -> None:
    keys = [ConversationKey(platform=FAKE, chat_id=chat_id) for chat_id in ("idle", "chosen", "used")]
    async with store_at(tmp_path) as store:
        for key in keys[:2]:
            await finish(store, await accept(store, message("Hi", key=key)), "Hello.")
        await store.change_settings(keys[1], ConversationSettings(exchanges=5), before=NOTHING_CHOSEN, now=START)
        await purge(store, before=START + 30 * DAY)
        await accept(store, message("Hi", key=keys[2]), at=START + 30 * DAY)
        await purge(store, before=START + 30 * DAY)
    with plain_connection(database(tmp_path)) as connection:
        assert [row.chat_id for row in connection.execute(conversations.select())] == ["chosen", "used"]
