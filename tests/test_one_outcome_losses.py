"""One outcome although something is lost: parts that nobody confirmed, receipts, the database, the clock's time."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.errors import PlatformRefused, PlatformThrottled, PlatformUnavailable, PlatformUncertain, StorageError
from bot.events import ConversationKey, MessageEdited, MessageId, MessagesDeleted, Unreadable
from bot.ports.model import TextDelta
from bot.ports.parts import Part
from bot.records.turns import DeliveryState
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, KEY, message, photo
from tests.scripted_model import said


async def test_a_clock_that_jumped_back_does_not_hold_an_answer_for_hours(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        await core.store.hold(KEY, core.clock.now() + timedelta(days=1), is_private=False)
    async with running_core(tmp_path, said("one")) as core:
        await core.hear(message("a"))
        await core.clock.advance(800)
        assert core.chat.texts() == []
        await core.clock.advance(200)
        assert core.chat.texts() == ["one"]


async def test_a_database_that_is_away_while_looking_delays_the_answer_and_changes_nothing(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("a cat")) as core:
        core.chat.files = {"a": b"pic"}
        failures = [StorageError("disk full")]
        real = core.store.settle

        async def settle(*args: Any, **kwargs: Any) -> None:
            if failures:
                raise failures.pop()
            await real(*args, **kwargs)

        vars(core.store)["settle"] = settle
        await core.hear(message("what?", attachments=[photo("a")]))
        await core.finish()
        assert core.chat.texts() == ["a cat"]


async def test_receipts_that_could_not_be_stored_are_stored_with_the_next(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [TextDelta("x" * 60), gate, *said("y")]) as core:
        real = core.store.record_deliveries
        left = [1]

        async def record(turn_id: Any, receipts: Any) -> None:
            if left and any(r.state is DeliveryState.SENT for r in receipts):
                left.pop()
                raise StorageError("disk full")
            await real(turn_id, receipts)

        vars(core.store)["record_deliveries"] = record
        await core.hear(message("what?", message_id="q"))
        await core.clock.advance(5)
        gate.set()
        await core.finish()
        turn = await core.store.turn_of(KEY, next(iter(core.chat.screen)))
        assert turn is not None
        assert [r.state for r in await core.store.deliveries(turn.id)] == [DeliveryState.SENT] * 2


async def test_what_can_be_taken_back_is_although_a_part_can_not(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("x" * 100)) as core:
        await core.hear(message("one", message_id="q"))
        await core.finish()
        assert len(core.chat.texts()) == 3
        core.chat.fail("delete", PlatformRefused("too old"))
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("q"),)))
        await core.finish()
        assert core.chat.texts() == ["x" * 20]
        assert await core.unfinished() == []


async def test_an_apology_outlasts_a_busy_platform(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        core.chat.fail("post", PlatformThrottled("429", retry_after_s=30))
        core.chat.fail("post", PlatformUnavailable("refused"))
        await core.inbox.set_aside(
            Unreadable(platform=FAKE, id="7", raw="{}", error="KeyError", apologise_to=KEY, reply_to=MessageId("m"))
        )
        await core.clock.advance(60)
        assert len(core.chat.texts()) >= 1


async def test_a_question_after_a_small_jump_back_of_the_clock_has_an_answer_of_its_own(tmp_path: Path) -> None:
    async with running_core(tmp_path, [asyncio.Event()]) as core:
        await core.clock.advance(2)
        await core.hear(message("one", message_id="q1"), message("two", message_id="q2"))
    async with running_core(tmp_path, resume=True, chat=core.chat) as again:
        await again.hear(message("three", message_id="q3"))
        await again.finish()
        assert [shown.reply_to for shown in again.chat.screen.values()] == ["q1", "q2", "q3"]


class HardOfHearingChat(FakeChat):
    """Shows the short end of the first answer, and does not answer to it."""

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        message_id = await super().post(key, part, reply_to=reply_to, nonce=nonce)
        if part.text == "x" * 20:
            raise PlatformUncertain("cut off")
        return message_id


async def test_a_lost_part_does_not_stay_behind_a_shorter_answer(tmp_path: Path) -> None:
    chat = HardOfHearingChat(resend_is_safe=False)
    async with running_core(tmp_path, said("x" * 60), said("y"), chat=chat) as core:
        chat.can_find = False
        await core.hear(message("one", message_id="q1"))
        await core.finish()
        assert chat.texts() == ["x" * 40, "x" * 20]
        chat.can_find = True
        await core.hear(MessageEdited(message=message("one more", message_id="q1")))
        await core.finish()
        assert chat.texts() == ["y"]


class ForgetfulChat(FakeChat):
    """Never answers to the short end of the first answer, and does not show it either."""

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        if part.text == "x" * 20:
            raise PlatformUncertain("cut off")
        return await super().post(key, part, reply_to=reply_to, nonce=nonce)


async def test_a_lost_part_is_taken_back_with_its_answer_and_no_part_of_another_one(tmp_path: Path) -> None:
    chat = ForgetfulChat(resend_is_safe=False)
    async with running_core(tmp_path, said("x" * 60), said("y" * 60), chat=chat) as core:
        chat.can_find = False
        await core.hear(message("one", message_id="q1"))
        await core.finish()
        await core.hear(message("two", message_id="q2"))
        await core.finish()
        assert chat.texts() == ["x" * 40, "y" * 40, "y" * 20]
        chat.can_find = True
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("q1"),)))
        await core.finish()
        assert chat.texts() == ["y" * 40, "y" * 20]
        assert await core.unfinished() == []
