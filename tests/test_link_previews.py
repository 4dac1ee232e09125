"""Links of an answer unfold no previews: neither when it is sent nor after any update of it."""

from pathlib import Path

from tests.discord_markdown import read
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, TelegramPeople
from tests.process import BotProcess

PIECES = [
    *("See https://example.org/a_b", "/c.html and ", "[the docs](https://docs.example.org/x_(y))", " or "),
    *("<https://example.org>; ", "`https://in.code.example.org` ", "![pic](https://example.org/p.png)", " are fine."),
]


async def ask(people: People, model: ModelEmulator, folder: Path) -> list[str]:
    """Every text that the answer showed."""
    place = people.private()
    model.reply_with(Script(pieces=PIECES, per_token_s=0.5))
    async with BotProcess(folder, MODEL_API_URL=model.url, MODEL_API_KEY="model-key", **people.environment) as bot:
        await people.ready()
        await people.say(place, "where?")
        await eventually(lambda: "are fine." in "".join(people.shown(place)))
        shown = people.growth(place)
        assert await bot.terminate() == 0
    assert len(shown) > 2
    return shown


async def test_discord_finds_no_address_to_unfold(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    for text in await ask(DiscordPeople(discord_emulator), model_emulator, tmp_path):
        assert not any("preview" in styles for _, styles in read(text)), text


async def test_telegram_is_told_with_every_text(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    versions = await ask(TelegramPeople(telegram_emulator), model_emulator, tmp_path)

    sent = [one for one in telegram_emulator.requests if one.path in ("/sendMessage", "/editMessageText")]
    assert len(sent) >= len(versions)
    for request in sent:
        assert request.body["link_preview_options"] == {"is_disabled": True}
