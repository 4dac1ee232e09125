"""A group that the bot is added to: it is told once what privacy mode hides from the bot."""

import pytest

from adapters.telegram.limits import TELEGRAM
from bot.events import ConversationKey
from bot.languages import LANGUAGES
from bot.ports.parts import Part
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat
from tests.telegram_bot import Bot, running


async def settled(telegram: TelegramEmulator, bot: Bot) -> None:
    """What was under way is done: something later was heard, and everything is confirmed."""
    ann = telegram.add_person("Ann")
    await telegram.say(telegram.private(ann), ann, "Hi")
    await bot.hears()
    await eventually(lambda: telegram.pending_updates == 0)
    await bot.chat.post(ConversationKey(platform=TELEGRAM, chat_id=str(ann.id)), Part("Hi"), reply_to=None, nonce="n")


def said(telegram: TelegramEmulator, group: Chat) -> list[str]:
    return [message.text for message in telegram.visible(group)]


@pytest.mark.parametrize("basic", [True, False])
async def test_whoever_adds_the_bot_learns_what_works_and_what_it_does_not_see(
    telegram_emulator: TelegramEmulator, basic: bool
) -> None:
    group = telegram_emulator.add_group("Group", basic=basic)
    async with running(telegram_emulator):
        telegram_emulator.join(group, telegram_emulator.add_person("Ann"))
        (message,) = await eventually(lambda: telegram_emulator.visible(group))

    for words in ("Mention me (@glimpse_bot)", "can't see anything else", "administrator", "@BotFather (/setprivacy)"):
        assert words in message.text
    assert telegram_emulator.pinged(message) == [telegram_emulator.bot]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_botfathers_command_is_copied_by_a_tap_and_not_sent_into_the_group(
    telegram_emulator: TelegramEmulator, language: str
) -> None:
    group = telegram_emulator.add_group("Group")
    async with running(telegram_emulator):
        telegram_emulator.join(group, telegram_emulator.add_person("Ann", language=language))
        (message,) = await eventually(lambda: telegram_emulator.visible(group))

    marked = [(entity["type"], message.marked(entity)) for entity in message.entities]
    assert ("code", "/setprivacy") in marked
    assert "bot_command" not in dict(marked)


async def test_it_is_said_once_in_a_group_also_after_a_restart(telegram_emulator: TelegramEmulator) -> None:
    group, cursors = telegram_emulator.add_group("Group"), dict[str, str]()
    for _ in range(2):
        async with running(telegram_emulator, cursors=cursors) as bot:
            telegram_emulator.join(group, group.owner)
            await settled(telegram_emulator, bot)
            await eventually(lambda: telegram_emulator.visible(group))

    assert len(said(telegram_emulator, group)) == 1


@pytest.mark.parametrize("why", ["administrator", "privacy mode off", "turned off meanwhile", "thrown out"])
async def test_nothing_is_said_where_nothing_is_hidden(telegram_emulator: TelegramEmulator, why: str) -> None:
    group = telegram_emulator.add_group("Group")
    telegram_emulator.world.privacy = why not in ("privacy mode off", "turned off meanwhile")
    if why == "turned off meanwhile":
        telegram_emulator.world.privacy = True
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        if why == "turned off meanwhile":
            telegram_emulator.world.privacy = False
        if why == "thrown out":
            telegram_emulator.kick(group)
        else:
            telegram_emulator.join(group, group.owner, admin=why == "administrator")
        await settled(telegram_emulator, bot)

    assert said(telegram_emulator, group) == []


async def test_who_blocks_and_unblocks_the_bot_is_told_nothing(telegram_emulator: TelegramEmulator) -> None:
    bob = telegram_emulator.add_person("Bob")
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        telegram_emulator.block(bob)
        telegram_emulator.unblock(bob)
        await settled(telegram_emulator, bot)

    assert said(telegram_emulator, telegram_emulator.private(bob)) == []
    assert bot.aside == []


async def test_where_the_bot_may_not_write_nothing_else_is_held_up(telegram_emulator: TelegramEmulator) -> None:
    group = telegram_emulator.add_group("Group")
    telegram_emulator.mute(group)
    async with running(telegram_emulator) as bot:
        telegram_emulator.join(group, group.owner)
        await settled(telegram_emulator, bot)

    assert said(telegram_emulator, group) == []
    assert bot.aside == []


async def test_a_full_disk_puts_it_off(telegram_emulator: TelegramEmulator) -> None:
    group = telegram_emulator.add_group("Group")
    fails = ["telegram privacy told"]
    async with running(
        telegram_emulator, storage_fails=lambda what: any(str(what).startswith(f) for f in fails)
    ) as bot:
        telegram_emulator.join(group, group.owner)
        await eventually(lambda: str(bot.storing).startswith("telegram privacy told"))
        fails.clear()
        await eventually(lambda: telegram_emulator.visible(group))

    assert len(said(telegram_emulator, group)) == 1


async def test_it_is_said_in_the_language_of_whoever_adds_the_bot(telegram_emulator: TelegramEmulator) -> None:
    group = telegram_emulator.add_group("Group")
    async with running(telegram_emulator):
        telegram_emulator.join(group, telegram_emulator.add_person("Ann", language="de"))
        (message,) = await eventually(lambda: telegram_emulator.visible(group))

    assert message.text.startswith("Hallo! Erwähne mich (@glimpse_bot)")
    assert "@BotFather" in message.text
