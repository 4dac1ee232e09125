"""How the bot keeps asking Telegram for news: the offset that survives, the watchdog, the second poller."""

import logging
from datetime import timedelta

import pytest

from bot.events import MessageReceived
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import Bot, HastyClock, running
from tests.telegram_client import client

DAY_S = timedelta(days=1).total_seconds()


def lines(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if words in record.getMessage()]


def offsets(telegram: TelegramEmulator) -> list[int | None]:
    return [request.body.get("offset") for request in telegram.requests if request.path == "/getUpdates"]


async def say(telegram: TelegramEmulator, text: str = "Hi") -> None:
    ann = next((p for p in telegram.world.people.values() if p.name == "Ann"), None) or telegram.add_person("Ann")
    await telegram.say(telegram.private(ann), ann, text)


async def settled(telegram: TelegramEmulator, bot: Bot, waits: int) -> None:
    await eventually(lambda: len(bot.clock.waits) >= waits and telegram.polling)


# --- the offset ---------------------------------------------------------------------------------


async def test_the_offset_is_kept_per_bot_and_used_by_the_next_run(telegram_emulator: TelegramEmulator) -> None:
    cursors: dict[str, str] = {}
    async with running(telegram_emulator, cursors=cursors) as bot:
        await say(telegram_emulator)
        await bot.hears()
        await eventually(lambda: cursors)

    assert cursors == {f"telegram offset of bot {telegram_emulator.bot_id}": "500000002 1790000000"}
    telegram_emulator.requests.clear()
    async with running(telegram_emulator, cursors=cursors) as bot:
        await say(telegram_emulator, "again")
        assert (await bot.hears()).text == "again"
        await eventually(lambda: "500000003" in str(cursors))
        await eventually(lambda: len(offsets(telegram_emulator)) >= 1)

    assert offsets(telegram_emulator)[0] == 500000002


async def test_the_offset_is_stored_once_for_a_whole_batch(telegram_emulator: TelegramEmulator) -> None:
    stored: list[object] = []

    def note(what: object) -> bool:
        stored.append(what if isinstance(what, str) else type(what))
        return False

    for number in range(5):
        await say(telegram_emulator, str(number))
    async with running(telegram_emulator, storage_fails=note) as bot:
        await eventually(lambda: len(bot.cursors) == 1)

    name = f"telegram offset of bot {telegram_emulator.bot_id}"
    assert stored == [name, *[MessageReceived] * 5, name]


async def test_a_batch_is_not_confirmed_when_its_middle_can_not_be_stored(telegram_emulator: TelegramEmulator) -> None:
    for number in range(3):
        await say(telegram_emulator, str(number))

    def at_the_second(what: object) -> bool:
        return isinstance(what, MessageReceived) and what.text == "1"

    async with running(telegram_emulator, storage_fails=at_the_second) as bot:
        await eventually(lambda: len(bot.clock.waits) >= 3)
        assert telegram_emulator.pending_updates == 2
        assert bot.cursors == {}

    async with running(telegram_emulator, cursors=bot.cursors) as bot:
        assert [(await bot.hears()).text for _ in range(2)] == ["1", "2"]


async def test_a_chat_whose_message_can_not_be_stored_holds_up_the_offset_and_no_other_chat(
    telegram_emulator: TelegramEmulator,
) -> None:
    for name in ("Ann", "Ben"):
        person = telegram_emulator.add_person(name)
        for number in (1, 2):
            await telegram_emulator.say(telegram_emulator.private(person), person, f"{name} {number}")

    def anns_first(what: object) -> bool:
        return isinstance(what, MessageReceived) and what.text == "Ann 1"

    async with running(telegram_emulator, storage_fails=anns_first) as bot:
        assert [(await bot.hears()).text for _ in range(2)] == ["Ben 1", "Ben 2"]
        await eventually(lambda: bot.clock.waits)
        assert telegram_emulator.pending_updates == 4
        assert bot.cursors == {}

    async with running(telegram_emulator) as bot:
        heard = [(await bot.hears()).text for _ in range(4)]
        assert [text for text in heard if text.startswith("Ann")] == ["Ann 1", "Ann 2"]


