"""Updates that nobody can read: kept aside, never in the way, and who waits for an answer is told."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.telegram.content.entities import Identity
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.receiving.unreadable import unreadable
from bot.errors import StorageError
from bot.events import ConversationKey, MessageReceived
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import running

ME = Identity(id=7, username="Glimpse_bot")
SECRET = "my diary"
PRIVATE = {"id": 11, "type": "private"}
GROUP = {"id": -1001, "type": "supergroup"}
ANN = {"id": 11, "is_bot": False, "first_name": "Ann"}


def strange(update_id: int = 499_999_000, **message: Any) -> dict[str, Any]:
    """An update whose date is none."""
    fields = {"message_id": 5, "date": SECRET, "chat": PRIVATE, "from": ANN, "text": SECRET}
    return {"update_id": update_id, "message": {**fields, **message}}


def give(telegram: TelegramEmulator, *updates: dict[str, Any]) -> None:
    """Let Telegram hand these out at the next poll, and never again."""
    telegram.fail("POST /getUpdates", status=200, body={"ok": True, "result": list(updates)})


async def test_a_strange_update_is_kept_aside_and_the_next_is_read(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    ann = telegram_emulator.add_person("Ann")
    give(telegram_emulator, strange())
    async with running(telegram_emulator) as bot:
        await telegram_emulator.say(telegram_emulator.private(ann), ann, "Hi")
        assert (await bot.hears()).text == "Hi"

    (aside,) = bot.aside
    assert (aside.platform, aside.id, json.loads(aside.raw)) == (TELEGRAM, "499999000", strange())
    assert (aside.apologise_to, aside.reply_to) == (ConversationKey(platform=TELEGRAM, chat_id="11"), "5")
    assert aside.error.startswith("TypeError in telegram.")
    polls = [request for request in telegram_emulator.requests if request.path == "/getUpdates"]
    assert polls[1].body["offset"] == 499999001
    assert SECRET not in caplog.text


async def test_it_comes_again_until_it_could_be_kept_aside(telegram_emulator: TelegramEmulator) -> None:
    failures = iter([True, True])
    for _ in range(3):
        give(telegram_emulator, strange())
    async with running(telegram_emulator) as bot:
        bot.storage_fails = lambda what: not isinstance(what, str) and next(failures, False)
        await eventually(lambda: bot.aside)

    assert bot.clock.waits == [1, 2]
    assert [aside.id for aside in bot.aside] == ["499999000"]


async def test_a_message_that_the_core_stumbles_over_blocks_nobody(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")

    def stumbles(what: object) -> bool:
        if isinstance(what, MessageReceived) and what.text == "one":
            raise LookupError(SECRET)
        return False

    async with running(telegram_emulator, storage_fails=stumbles) as bot:
        for text in ("one", "two"):
            await telegram_emulator.say(telegram_emulator.private(ann), ann, text)
        assert (await bot.hears()).text == "two"

    (aside,) = bot.aside
    assert aside.error.startswith("LookupError in tests.")
    assert aside.reply_to is not None


@pytest.mark.parametrize(
    ("message", "thread_id"),
    [
        ({"chat": PRIVATE}, None),
        ({"chat": PRIVATE, "message_thread_id": 3, "is_topic_message": True}, "3"),
        ({"chat": GROUP, "text": "what is this @glimpse_BOT?"}, None),
        ({"chat": GROUP, "caption": "@glimpse_bot", "text": None}, None),
        ({"chat": GROUP, "message_thread_id": 3, "reply_to_message": {"from": {"id": 7}}}, None),
        ({"chat": GROUP, "message_thread_id": 3, "is_topic_message": True, "text": "@Glimpse_bot"}, "3"),
    ],
)
def test_somebody_waits_where_the_bot_was_addressed(message: dict[str, Any], thread_id: str | None) -> None:
    aside = unreadable(strange(**message), ValueError(SECRET), ME)

    chat: Mapping[str, Any] = message["chat"]
    assert aside.apologise_to == ConversationKey(platform=TELEGRAM, chat_id=str(chat["id"]), thread_id=thread_id)
    assert aside.reply_to == "5"
    assert SECRET not in aside.error


def test_who_asks_a_guest_waits_for_an_answer_too() -> None:
    update = {"update_id": 1, "guest_message": {**strange(chat=GROUP)["message"], "guest_query_id": "77"}}
    aside = unreadable(update, ValueError(SECRET), ME)

    assert aside.apologise_to == ConversationKey(platform=TELEGRAM, chat_id="-1001", thread_id="u11")
    assert (aside.reply_to, aside.is_private) == ("q77", False)


@pytest.mark.parametrize(
    "update",
    [
        strange(chat=GROUP),
        strange(chat=GROUP, text="@glimpse_bot2 and me@glimpse_bots"),
        strange(chat=GROUP, reply_to_message={"from": {"id": 8}}),
        {"update_id": 1, "message": strange()["message"] | {"from": {"id": 8, "is_bot": True}}},
        strange(message_id="?"),
        strange(chat=5),
        {"update_id": 1, "edited_message": strange()["message"]},
        {"update_id": 1, "callback_query": {"message": strange()["message"]}},
        {"update_id": 1, "message": ["what?"]},
        {"update_id": 1},
    ],
)
def test_nobody_is_told_of_what_was_not_for_the_bot(update: dict[str, Any]) -> None:
    aside = unreadable(update, StorageError(SECRET), ME)

    assert (aside.apologise_to, aside.reply_to) == (None, None)
    assert json.loads(aside.raw) == update
    assert aside.error == "StorageError"
