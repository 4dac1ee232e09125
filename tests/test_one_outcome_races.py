"""What happens at the same moment: edits, deletions and refusals of a turn that runs already."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bot.errors import PlatformThrottled
from bot.events import Command, ConversationKey, MessageEdited, MessageId, MessagesDeleted
from bot.ports.model import TextDelta
from bot.ports.parts import Part
from tests.core import running_core
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, KEY, message, photo
from tests.people import DiscordPeople
from tests.process import BotProcess
from tests.scripted_model import said


class SlowChat(FakeChat):
    """Takes a while to carry out what it was asked, as a platform does: what is on its way can't be called back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.slow: dict[str, asyncio.Event] = {}
        self.under_way: list[str] = []

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        send = partial(super().post, key, part, reply_to=reply_to, nonce=nonce)
        message_id: MessageId = await self._carried_out("post", send)
        return message_id

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        await self._carried_out("edit", partial(super().edit, key, message_id, part))

    async def _carried_out(self, verb: str, effect: Callable[[], Any]) -> Any:
        gate = self.slow.pop(verb, None)
        if gate is None:
            return await effect()
        self.under_way.append(verb)

        async def later() -> Any:
            await gate.wait()
            return await effect()

        return await asyncio.shield(asyncio.ensure_future(later()))


def edited(text: str, message_id: str, **kwargs: Any) -> MessageEdited:
    return MessageEdited(message=message(text, message_id=message_id, **kwargs))


async def test_an_answer_that_is_the_same_as_before_replaces_the_beginning_of_another_one(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, said("Yes."), [TextDelta("No, because"), gate], said("Yes.")) as core:
        await core.hear(message("Is it?", message_id="q"))
        await core.finish()
        assert core.chat.texts() == ["Yes."]
        await core.hear(edited("Isn't it?", "q"))
        await core.clock.advance(5)
        assert core.chat.texts() == ["No, because"]
        await core.hear(edited("Is it?", "q"))
        await core.finish()
        assert core.chat.texts() == ["Yes."]
        assert not any(shown.can_stop for shown in core.chat.screen.values())


async def test_a_refused_album_that_grows_when_there_is_room_again_has_one_outcome(tmp_path: Path) -> None:
    gate, second = asyncio.Event(), asyncio.Event()
    async with running_core(
        tmp_path,
        [TextDelta("first"), gate, *said(" done")],
        [TextDelta("Two "), second, *said("photos")],
        per_lane=0,
        chat=FakeChat(resend_is_safe=False),
    ) as core:
        core.chat.files = {"a": b"pic a", "b": b"pic b"}
        await core.hear(message("busy with this", message_id="q"))
        await core.clock.advance(2)
        await core.hear(message("", message_id="a", attachments=[photo("a")], album_id="al", sender="Bob"))
        gate.set()
        await core.clock.advance(0.5)
        await core.hear(message("", message_id="b", attachments=[photo("b")], album_id="al", sender="Bob"))
        await core.clock.advance(5)
        second.set()
        await core.finish()
        assert len([shown for shown in core.chat.screen.values() if shown.reply_to == "a"]) == 1
        assert await core.unfinished() == []


async def test_a_refusal_that_the_platform_holds_back_does_not_follow_the_answer(tmp_path: Path) -> None:
    gate = asyncio.Event()
    chat = FakeChat(resend_is_safe=False)
    async with running_core(tmp_path, [gate, *said("first")], said("second"), per_lane=0, chat=chat) as core:
        await core.hear(message("one", message_id="q1"))
        await core.settle()
        chat.fail("post", PlatformThrottled("429", retry_after_s=4))
        await core.hear(message("two", message_id="q2"))
        await core.clock.advance(1)
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("q1"),)))
        await core.clock.advance(1)
        await core.hear(edited("two!", "q2"))
        await core.clock.advance(120)
        await core.finish()
        assert [shown.text for shown in chat.screen.values() if shown.reply_to == "q2"] == ["second"]
        assert await core.unfinished() == []


