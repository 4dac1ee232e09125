"""Writing to Telegram: what people see, and what a failure means."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import TELEGRAM
from bot.errors import PlatformError, PlatformRefused, PlatformThrottled, PlatformUnavailable, PlatformUncertain
from bot.events import ConversationKey, MessageId
from bot.ports.parts import Mark, MarkKind, Part
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Topic
from tests.telegram_bot import HastyClock, chat_on


@pytest.fixture
async def chat(telegram_emulator: TelegramEmulator) -> AsyncIterator[TelegramChat]:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        yield chat


def key_of(chat: Chat, topic: Topic | None = None) -> ConversationKey:
    return ConversationKey(platform=TELEGRAM, chat_id=str(chat.id), thread_id=None if topic is None else str(topic.id))


@pytest.fixture
def key(telegram_emulator: TelegramEmulator) -> ConversationKey:
    return key_of(telegram_emulator.private(telegram_emulator.add_person("Ann")))


async def post(chat: TelegramChat, key: ConversationKey, text: str = "Hi") -> MessageId:
    return await chat.post(key, Part(text), reply_to=None, nonce="n")


def shown(telegram: TelegramEmulator) -> list[str]:
    return [message.text for chat in telegram.world.chats.values() for message in telegram.visible(chat)]


async def test_a_reply_with_every_mark_is_shown(chat: TelegramChat, telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    place = telegram_emulator.private(ann)
    asked = await telegram_emulator.say(place, ann, "Hi")
    parts = chat.render(
        "# Title 😀\n**b** *i* ~~s~~ `c` [l](https://x.de/a)\n> quote\n```py\nx\n```\n@ann https://y.de", final=True
    )

    sent = await chat.post(key_of(place), parts[0], reply_to=MessageId(str(asked.id)), nonce="n")

    (message,) = telegram_emulator.visible(place)
    assert (str(message.id), message.reply_to) == (sent, asked)
    assert message.text == parts[0].text
    assert {(entity["type"], message.marked(entity)) for entity in message.entities} == {
        ("bold", "Title 😀"),
        ("underline", "Title 😀"),
        ("bold", "b"),
        ("italic", "i"),
        ("strikethrough", "s"),
        ("code", "c"),
        ("text_link", "l"),
        ("blockquote", "quote"),
        ("pre", "x"),
        ("url", "https://y.de"),
    }
    request = next(request for request in telegram_emulator.requests if request.path == "/sendMessage")
    assert request.body["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in request.body
    assert next(e for e in message.entities if e["type"] == "pre")["language"] == "py"


async def test_all_other_marks_are_known(
    chat: TelegramChat, key: ConversationKey, telegram_emulator: TelegramEmulator
) -> None:
    marks = tuple(Mark(kind, 0, 1, "https://x.de" if kind is MarkKind.LINK else None) for kind in MarkKind)
    for mark in marks:
        await chat.post(key, Part("x", (mark,)), reply_to=None, nonce="n")

    kinds = [
        m.entities[0]["type"] for c in telegram_emulator.world.chats.values() for m in telegram_emulator.visible(c)
    ]
    assert len(set(kinds)) == len(MarkKind)


async def test_a_message_that_is_gone_is_answered_without_quoting_it(
    chat: TelegramChat, telegram_emulator: TelegramEmulator
) -> None:
    ann = telegram_emulator.add_person("Ann")
    place = telegram_emulator.private(ann)
    asked = await telegram_emulator.say(place, ann, "Hi")
    await telegram_emulator.erase(asked)

    await chat.post(key_of(place), Part("Hello"), reply_to=MessageId(str(asked.id)), nonce="n")

    (message,) = telegram_emulator.visible(place)
    assert (message.text, message.reply_to) == ("Hello", None)


async def test_answers_and_typing_go_to_their_topic(chat: TelegramChat, telegram_emulator: TelegramEmulator) -> None:
    group = telegram_emulator.add_group("Group", forum=True)
    topic = telegram_emulator.add_topic(group, "Topic")

    await chat.typing(key_of(group, topic), reply_to=MessageId("1"))
    assert telegram_emulator.typing(group, topic)
    assert not telegram_emulator.typing(group)

    await post(chat, key_of(group, topic))
    assert [message.text for message in telegram_emulator.visible(group, topic)] == ["Hi"]


async def test_an_edit_whose_answer_was_lost_can_be_repeated(
    chat: TelegramChat, key: ConversationKey, telegram_emulator: TelegramEmulator
) -> None:
    message_id = await post(chat, key)
    part = Part("Hi there", (Mark(MarkKind.BOLD, 0, 2),))
    telegram_emulator.fail("POST /editMessageText", drop=True, after_effect=True)

    with pytest.raises(PlatformUncertain):
        await chat.edit(key, message_id, part)
    await chat.edit(key, message_id, part)

    assert shown(telegram_emulator) == ["Hi there"]


async def test_deleting_twice_is_fine(
    chat: TelegramChat, key: ConversationKey, telegram_emulator: TelegramEmulator
) -> None:
    message_id = await post(chat, key)
    for _ in range(2):
        await chat.delete(key, message_id, instead="Gone.")

    assert shown(telegram_emulator) == []


async def test_editing_what_somebody_deleted_is_refused(chat: TelegramChat, key: ConversationKey) -> None:
    message_id = await post(chat, key)
    await chat.delete(key, message_id, instead="Gone.")

    with pytest.raises(PlatformRefused, match="Somebody deleted the message"):
        await chat.edit(key, message_id, Part("x"))


async def test_flood_control_says_how_long_to_wait(
    chat: TelegramChat, key: ConversationKey, telegram_emulator: TelegramEmulator
) -> None:
    telegram_emulator.fail("POST /sendMessage", status=429, headers={"Retry-After": "42"})

    with pytest.raises(PlatformThrottled) as throttled:
        await post(chat, key)

    assert throttled.value.retry_after_s == 42
    assert shown(telegram_emulator) == []


async def test_the_flood_wait_of_one_chat_holds_up_no_other(telegram_emulator: TelegramEmulator) -> None:
    telegram_emulator.flood.enabled = True
    telegram_emulator.flood.burst = 2
    ann, bob = (key_of(telegram_emulator.private(telegram_emulator.add_person(name))) for name in ("Ann", "Bob"))
    clock = HastyClock()
    async with chat_on(telegram_emulator, clock) as chat:
        for _ in range(2):
            await post(chat, ann)
        with pytest.raises(PlatformThrottled):
            await post(chat, ann)

        await post(chat, bob)
        await chat.typing(bob, reply_to=MessageId("1"))

    assert clock.waits == []


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502}, {"status": 504}, {"drop": True}])
@pytest.mark.parametrize("after_effect", [True, False])
async def test_a_failure_after_sending_is_uncertain_and_not_repeated(
    chat: TelegramChat,
    key: ConversationKey,
    telegram_emulator: TelegramEmulator,
    fault: dict[str, object],
    after_effect: bool,
) -> None:
    telegram_emulator.fail("POST /sendMessage", after_effect=after_effect, **fault)

    with pytest.raises(PlatformUncertain):
        await post(chat, key)

    assert shown(telegram_emulator) == ["Hi"] * after_effect


async def test_a_time_out_after_sending_is_uncertain(key: ConversationKey, telegram_emulator: TelegramEmulator) -> None:
    telegram_emulator.fail("POST /sendMessage", status=200, delay_s=0.3)

    async with chat_on(telegram_emulator, HastyClock(), read_timeout_s=0.1) as chat:
        with pytest.raises(PlatformUncertain, match="TimeoutError"):
            await post(chat, key)


async def test_nothing_sent_is_safe_to_repeat(key: ConversationKey) -> None:
    async with TelegramEmulator() as telegram:
        clock = HastyClock()
        async with chat_on(telegram, clock) as chat:
            await telegram.__aexit__()
            with pytest.raises(PlatformUnavailable) as unavailable:
                await post(chat, key)

    assert telegram.token not in str(unavailable.value)


async def test_after_closing_nothing_is_sent(telegram_emulator: TelegramEmulator, key: ConversationKey) -> None:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        pass

    with pytest.raises(PlatformUnavailable):
        await post(chat, key)


@pytest.mark.parametrize(
    ("happens", "remedy"),
    [
        ("block", "The person blocked the bot"),
        ("kick", "add it again"),
        ("mute", "Let the bot send messages there"),
        ("close", "topic was closed"),
        ("delete", "topic was closed or deleted"),
    ],
)
async def test_a_refusal_tells_the_operator_what_to_do(
    chat: TelegramChat, telegram_emulator: TelegramEmulator, happens: str, remedy: str
) -> None:
    telegram = telegram_emulator
    ann = telegram.add_person("Ann")
    group = telegram.add_group("Group", forum=happens in {"close", "delete"})
    key = key_of(group)
    match happens:
        case "block":
            key = key_of(telegram.private(ann))
            telegram.block(ann)
        case "kick":
            telegram.kick(group)
        case "mute":
            telegram.mute(group)
        case _:
            topic = telegram.add_topic(group, "Topic")
            key = key_of(group, topic)
            telegram.close_topic(topic) if happens == "close" else telegram.delete_topic(topic)

    with pytest.raises(PlatformRefused) as refused:
        await post(chat, key)

    assert remedy in refused.value.remedy
    assert remedy in str(refused.value)


@pytest.mark.parametrize("status", [302, 413, 405])
async def test_an_answer_that_is_not_telegrams_is_a_refusal(
    chat: TelegramChat, key: ConversationKey, telegram_emulator: TelegramEmulator, status: int
) -> None:
    telegram_emulator.fail("POST /sendMessage", status=status, body="a proxy's page")

    with pytest.raises(PlatformError) as failed:
        await post(chat, key)

    assert isinstance(failed.value, PlatformRefused)
    assert "proxy" not in str(failed.value)


async def test_no_connection_stays_open(telegram_emulator: TelegramEmulator) -> None:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        session: aiohttp.ClientSession = chat._calls.session
        assert not session.closed

    assert session.closed
