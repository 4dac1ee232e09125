"""The rules of drafts (Bot API, sendMessageDraft), as the emulator enforces them."""

import pytest
import telegram
from telegram.error import BadRequest, RetryAfter

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat


@pytest.fixture
def chat(world: TelegramEmulator) -> Chat:
    return world.private(world.add_person("Ann"))


async def test_a_draft_grows_under_its_id_and_a_message_takes_its_place(
    world: TelegramEmulator, bot: telegram.Bot, chat: Chat
) -> None:
    await bot.send_message_draft(chat.id, 7, "one")
    await bot.send_message_draft(chat.id, 7, "one two")
    shown = world.drafts.shown(chat)
    assert shown is not None
    assert shown.texts == ["one", "one two"]
    await bot.send_message(chat.id, "one two three")
    assert world.drafts.shown(chat) is None


async def test_a_draft_fades_after_30_s(world: TelegramEmulator, bot: telegram.Bot, chat: Chat) -> None:
    now = 0.0
    world.drafts.now = lambda: now
    await bot.send_message_draft(chat.id, 7, "one")
    now = 29.9
    assert world.drafts.shown(chat) is not None
    now = 30.0
    assert world.drafts.shown(chat) is None


async def test_drafts_are_for_private_chats_and_have_an_id(
    world: TelegramEmulator, bot: telegram.Bot, chat: Chat
) -> None:
    group = world.add_group("Friends")
    only_private = "essage drafts can be sent only to private chats"
    with pytest.raises(BadRequest, match=only_private):
        await bot.send_message_draft(group.id, 7, "one")
    with pytest.raises(BadRequest, match="raft_id must be non-zero"):
        await bot.send_message_draft(chat.id, 0, "one")
    assert len(world.violations) == 2
    world.violations.clear()


async def test_drafts_count_as_messages(world: TelegramEmulator, bot: telegram.Bot, chat: Chat) -> None:
    world.flood.enabled, world.flood.burst = True, 1
    await bot.send_message_draft(chat.id, 7, "one")
    with pytest.raises(RetryAfter):
        await bot.send_message_draft(chat.id, 7, "two")
    assert world.refused == 1
