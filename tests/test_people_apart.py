"""A conversation for each person, in the core: what is said of the queue, and what a crash leaves behind."""

import asyncio
from pathlib import Path

from bot import texts
from bot.errors import PlatformUncertain
from bot.events import ConversationKey, MessageId
from bot.ports.parts import Part
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.groups import choose
from tests.happenings import message
from tests.scripted_model import said


class LosesFollowUps(FakeChat):
    """Never says whether what follows the first message of an answer was sent: Ben's was, Ann's was not."""

    is_losing = True

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        if not self.is_losing or not part.text.islower():
            return await super().post(key, part, reply_to=reply_to, nonce=nonce)
        if part.text.startswith("b"):
            await super().post(key, part, reply_to=reply_to, nonce=nonce)
        raise PlatformUncertain("no answer")


async def test_long_answers_side_by_side_never_take_each_others_messages_for_their_own_after_a_crash(
    tmp_path: Path,
) -> None:
    chat = LosesFollowUps(resend_is_safe=False)
    answers = {"ann": "A" + "a" * 99, "ben": "B" + "b" * 99}
    async with running_core(tmp_path, *map(said, answers.values()), chat=chat, crashes=True) as core:
        await choose(core, is_per_person=True)
        for who in answers:
            await core.hear(message("a long story!", sender=who.title(), message_id=who))
        await core.clock.advance(1)
        assert sorted(text[0] for text in chat.texts()) == ["A", "B", "b"]
    chat.is_losing = False
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.finish(within_s=20)
    shown = {who: "".join(one.text for one in chat.screen.values() if one.reply_to == who) for who in answers}
    assert shown == answers
    assert len(chat.screen) == 6, "nothing twice"


async def test_in_a_conversation_of_ones_own_nobody_is_told_of_questions_that_are_not_before_theirs(
    tmp_path: Path,
) -> None:
    gate, chat = asyncio.Event(), FakeChat(text_length=400)
    async with running_core(tmp_path, [gate, *said("slow")], chat=chat, per_lane=3) as core:
        await choose(core, is_per_person=True)
        for number in range(4):
            await core.hear(message(f"question {number}"))
            await core.settle()
        await core.hear(message("and mine?", sender="Ben"))
        await core.settle()
        await core.hear(message("one more"))
        await core.settle()
        assert chat.texts() == [texts.busy(1), texts.busy(4)]
        gate.set()
        await core.finish()
