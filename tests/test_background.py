import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.background import Background
from bot.delivery.pace import Pace, Paces
from bot.delivery.throttle import Throttles
from bot.delivery.typing import keep_typing
from bot.errors import PlatformRefused, PlatformThrottled
from bot.events import ConversationKey, MessageId
from tests.answering import turn
from tests.fake_chat import FakeChat
from tests.happenings import KEY
from tests.manual_clock import ManualClock
from tests.storing import store_at


async def test_it_runs_beside_the_block_and_ends_with_it() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with Background(work(), name="work"):
        await asyncio.sleep(0)
        assert not ended.is_set()
    assert ended.is_set()


async def test_an_error_of_the_work_is_logged_when_it_happens_and_spares_the_block(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        raise RuntimeError("a fault of ours")

    async with Background(work(), name="cleaning"):
        for _ in range(3):
            await asyncio.sleep(0)
        assert "cleaning: stopped by an error" in caplog.text
        assert "a fault of ours" in caplog.text


async def test_a_block_that_fails_raises_its_own_error() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with Background(asyncio.sleep(60), name="work"):
            raise ValueError("mine")


class Typing(FakeChat):
    """Shows "typing", or not."""

    def __init__(self, *troubles: Exception) -> None:
        super().__init__()
        self._troubles = list(troubles)

    async def typing(self, key: ConversationKey, *, reply_to: MessageId) -> None:
        await super().typing(key, reply_to=reply_to)
        if self._troubles:
            raise self._troubles.pop(0)


@asynccontextmanager
async def typing(chat: FakeChat, clock: ManualClock, folder: Path) -> AsyncIterator[Pace]:
    async with store_at(folder) as store:
        pace = Paces(Throttles(store, clock), clock).of(KEY, chat, is_private=True)
        await pace.passed()  # The database is read by a real thread, which the manual clock does not wait for.
        async with keep_typing(chat, turn(1), pace, clock, lambda: math.inf):
            yield pace


async def test_typing_is_renewed_before_it_goes_out_also_after_it_was_refused(tmp_path: Path) -> None:
    clock, chat = ManualClock(), Typing(PlatformRefused("no permission"))
    async with typing(chat, clock, tmp_path):
        await clock.advance(0.2)
        assert chat.typing_count == 0
        await clock.advance(0.1)
        assert chat.typing_count == 1
        await clock.advance(chat.limits.typing_lifetime_s)
        assert chat.typing_count == 2
    await clock.advance(60)
    assert chat.typing_count == 2


async def test_typing_waits_as_long_as_the_platform_demands(tmp_path: Path) -> None:
    clock, chat = ManualClock(), Typing(PlatformThrottled("429", retry_after_s=30))
    async with typing(chat, clock, tmp_path):
        await clock.advance(29)
        assert chat.typing_count == 1
        await clock.advance(2)
        assert chat.typing_count == 2


async def test_typing_is_not_shown_while_the_chat_is_to_be_left_in_peace(tmp_path: Path) -> None:
    clock, chat = ManualClock(), FakeChat()
    async with typing(chat, clock, tmp_path) as pace:
        await pace.demand(30)
        await clock.advance(29)
        assert chat.typing_count == 0
        await clock.advance(2)
        assert chat.typing_count == 1
