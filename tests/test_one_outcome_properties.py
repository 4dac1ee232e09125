"""Any interleaving of what people do, what fails and when the process stops ends in one outcome for each question."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import (
    ModelError,
    ModelTrouble,
    PlatformError,
    PlatformThrottled,
    PlatformUnavailable,
    PlatformUncertain,
)
from bot.events import MessageEdited, MessageId, MessageReceived, MessagesDeleted
from bot.ports.model import Finished, FinishReason, ModelEvent, PromptMessage, TextContent, TextDelta, Tool
from bot.sentences import sentence
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.fakes import Counted
from tests.groups import choose
from tests.happenings import KEY, message

QUESTIONS = 4
CUT = ModelError("cut", trouble=ModelTrouble.CUT_OFF, person=sentence("It was cut off."))
TROUBLES: Sequence[PlatformError] = (
    PlatformUnavailable("refused"),
    PlatformUncertain("timeout"),
    PlatformThrottled("429", retry_after_s=7),
)


class EchoModel:
    """Answers with the last question in it; fails after its first word as often as it is told."""

    def __init__(self) -> None:
        self.cuts = 0

    async def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        assert request_id
        content = prompt[-1].content[0]
        assert isinstance(content, TextContent)
        yield TextDelta("You asked: ")
        if self.cuts:
            self.cuts -= 1
            raise CUT
        await asyncio.sleep(0)
        yield TextDelta(content.text)
        yield Finished(reason=FinishReason.STOP)


number = st.integers(0, QUESTIONS - 1)
action = st.one_of(
    st.tuples(st.just("ask"), number),
    st.tuples(st.just("ask again"), number),
    st.tuples(st.just("edit"), number),
    st.tuples(st.just("delete"), number),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("crash"), st.just(0)),
    st.tuples(st.just("time"), st.integers(0, 3)),
    st.tuples(st.just("cut"), st.integers(1, 2)),
    st.tuples(st.just("fail post"), st.integers(0, 5)),
    st.tuples(st.just("fail edit"), st.integers(0, 5)),
)


class World:
    """Plays actions, and knows what must stand in the chat at the end."""

    def __init__(self, folder: Path, chat: FakeChat, *, are_apart: bool) -> None:
        """`are_apart`: in a group where two people ask by turns, and each has a conversation of their own."""
        self.folder = folder
        self.chat = chat
        self.are_apart = are_apart
        self.model = EchoModel()
        self.asked: dict[int, str] = {}
        self.taken_back: set[int] = set()
        self.core: Core | None = None
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        self.core = await self._stack.enter_async_context(
            running_core(self.folder, chat=self.chat, model=self.model, attempts=99, resume=True)
        )

    async def part_people(self) -> None:
        assert self.core is not None
        await choose(self.core, is_per_person=True)

    async def stop(self) -> None:
        await self._stack.aclose()

    async def play(self, verb: str, value: int) -> None:
        assert self.core is not None
        match verb:
            case "ask" | "ask again":
                await self._ask(value)
            case "edit" if value in self.asked and value not in self.taken_back:
                self.asked[value] += "!"
                await self.core.hear(MessageEdited(message=self._message(value)))
            case "delete" if value in self.asked:
                self.taken_back.add(value)
                await self.core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId(f"q{value}"),)))
            case "restart" | "crash":
                cast("Counted", self.core.store).is_gone = verb == "crash"
                await self.stop()
                await self.start()
            case "time":
                await self.core.clock.advance(value)
            case "cut":
                self.model.cuts = value
            case "fail post" | "fail edit":
                error = TROUBLES[value % 3]
                took_effect = isinstance(error, PlatformUncertain) and value >= len(TROUBLES)
                self.chat.fail(verb.split()[1], error, after_effect=took_effect)

    async def _ask(self, value: int) -> None:
        if value not in self.taken_back:
            self.asked.setdefault(value, f"question {value}")
            assert self.core is not None
            await self.core.hear(self._message(value))

    def _message(self, value: int) -> MessageReceived:
        return message(
            self.asked[value], sender=self.asker(value), message_id=f"q{value}", is_private=not self.are_apart
        )

    def asker(self, value: int) -> str:
        return "Ben" if self.are_apart and value % 2 else "Ann"

    def expected(self) -> dict[str, str]:
        return {
            f"q{value}": f"[{self.asker(value)}] {text}"
            for value, text in self.asked.items()
            if value not in self.taken_back
        }


@settings(max_examples=settings().max_examples // 2)
@given(actions=st.lists(action, max_size=14), resend_is_safe=st.booleans(), are_apart=st.booleans())
@example(actions=[("ask", 2), ("time", 0), ("edit", 2), ("ask", 0)], resend_is_safe=False, are_apart=False)
@example(
    actions=[("ask", 2), ("ask", 2), ("edit", 2), ("restart", 0), ("ask", 0)], resend_is_safe=False, are_apart=False
)
def test_each_question_that_stands_has_one_whole_answer_and_no_other_message_is_left(
    actions: Sequence[tuple[str, int]], resend_is_safe: bool, are_apart: bool
) -> None:
    async def played() -> None:
        with TemporaryDirectory() as folder:
            chat = FakeChat(resend_is_safe=resend_is_safe, text_length=4000)
            world = World(Path(folder), chat, are_apart=are_apart)
            await world.start()
            if are_apart:
                await world.part_people()
            for verb, value in actions:
                await world.play(verb, value)
            world.chat.trouble.clear()
            world.model.cuts = 0
            assert world.core is not None
            await world.core.finish(within_s=20)
            unfinished = await world.core.unfinished()
            await world.stop()
        shown = {str(one.reply_to): one.text for one in world.chat.screen.values()}
        assert len(shown) == len(world.chat.screen), "nothing twice"
        assert shown.keys() == world.expected().keys()
        for question, text in world.expected().items():
            assert shown[question].endswith(text) or "breaks off here" in shown[question]
        assert unfinished == []
        assert not any(one.can_stop for one in world.chat.screen.values())

    asyncio.run(played())
