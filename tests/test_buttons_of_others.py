"""Somebody presses a button that is not theirs: nothing happens, and they alone are told why."""

from pathlib import Path

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.process import BotProcess

FAILS = Script(status=500, message="down for now")


def started(folder: Path, model: ModelEmulator, **environment: str) -> BotProcess:
    server = {"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", "MODEL_ATTEMPTS": "1", "MODEL_PAUSE_AFTER": "0"}
    return BotProcess(folder, **server, **environment)


async def test_on_discord_a_message_says_so_that_nobody_else_sees(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord = discord_emulator
    ann, ben, channel = discord.add_person("Ann"), discord.add_person("Ben", locale="de"), discord.add_channel()
    reached = {"DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url}
    model_emulator.reply(FAILS)
    async with started(tmp_path, model_emulator, DISCORD_TOKEN=discord.token, **reached):
        await discord.until_connected()
        await discord.say(channel, ann, f"{discord.bot.mention} why?")
        [failed] = await eventually(lambda: discord.visible(channel))
        await eventually(lambda: failed.versions[-1].components)
        await discord.press(failed, ben, texts.FORGET_LABEL)
        _, told = await eventually(lambda: discord.visible(channel)[1:] and discord.visible(channel))

    assert told.text == texts.BUTTON_OF_ANOTHER.in_language("de")
    assert MessageFlag.EPHEMERAL in told.flags
    assert not failed.deleted


async def test_on_telegram_the_pressed_button_says_so(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    telegram = telegram_emulator
    ann, ben = telegram.add_person("Ann"), telegram.add_person("Ben", language="de")
    group = telegram.add_group("Group")
    model_emulator.reply(FAILS)
    reached = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.api_url}
    async with started(tmp_path, model_emulator, **reached):
        await telegram.say(group, ann, f"@{telegram.username} why?")
        [failed] = await eventually(lambda: [one for one in group.own if texts.FORGET_LABEL in one.buttons])
        data = dict(zip(failed.buttons, failed.presses, strict=True))[texts.FORGET_LABEL]
        await telegram.press(failed, ben, data)
        answers = await eventually(
            lambda: [one.body for one in telegram.requests if one.path == "/answerCallbackQuery"], what="an answer"
        )

    assert [answer.get("text") for answer in answers] == [texts.BUTTON_OF_ANOTHER.in_language("de")]
    assert [one.text for one in group.own] == [failed.text]
