import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import PlatformRefused, PlatformThrottled, PlatformUnavailable, PlatformUncertain
from bot.ports.limits import Rate
from bot.ports.model import Finished, FinishReason, TextDelta
from bot.records.turns import DeliveryState
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import KEY, message
from tests.scripted_model import said

LONG = "".join(f"word{number:03} " for number in range(20))
AS_PARTS = [LONG.strip()[start : start + 40] for start in range(0, len(LONG) - 1, 40)]


async def ask(core: Core) -> None:
    await core.hear(message("?", message_id="q"))
    await core.finish()


async def test_a_long_answer_comes_whole_in_parts_and_only_the_first_is_a_reply(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(LONG)) as core:
        await ask(core)
        assert core.chat.texts() == AS_PARTS
        assert [shown.reply_to for shown in core.chat.screen.values()] == ["q", None, None, None]


async def test_every_part_has_its_receipt(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(LONG)) as core:
        await core.hear(message("?"))
        (turn,) = await core.unfinished()
        await core.finish()
        receipts = await core.store.deliveries(turn.id)
        assert [(receipt.state, receipt.message_id) for receipt in receipts] == [
            (DeliveryState.SENT, message_id) for message_id in core.chat.screen
        ]


async def test_a_growing_answer_moves_on_to_further_parts(tmp_path: Path) -> None:
    gate = asyncio.Event()
    script = [TextDelta(LONG[:60]), gate, TextDelta(LONG[60:]), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script) as core:
        await core.hear(message("?"))
        await core.clock.advance(1)
        assert core.chat.texts() == [LONG[:40], LONG[40:60]]
        gate.set()
        await core.finish()
        assert core.chat.texts() == AS_PARTS


async def test_a_part_that_is_no_longer_needed_is_taken_back(tmp_path: Path) -> None:
    gate = asyncio.Event()
    script = [TextDelta("x" + " " * 50), gate, Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script) as core:
        await core.hear(message("?"))
        (turn,) = await core.unfinished()
        await core.clock.advance(1)
        assert len(core.chat.texts()) == 2
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["x"]
        assert [receipt.part for receipt in await core.store.deliveries(turn.id)] == [0]


async def test_groups_are_updated_less_often_than_private_chats(tmp_path: Path) -> None:
    versions = {}
    for is_private in (True, False):
        gates = [asyncio.Event() for _ in range(30)]
        script = [step for number, gate in enumerate(gates) for step in (TextDelta(f"{number} "), gate)]
        folder = tmp_path / str(is_private)
        folder.mkdir()
        async with running_core(
            folder, [*script, Finished(reason=FinishReason.STOP)], chat=FakeChat(text_length=999)
        ) as core:
            await core.hear(message("?", is_private=is_private))
            for gate in gates:
                gate.set()
                await core.clock.advance(0.3)
            await core.finish()
            (shown,) = core.chat.screen.values()
            versions[is_private] = len(shown.versions)
            assert shown.text.endswith("28 29")
    assert versions == {True: 10, False: 4}


@pytest.mark.parametrize("after_effect", [True, False])
@pytest.mark.parametrize("error", [PlatformUnavailable("reset"), PlatformUncertain("timeout")])
async def test_where_sending_again_is_safe_a_failed_send_is_repeated_and_shown_once(
    tmp_path: Path, error: PlatformUnavailable | PlatformUncertain, after_effect: bool
) -> None:
    async with running_core(tmp_path, said("hello")) as core:
        core.chat.fail("post", error, after_effect=after_effect)
        await ask(core)
        assert core.chat.texts() == ["hello"]


async def test_where_nothing_can_tell_the_answer_is_not_sent_twice_and_the_operator_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_core(tmp_path, said(LONG), chat=FakeChat(resend_is_safe=False)) as core:
        core.chat.can_find = False
        core.chat.fail("post", PlatformUncertain("timeout"), after_effect=True)
        await core.hear(message("?"))
        (turn,) = await core.unfinished()
        await core.finish()
        assert core.chat.texts() == AS_PARTS
        receipts = await core.store.deliveries(turn.id)
        assert [receipt.state for receipt in receipts] == [DeliveryState.UNKNOWN, *[DeliveryState.SENT] * 3]
    assert "may be missing in the chat" in caplog.text