async def test_a_command_that_is_edited_into_a_question_while_its_answer_is_held_back_has_one_answer(
    tmp_path: Path,
) -> None:
    chat = FakeChat(resend_is_safe=False, text_length=4000)
    async with running_core(tmp_path, said("Paris."), chat=chat) as core:
        chat.fail("post", PlatformThrottled("429", retry_after_s=4))
        await core.hear(message("/help", message_id="q", command=Command(name="help")))
        await core.clock.advance(1)
        await core.hear(edited("capital of France?", "q"))
        await core.clock.advance(120)
        await core.finish()
        assert chat.texts() == ["Paris."]


async def test_a_command_that_is_deleted_while_its_answer_is_on_its_way_leaves_none(tmp_path: Path) -> None:
    chat = SlowChat(resend_is_safe=False, text_length=4000)
    chat.slow["post"] = arrives = asyncio.Event()
    async with running_core(tmp_path, chat=chat) as core:
        await core.hear(message("/help", message_id="q", command=Command(name="help")))
        await core.settle()
        assert chat.under_way == ["post"]
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("q"),)))
        await core.clock.advance(1)
        arrives.set()
        await core.finish()
        assert chat.texts() == []


async def test_a_question_that_is_edited_and_deleted_while_its_answer_is_on_its_way_leaves_none(tmp_path: Path) -> None:
    chat = SlowChat(resend_is_safe=False)
    chat.slow["post"] = arrives = asyncio.Event()
    async with running_core(tmp_path, said("an answer"), chat=chat) as core:
        await core.hear(message("one", message_id="q"))
        await core.clock.advance(1)
        assert chat.under_way == ["post"]
        await core.hear(edited("two", "q"))
        await core.settle()
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("q"),)))
        await core.settle()
        arrives.set()
        await core.finish()
        assert chat.texts() == []
        assert await core.unfinished() == []


async def test_a_late_edit_of_the_old_answer_does_not_cover_the_new_one(tmp_path: Path) -> None:
    chat = SlowChat()
    async with running_core(tmp_path, [TextDelta("old"), asyncio.Event()], chat=chat) as core:
        core.model.scripts = [[TextDelta("o"), *said("ld")], said("new")]
        await core.hear(message("one", message_id="q"))
        await core.finish()
        assert chat.texts() == ["old"]
        core.model.scripts = [said("older"), said("new")]
        chat.slow["edit"] = arrives = asyncio.Event()
        await core.hear(edited("two", "q"))
        await core.clock.advance(1)
        assert chat.under_way == ["edit"]
        await core.hear(edited("three", "q"))
        await core.settle()
        asyncio.get_running_loop().call_later(0.02, arrives.set)
        await core.finish()
        assert chat.texts() == ["new"]


async def test_a_question_that_waits_for_others_to_be_answered_can_be_stopped(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, *([gate, *said("done")] for _ in range(8))) as core:
        for number in range(8):
            await core.hear(message("q", key=ConversationKey(platform=FAKE, chat_id=f"other {number}")))
        await core.hear(message("mine", message_id="q"))
        await core.clock.advance(2)
        await core.hear(message("/stop", message_id="s", command=Command(name="stop")))
        await core.clock.advance(2)
        assert {shown.reply_to for k, shown in core.chat.screen.items() if k.startswith("1/")} == {"q", "s"}
        gate.set()


async def test_a_question_that_is_deleted_while_its_answer_is_on_its_way_for_long_leaves_none(
    model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    async with DiscordEmulator() as discord:
        people = DiscordPeople(discord)
        place = people.private()
        variables = {"MODEL_API_URL": model_emulator.url, "MODEL_API_KEY": "model-key", **people.environment}
        async with BotProcess(tmp_path, **variables) as bot:
            await people.ready()
            slow = discord.fail("POST /channels/*/messages", status=200, delay_s=4)
            question = await people.say(place, "hello?")
            await eventually(lambda: slow.times == 0, what="the answer is on its way")
            await discord.delete(question)
            (answer,) = await eventually(
                lambda: [one for one in place.chat.messages.values() if one.author is discord.bot]
            )
            await eventually(lambda: answer.deleted, what="it is taken back")
            assert await bot.terminate() == 0
        assert people.shown(place) == []
