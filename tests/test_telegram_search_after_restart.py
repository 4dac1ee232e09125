"""After a crash an answer is looked for that may have been sent; what the bot said meanwhile stays as it is."""

from pathlib import Path

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.process import BotProcess
from tests.stored import sent_in


async def test_buttons_of_other_answers_stay_when_one_is_looked_for_after_a_crash(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    telegram, ann = telegram_emulator, telegram_emulator.add_person("Ann")
    forum = telegram.add_group("Group", forum=True, admin=True)
    here, there = (telegram.add_topic(forum, name) for name in ("Here", "There"))
    model_emulator.reply_with("Paris.", when=lambda call: "France" in call.text)
    model_emulator.reply_with(Script(status=500), when=lambda call: "Spain" in call.text)
    bot = BotProcess(
        tmp_path,
        TELEGRAM_TOKEN=telegram.token,
        TELEGRAM_API_URL=telegram.api_url,
        MODEL_API_URL=model_emulator.url,
        MODEL_API_KEY="model-key",
        MODEL_ATTEMPTS="1",
    )
    async with bot:
        lost = telegram.fail("POST /sendMessage", drop=True)
        await telegram.say(forum, ann, f"@{telegram.username} capital of France?", topic=here)
        await eventually(lambda: lost.times == 0)
        await telegram.say(forum, ann, f"@{telegram.username} capital of Spain?", topic=there)
        (failed,) = await eventually(lambda: [m for m in telegram.visible(forum, there) if m.buttons])
        assert texts.RETRY_LABEL in failed.buttons
        buttons = list(failed.presses)
        await eventually(lambda: sent_in(tmp_path), what="its receipt")
        await bot.kill()
        telegram.bot_forgot()
        await bot.start()
        await eventually(lambda: [message.text for message in telegram.visible(forum, here)] == ["Paris."])
        assert failed.presses == buttons
        assert await bot.terminate() == 0
    looked_at = [r.body["message_id"] for r in telegram.requests if r.path == "/editMessageReplyMarkup"]
    assert failed.id not in looked_at
    assert looked_at != []