async def test_an_offset_that_can_not_be_stored_stops_nothing(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    failures = iter([True, True, False, True])

    def fails(what: object) -> bool:
        return isinstance(what, str) and next(failures, False)

    async with running(telegram_emulator, storage_fails=fails) as bot:
        for number in range(2):
            await say(telegram_emulator, str(number))
            assert (await bot.hears()).text == str(number)
        await eventually(lambda: "500000003" in str(bot.cursors))

    assert bot.clock.waits == [1, 2, 1]
    assert len(lines(caplog, "Storing what Telegram sent fails")) == 2
    assert len(lines(caplog, "Storing what Telegram sent works again")) == 2


@pytest.mark.parametrize("ahead", [5, 1000, 400_000_000])
async def test_update_ids_that_begin_anew_do_not_make_the_bot_deaf(
    telegram_emulator: TelegramEmulator, ahead: int
) -> None:
    clock = HastyClock()
    async with running(telegram_emulator, clock=clock) as bot:
        await say(telegram_emulator)
        await bot.hears()
        await eventually(lambda: telegram_emulator.pending_updates == 0)
    clock.idle_s += 8 * DAY_S
    telegram_emulator.renumber_updates(500_000_002 - ahead)

    async with running(telegram_emulator, clock=clock, cursors=bot.cursors) as bot:
        for number in range(3):
            await say(telegram_emulator, str(number))
            assert (await bot.hears()).text == str(number)
        await eventually(lambda: str(500_000_002 - ahead + 3) in str(bot.cursors))


async def test_a_running_bot_forgets_its_offset_in_a_week_of_silence(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        await say(telegram_emulator)
        await bot.hears()
        await eventually(lambda: telegram_emulator.pending_updates == 0 and telegram_emulator.polling)
        bot.clock.idle_s += 6 * DAY_S
        telegram_emulator.drop()
        await eventually(lambda: bot.clock.waits and telegram_emulator.polling)
        telegram_emulator.renumber_updates(499_999_999)
        await say(telegram_emulator, "after the holidays")
        assert (await bot.hears()).text == "after the holidays"


async def test_a_clock_that_jumps_back_costs_a_repeat_at_most(telegram_emulator: TelegramEmulator) -> None:
    cursors = {f"telegram offset of bot {telegram_emulator.bot_id}": "500000009 1990000000"}
    async with running(telegram_emulator, cursors=cursors) as bot:
        await say(telegram_emulator)
        assert (await bot.hears()).text == "Hi"


# --- the watchdog -------------------------------------------------------------------------------


async def test_a_poll_that_never_ends_is_given_up_and_its_connection_built_anew(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(telegram_emulator) as bot:
        telegram_emulator.hang_polls = True
        await say(telegram_emulator)
        await eventually(lambda: telegram_emulator.polling)
        session = bot.chat._polls.session
        sending = bot.chat._calls.session
        assert bot.heard == []

        bot.clock.silence.set()
        await eventually(lambda: session.closed)
        assert not sending.closed
        telegram_emulator.hang_polls = False
        assert (await bot.hears()).text == "Hi"
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert len(lines(caplog, "no answer for 120 s; the connection is built anew")) == 1
    assert len(lines(caplog, "Receiving from Telegram works again, after 1 s")) == 1


async def test_a_poll_that_hangs_again_and_again_is_one_line(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(telegram_emulator) as bot:
        telegram_emulator.hang_polls = True
        for hung in range(4):
            await settled(telegram_emulator, bot, hung)
            bot.clock.silence.set()
        await settled(telegram_emulator, bot, 4)
        telegram_emulator.hang_polls = False
        await say(telegram_emulator)
        await bot.hears()

    assert bot.clock.waits == [1, 2, 4, 8]
    assert len(lines(caplog, "Receiving from Telegram")) == 2


async def test_polls_that_fail_for_two_minutes_get_fresh_connections(telegram_emulator: TelegramEmulator) -> None:
    failing = telegram_emulator.fail("POST /getUpdates", status=502, times=1000)
    async with running(telegram_emulator) as bot:
        first = bot.chat._polls.session
        await eventually(lambda: bot.clock.monotonic_s() > 100)
        await eventually(lambda: first.closed)
        assert bot.clock.monotonic_s() >= 120
        failing.times = 0
        await say(telegram_emulator)
        assert (await bot.hears()).text == "Hi"


async def test_what_takes_long_in_the_store_is_no_silence_of_telegram(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.polling)
        session = bot.chat._polls.session
        bot.storage_works.clear()
        await say(telegram_emulator)
        await eventually(lambda: bot.storing is not None)
        bot.clock.idle_s += 600
        bot.storage_works.set()
        await eventually(lambda: telegram_emulator.pending_updates == 0 and telegram_emulator.polling)
        telegram_emulator.drop()
        await eventually(lambda: len(bot.clock.waits) == 1)
        await eventually(lambda: telegram_emulator.polling)

    assert bot.chat._polls._session is session


# --- a second poller ----------------------------------------------------------------------------


async def test_another_instance_is_explained_once_however_long_they_take_turns(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    telegram_emulator.world.updates.conflict_pause_s = 0.0
    async with client(telegram_emulator) as other, running(telegram_emulator) as bot:
        await settled(telegram_emulator, bot, 0)
        for turn in range(1, 4):
            await other.get_updates(timeout=0)
            await settled(telegram_emulator, bot, turn)
            await say(telegram_emulator, str(turn))
            assert (await bot.hears()).text == str(turn)
        assert len(lines(caplog, "Receiving from Telegram")) == 1
        await eventually(lambda: telegram_emulator.pending_updates == 0 and telegram_emulator.polling)

        bot.clock.idle_s += 100
        await say(telegram_emulator, "alone again")
        await bot.hears()
        await eventually(lambda: len(lines(caplog, "Receiving from Telegram works again")) == 1)

    assert bot.clock.waits == [1, 2, 4]
    (line,) = lines(caplog, "Receiving from Telegram fails")
    assert "with the same token: stop it" in line
    assert "a webhook" in line


async def test_a_webhook_set_while_the_bot_runs_is_explained_in_the_same_line(
    telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    async with client(telegram_emulator) as other, running(telegram_emulator) as bot:
        await settled(telegram_emulator, bot, 0)
        await other.set_webhook("https://bot.example.org/hook")
        telegram_emulator.drop()
        await eventually(lambda: len(bot.clock.waits) >= 5)
        await other.delete_webhook()
        await say(telegram_emulator)
        assert (await bot.hears()).text == "Hi"

    assert len(lines(caplog, "start Glimpse again, which removes it")) == 1


# --- a storm ------------------------------------------------------------------------------------


async def test_a_thousand_updates_come_in_order_and_each_batch_moves_the_offset(
    telegram_emulator: TelegramEmulator,
) -> None:
    for number in range(1000):
        await say(telegram_emulator, str(number))
    async with running(telegram_emulator) as bot:
        await eventually(lambda: telegram_emulator.pending_updates == 0)

    assert [event.text for event in bot.heard] == [str(number) for number in range(1000)]
    assert len(offsets(telegram_emulator)) <= 12
