"""How answers of the whole core grow under the paces of a platform."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.errors import PlatformThrottled
from bot.events import ConversationKey
from bot.ports.limits import Rate
from bot.ports.model import Finished, FinishReason, TextDelta
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import KEY, message

MINUTE = (Rate(count=20, seconds=60),)


def topic(number: int) -> ConversationKey:
    return replace(KEY, thread_id=str(number))


async def ask_in_topics(core: Core, count: int) -> None:
    await core.hear(*(message("?", key=topic(number), message_id=f"q{number}") for number in range(count)))


def script(gate: asyncio.Event) -> list[object]:
    return [TextDelta("one "), gate, TextDelta("two"), Finished(reason=FinishReason.STOP)]


async def test_five_answers_in_a_group_are_seen_and_end_at_once_within_its_twenty_a_minute(tmp_path: Path) -> None:
    gate = asyncio.Event()
    chat = FakeChat(threads_share_waits=True, rates=MINUTE)
    async with running_core(tmp_path, *[script(gate)] * 5, chat=chat) as core:
        await ask_in_topics(core, 5)
        await core.clock.advance(1)
        assert sorted(chat.texts()) == ["one "] * 5
        gate.set()
        await core.clock.advance(0)
        assert sorted(chat.texts()) == ["one two"] * 5


async def test_after_a_flood_wait_an_answer_goes_on_growing_without_new_words(tmp_path: Path) -> None:
    gate = asyncio.Event()
    chat = FakeChat()
    chat.fail("post", PlatformThrottled("429", retry_after_s=10))
    async with running_core(tmp_path, script(gate), chat=chat) as core:
        await core.hear(message("?"))
        await core.clock.advance(9)
        assert chat.texts() == []
        await core.clock.advance(3)
        assert chat.texts() == ["one "]


async def test_typing_is_shown_until_the_first_words_and_in_a_silence_but_not_between_words(tmp_path: Path) -> None:
    before, flowing, silence = asyncio.Event(), [asyncio.Event() for _ in range(20)], asyncio.Event()
    words = [step for gate in flowing for step in (TextDelta("w "), gate)]
    async with running_core(
        tmp_path, [before, *words, silence, Finished(reason=FinishReason.STOP)], chat=FakeChat(text_length=99)
    ) as core:
        await core.hear(message("?"))
        await core.clock.advance(9)
        assert core.chat.typing_count == 3
        before.set()
        for gate in flowing:
            await core.clock.advance(0.5)
            gate.set()
        assert core.chat.typing_count == 3
        await core.clock.advance(6)
        assert core.chat.typing_count == 5
        silence.set()
