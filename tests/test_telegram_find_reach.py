"""How far and how fast the bot looks for its own message on Telegram, and what cuts the look off."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram.error import BadRequest

from adapters.telegram.limits import TELEGRAM
from adapters.telegram.writing.search import MOST, REACH, Search
from bot.errors import PlatformCantTell, PlatformRefused, PlatformThrottled, PlatformUncertain
from bot.events import ConversationKey, MessageId
from bot.ports.intake import KnownPlace
from bot.ports.parts import Part
from tests.emulators.telegram import TelegramEmulator
from tests.fake_chat import STOP_ROW
from tests.manual_clock import ManualClock
from tests.telegram_bot import HastyClock, chat_on, running
from tests.telegram_search import Scene, id_of


@pytest.fixture
async def group(telegram_emulator: TelegramEmulator) -> AsyncIterator[Scene]:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        yield Scene(telegram_emulator, chat, telegram_emulator.add_group("Group"))


async def test_a_message_that_is_known_is_not_even_looked_at(group: Scene) -> None:
    question = await group.ask()
    known = await group.answer(question)
    await group.answer(question, part=Part("again"), lost=True)

    await group.find(after=question, reply_to=question, known=[known])

    assert known.id not in group.probes()


async def test_a_deleted_message_is_not_found(group: Scene) -> None:
    question = await group.ask()
    answer = await group.answer(question, lost=True)
    await group.telegram.erase(answer)

    assert await group.find(after=question, reply_to=question) is None


async def test_further_away_than_it_looks_it_finds_nothing(group: Scene) -> None:
    question = await group.ask()
    for number in range(REACH):
        await group.ask(str(number))
    await group.answer(question, lost=True)

    assert await group.find(after=question, reply_to=question) is None


async def test_after_a_restart_it_looks_as_far_as_messages_are_known(telegram_emulator: TelegramEmulator) -> None:
    async with chat_on(telegram_emulator, HastyClock()) as earlier:
        before = Scene(telegram_emulator, earlier, telegram_emulator.private(telegram_emulator.add_person("Ann")))
        hers = Scene(telegram_emulator, earlier, telegram_emulator.private(telegram_emulator.add_person("Eve")))
        question = await before.ask()
        for _ in range(REACH - 1):
            await hers.ask()
        newest = await hers.ask()
        answer = await before.answer(question, lost=True)
    known = KnownPlace(key=hers.key, is_private=True, newest=id_of(newest))
    async with running(telegram_emulator, known=[known]) as bot:
        await bot.hears()
        after = Scene(telegram_emulator, bot.chat, before.place)

        assert await after.find(after=question, reply_to=question) == id_of(answer)


async def test_what_could_be_too_far_away_nobody_can_tell(telegram_emulator: TelegramEmulator) -> None:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        scene = Scene(telegram_emulator, chat, telegram_emulator.add_group("Group"))
        question = await scene.ask()
        for _ in range(MOST):
            await scene.ask()
        await scene.answer(None)

        with pytest.raises(PlatformCantTell):
            await scene.find(after=question, reply_to=question)


async def test_a_flood_wait_is_passed_on_and_the_search_goes_on_behind_it(group: Scene) -> None:
    question = await group.ask()
    await group.ask()
    answer = await group.answer(question, lost=True)
    group.telegram.fail("POST /editMessageReplyMarkup", status=429, headers={"Retry-After": "7"}, skip=1)

    with pytest.raises(PlatformThrottled) as throttled:
        await group.find(after=question, reply_to=question)

    assert throttled.value.retry_after_s == 7
    assert await group.find(after=question, reply_to=question) == id_of(answer)
    # The one between was looked at once; the own one twice, and bared.
    assert [number - question.id for number in group.probes()] == [1, 2, 2, 2]


async def test_a_search_that_was_throttled_hides_nothing_from_that_for_another_answer(group: Scene) -> None:
    first, second = await group.ask(), await group.ask()
    of_second = await group.answer(second, lost=True)
    of_first = await group.answer(first, lost=True)
    group.telegram.fail("POST /editMessageReplyMarkup", status=429, headers={"Retry-After": "7"}, skip=2)
    with pytest.raises(PlatformThrottled):
        await group.find(after=second, reply_to=first)
    assert await group.find(after=second, reply_to=second) == id_of(of_second)
    assert await group.find(after=second, reply_to=first) == id_of(of_first)


async def test_a_search_that_is_throttled_again_and_again_comes_to_an_end(group: Scene) -> None:
    question = await group.ask()
    for _ in range(4):
        group.telegram.fail("POST /editMessageReplyMarkup", status=429, headers={"Retry-After": "7"}, skip=9)
    found, throttled = None, 0
    for _ in range(10):
        try:
            found = await group.find(after=question, reply_to=question)
            break
        except PlatformThrottled:
            throttled += 1

    assert (found, throttled) == (None, 4)
    assert len(group.probes()) == REACH + 4


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_look_that_was_cut_off_is_repeated(group: Scene, lost: int) -> None:
    question = await group.ask()
    answer = await group.answer(question, part=Part("It is", buttons=STOP_ROW), lost=True)
    group.telegram.fail("POST /editMessageReplyMarkup", drop=True, after_effect=True, skip=lost)

    with pytest.raises(PlatformUncertain):
        await group.find(after=question, reply_to=question)

    assert await group.find(after=question, reply_to=question) == id_of(answer)
    assert answer.buttons == []


async def test_a_chat_that_threw_the_bot_out_is_a_refusal(group: Scene) -> None:
    question = await group.ask()
    group.telegram.kick(group.place)

    with pytest.raises(PlatformRefused, match="add it again"):
        await group.find(after=question, reply_to=question)


async def test_in_a_channel_nothing_is_touched(group: Scene) -> None:
    question = await group.ask()
    await group.answer(question, lost=True)
    channel = {"id": group.place.id, "type": "channel", "title": "News"}
    group.telegram.fail("POST /getChat", status=200, body={"ok": True, "result": channel})

    with pytest.raises(PlatformCantTell):
        await group.find(after=question, reply_to=question)
    assert group.probes() == []


async def test_many_searches_at_once_stay_together_below_what_telegram_allows() -> None:
    clock, looks = ManualClock(), list[float]()

    async def edit_markup(*_: object) -> dict[str, Any]:
        looks.append(clock.monotonic_s())
        raise PlatformRefused("not found") from BadRequest("message to edit not found")

    async def chat_type(_: ConversationKey) -> str:
        return "supergroup"

    search = Search(edit_markup=edit_markup, chat_type=chat_type, clock=clock)
    keys = [ConversationKey(platform=TELEGRAM, chat_id=f"-100{number}") for number in range(4)]
    searches = [asyncio.create_task(search.find(key, after=MessageId("1"), reply_to=None, known=[])) for key in keys]
    await clock.advance(60)

    assert [task.result() for task in searches] == [None] * 4
    assert len(looks) == 4 * REACH
    assert max(sum(moment <= other < moment + 1 for other in looks) for moment in looks) < 30
