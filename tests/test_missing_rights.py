"""On Telegram, where the bot lacks a right or its question is gone: what people read all the same."""

import asyncio
from pathlib import Path

import pytest

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.home import Home, at_home
from tests.people import TelegramPeople
from tests.people_verbs import Place

LONG = "\n\n".join(f"Line {number} of a very long answer, which goes on and on." for number in range(200))

on_telegram = pytest.mark.parametrize("home", ["telegram"], indirect=True)


async def test_where_files_are_not_allowed_in_a_telegram_group_the_whole_answer_comes_as_messages(
    tmp_path: Path,
) -> None:
    async with at_home("telegram", tmp_path, ANSWER_PARTS="2") as home:
        assert isinstance(home.people, TelegramPeople)
        group = home.people.group()
        home.people.telegram.forbid_documents(group.chat)
        home.model.reply(LONG)
        await home.people.say(group, "talk!", mention=True)
        await eventually(lambda: "Line 199" in "".join(home.shown(group)))
        assert "\n\n".join(home.shown(group)).startswith(LONG)


@on_telegram
async def test_where_the_question_is_gone_the_answer_comes_without_a_reference(home: Home) -> None:
    group, hold = home.people.group(), asyncio.Event()
    home.model.reply(Script(pieces=pieces_of("Here I am."), hold=hold))
    question = await home.people.say(group, "hello?", mention=True)
    await home.asked(1)
    await home.people.delete(question)
    hold.set()
    await home.reads(group, "Here I am.")
    assert home.people.replied_to(group) == [None]


async def _muted(home: Home) -> Place:
    """A group in which the bot may not write, and was asked something."""
    assert isinstance(home.people, TelegramPeople)
    group = home.people.group()
    home.people.telegram.mute(group.chat)
    home.model.reply("Nobody hears me.", "But Bob does.")
    await home.people.say(group, "hello?", mention=True)
    return group


@on_telegram
async def test_where_the_bot_may_not_write_on_telegram_the_operator_reads_it_and_others_are_answered(
    home: Home,
) -> None:
    people, group, private = home.people, await _muted(home), home.people.private("Bob")
    await eventually(lambda: "could not be delivered" in home.bot.output, what="a line in the log")
    await people.say(private, "and me?", who="Bob")
    await eventually(lambda: home.shown(private), what="an answer elsewhere")
    assert home.shown(group) == []
    assert texts.INTERNAL not in home.shown(private)


@on_telegram
async def test_where_the_bot_may_not_write_who_once_wrote_to_it_reads_so_privately_and_once(home: Home) -> None:
    people = home.people
    assert isinstance(people, TelegramPeople)
    people.introduce("Ann", "de")
    group, private = people.group(), people.private("Ann")
    people.telegram.mute(group.chat)
    home.model.reply("Nobody hears me.", "Nor this.")
    for number in (1, 2):
        await people.say(group, "hello?", mention=True)
        await eventually(lambda number=number: home.bot.output.count("could not be delivered") == number)  # type: ignore[misc]  # by default
    assert home.shown(private) == [texts.may_not_write("Friends").in_language("de")]


@on_telegram
async def test_where_the_bot_may_not_write_and_nobody_can_be_told_only_the_operator_reads_it(home: Home) -> None:
    people, private = home.people, home.people.private("Bob")
    await _muted(home)
    await eventually(lambda: "Nobody could be told" in home.bot.output, what="a line in the log")
    await people.say(private, "and me?", who="Bob")
    await home.reads(private, "But Bob does.")
