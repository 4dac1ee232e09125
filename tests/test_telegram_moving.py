"""A group that becomes a supergroup, and so has another id: nothing said in it is lost."""

import pytest

from adapters.telegram.limits import TELEGRAM
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.events import ConversationKey, ConversationMoved, MessageReceived
from bot.ports.parts import Part
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat
from tests.telegram_bot import HastyClock, chat_on, running


def key_of(chat: Chat) -> ConversationKey:
    return ConversationKey(platform=TELEGRAM, chat_id=str(chat.id))


async def test_the_core_is_told_before_anything_is_said_in_the_new_group(telegram_emulator: TelegramEmulator) -> None:
    old = telegram_emulator.add_group("Group", basic=True)
    async with running(telegram_emulator) as bot:
        new = telegram_emulator.upgrade(old)
        await telegram_emulator.say(new, new.owner, "@glimpse_bot still there?")
        await eventually(lambda: len(bot.heard) == 3)

    move = ConversationMoved(old=key_of(old), new=key_of(new))
    assert bot.heard.count(move) == 2
    in_new = [event for event in bot.heard if event == move or isinstance(event, MessageReceived)]
    assert in_new[0] == move
    (said,) = [event for event in bot.heard if isinstance(event, MessageReceived)]
    assert said.key == key_of(new)


async def test_a_send_that_is_refused_for_it_tells_the_core_too(telegram_emulator: TelegramEmulator) -> None:
    old = telegram_emulator.add_group("Group", basic=True)
    new = telegram_emulator.upgrade(old)
    telegram_emulator.world.updates.clear()  # The bot was away for a day.
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        with pytest.raises(PlatformRefused, match="became a supergroup"):
            await bot.chat.post(key_of(old), Part("Hi"), reply_to=None, nonce="n")

        assert await bot.hears() == ConversationMoved(old=key_of(old), new=key_of(new))
    assert telegram_emulator.visible(new) == []


async def test_while_the_core_can_not_be_told_the_send_is_to_be_repeated(telegram_emulator: TelegramEmulator) -> None:
    old = telegram_emulator.add_group("Group", basic=True)
    telegram_emulator.upgrade(old)
    telegram_emulator.world.updates.clear()
    async with running(telegram_emulator, storage_fails=lambda what: isinstance(what, ConversationMoved)) as bot:
        await eventually(lambda: telegram_emulator.polling)
        with pytest.raises(PlatformUnavailable, match="disk full"):
            await bot.chat.post(key_of(old), Part("Hi"), reply_to=None, nonce="n")
        bot.storage_fails = lambda _: False
        with pytest.raises(PlatformRefused):
            await bot.chat.post(key_of(old), Part("Hi"), reply_to=None, nonce="n")

    assert isinstance(bot.heard[-1], ConversationMoved)


async def test_a_send_before_anything_is_received_is_to_be_repeated(telegram_emulator: TelegramEmulator) -> None:
    old = telegram_emulator.add_group("Group", basic=True)
    telegram_emulator.upgrade(old)
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        with pytest.raises(PlatformUnavailable):
            await chat.post(key_of(old), Part("Hi"), reply_to=None, nonce="n")


async def test_an_edit_of_what_stands_in_the_old_group_is_refused(telegram_emulator: TelegramEmulator) -> None:
    old = telegram_emulator.add_group("Group", basic=True)
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        sent = await chat.post(key_of(old), Part("It is"), reply_to=None, nonce="n")
        telegram_emulator.upgrade(old)

        with pytest.raises(PlatformRefused, match="became a supergroup"):
            await chat.edit(key_of(old), sent, Part("It is a cat."))
