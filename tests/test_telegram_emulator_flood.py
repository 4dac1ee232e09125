import pytest
import telegram
from telegram.error import RetryAfter

from tests.emulators.telegram import TelegramEmulator


async def test_flood_limits_count_messages_and_edits_of_a_chat(world: TelegramEmulator, bot: telegram.Bot) -> None:
    now = 0.0
    world.flood.enabled, world.flood.now, world.flood.burst = True, lambda: now, 2
    chat, other = (world.private(world.add_person(name)) for name in ("Ann", "Bob"))

    sent = await bot.send_message(chat.id, "one")
    await bot.edit_message_text("two", chat.id, sent.message_id)
    with pytest.raises(RetryAfter, match="0:00:01"):
        await bot.edit_message_text("three", chat.id, sent.message_id)
    await bot.send_message(other.id, "another chat")

    now = 0.5
    with pytest.raises(RetryAfter):
        await bot.send_message(chat.id, "too early")
    assert ["before retry_after was over" in violation for violation in world.violations] == [True]
    world.violations.clear()
    now = 1.0
    await bot.send_message(chat.id, "in time")


async def test_a_group_gets_20_messages_a_minute_and_all_chats_30_a_second(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    now = 0.0
    world.flood.enabled, world.flood.now = True, lambda: now
    group = world.add_group("Friends")
    for second in range(20):
        now = float(second)
        await bot.send_message(group.id, f"{second}")
    with pytest.raises(RetryAfter, match="0:00:41"):
        await bot.send_message(group.id, "too many")

    now = 100.0
    chats = [world.private(world.add_person(f"P{number}")) for number in range(31)]
    for chat in chats[:30]:
        await bot.send_message(chat.id, "hi")
    with pytest.raises(RetryAfter, match="0:00:01"):
        await bot.send_message(chats[30].id, "one too many")
