"""Asked in chats that the bot is not in: as a guest, end to end, with one message for the answer."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import texts
from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message
from tests.process import BotProcess
from tests.seeing import prompt_of
from tests.stored import receipts_in


@dataclass
class Guest:
    """A chat of people who have the bot as their guest."""

    telegram: TelegramEmulator
    model: ModelEmulator
    folder: Path

    def __post_init__(self) -> None:
        self.ann = self.telegram.add_person("Ann")
        self.ben = self.telegram.add_person("Ben")
        self.chat = self.telegram.add_elsewhere("Strangers")

    def bot(self, **variables: str) -> BotProcess:
        return BotProcess(
            self.folder,
            TELEGRAM_TOKEN=self.telegram.token,
            TELEGRAM_API_URL=self.telegram.api_url,
            MODEL_API_URL=self.model.url,
            MODEL_API_KEY="model-key",
            MODEL_ATTEMPTS="1",
            **variables,
        )

    async def ask(self, text: str, *, chat: Chat | None = None, reply_to: Message | None = None) -> Message:
        return await self.telegram.say(
            chat or self.chat, self.ann, f"@{self.telegram.username} {text}", reply_to=reply_to
        )

    def shown(self, chat: Chat | None = None) -> list[str]:
        return [message.text for message in (chat or self.chat).own]

    @property
    def calls(self) -> list[str]:
        return [prompt_of(call) for call in self.model.calls]


@pytest.fixture
async def guest(telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path) -> Guest:
    return Guest(telegram_emulator, model_emulator, tmp_path)


async def test_a_mention_is_answered_in_one_message_that_grows(guest: Guest) -> None:
    guest.model.reply_with(Script(pieces=["Paris is the capital of France. "] * 12, first_token_s=1.0, per_token_s=0.4))
    async with guest.bot() as bot:
        question = await guest.ask("capital of France?")
        (answer,) = await eventually(lambda: guest.chat.own)
        assert (answer.text, answer.buttons) == ("One moment… (If this stays, please ask me again.)", ["Stop"])
        assert answer.reply_to is question
        await eventually(lambda: answer.text == ("Paris is the capital of France. " * 12).strip())
        assert answer.buttons == []
        assert len(answer.versions) > 2
        assert await bot.terminate() == 0
    assert not [request for request in guest.telegram.requests if request.path == "/sendChatAction"]


async def test_the_picture_and_what_is_replied_to_are_seen(guest: Guest) -> None:
    guest.model.reply_with("A red one, and a blue one.")
    car = await guest.telegram.send_photo(guest.chat, guest.ben, photo(64, 64), caption="my car")
    async with guest.bot():
        await guest.telegram.send_photo(
            guest.chat, guest.ann, photo(96, 64), caption=f"@{guest.telegram.username} which cars?", reply_to=car
        )
        await eventually(lambda: guest.shown() == ["A red one, and a blue one."])
    (call,) = guest.model.calls
    assert "my car" in prompt_of(call)
    assert sorted(image.width for image in call.images) == [64, 96]


async def test_a_long_answer_ends_at_a_paragraph_and_says_so(guest: Guest) -> None:
    answer = "\n\n".join(f"Paragraph {number} of a long answer, which goes on and on." for number in range(200))
    guest.model.reply_with(answer)
    async with guest.bot():
        await guest.ask("talk!")
        note = str(texts.REST_MISSING).strip("*")
        (message,) = await eventually(lambda: [one for one in guest.chat.own if one.text.endswith(note)])
    beginning = message.text.removesuffix(note).rstrip()
    assert answer.startswith(f"{beginning}\n\n")
    assert len(guest.chat.own) == 1


async def test_it_goes_on_in_the_same_message_after_kill_9(guest: Guest) -> None:
    guest.model.reply_with(Script(first_token_s=60))
    bot = guest.bot()
    async with bot:
        await guest.ask("capital of France?")
        await eventually(lambda: guest.shown() == ["One moment… (If this stays, please ask me again.)"])
        await eventually(lambda: receipts_in(guest.folder) == 1)
        await bot.kill()
        guest.telegram.bot_forgot()
        guest.model.reply_with("Paris.")
        await bot.start()
        await eventually(lambda: guest.shown() == ["Paris."])


async def test_where_the_word_of_the_first_answer_was_lost_nothing_is_shown_twice(guest: Guest) -> None:
    guest.model.reply_with("Paris.")
    guest.telegram.fail("POST /answerGuestQuery", after_effect=True, drop=True)
    async with guest.bot() as bot:
        await guest.ask("capital of France?")
        await eventually(lambda: any("could not be delivered" in line for line in bot.lines))
        assert len(guest.shown()) == 1
        assert await bot.terminate() == 0


async def test_an_answer_that_telegram_did_not_take_is_sent_again(guest: Guest) -> None:
    guest.model.reply_with("Paris.")
    guest.telegram.fail("POST /answerGuestQuery", status=502)
    async with guest.bot():
        await guest.ask("capital of France?")
        await eventually(lambda: guest.shown() == ["Paris."])


async def test_buttons_under_the_answer_work_also_after_a_restart(guest: Guest) -> None:
    guest.model.reply_with(Script(status=500, message="down for now"))
    bot = guest.bot()
    async with bot:
        await guest.ask("capital of France?")
        (answer,) = await eventually(lambda: [one for one in guest.chat.own if texts.RETRY_LABEL in one.buttons])
        await bot.terminate()
        guest.model.reply_with("Paris.")
        await bot.start()
        data = dict(zip(answer.buttons, answer.presses, strict=True))[texts.RETRY_LABEL]
        await guest.telegram.press(answer, guest.ann, data)
        await eventually(lambda: guest.shown() == ["Paris."])
        await eventually(lambda: not guest.telegram.world.queries.waiting("callback"))
        assert await bot.terminate() == 0


async def test_stop_ends_the_growing_answer(guest: Guest) -> None:
    guest.model.reply_with(Script(pieces=["word "] * 400, per_token_s=0.1))
    async with guest.bot():
        await guest.ask("talk!")
        (answer,) = await eventually(lambda: [one for one in guest.chat.own if "word" in one.text])
        await guest.telegram.press(answer, guest.ann)
        await eventually(lambda: answer.text.endswith("(Stopped.)"))


async def test_only_who_asked_can_use_the_buttons_and_others_are_told_so(guest: Guest) -> None:
    hold = asyncio.Event()
    guest.model.reply_with(Script(pieces=["My", " word."], hold=hold))
    eve = guest.telegram.add_person("Eve", language="de")
    async with guest.bot():
        await guest.ask("talk!")
        (growing,) = await eventually(lambda: [one for one in guest.chat.own if one.buttons])
        stop = await guest.telegram.press(growing, guest.ben)
        await eventually(lambda: guest.telegram.told(stop) == texts.BUTTON_OF_ANOTHER)
        hold.set()
        await eventually(lambda: growing.text == "My word.")
        guest.model.reply_with(Script(status=500, message="down for now"))
        await guest.ask("and now?")
        (answer,) = await eventually(lambda: [one for one in guest.chat.own if texts.RETRY_LABEL in one.buttons])
        was, calls = answer.text, len(guest.calls)
        for data in answer.presses:
            pressed = await guest.telegram.press(answer, eve, data)
            await eventually(lambda pressed=pressed: guest.telegram.told(pressed))  # type: ignore[misc]  # default
            assert guest.telegram.told(pressed) == texts.BUTTON_OF_ANOTHER.in_language("de")
        await asyncio.sleep(0.2)
        assert (answer.text, len(guest.calls)) == (was, calls)


async def test_what_was_forgotten_is_taken_off_the_screen_as_far_as_telegram_allows(guest: Guest) -> None:
    guest.model.reply_with(Script(status=500, message="down for now"))
    guest.ann = guest.telegram.add_person("Jörg", language="de")
    forget = texts.FORGET_LABEL.in_language("de")
    async with guest.bot():
        await guest.ask("my secret?")
        (answer,) = await eventually(lambda: [one for one in guest.chat.own if forget in one.buttons])
        data = dict(zip(answer.buttons, answer.presses, strict=True))[forget]
        await guest.telegram.press(answer, guest.ann, data)
        await eventually(lambda: guest.shown() == [texts.TAKEN_BACK.in_language("de")])


async def test_nothing_crosses_from_one_chat_or_person_to_another(guest: Guest) -> None:
    """The chat with Ben that Ann asks in has the number that the bot's own chat with Ben has."""
    with_ben = guest.telegram.add_elsewhere(private_with=guest.ben)
    own = guest.telegram.private(guest.ben)
    guest.model.reply_with("Noted.")
    async with guest.bot():
        await guest.telegram.say(own, guest.ben, "my secret is xyzzy")
        await eventually(lambda: len(guest.telegram.visible(own)) == 1)
        await guest.ask("first", chat=with_ben)
        await eventually(lambda: guest.shown(with_ben) == ["Noted."])
        await guest.ask("second")
        await eventually(lambda: guest.shown() == ["Noted."])
        await guest.telegram.say(guest.chat, guest.ben, f"@{guest.telegram.username} third")
        await eventually(lambda: guest.shown() == ["Noted."] * 2)
        await guest.ask("fourth")
        await eventually(lambda: guest.shown() == ["Noted."] * 3)
        assert len(guest.telegram.visible(own)) == 1
    secret, first, second, third, fourth = guest.calls
    assert "xyzzy" in secret
    assert not any("xyzzy" in call for call in (first, second, third, fourth))
    assert "first" not in second
    assert "second" not in third
    assert "second" in fourth


