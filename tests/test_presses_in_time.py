"""A button works from the moment it is seen: each press has its effect, once, whatever the turn is doing right then."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot import texts
from bot.commands import settings_texts
from bot.errors import ModelError, ModelTrouble
from bot.events import Action, ButtonPressed, ConversationKey, MessageEdited, MessageId
from bot.ports.model import TextDelta
from bot.ports.parts import Part
from bot.sentences import sentence
from tests.core import Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import KEY, command, message, pressed
from tests.scripted_model import prompt_text, said

AWAY = ModelError("no route", trouble=ModelTrouble.UNAVAILABLE, person=sentence("The model is away."))
TABLE = "| a column that is wide | another wide one | and one more |\n| --- | --- | --- |\n" + "| 1 | 2 | 3 |\n" * 30

POSTED = "its message was posted"
EDITED = "its message was edited for the last time"
FILE = "a file is still to follow"
MOMENTS = (POSTED, EDITED, FILE)


class LateChat(FakeChat):
    """People see at once what the bot sends. Of what it is `late` with the bot hears only when it is `told`."""

    def __init__(self, late: str = POSTED) -> None:
        super().__init__(text_length=2000, tables_as_files=True)
        self.told = asyncio.Event()
        self.late = late

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        message_id = await super().post(key, part, reply_to=reply_to, nonce=nonce)
        if self.late == POSTED or (self.late == FILE and part.document is not None):
            await self.told.wait()
        return message_id

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        await super().edit(key, message_id, part)
        if self.late == EDITED:
            await self.told.wait()

    def press(
        self, action: Action, *, value: str = "", sender: str = "Ann", press_id: str | None = None
    ) -> ButtonPressed:
        """Somebody presses a button that they see."""
        (found,) = [
            pressed(action, message_id, value=button.value, turn=button.turn, sender=sender, press_id=press_id)
            for message_id, shown in self.screen.items()
            for row in shown.buttons
            for button in row
            if button.action is action and value in ("", button.value)
        ]
        return found

    def actions(self) -> list[Action]:
        return [button.action for shown in self.screen.values() for row in shown.buttons for button in row]


@asynccontextmanager
async def failed(tmp_path: Path, moment: str, *scripts: Sequence[object], crashes: bool = False) -> AsyncIterator[Core]:
    """People see all buttons of an answer that broke off twice, and the bot has not come so far yet."""
    gate = asyncio.Event()
    first = {POSTED: [TextDelta("One"), AWAY], EDITED: [TextDelta("One"), gate, AWAY], FILE: [TextDelta(TABLE), AWAY]}
    chat = LateChat(moment)
    async with running_core(tmp_path, first[moment], first[moment], *scripts, chat=chat, crashes=crashes) as core:
        await core.hear(message("my secret question"))
        await core.clock.advance(1)
        gate.set()
        await core.clock.advance(5)
        assert chat.actions() == [Action.CONTINUE, Action.RETRY, Action.FORGET]
        assert len(await core.unfinished()) == 1, "it is not closed"
        yield core


def late(core: Core) -> LateChat:
    assert isinstance(core.chat, LateChat)
    return core.chat


async def end(core: Core) -> None:
    """The bot hears how its messages stand, and does what is left to do."""
    await core.settle()
    late(core).told.set()
    await core.finish()
    assert await core.unfinished() == []


@pytest.mark.parametrize("moment", MOMENTS)
async def test_try_again_asks_once_more_and_replaces_what_failed(tmp_path: Path, moment: str) -> None:
    async with failed(tmp_path, moment, said("Two.")) as core:
        await core.hear(late(core).press(Action.RETRY, sender="Ben"))
        await end(core)
        assert core.chat.texts() == ["Two."]
        assert late(core).actions() == []
        assert len(core.model.prompts) == 3


@pytest.mark.parametrize("moment", MOMENTS)
async def test_going_on_adds_one_answer_and_takes_the_buttons_away(tmp_path: Path, moment: str) -> None:
    async with failed(tmp_path, moment, said("Two.")) as core:
        await core.hear(late(core).press(Action.CONTINUE))
        await end(core)
        assert core.chat.texts()[-1] == "Two."
        assert late(core).actions() == []
        assert len(core.model.prompts) == 3


@pytest.mark.parametrize("moment", MOMENTS)
async def test_what_is_to_be_forgotten_leaves_the_screen_and_the_memory(tmp_path: Path, moment: str) -> None:
    async with failed(tmp_path, moment, said("Hello.")) as core:
        await core.hear(late(core).press(Action.FORGET))
        await end(core)
        assert core.chat.texts() == []
        await core.hear(message("hello"))
        await core.finish()
        assert "secret" not in prompt_text(core.model.prompts[-1])


@pytest.mark.parametrize("action", [Action.RETRY, Action.CONTINUE, Action.FORGET])
@pytest.mark.parametrize("moment", MOMENTS)
async def test_two_presses_have_one_effect_and_nobody_is_refused(tmp_path: Path, moment: str, action: Action) -> None:
    async with failed(tmp_path, moment, said("Two."), said("too often")) as core:
        first = late(core).press(action)
        again = replace(first, press_id="another press")
        assert [await core.inbox.accept(one) for one in (first, first, again)] == [None] * 3
        await end(core)
        assert await core.inbox.accept(again) is None
        await core.finish()
        assert len(core.model.prompts) == (2 if action is Action.FORGET else 3)
        assert len(core.chat.texts()) == {Action.RETRY: 1, Action.FORGET: 0}.get(action, len(core.chat.texts()))


@pytest.mark.parametrize("moment", MOMENTS)
async def test_who_did_not_ask_cannot_have_it_forgotten_then_either(tmp_path: Path, moment: str) -> None:
    async with failed(tmp_path, moment) as core:
        words = await core.inbox.accept(late(core).press(Action.FORGET, sender="Ben"))
        assert words == texts.BUTTON_OF_ANOTHER
        await end(core)
        assert late(core).actions() == [Action.CONTINUE, Action.RETRY, Action.FORGET]


@pytest.mark.parametrize("action", [Action.RETRY, Action.CONTINUE, Action.FORGET])
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_press_right_before_a_crash_is_heeded_after_it(tmp_path: Path, moment: str, action: Action) -> None:
    async with failed(tmp_path, moment, crashes=True) as core:
        await core.hear(late(core).press(action))
    await _as_if_nothing_had_happened(tmp_path, late(core), action)


@pytest.mark.parametrize("action", [Action.RETRY, Action.CONTINUE, Action.FORGET])
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_press_while_the_bot_is_down_is_heeded_when_it_comes_back(
    tmp_path: Path, moment: str, action: Action
) -> None:
    async with failed(tmp_path, moment, crashes=True) as core:
        press = late(core).press(action)
    await _as_if_nothing_had_happened(tmp_path, late(core), action, press)


async def _as_if_nothing_had_happened(tmp_path: Path, chat: LateChat, action: Action, *presses: ButtonPressed) -> None:
    chat.told.set()
    async with running_core(tmp_path, said("Two."), chat=chat, resume=True) as core:
        await core.hear(*presses)
        await core.finish()
        assert await core.unfinished() == []
        shown = core.chat.texts()
    if action is Action.FORGET:
        assert shown == []
    else:
        assert shown[-1] == "Two."
        assert len(shown) == 1 or action is Action.CONTINUE
        assert chat.actions() == []


async def test_a_button_that_names_the_turn_of_another_conversation_is_only_what_its_message_is(tmp_path: Path) -> None:
    async with failed(tmp_path, POSTED, said("elsewhere")) as core:
        elsewhere = replace(late(core).press(Action.RETRY), key=replace(KEY, chat_id="2"))
        await core.hear(elsewhere, replace(elsewhere, action=Action.FORGET, press_id="forged"))
        await end(core)
        assert late(core).actions() == [Action.CONTINUE, Action.RETRY, Action.FORGET]
        assert len(core.model.prompts) == 2


async def test_a_choice_counts_although_its_menu_was_only_just_posted(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=LateChat()) as core:
        await core.hear(command("/settings memory"))
        await core.settle()
        await core.hear(late(core).press(Action.CHOOSE, value="memory:5"))
        await end(core)
        assert core.chat.texts()[0].startswith(str(settings_texts.remembers(5)))
        assert len(core.chat.texts()) == 1
        assert (await core.store.settings(KEY)).exchanges == 5


# --- the end of an answer under way ---------------------------------------------------------------


async def test_stop_ends_an_answer_whose_first_words_were_only_just_posted(tmp_path: Path) -> None:
    async with running_core(tmp_path, [TextDelta("One"), asyncio.Event()], chat=LateChat()) as core:
        await core.hear(message("count!"))
        await core.clock.advance(1)
        await core.hear(late(core).press(Action.STOP))
        await end(core)
        assert core.chat.texts() == [f"One\n\n{texts.STOPPED_NOTE}"]


async def test_stop_ends_no_other_answer(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("One"), [TextDelta("Two"), asyncio.Event()], chat=FakeChat()) as core:
        await core.hear(message("count!"))
        await core.finish()
        (first,) = core.chat.screen
        await core.hear(message("go on!"))
        await core.clock.advance(1)
        await core.hear(pressed(Action.STOP, first, turn=1))
        await core.clock.advance(1)
        assert core.chat.texts() == ["One", "Two"]


async def test_stop_under_half_an_answer_counts_when_the_bot_was_down(tmp_path: Path) -> None:
    chat = LateChat()
    chat.told.set()
    async with running_core(tmp_path, [TextDelta("One"), asyncio.Event()], chat=chat, crashes=True) as core:
        await core.hear(message("count!"))
        await core.clock.advance(1)
        press = chat.press(Action.STOP)
    async with running_core(tmp_path, said("all over again"), chat=chat, resume=True) as core:
        await core.hear(press)
        await core.finish()
        assert chat.texts() == [str(texts.STOPPED)]
        assert core.model.prompts == []
        await core.hear(chat.press(Action.RETRY))
        await core.finish()
        assert chat.texts() == ["all over again"]


async def test_stop_under_an_answer_that_is_about_to_be_redone_counts(tmp_path: Path) -> None:
    chat = LateChat()
    chat.told.set()
    async with running_core(tmp_path, [TextDelta("One"), asyncio.Event()], said("too much"), chat=chat) as core:
        await core.hear(message("count!", message_id="q"))
        await core.clock.advance(1)
        await core.hear(MessageEdited(message=message("count on!", message_id="q")))
        await core.hear(chat.press(Action.STOP))
        await core.finish()
        assert chat.texts() == [str(texts.STOPPED)]


async def test_a_question_that_is_changed_after_stop_was_pressed_is_answered(tmp_path: Path) -> None:
    chat = LateChat()
    chat.told.set()
    async with running_core(tmp_path, [TextDelta("One"), asyncio.Event()], said("Three."), chat=chat) as core:
        await core.hear(message("count!", message_id="q"))
        await core.clock.advance(1)
        await core.hear(MessageEdited(message=message("count on!", message_id="q")))
        await core.hear(chat.press(Action.STOP))
        await core.hear(MessageEdited(message=message("count to three!", message_id="q")))
        await core.finish()
        assert chat.texts() == ["Three."]


async def test_stop_that_is_not_theirs_is_refused_before_the_answer_is_taken_up_too(tmp_path: Path) -> None:
    chat = LateChat()
    chat.told.set()
    async with running_core(tmp_path, [TextDelta("One"), asyncio.Event()], chat=chat, crashes=True) as core:
        await core.hear(command("/settings sharing own"))
        await core.clock.advance(1)
        await core.hear(message("count!"))
        await core.clock.advance(1)
        press = replace(chat.press(Action.STOP), sender=message(sender="Ben").sender)
    async with running_core(tmp_path, said("whole"), chat=chat, resume=True) as core:
        assert await core.inbox.accept(press) == texts.BUTTON_OF_ANOTHER
        await core.finish()
        assert chat.texts()[-1] == "whole"
