"""History: only this conversation's, oldest first, whole, and at a cost that does not grow."""

from dataclasses import replace
from pathlib import Path

from bot.events import Command, MessageId, PlatformName, Quoted
from bot.records.attachments import Place, Verdict
from bot.records.history import History, StoredQuote
from tests.happenings import KEY, message, photo
from tests.storing import (
    accept,
    exchange,
    read,
    said,
    store_at,
)


async def test_history_ends_with_the_turn_that_is_being_answered(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "One?", "1")
        await exchange(store, "Two?", None)
        current = await accept(store, message("Three?"))
        await exchange(store, "Four?", "4")

        assert said(await read(store, current)) == [("One?", "1"), ("Two?", None), ("Three?", None)]


async def test_only_the_newest_exchanges_are_read(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        for number in range(5):
            await exchange(store, f"{number}?", str(number))
        last = await exchange(store, "5?", "5")

        assert said(await read(store, last, limit=2)) == [("4?", "4"), ("5?", "5")]


async def test_conversations_do_not_leak(tmp_path: Path) -> None:
    places = (KEY, replace(KEY, thread_id="1"), replace(KEY, chat_id="2"), replace(KEY, platform=PlatformName("other")))
    async with store_at(tmp_path) as store:
        last = [await exchange(store, f"Secret {number}", key=key) for number, key in enumerate(places)]

        for number, turn in enumerate(last):
            assert said(await read(store, turn)) == [(f"Secret {number}", "Yes.")]
            # Even when asked with the id of a later turn of somewhere else.
            assert len((await store.history(turn.key, up_to=last[-1].id, limit=10)).exchanges) == 1
        assert await store.history(replace(KEY, chat_id="3"), up_to=last[-1].id, limit=10) == History(exchanges=())


async def test_commands_are_not_history(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await exchange(store, "One?")
        await accept(store, message("/help", command=Command(name="help")))
        last = await exchange(store, "Two?")

        assert said(await read(store, last)) == [("One?", "Yes."), ("Two?", "Yes.")]


async def test_after_a_reset_the_past_is_gone_for_good(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        old = await exchange(store, "Old?")
        elsewhere = await exchange(store, "Elsewhere?", key=replace(KEY, chat_id="2"))
        reset = await accept(store, message("/reset", command=Command(name="reset")))
        await store.reset(KEY, up_to=reset.id)
        await store.reset(KEY, up_to=old.id)
        new = await exchange(store, "New?")

        assert said(await read(store, new)) == [("New?", "Yes.")]
        assert said(await read(store, old)) == [("Old?", "Yes.")], "a question is never without itself"
        assert len(await read(store, elsewhere)) == 1


async def test_a_message_is_read_back_with_its_quotes_and_attachments(tmp_path: Path) -> None:
    reply = Quoted(
        message_id=MessageId("1"),
        author="Bob",
        is_own=False,
        text="Look!",
        attachments=(photo("quoted", size_bytes=5),),
    )
    forward = Quoted(message_id=None, author=None, is_own=True, text="")
    heard = message("What is it?", message_id="2", quoted=[reply, forward], attachments=[photo("a"), photo("b")])

    async with store_at(tmp_path) as store:
        turn = await accept(store, heard)
        ((stored,),) = [e.messages for e in await read(store, turn)]

    assert (stored.message_id, stored.sender, stored.sender_id, stored.text) == ("2", "Ann", "ann", "What is it?")
    assert stored.quoted == (
        StoredQuote(author="Bob", is_own=False, text="Look!", message_id=MessageId("1")),
        StoredQuote(author=None, is_own=True, text=""),
    )
    assert [(a.ref.handle, a.place) for a in stored.attachments] == [
        ("quoted", Place.QUOTED),
        ("a", Place.OWN),
        ("b", Place.OWN),
    ]
    assert stored.attachments[0].ref == photo("quoted", size_bytes=5)
    assert {a.verdict for a in stored.attachments} == {Verdict.PENDING}


async def test_characters_that_no_database_takes_do_not_lose_the_message(tmp_path: Path) -> None:
    nasty = "a\0b \ud800 \udc00 é \U0001f600 \ud83d\ude00"
    quote = Quoted(message_id=None, author=nasty, is_own=False, text=nasty)
    ref = replace(photo("h"), name=nasty, media_type=nasty)
    async with store_at(tmp_path) as store:
        turn = await accept(store, message(nasty, sender=nasty, quoted=[quote], attachments=[ref]))
        ((stored,),) = [e.messages for e in await read(store, turn)]

    clean = "a\ufffdb \ufffd \ufffd é \U0001f600 \U0001f600"
    assert stored.text == stored.sender == clean
    assert stored.quoted[0].text == stored.quoted[0].author == clean
    assert stored.attachments[0].ref.name == stored.attachments[0].ref.media_type == clean


async def test_words_without_end_are_cut(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("x" * 2_000_000, sender="n" * 5_000))
        ((stored,),) = [e.messages for e in await read(store, turn)]

    assert (len(stored.text), len(stored.sender)) == (100_000, 300)
