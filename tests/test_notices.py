"""What the bot says of its own accord outlasts a kill: that it could not read a message, that it missed some."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from bot import texts
from bot.events import MessageEdited, MessageId, MessagesDeleted, Unreadable
from bot.ports.intake import KnownPlace
from bot.records.notices import Notice, NoticeKind
from tests.chaos.process import ARMED
from tests.core import running_core
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, KEY, message
from tests.manual_clock import START
from tests.people import DiscordPeople, Place, TelegramPeople
from tests.process import BotProcess
from tests.scripted_model import said
from tests.storing import accept, read, store_at
from tests.storing import said as said_in

STRANGE = Unreadable(
    platform=FAKE, id="7", raw="{}", error="KeyError", apologise_to=KEY, reply_to=MessageId("q"), is_private=True
)
PLACE = KnownPlace(key=KEY, is_private=False, newest=MessageId("9"))
APOLOGY = Notice(kind=NoticeKind.UNREADABLE, key=KEY, is_private=True, message_id=MessageId("q"), text=texts.UNREADABLE)


def a_chat() -> FakeChat:
    return FakeChat(text_length=4000)


# --- in the core ------------------------------------------------------------------------------------


async def test_who_waits_for_an_answer_to_an_unreadable_message_is_told_after_a_crash(tmp_path: Path) -> None:
    chat = a_chat()
    async with running_core(tmp_path, chat=chat) as core:
        await core.inbox.set_aside(STRANGE)
    assert chat.texts() == []
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.inbox.set_aside(STRANGE)
        await core.finish()
        assert [(shown.text, shown.reply_to) for shown in chat.screen.values()] == [(texts.UNREADABLE, "q")]
        assert await core.unfinished() == []


async def test_that_something_was_missed_is_told_after_a_crash(tmp_path: Path) -> None:
    chat = a_chat()
    async with running_core(tmp_path, chat=chat) as core:
        await core.inbox.missed(PLACE, cursor="told until")
        assert await core.inbox.cursor("told until") == "9"
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.finish()
        assert [(shown.text, shown.reply_to) for shown in chat.screen.values()] == [(texts.MISSED, None)]
        assert await core.unfinished() == []


async def test_that_something_was_missed_is_said_beside_the_answer_to_the_newest_message(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Hello."), chat=a_chat()) as core:
        await core.inbox.missed(PLACE, cursor="told until")
        await core.hear(message("Hi", message_id="9"))
        await core.finish()
        assert sorted(core.chat.texts()) == sorted([texts.MISSED, "Hello."])


async def test_an_unreadable_message_that_is_edited_into_a_readable_one_is_answered_in_place(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A rose."), chat=a_chat()) as core:
        await core.inbox.set_aside(STRANGE)
        await core.finish()
        await core.hear(MessageEdited(message=message("What is it?", message_id="q")))
        await core.finish()
        assert core.chat.texts() == ["A rose."]


async def test_an_apology_goes_with_the_message_that_could_not_be_read(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=a_chat()) as core:
        await core.inbox.set_aside(STRANGE)
        await core.finish()
        await core.hear(MessagesDeleted(key=KEY, message_ids=(MessageId("q"),)))
        await core.finish()
        assert core.chat.texts() == []
        assert await core.unfinished() == []


# --- in the store -----------------------------------------------------------------------------------


async def test_an_unreadable_message_has_one_apology_and_no_other_outcome(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await store.notify(APOLOGY, now=START)
        assert turn is not None
        assert (turn.reply_to, turn.text, turn.is_private) == ("q", texts.UNREADABLE, True)
        assert await store.notify(APOLOGY, now=START) is None
        assert await store.unfinished() == [turn]
        known = await accept(store, message("Known already", message_id="k", is_private=True))
        assert await store.notify(replace(APOLOGY, message_id=MessageId("k")), now=START) is None
        assert await store.unfinished() == [turn, known]


async def test_a_notice_is_no_part_of_the_history(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await store.notify(APOLOGY, now=START)
        turn = await accept(store, message("Hello?"))
        assert said_in(await read(store, turn)) == [("Hello?", None)]


# --- the real process, killed before the sentence is sent -------------------------------------------


@pytest.fixture
def discord(discord_emulator: DiscordEmulator) -> DiscordPeople:
    return DiscordPeople(discord_emulator)


@pytest.fixture
def telegram(telegram_emulator: TelegramEmulator) -> TelegramPeople:
    return TelegramPeople(telegram_emulator)


def doomed(folder: Path, people: DiscordPeople | TelegramPeople, **variables: str) -> BotProcess:
    return BotProcess(
        folder,
        module="tests.chaos.process",
        CHAOS_KILL_AT="1 before chat.post final",
        **people.environment,
        **variables,
    )


async def arm(bot: BotProcess) -> None:
    bot.send(signal.SIGUSR1)
    await eventually(lambda: ARMED in bot.lines, what="the fuse is armed")


async def told_after_the_kill(bot: BotProcess, people: DiscordPeople | TelegramPeople, place: Place) -> list[str]:
    assert await bot.wait() == -signal.SIGKILL
    assert people.shown(place) == []
    await bot.start()
    await people.ready()
    await eventually(lambda: people.shown(place), what="a sentence")
    assert await bot.terminate() == 0
    return people.shown(place)


async def test_on_telegram_a_kill_loses_no_apology(telegram: TelegramPeople, tmp_path: Path) -> None:
    place = telegram.private()
    async with doomed(tmp_path, telegram) as bot:
        await arm(bot)
        asked = await telegram.say(place, "")
        body = {"message_id": asked.message_id, "date": "?", "chat": {"id": place.chat.id, "type": "private"}}
        update = {"update_id": 499_999_000, "message": {**body, "from": {"id": 1, "is_bot": False}}}
        telegram.telegram.fail("POST /getUpdates", status=200, body={"ok": True, "result": [update]})
        assert await told_after_the_kill(bot, telegram, place) == [texts.UNREADABLE]


async def test_on_discord_a_kill_loses_no_apology(discord: DiscordPeople, tmp_path: Path) -> None:
    place = discord.private()
    async with doomed(tmp_path, discord) as bot:
        await discord.ready()
        await arm(bot)
        await discord.discord.say(place.chat, discord._person("Ann"), "hi", stickers=[{"id": "no number", "name": "x"}])
        bot.expects_traces = True
        assert await told_after_the_kill(bot, discord, place) == [texts.UNREADABLE]


async def test_on_discord_a_kill_loses_no_word_about_what_was_missed(discord: DiscordPeople, tmp_path: Path) -> None:
    group = discord.group()
    async with doomed(tmp_path, discord, DISCORD_CATCH_UP_MESSAGES="2") as bot:
        await discord.ready()
        await discord.say(group, "hello", mention=True)
        await eventually(lambda: discord.shown(group), what="an answer")
        (answer,) = discord.shown(group)
        await arm(bot)
        discord.discord.refuses_gateway = True
        discord.discord.invalidate_session()
        discord.discord.drop_connection()
        for number in range(4):
            await discord.say(group, f"among people {number}")
        discord.discord.refuses_gateway = False
        assert await bot.wait() == -signal.SIGKILL
        await bot.start()
        await eventually(lambda: len(discord.shown(group)) > 1, what="a word about it")
        assert discord.shown(group) == [answer, texts.MISSED]
        assert discord.replied_to(group)[-1] is None
        assert await bot.terminate() == 0
