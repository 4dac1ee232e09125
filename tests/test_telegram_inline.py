"""Inline mode: asked by typing the bot's name and a question in any chat, end to end."""

import asyncio
from pathlib import Path

from adapters.telegram.receiving.inline import HINT, TITLE
from bot import texts
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_queries import Query
from tests.process import BotProcess
from tests.seeing import prompt_of


def bot_on(telegram: TelegramEmulator, model: ModelEmulator, folder: Path, *, inline: str = "on") -> BotProcess:
    return BotProcess(
        folder,
        TELEGRAM_TOKEN=telegram.token,
        TELEGRAM_API_URL=telegram.api_url,
        TELEGRAM_INLINE=inline,
        MODEL_API_URL=model.url,
        MODEL_API_KEY="model-key",
        MODEL_ATTEMPTS="1",
    )


def below(question: str, answer: str) -> str:
    """An answer takes the place of its question, so that stands above it, as a quote."""
    return f"{question}\n\n{answer}"


async def offered(query: Query) -> Query:
    await eventually(lambda: query.is_answered, what="an answer to what was typed")
    return query


async def test_a_question_typed_in_any_chat_is_offered_and_answered_in_place_once_it_is_chosen(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, chat = telegram_emulator.add_person("Ann"), telegram_emulator.add_elsewhere()
    model_emulator.reply_with(Script(pieces=["Paris is the capital. "] * 8, first_token_s=0.5, per_token_s=0.5))
    async with bot_on(telegram_emulator, model_emulator, tmp_path) as bot:
        for text in ("capital", "capital of"):
            await offered(await telegram_emulator.type_inline(chat, ann, text))
        query = await offered(await telegram_emulator.type_inline(chat, ann, "capital of France?"))
        (result,) = query.results
        assert (result["title"], result["description"]) == (TITLE, "capital of France?")
        assert model_emulator.calls == []

        message = await telegram_emulator.choose(query)
        assert (message.sender, message.text, message.buttons) == (ann, "capital of France?", ["Stop"])
        await eventually(lambda: message.text == below("capital of France?", "Paris is the capital. " * 8).strip())
        assert message.versions[-1].entities[0]["type"] == "blockquote"
        assert message.versions[1].text == "One moment… (If this stays, please ask me again.)"
        assert len(message.versions) > 3
        assert message.buttons == []
        assert await bot.terminate() == 0
    (call,) = model_emulator.calls
    assert "capital of France?" in call.text


async def test_without_a_question_or_with_a_command_one_is_told_what_to_type(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, chat = telegram_emulator.add_person("Ann"), telegram_emulator.add_elsewhere()
    async with bot_on(telegram_emulator, model_emulator, tmp_path):
        for nothing in ("  ", "/forget everything"):
            query = await offered(await telegram_emulator.type_inline(chat, ann, nothing))
            assert (query.results, query.hint) == ([], HINT)


async def test_it_is_answered_in_the_same_message_after_kill_9(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, chat = telegram_emulator.add_person("Ann"), telegram_emulator.add_elsewhere()
    model_emulator.reply_with(Script(first_token_s=60))
    async with bot_on(telegram_emulator, model_emulator, tmp_path) as bot:
        message = await telegram_emulator.choose(await offered(await telegram_emulator.type_inline(chat, ann, "why?")))
        await eventually(lambda: model_emulator.calls)
        await bot.kill()
        telegram_emulator.bot_forgot()
        model_emulator.reply_with("Because.")
        await bot.start()
        await eventually(lambda: message.text == below("why?", "Because."))


async def test_a_question_asked_inline_knows_nothing_of_others(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    """Telegram does not say in which chat it was asked."""
    ann, chat, other = telegram_emulator.add_person("Ann"), *(telegram_emulator.add_elsewhere() for _ in range(2))
    model_emulator.reply_with("Noted.")
    async with bot_on(telegram_emulator, model_emulator, tmp_path):
        for place, text in ((chat, "my secret is xyzzy"), (other, "my secret?")):
            query = await offered(await telegram_emulator.type_inline(place, ann, text))
            message = await telegram_emulator.choose(query)
            await eventually(lambda message=message: "Noted." in message.text)  # type: ignore[misc]  # default argument
    assert "xyzzy" not in prompt_of(model_emulator.calls[1])


async def test_stop_and_try_again_work_there(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, chat = telegram_emulator.add_person("Ann"), telegram_emulator.add_elsewhere()
    model_emulator.reply_with(Script(pieces=["word "] * 400, per_token_s=0.1))
    async with bot_on(telegram_emulator, model_emulator, tmp_path):
        message = await telegram_emulator.choose(await offered(await telegram_emulator.type_inline(chat, ann, "talk")))
        await eventually(lambda: "word" in message.text)
        await telegram_emulator.press(message, ann)
        await eventually(lambda: "(Stopped.)" in message.text and texts.RETRY_LABEL in message.buttons)
        model_emulator.reply_with("Done.")
        data = dict(zip(message.buttons, message.presses, strict=True))[texts.RETRY_LABEL]
        await telegram_emulator.press(message, ann, data)
        await eventually(lambda: message.text == below("talk", "Done."))


async def test_unless_it_is_switched_on_nothing_is_offered(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, chat = telegram_emulator.add_person("Ann"), telegram_emulator.add_elsewhere()
    model_emulator.reply_with("Hi.")
    async with bot_on(telegram_emulator, model_emulator, tmp_path, inline="off"):
        query = await telegram_emulator.type_inline(chat, ann, "why?")
        private = telegram_emulator.private(ann)
        await telegram_emulator.say(private, ann, "hello")
        await eventually(lambda: [one.text for one in telegram_emulator.visible(private)] == ["Hi."])
    assert not query.is_answered


async def test_the_operator_learns_of_the_switch_at_telegram(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    telegram_emulator.world.elsewhere.is_inline = False
    async with bot_on(telegram_emulator, model_emulator, tmp_path) as bot:
        assert "/setinlinefeedback" in bot.output


async def test_somebody_who_types_fast_holds_nobody_up(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    ann, chat = telegram_emulator.add_person("Ann"), telegram_emulator.add_elsewhere()
    model_emulator.reply_with("Hi.")
    telegram_emulator.fail("POST /answerInlineQuery", status=200, hold=asyncio.Event(), times=60)
    async with bot_on(telegram_emulator, model_emulator, tmp_path):
        for number in range(60):
            await telegram_emulator.type_inline(chat, ann, "x" * number)
        private = telegram_emulator.private(ann)
        await telegram_emulator.say(private, ann, "hello")
        await eventually(lambda: telegram_emulator.visible(private))
        await asyncio.sleep(0)
