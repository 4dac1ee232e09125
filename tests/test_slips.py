"""Slips of the finger: a command that is nearly one, on both platforms."""

import asyncio
from pathlib import Path

import pytest

from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.home import at_home
from tests.picture_people import PLATFORMS

NO_SUCH = "I don't know that command. Did you mean /help?"


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_misspelt_command_is_answered_with_the_one_that_is_near_and_works_once_corrected(
    platform: str, tmp_path: Path
) -> None:
    async with at_home(platform, tmp_path) as home:
        private = home.people.private()
        slip = await home.people.say(private, "/hlep")
        await home.reads(private, NO_SUCH)
        assert not home.model.calls, "nobody has to guess"
        await home.people.edit(slip, "/help")
        await home.next(private, 1, beginning="I'm Glimpse.")
        assert not home.model.calls


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_misspelt_command_in_a_group_is_the_bots_only_if_it_is_mentioned(platform: str, tmp_path: Path) -> None:
    async with at_home(platform, tmp_path) as home:
        group = home.people.group(open_to_the_bot=True)
        await home.people.say(group, "/hlep")
        await home.people.say(group, "/hlep", who="Ben", mention=True)
        await home.reads(group, NO_SUCH)
        assert not home.model.calls


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_who_cannot_stop_somebody_elses_answer_is_not_told_that_there_is_none(
    platform: str, tmp_path: Path
) -> None:
    async with at_home(platform, tmp_path) as home:
        group, hold = home.people.group(open_to_the_bot=True), asyncio.Event()
        home.people.make_manager(group, "Ann")
        await home.people.command(group, "settings", "sharing own")
        await home.next(group, 1, beginning="Each person")
        home.model.reply(Script(pieces=("Once ", "upon a time."), hold=hold, hold_after=1))
        await home.people.say(group, "a story", mention=True)
        await home.next(group, 2, beginning="Once")
        await home.people.command(group, "stop", who="Ben")
        assert await home.next(group, 3) == "There is no answer here right now that I could stop for you."
        hold.set()
        await eventually(lambda: home.shown(group)[1] == "Once upon a time.")