async def test_where_a_lost_message_can_be_found_it_is_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    async with running_core(tmp_path, said(LONG), chat=FakeChat(resend_is_safe=False)) as core:
        core.chat.fail("post", PlatformUncertain("timeout"), after_effect=True)
        await core.hear(message("?"))
        (turn,) = await core.unfinished()
        await core.finish()
        assert core.chat.texts() == AS_PARTS
        assert {receipt.state for receipt in await core.store.deliveries(turn.id)} == {DeliveryState.SENT}


async def test_a_lost_message_is_looked_for_behind_what_was_known_when_it_was_sent_first(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("hello"), said("hello"), chat=FakeChat(resend_is_safe=False)) as core:
        await core.hear(message("?", message_id="q1"))
        await core.finish()
        (first,) = core.chat.screen
        core.chat.fail("post", PlatformUncertain("timeout"))
        core.chat.fail("post", PlatformUncertain("timeout"), after_effect=True)
        await core.hear(message("?", message_id="q2"))
        await core.finish()
        assert core.chat.texts() == ["hello", "hello"]
        assert set(core.chat.looked_after) == {first}


async def test_the_final_text_waits_as_long_as_the_platform_demands(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("hello")) as core:
        core.chat.fail("post", PlatformThrottled("429", retry_after_s=30))
        await core.hear(message("?"))
        await core.clock.advance(29)
        assert core.chat.texts() == []
        await core.clock.advance(2)
        assert core.chat.texts() == ["hello"]


async def test_a_flood_wait_during_the_preview_loses_nothing(tmp_path: Path) -> None:
    gate = asyncio.Event()
    script = [TextDelta("one"), gate, TextDelta(" two"), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script) as core:
        core.chat.fail("post", PlatformThrottled("429", retry_after_s=30))
        await core.hear(message("?"))
        await core.clock.advance(1)
        assert core.chat.texts() == []
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["one two"]


async def test_when_its_message_was_deleted_meanwhile_the_answer_is_sent_anew(tmp_path: Path) -> None:
    gate = asyncio.Event()
    script = [TextDelta("one"), gate, TextDelta(" two"), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script) as core:
        await core.hear(message("?"))
        await core.clock.advance(1)
        core.chat.screen.clear()
        gate.set()
        await core.finish()
        assert core.chat.texts() == ["one two"]


async def test_a_platform_that_stays_away_for_minutes_gets_the_answer_when_it_is_back(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("hello")) as core:
        for _ in range(10):
            core.chat.fail("post", PlatformUnavailable("connection refused"))
        await core.hear(message("?"))
        await core.clock.advance(320)
        assert core.chat.texts() == ["hello"]


async def test_a_refused_edit_that_can_not_be_posted_either_ends_the_turn(tmp_path: Path) -> None:
    gate = asyncio.Event()
    script = [TextDelta("one"), gate, TextDelta(" two"), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script) as core:
        await core.hear(message("?"))
        await core.clock.advance(1)
        core.chat.fail("edit", PlatformRefused("kicked"))
        core.chat.fail("post", PlatformRefused("kicked"))
        gate.set()
        await core.finish()
        assert await core.unfinished() == []


async def test_an_answer_that_only_waited_for_its_place_is_not_looked_for_after_a_crash(tmp_path: Path) -> None:
    chat = FakeChat(rates=(Rate(count=1, seconds=60),), resend_is_safe=False, threads_share_waits=True)
    scripts = [said(words) for words in ("one", "two", LONG)]
    async with running_core(tmp_path, *scripts, chat=chat, crashes=True) as core:
        for number in range(1, 4):
            await core.hear(message(f"{number}?", message_id=f"q{number}", key=replace(KEY, thread_id=str(number))))
        await core.clock.advance(5)
        assert len(chat.screen) == 1
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        for _ in range(8):
            await core.clock.advance(60)
        assert sorted(chat.texts()) == sorted(["one", "two", *AS_PARTS])
        assert chat.looked_after == []
        assert await core.unfinished() == []
