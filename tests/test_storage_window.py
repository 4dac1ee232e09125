"""What of a conversation is shown: from where on, as pixels or in words, and what a command is about."""

from dataclasses import replace
from pathlib import Path

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.commands.known import ALT
from bot.events import AttachmentRef, Command, MessageId, Source
from bot.ports.store import Store
from bot.records.attachments import AttachmentId, Place, Verdict
from bot.records.history import History
from bot.records.turns import Turn, TurnId
from bot.sentences import sentence
from tests.happenings import KEY, message, photo
from tests.manual_clock import START
from tests.storing import (
    accept,
    attachments_of,
    exchange,
    finish,
    picture,
    prepared,
    read,
    said,
    shown,
    store_at,
)


async def _shown(store: Store, text: str = "Look") -> tuple[Turn, AttachmentId]:
    """A turn with a picture, answered."""
    turn = await accept(store, message(text, attachments=[photo("p")]))
    (attachment,) = await attachments_of(store, turn)
    await store.settle(attachment.id, prepared(picture(text)))
    await finish(store, turn)
    return turn, attachment.id


# --- what is shown of an attachment --------------------------------------------------------------


async def test_an_attachment_is_read_back_with_all_its_views_in_order(tmp_path: Path) -> None:
    frames = [picture(f"frame {number}", label=f"at 0:0{number}") for number in (2, 0, 1)]
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", attachments=[photo("a"), photo("b"), photo("c")]))
        film, book, late = await attachments_of(store, turn)
        await store.settle(film.id, prepared(*frames, frames[0], left_out="the rest"))
        await store.settle(book.id, prepared(text="Once upon a time \ud800"))
        film, book, late = await attachments_of(store, turn)

        assert (film.verdict, film.views, film.left_out) == (Verdict.USABLE, shown(*frames, frames[0]), "the rest")
        assert (book.verdict, book.views, book.text) == (Verdict.USABLE, (), "Once upon a time \ufffd")
        assert (late.verdict, late.original, late.place) == (Verdict.PENDING, None, Place.OWN)


