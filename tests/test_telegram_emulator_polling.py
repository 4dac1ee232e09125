import asyncio
import time

import pytest
import telegram
from telegram.error import Conflict, NetworkError, TimedOut

from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import client


async def waiting(world: TelegramEmulator) -> None:
    await eventually(lambda: world.polling)


async def test_updates_stay_until_a_later_offset_confirms_them(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    for text in ("one", "two", "three"):
        await world.say(world.private(ann), ann, text)

    first = await bot.get_updates(timeout=0, limit=2)
    again = await bot.get_updates(timeout=0)

    assert [update.update_id for update in again[:2]] == [update.update_id for update in first]
    assert world.pending_updates == 3
    rest = await bot.get_updates(offset=first[-1].update_id + 1, timeout=0)
    assert [update.message and update.message.text for update in rest] == ["three"]
    assert world.pending_updates == 1
    assert await bot.get_updates(offset=rest[-1].update_id + 1, timeout=0) == ()
    assert world.pending_updates == 0


async def test_a_negative_offset_keeps_the_newest(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    for text in ("one", "two", "three"):
        await world.say(world.private(ann), ann, text)

    updates = await bot.get_updates(offset=-1, timeout=0)

    assert [update.message and update.message.text for update in updates] == ["three"]
    assert world.pending_updates == 1


@pytest.mark.parametrize(("ahead", "heard"), [(-5, 1), (0, 1), (1, 0), (11, 0), (12, 1), (1000, 1)])
async def test_numbers_that_begin_anew_are_deaf_to_an_offset_just_above_them(
    world: TelegramEmulator, bot: telegram.Bot, ahead: int, heard: int
) -> None:
    ann = world.add_person("Ann")
    world.renumber_updates(42_000)
    await world.say(world.private(ann), ann, "one")

    updates = await bot.get_updates(offset=42_000 + ahead, timeout=0)

    assert [update.update_id for update in updates] == [42_000] * heard


async def test_a_confirmed_update_can_come_again_under_its_old_or_a_new_id(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    ann = world.add_person("Ann")
    said = await world.say(world.private(ann), ann, "once")
    (update,) = await bot.get_updates(timeout=0)
    world.redeliver(said)
    world.redeliver(said, new_update_id=True)

    repeated = await bot.get_updates(offset=update.update_id + 1, timeout=0)

    assert [again.update_id - update.update_id for again in repeated] == [0, 1]
    assert {again.message and again.message.message_id for again in repeated} == {said.id}
    assert await bot.get_updates(offset=repeated[-1].update_id + 1, timeout=0) == ()


async def test_only_allowed_kinds_are_kept(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    await bot.get_updates(timeout=0, allowed_updates=["edited_message"])
    message = await world.say(world.private(ann), ann, "one")
    await world.edit(message, "two")
    world.block(ann)

    updates = await bot.get_updates(timeout=0)

    assert [update.edited_message is not None for update in updates] == [True]
    await bot.get_updates(timeout=0, allowed_updates=[])
    world.unblock(ann)
    assert (await bot.get_updates(timeout=0))[-1].my_chat_member is not None


async def test_a_waiting_poll_is_answered_as_soon_as_there_is_news(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await waiting(world)

    await world.say(world.private(ann), ann, "news")

    async with asyncio.timeout(20):
        (update,) = await poll
    assert update.message is not None


async def test_of_two_polls_the_older_one_gets_the_conflict(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await waiting(world)
    newer = asyncio.create_task(bot.get_updates(timeout=30))

    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older

    await world.say(world.private(ann), ann, "for the newer one")
    assert len(await newer) == 1


async def test_conflicts_are_answered_at_a_slow_pace(world: TelegramEmulator, bot: telegram.Bot) -> None:
    world.world.updates.conflict_pause_s = 0.1
    began = time.monotonic()

    polls = [asyncio.create_task(bot.get_updates(timeout=0 if last else 30)) for last in (False, False, True)]
    results = await asyncio.gather(*polls, return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Conflict", "tuple"]
    assert time.monotonic() - began >= 0.1


async def test_polling_with_a_webhook_set_is_a_conflict(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    await bot.set_webhook("https://bot.example.org/hook")
    await world.say(world.private(ann), ann, "hi")

    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates(timeout=0)

    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("https://bot.example.org/hook", 1)
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates(timeout=0) == ()


async def test_a_dead_poll_takes_no_update_and_no_conflict_with_it(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await waiting(world)
    world.drop()
    with pytest.raises(NetworkError):
        await poll

    await world.say(world.private(ann), ann, "still here")

    assert len(await bot.get_updates(timeout=0)) == 1


async def test_hanging_polls_are_alive_but_deaf(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    world.hang_polls = True
    await world.say(world.private(ann), ann, "anybody there?")
    with pytest.raises(TimedOut):
        await bot.get_updates(timeout=0, read_timeout=0.05)

    poll = asyncio.create_task(bot.get_updates(timeout=0))
    await waiting(world)
    world.hang_polls = False

    assert len(await poll) == 1


async def test_leaving_does_not_wait_for_open_polls() -> None:
    async with TelegramEmulator() as world, client(world) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        await waiting(world)
        async with asyncio.timeout(20):
            await world.__aexit__()
        with pytest.raises(NetworkError):
            await poll
