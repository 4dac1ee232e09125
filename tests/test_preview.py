"""The growing answer meets its final text, the platform's pace and the cap on running turns."""

import asyncio
from pathlib import Path

from bot.errors import PlatformThrottled
from bot.events import ConversationKey, MessageId
from bot.ports.model import Finished, FinishReason, TextDelta
from bot.ports.parts import Part
from tests.core import ASKING_RULES, running_core
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, message


class SlowChat(FakeChat):
    """Takes its time over the first message."""

    def __init__(self) -> None:
        super().__init__()
        self.arrives = asyncio.Event()
        self.asked: list[str] = []

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        self.asked.append(part.text)
        if len(self.asked) == 1:
            await self.arrives.wait()
        return await super().post(key, part, reply_to=reply_to, nonce=nonce)


async def test_a_preview_under_way_arrives_before_the_final_text_which_then_replaces_it(tmp_path: Path) -> None:
    gate, chat = asyncio.Event(), SlowChat()
    script = [TextDelta("one"), gate, TextDelta(" two"), Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script, chat=chat) as core:
        await core.hear(message("?"))
        await core.clock.advance(1)
        gate.set()
        await core.settle()
        assert chat.asked == ["one"], "the final text waits for the preview"
        chat.arrives.set()
        await core.finish()
        assert chat.asked == ["one"]
        assert chat.texts() == ["one two"]


async def test_a_preview_waits_as_long_as_the_platform_demands(tmp_path: Path) -> None:
    more, end = asyncio.Event(), asyncio.Event()
    script = [TextDelta("one"), more, TextDelta(" two"), end, Finished(reason=FinishReason.STOP)]
    async with running_core(tmp_path, script) as core:
        core.chat.fail("post", PlatformThrottled("429", retry_after_s=30))
        await core.hear(message("?"))
        await core.clock.advance(1)
        more.set()
        await core.clock.advance(28)
        assert core.chat.texts() == [], "nothing was tried in between"
        await core.clock.advance(2)
        assert core.chat.texts() == ["one two"]
        end.set()
        await core.finish()


async def test_no_more_questions_than_allowed_are_asked_at_the_same_time(tmp_path: Path) -> None:
    gate = asyncio.Event()
    asked = ASKING_RULES.running + 3
    scripts = [[gate, TextDelta("ok"), Finished(reason=FinishReason.STOP)] for _ in range(asked)]
    async with running_core(tmp_path, *scripts) as core:
        for number in range(asked):
            await core.hear(message("?", key=ConversationKey(platform=FAKE, chat_id=str(number))))
        await core.settle()
        assert len(core.model.prompts) == ASKING_RULES.running
        gate.set()
        await core.finish()
        assert len(core.model.prompts) == asked
        assert len(core.chat.screen) == asked