async def test_what_is_settled_again_is_what_it_was_settled_as_last(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", attachments=[photo("a")]))
        (attachment,) = await attachments_of(store, turn)
        await store.settle(attachment.id, prepared(picture("1"), picture("2"), left_out="page 3"))
        await store.settle(attachment.id, prepared(picture("1"), left_out="pages 2 and 3"))
        (attachment,) = await attachments_of(store, turn)
        assert (attachment.views, attachment.left_out) == (shown(picture("1")), "pages 2 and 3")
        await store.settle(attachment.id, sentence("there was no room"))
        (attachment,) = await attachments_of(store, turn)
        assert (attachment.views, attachment.left_out, attachment.reason) == ((), "", "there was no room")


async def test_a_ref_is_read_back_as_it_was_offered(tmp_path: Path) -> None:
    ref = AttachmentRef(
        handle="https://example.org/cat.gif",
        source=Source.LINK,
        about="example.org",
        still="https://example.org/cat.jpg",
        name="cat.gif",
        media_type="image/gif",
        size_bytes=2**40,
    )
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", attachments=[ref]))

        assert [attachment.ref for attachment in await attachments_of(store, turn)] == [ref]


async def test_an_edit_keeps_all_views_of_what_stays(tmp_path: Path) -> None:
    pages = (picture("one", label="page 1"), picture("two", label="page 2"))
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Look", message_id="1", attachments=[photo("book"), photo("text")]))
        book, text = await attachments_of(store, turn)
        await store.settle(book.id, prepared(*pages, left_out="page 3"), original="a" * 64)
        await store.settle(text.id, prepared(text="Once"))
        await store.edit(
            message("Look!", message_id="1", attachments=[photo("text"), photo("book")]),
            ready_at=START,
            redo_since=START,
        )
        new_text, new_book = await attachments_of(store, turn)

        assert (new_book.views, new_book.left_out, new_book.original) == (shown(*pages), "page 3", "a" * 64)
        assert new_text.text == "Once"
        assert min(new_text.id, new_book.id) > max(text.id, book.id), "they are asked about again"


# --- the window ----------------------------------------------------------------------------------


async def test_history_and_pixels_begin_where_the_window_was_moved_and_never_earlier_again(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turns = [await exchange(store, f"{number}?") for number in range(4)]
        elsewhere = await exchange(store, "Elsewhere?", key=replace(KEY, chat_id="2"))
        assert (await store.history(KEY, up_to=turns[3].id, limit=10)).pixels_from == 0
        await store.move_window(KEY, first_turn=turns[2].id, pixels_from=AttachmentId(7))
        await store.move_window(KEY, first_turn=turns[1].id, pixels_from=AttachmentId(8))
        await store.move_window(KEY, first_turn=turns[0].id, pixels_from=AttachmentId(3))
        history = await store.history(KEY, up_to=turns[3].id, limit=10)

        assert said(list(history.exchanges)) == [("2?", "Yes."), ("3?", "Yes.")]
        assert history.pixels_from == 8
        assert said(await read(store, turns[0])) == [("0?", "Yes.")], "a question is never without itself"
        assert (await store.history(elsewhere.key, up_to=elsewhere.id, limit=10)).pixels_from == 0


async def test_a_reset_counts_whatever_the_window_was(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turns = [await exchange(store, f"{number}?") for number in range(3)]
        await store.reset(KEY, up_to=turns[1].id)
        await store.move_window(KEY, first_turn=turns[0].id, pixels_from=AttachmentId(0))

        assert said(await read(store, turns[2])) == [("2?", "Yes.")]


async def test_where_nothing_was_ever_said_there_is_no_history(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await store.move_window(KEY, first_turn=TurnId(5), pixels_from=AttachmentId(5))

        assert await store.history(KEY, up_to=TurnId(9), limit=10) == History(exchanges=())


# --- commands that the model answers -------------------------------------------------------------


async def test_a_command_is_the_last_exchange_of_its_own_history_and_of_no_other(tmp_path: Path) -> None:
    alt = Command(name=ALT, argument="in  one word \ud800")
    async with store_at(tmp_path) as store:
        await exchange(store, "One?")
        await exchange(store, "Two?")
        turn = await accept(store, message("/alt", command=alt, attachments=[photo("cat")]))
        assert turn.argument == "in  one word \ufffd"
        assert await store.unfinished() == [turn]
        other = await accept(store, message("/alt", command=Command(name=ALT), sender="Bob"))

        assert said(await read(store, turn)) == [("One?", "Yes."), ("Two?", "Yes."), ("/alt", None)]
        assert said(await read(store, turn, limit=2)) == [("Two?", "Yes."), ("/alt", None)]
        assert said(await read(store, other, limit=1)) == [("/alt", None)]
        assert [a.ref.handle for a in await attachments_of(store, turn)] == ["cat"]
        await finish(store, turn, "A cat.")
        assert said(await read(store, await exchange(store, "Three?")))[1:] == [("Two?", "Yes."), ("Three?", "Yes.")]
        await store.delete(KEY, [turn.reply_to], now=START)
        assert said(await read(store, turn, limit=1)) == [("Two?", "Yes.")]


async def test_a_command_is_edited_with_what_stands_behind_it(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("/alt on", message_id="1", command=Command(name=ALT, argument="on")))
        changed = message("/alt off", message_id="1", command=Command(name=ALT, argument="off"))
        edited = await store.edit(changed, ready_at=START, redo_since=START)
        assert edited is not None
        assert (edited.turn.command, edited.turn.argument) == (ALT, "off")
        edited = await store.edit(message("Hello", message_id="1"), ready_at=START, redo_since=START)
        assert edited is not None
        assert (edited.turn.command, edited.turn.argument) == (None, "")
        assert said(await read(store, turn)) == [("Hello", None)]


# --- one attachment ------------------------------------------------------------------------------


async def test_an_attachment_is_found_as_long_as_it_is_part_of_the_history(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        old, first = await _shown(store, "Old")
        new, second = await _shown(store, "New")

        async def found(attachment_id: AttachmentId, up_to: Turn = new) -> bool:
            return await store.attachment(KEY, attachment_id, up_to=up_to.id) is not None

        assert await store.attachment(KEY, second, up_to=new.id) == (await attachments_of(store, new))[0]
        assert [await found(first), await found(second), await found(AttachmentId(99))] == [True, True, False]
        assert not await found(second, old), "what came later is not known yet"
        assert await store.attachment(replace(KEY, chat_id="2"), first, up_to=new.id) is None
        await store.move_window(KEY, first_turn=new.id, pixels_from=AttachmentId(99))
        assert [await found(first), await found(second)] == [False, True], "also when it is no longer shown as pixels"
        assert await found(first, old), "a question is never without its own"
        await store.delete(KEY, [new.reply_to], now=START)
        assert not await found(second)


async def test_the_picture_of_a_command_is_found_by_the_command_alone(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        command = await accept(store, message("/alt", command=Command(name=ALT), attachments=[photo("cat")]))
        (attachment,) = await attachments_of(store, command)
        question = await accept(store, message("And now?"))

        assert await store.attachment(KEY, attachment.id, up_to=command.id) == attachment
        assert await store.attachment(KEY, attachment.id, up_to=question.id) is None


# --- what was chosen for a conversation ----------------------------------------------------------


async def test_what_was_chosen_for_a_conversation_stays_until_it_is_changed(tmp_path: Path) -> None:
    chosen = ConversationSettings(describes_pictures=True)
    async with store_at(tmp_path) as store:
        await store.change_settings(KEY, chosen, before=NOTHING_CHOSEN, now=START)
        assert await store.settings(KEY) == ConversationSettings(), "nothing was accepted there yet"
        await accept(store, message("/alt on", message_id="1", command=Command(name=ALT, argument="on")))
        await store.change_settings(KEY, chosen, before=NOTHING_CHOSEN, now=START)

    async with store_at(tmp_path) as store:
        assert await store.settings(KEY) == chosen
        assert await store.settings(replace(KEY, thread_id="1")) == ConversationSettings()
        await store.delete(KEY, [MessageId("1")], now=START)
        assert await store.settings(KEY) == chosen
        await store.change_settings(KEY, ConversationSettings(), before=chosen, now=START)
        assert await store.settings(KEY) == ConversationSettings()
