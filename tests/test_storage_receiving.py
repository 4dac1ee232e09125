"""What adapters need to look back: how far they read, where they were, what they heard, what they could not read."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.events import ConversationKey, MessageId, PlatformName, Unreadable
from bot.ports.intake import KnownPlace, Recent
from storage.tables import cursors, set_aside
from tests.happenings import FAKE, KEY, message, photo, quote
from tests.manual_clock import START
from tests.storing import AT_START, accept, database, exchange, finish, hear, plain_connection, purge, store_at

MINUTE = timedelta(minutes=1)


def _unreadable(number: int, raw: str = "{}") -> Unreadable:
    return Unreadable(platform=FAKE, id=str(number), raw=raw, error="KeyError in convert.py:7")


def _kept(folder: Path) -> list[str]:
    with plain_connection(database(folder)) as connection:
        return [row.platform_id for row in connection.execute(set_aside.select().order_by(set_aside.c.id))]


# --- set aside --------------------------------------------------------------------------------------


async def test_what_could_not_be_read_is_kept_once(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        assert await store.set_aside(_unreadable(1, '{"text": "\ud800\0"}'), now=START)
        assert not await store.set_aside(_unreadable(1), now=START)
        assert await store.set_aside(replace(_unreadable(1), platform=PlatformName("other")), now=START)

    with plain_connection(database(tmp_path)) as connection:
        row = connection.execute(set_aside.select()).first()
        assert row is not None
        assert (row.platform, row.platform_id, row.raw) == ("fake", "1", '{"text": "\ufffd\ufffd"}')
        assert (row.error, row.set_aside_at) == ("KeyError in convert.py:7", START)


async def test_only_the_newest_thousand_are_kept(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in range(1010):
            await store.set_aside(_unreadable(number), now=START)

    assert _kept(tmp_path) == [str(number) for number in range(10, 1010)]


async def test_what_was_set_aside_goes_with_the_years_too(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await store.set_aside(_unreadable(1), now=START)
        await store.set_aside(_unreadable(2), now=START + MINUTE)
        await purge(store, before=START + MINUTE, picture_bytes=0)

    assert _kept(tmp_path) == ["2"]


# --- cursors ----------------------------------------------------------------------------------------


async def test_a_cursor_survives_a_restart_and_moves_either_way(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        assert await store.cursor("telegram 1") is None
        await store.move_cursor("telegram 1", "100")
        await store.move_cursor("telegram 2", "7")

    async with store_at(tmp_path) as store:
        assert await store.cursor("telegram 1") == "100"
        await store.move_cursor("telegram 1", "99")
        assert (await store.cursor("telegram 1"), await store.cursor("telegram 2")) == ("99", "7")


async def test_of_very_many_cursors_those_go_that_have_not_moved_for_longest(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await store.move_cursor("forgotten", "1")
        await exchange(store, "Time passes")
        await store.move_cursor("in use", "1")
        with plain_connection(database(tmp_path)) as connection:
            rows = [{"name": str(n), "value": "1", "last_turn_id": 1} for n in range(10_999)]
            connection.execute(cursors.insert(), rows)
        await exchange(store, "Time passes")
        await store.move_cursor("in use", "2")
        await purge(store, before=START, picture_bytes=0)

        assert await store.cursor("forgotten") is None
        assert await store.cursor("in use") == "2"
    with plain_connection(database(tmp_path)) as connection:
        assert len(connection.execute(cursors.select()).all()) == 10_000


# --- places and what was heard there ----------------------------------------------------------------


async def test_places_are_told_with_their_newest_message_most_recently_used_first(tmp_path: Path) -> None:
    thread = replace(KEY, thread_id="5")
    elsewhere = replace(KEY, platform=PlatformName("other"))
    async with store_at(tmp_path) as store:
        for number, key in enumerate((KEY, thread, elsewhere, KEY)):
            heard = message(f"{number}", key=key, message_id=f"m{number}", is_private=key == thread)
            await finish(store, await accept(store, replace(heard, sent_at=START + number * MINUTE)))
        late = replace(message("Found later", key=thread, message_id="late"), sent_at=START)
        await hear(store, late, at=START + 9 * MINUTE, answer=False)

        expected = [
            KnownPlace(key=KEY, is_private=False, newest=MessageId("m3")),
            KnownPlace(key=thread, is_private=True, newest=MessageId("m1")),
        ]
        assert await store.places(FAKE, limit=10) == expected
        assert await store.places(FAKE, limit=1) == expected[:1]
        assert await store.places(PlatformName("nowhere"), limit=10) == []


async def test_a_place_whose_messages_retention_took_is_forgotten(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "Hello")
        await purge(store, before=START + MINUTE, picture_bytes=0)

        assert await store.places(FAKE, limit=10) == []


async def test_recent_messages_are_those_that_still_stand(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in (3, 1, 2, 0):
            heard = message(f"{number}", message_id=str(number), sender=str(number))
            await accept(store, replace(heard, sent_at=START + number * MINUTE))
        await store.delete(KEY, [MessageId("2")], now=START)

        assert await store.recent(KEY, since=START + MINUTE) == Recent(
            messages=[MessageId("1"), MessageId("3")], pictures=[]
        )
        assert await store.recent(replace(KEY, chat_id="2"), since=START) == Recent(messages=[], pictures=[])


async def test_recent_pictures_are_those_that_wait_there_and_those_asked_about_anywhere_in_the_chat(
    tmp_path: Path,
) -> None:
    thread, other_chat = replace(KEY, thread_id="q"), replace(KEY, chat_id="2")
    posted = message(message_id="p", address=None, attachments=[photo("rose")])
    question = message("what is that?", key=thread, message_id="q", quoted=[quote("x", attachments=[photo("lily")])])

    async def pictures(key: ConversationKey, since: datetime = START) -> list[str]:
        return sorted((await store.recent(key, since=since)).pictures)

    async with store_at(tmp_path) as store:
        await store.accept(posted, AT_START)
        waiting = await pictures(KEY), await pictures(thread)
        await accept(store, question)
        asked_about = await pictures(KEY), await pictures(thread), await pictures(other_chat)
        later = await pictures(thread, START + MINUTE)

    assert waiting == (["rose"], [])
    assert asked_about == (["lily", "rose"], ["lily"], [])
    assert later == []
