"""Somebody presses a button of an answer that is no longer remembered: they alone are told that it is too old."""

import sqlite3
from contextlib import closing

import pytest

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.model import Script
from tests.home import Home
from tests.people import DiscordPeople, TelegramPeople
from tests.people_verbs import Place

FAILS = Script(status=500, message="down for now")


def _told(home: Home, group: Place) -> list[str]:
    """What was said to nobody but who pressed."""
    match home.people:
        case TelegramPeople(telegram=telegram):
            answers = [one.body for one in telegram.requests if one.path == "/answerCallbackQuery"]
            return [str(answer["text"]) for answer in answers if answer.get("text")]
        case DiscordPeople(discord=discord):
            return [one.text for one in discord.visible(group.chat) if MessageFlag.EPHEMERAL in one.flags]
        case _:
            raise AssertionError


def _forget_by_retention(home: Home) -> None:
    with closing(sqlite3.connect(home.database, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("DELETE FROM turns")


async def _failed(home: Home) -> Place:
    home.model.reply(FAILS)
    group = home.people.group()
    await home.people.say(group, "capital of France?", mention=True)
    await home.buttons(group, texts.RETRY_LABEL)
    return group


@pytest.mark.parametrize("label", [texts.RETRY_LABEL, texts.FORGET_LABEL])
async def test_who_presses_a_button_that_retention_outlived_is_told_to_ask_again(home: Home, label: str) -> None:
    group = await _failed(home)
    _forget_by_retention(home)
    await home.people.press(group, label)
    told = await eventually(lambda: _told(home, group), what="a word to who pressed")
    assert told == [texts.BUTTON_IS_FORGOTTEN]


async def test_who_presses_a_button_of_what_they_had_forgotten_is_told_so(home: Home) -> None:
    group = await _failed(home)
    await home.people.command(group, "forget", "everything")
    await home.next(group, 2)
    await home.people.press(group, texts.RETRY_LABEL, on=home.people.answers(group)[0])
    told = await eventually(lambda: _told(home, group), what="a word to who pressed")
    assert told == [texts.BUTTON_IS_FORGOTTEN]


async def test_forget_pressed_twice_is_done_once_and_says_no_more(home: Home) -> None:
    group = await _failed(home)
    [answer] = home.people.answers(group)
    await home.people.press(group, texts.FORGET_LABEL, on=answer)
    await home.people.press(group, texts.FORGET_LABEL, on=answer)
    await home.reads(group)
    assert _told(home, group) == []