async def test_a_reply_to_the_guest_is_heard_and_says_what_it_replies_to(guest: Guest) -> None:
    guest.model.reply_with("Paris.")
    async with guest.bot():
        await guest.ask("capital of France?")
        (answer,) = await eventually(lambda: [one for one in guest.chat.own if one.text == "Paris."])
        await guest.telegram.say(guest.chat, guest.ben, "are you sure?", reply_to=answer)
        await eventually(lambda: guest.shown() == ["Paris.", "Paris."])
    assert "Paris." in guest.calls[1]


async def test_a_message_that_nobody_can_read_is_answered_with_a_sentence(guest: Guest) -> None:
    async with guest.bot() as bot:
        question = await guest.ask("hello")
        update = guest.telegram.world.update_about(question)
        update.payload["guest_message"] |= {"date": "today"}
        await eventually(lambda: guest.shown() == [texts.UNREADABLE])
        assert await bot.terminate() == 0


async def test_bots_are_not_answered_there(guest: Guest) -> None:
    robo = guest.telegram.add_person("Robo", is_bot=True)
    guest.model.reply_with("Hi.")
    async with guest.bot():
        await guest.telegram.say(guest.chat, robo, f"@{guest.telegram.username} hello")
        await guest.ask("hello")
        await eventually(lambda: guest.shown() == ["Hi."])
        await asyncio.sleep(0.2)
        assert guest.shown() == ["Hi."]
    guest.telegram.world.queries.all.clear()
