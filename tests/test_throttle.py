"""A platform wants a chat left in peace: all of it, nothing but it, and over a restart."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from bot.errors import PlatformThrottled, StorageError
from bot.ports.model import TextDelta
from tests.core import Core, running_core
from tests.demanding import demand_wait, written_to
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.fake_chat import FakeChat
from tests.happenings import KEY, message
from tests.people import Place, TelegramPeople
from tests.process import BotProcess
from tests.scripted_model import said

TOPIC = replace(KEY, thread_id="5")
OTHER_TOPIC = replace(KEY, thread_id="6")
ELSEWHERE = replace(KEY, chat_id="2")
WAIT_S = 30.0


def busy_chat(*, threads_share_waits: bool = True) -> FakeChat:
    """It refuses the next message for half a minute."""
    chat = FakeChat(threads_share_waits=threads_share_waits)
    chat.fail("post", PlatformThrottled("429", retry_after_s=WAIT_S))
    return chat


def answered(core: Core) -> list[str | None]:
    return [shown.reply_to for shown in core.chat.screen.values()]


async def test_a_wait_holds_for_all_topics_of_the_chat_and_for_no_other_chat(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=busy_chat()) as core:
        await core.hear(message("?", key=TOPIC, message_id="one"))
        await core.clock.advance(1)
        await core.hear(
            message("?", key=OTHER_TOPIC, message_id="two"),
            message("?", key=KEY, message_id="three"),
            message("?", key=ELSEWHERE, message_id="elsewhere"),
        )
        await core.clock.advance(WAIT_S - 2)
        assert answered(core) == ["elsewhere"]
        await core.clock.advance(2)
        assert sorted(map(str, answered(core))) == ["elsewhere", "one", "three", "two"]


async def test_an_answer_does_not_begin_to_grow_in_another_topic_before_the_wait_is_over(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("one"), [TextDelta("two"), asyncio.Event()], chat=busy_chat()) as core:
        await core.hear(message("?", key=TOPIC, message_id="one"))
        await core.clock.advance(1)
        await core.hear(message("?", key=OTHER_TOPIC, message_id="two"))
        await core.clock.advance(WAIT_S - 2)
        assert (answered(core), core.chat.typing_count) == ([], 0)
        await core.clock.advance(2)
        assert sorted(map(str, answered(core))) == ["one", "two"]


async def test_where_threads_are_limited_apart_a_wait_holds_for_one(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=busy_chat(threads_share_waits=False)) as core:
        await core.hear(message("?", key=KEY, message_id="one"))
        await core.clock.advance(1)
        await core.hear(message("?", key=TOPIC, message_id="two"))
        await core.clock.advance(1)
        assert answered(core) == ["two"]


async def test_a_wait_holds_over_a_restart_for_all_topics(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=busy_chat(), crashes=True) as core:
        await core.hear(message("?", key=TOPIC, message_id="one"))
        await core.clock.advance(1)
    async with running_core(tmp_path, chat=core.chat, resume=True) as core:
        await core.hear(message("?", key=OTHER_TOPIC, message_id="two"))
        await core.hear(message("?", key=ELSEWHERE, message_id="elsewhere"))
        await core.clock.advance(WAIT_S - 1)
        assert answered(core) == ["elsewhere"]
        await core.clock.advance(2)
        assert sorted(map(str, answered(core))) == ["elsewhere", "one", "two"]


async def test_what_a_growing_answer_is_refused_holds_for_its_end_too(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with running_core(tmp_path, [TextDelta("one"), gate, *said(" two")], chat=busy_chat()) as core:
        await core.hear(message("?", key=TOPIC))
        await core.clock.advance(1)
        gate.set()
        await core.clock.advance(WAIT_S - 2)
        assert core.chat.texts() == []
        await core.clock.advance(2)
        assert core.chat.texts() == ["one two"]


async def test_a_store_that_is_away_does_not_shorten_the_wait(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=busy_chat()) as core:

        async def away(*_: object, **__: object) -> None:
            raise StorageError("disk full")

        vars(core.store)["hold"] = vars(core.store)["held"] = away
        await core.hear(message("?", message_id="one"))
        await core.clock.advance(WAIT_S - 1)
        assert answered(core) == []
        await core.clock.advance(2)
        assert answered(core) == ["one"]


# --- the real process -------------------------------------------------------------------------------

SPEED = 20
"""Seconds of the bot's waits in one second."""
DEMANDED_S = 60


async def test_on_telegram_nothing_is_sent_to_any_topic_before_the_wait_is_over(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    people = TelegramPeople(telegram_emulator)
    group, private = people.group(), people.private("Bob")
    one, two = people.side_room(group), people.side_room(group)
    model_emulator.reply("Here you are.", times=9)
    bot = BotProcess(
        tmp_path,
        module="tests.chaos.process",
        CHAOS_SPEED=str(SPEED),
        MODEL_API_URL=model_emulator.url,
        MODEL_API_KEY="model-key",
        **people.environment,
    )

    def to_the_group() -> list[float]:
        return [request.at for request in telegram_emulator.requests if asked_about(request.body, group)]

    async with bot:
        demand = demand_wait(people, DEMANDED_S)
        await people.say(one, "first", mention=True)
        await eventually(lambda: demand.times == 0)
        demanded_at = time.monotonic()
        before = len(to_the_group())
        await people.say(two, "second", mention=True)
        await people.say(private, "elsewhere")
        await eventually(lambda: people.shown(one) and people.shown(two), what="the answers")
        asked_again_at = to_the_group()[before]
        assert asked_again_at - demanded_at >= DEMANDED_S / SPEED * 0.98
        assert written_to(people, private)[0].at < asked_again_at, "an answer elsewhere did not wait"
        assert await bot.terminate() == 0


def asked_about(body: object, place: Place) -> bool:
    return isinstance(body, dict) and str(body.get("chat_id")) == str(place.chat.id)
