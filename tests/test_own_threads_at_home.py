"""A thread of its own for each question on Discord, from the bot's own process: how it begins, and what it keeps."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.discord_at_home import picture, shown, told
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, Permission
from tests.emulators.discord_world import Channel, Message, Person
from tests.emulators.model import ModelEmulator
from tests.end_to_end import start
from tests.people import DiscordPeople
from tests.process import BotProcess
from tests.stored import pictures_in, waiting_pictures_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Garden:
    """A channel with two people, of whom Ann may manage it."""

    discord: DiscordEmulator
    model: ModelEmulator
    folder: Path
    channel: Channel
    ann: Person
    ben: Person

    def running(self, threads: str = "on") -> AbstractAsyncContextManager[BotProcess]:
        return start(DiscordPeople(self.discord), self.model, self.folder, DISCORD_THREADS=threads)

    async def asks(self, person: Person, text: str, **more: Any) -> tuple[Message, Channel]:
        """A question in the channel, and its thread, once it is answered there."""
        question = await self.discord.say(self.channel, person, f"{self.discord.bot.mention} {text}", **more)
        thread = await eventually(lambda: question.thread, what="a thread")
        assert thread is not None
        await self.answered(thread, 1)
        return question, thread

    async def answered(self, channel: Channel, count: int) -> None:
        await eventually(lambda: self.answers(channel).count("Well.") == count, what=str(self.answers(channel)))

    def answers(self, channel: Channel) -> list[str]:
        return [message.text for message in self.discord.visible(channel) if message.text]

    async def chooses(self, person: Person, command: str, **options: str) -> None:
        before = len(self.discord.visible(self.channel))
        await self.discord.use_command(self.channel, person, command, options)
        await eventually(lambda: len(self.discord.visible(self.channel)) > before, what=command)

    async def loses_the_pictures(self) -> None:
        await eventually(lambda: pictures_in(self.folder) == 0, what="no picture is left")

    @property
    def seen(self) -> Sequence[int]:
        """How many pictures the model was shown in each request."""
        return [len(call.pictures) for call in self.model.calls]


@pytest.fixture
def garden(discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path) -> Garden:
    model_emulator.reply_with("Well.")
    ann, ben = discord_emulator.add_person("Ann"), discord_emulator.add_person("Ben")
    discord_emulator.add_role("Gardeners", ann, permissions=Permission.MANAGE_CHANNELS)
    channel = discord_emulator.add_channel()
    return Garden(discord=discord_emulator, model=model_emulator, folder=tmp_path, channel=channel, ann=ann, ben=ben)


async def test_it_begins_with_what_was_chosen_in_its_channel(garden: Garden) -> None:
    async with garden.running():
        await garden.discord.until_connected()
        await garden.chooses(garden.ann, "persona", persona="You are a pirate")
        _, thread = await garden.asks(garden.ben, "why?")
        await garden.discord.say(thread, garden.ben, "and then?")
        await garden.answered(thread, 2)

    assert all("You are a pirate" in told(call) for call in garden.model.calls)


async def test_where_everything_is_answered_in_a_channel_people_can_talk_to_each_other_in_its_threads(
    garden: Garden,
) -> None:
    async with garden.running():
        await garden.discord.until_connected()
        await garden.chooses(garden.ann, "settings", change="answers every")
        _, thread = await garden.asks(garden.ben, "why?")
        await garden.discord.say(thread, garden.ben, f"{garden.ann.mention} what do you think?")
        await garden.discord.say(thread, garden.ben, "and at night?")
        await garden.answered(thread, 2)

    assert [told(call).count("and at night?") for call in garden.model.calls] == [0, 1]


async def test_everybody_who_asks_about_a_photo_in_the_channel_is_shown_it_until_it_is_deleted(garden: Garden) -> None:
    async with garden.running():
        await garden.discord.until_connected()
        posted = await garden.discord.say(garden.channel, garden.ben, "", files=[picture("red"), picture("blue")])
        _, thread = await garden.asks(garden.ann, "what is that?")
        await garden.asks(garden.ben, "which colour is it?")
        await garden.discord.delete(posted)
        await garden.loses_the_pictures()
        await garden.discord.say(thread, garden.ann, "sure?")
        await garden.answered(thread, 2)

    assert garden.seen == [2, 2, 0]


async def test_what_somebody_forgets_in_the_channel_is_gone_from_its_threads(garden: Garden) -> None:
    async with garden.running():
        await garden.discord.until_connected()
        await garden.discord.say(garden.channel, garden.ben, "", files=[picture("red")])
        _, thread = await garden.asks(garden.ann, "what is that?")
        await garden.chooses(garden.ben, "forget", what="here")
        await garden.loses_the_pictures()
        await garden.discord.say(thread, garden.ann, "sure?")
        await garden.answered(thread, 2)

    assert garden.seen == [1, 0]


async def test_what_somebody_forgets_in_the_channel_stays_in_a_thread_of_people(garden: Garden) -> None:
    discord, mention = garden.discord, garden.discord.bot.mention
    async with garden.running():
        await discord.until_connected()
        thread = discord.add_thread(garden.channel, "roses", starter=garden.ann)
        await discord.say(thread, garden.ben, "", files=[picture("red")])
        await discord.say(thread, garden.ann, f"{mention} what is that?")
        await garden.answered(thread, 1)
        await garden.chooses(garden.ben, "forget", what="here")
        await discord.say(thread, garden.ann, f"{mention} sure?")
        await garden.answered(thread, 2)

    assert garden.seen == [1, 1]


async def test_a_photo_that_is_forgotten_in_its_thread_is_gone_from_another_that_quotes_it(garden: Garden) -> None:
    async with garden.running():
        await garden.discord.until_connected()
        question, thread = await garden.asks(garden.ann, "what is that?", files=[picture("red")])
        _, other = await garden.asks(garden.ben, "and what is behind it?", reply_to=question)
        await garden.discord.use_command(thread, garden.ann, "forget", {"what": "message"})
        await eventually(lambda: "Well." not in garden.answers(thread))
        await garden.loses_the_pictures()
        await garden.discord.say(other, garden.ben, "sure?")
        await garden.answered(other, 2)

    assert garden.seen == [1, 1, 0]


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": True}], ids=["refused", "cut off"])
async def test_a_thread_that_was_opened_though_discord_said_no_is_the_place_of_its_question(
    garden: Garden, fault: dict[str, Any]
) -> None:
    async with garden.running():
        await garden.discord.until_connected()
        garden.discord.fail("POST *threads*", after_effect=True, **fault)
        question, thread = await garden.asks(garden.ann, "why?")
        await garden.discord.edit(question, f"{garden.discord.bot.mention} why not?")
        await eventually(lambda: len(garden.model.calls) == 2)
        await garden.answered(thread, 1)

    assert garden.answers(garden.channel) == []


@pytest.mark.parametrize("threads", ["on", "off"])
async def test_a_question_that_was_edited_meanwhile_is_answered_anew_in_its_thread(
    garden: Garden, threads: str
) -> None:
    async with garden.running() as bot:
        await garden.discord.until_connected()
        question, thread = await garden.asks(garden.ann, "why?")
        await bot.terminate()
        await garden.discord.edit(question, f"{garden.discord.bot.mention} why not?")
    garden.model.reply_with("Because.")
    async with garden.running(threads):
        await shown(garden.discord, thread, "", "Because.")

    assert garden.answers(garden.channel) == []


@pytest.mark.parametrize("what", ["edited", "deleted"])
async def test_without_new_threads_the_earlier_ones_stay_where_they_are(garden: Garden, what: str) -> None:
    async with garden.running():
        await garden.discord.until_connected()
        question, thread = await garden.asks(garden.ann, "why?")
    garden.model.reply_with("Because.")
    async with garden.running("off"):
        await garden.discord.until_connected()
        if what == "edited":
            await garden.discord.edit(question, f"{garden.discord.bot.mention} why not?")
        else:
            await garden.discord.delete(question)
        await eventually(
            lambda: garden.answers(thread) == (["Because."] if what == "edited" else []),
            what=str(garden.answers(thread)),
        )

    assert garden.answers(garden.channel) == []


async def test_killed_before_the_question_was_stored_it_is_answered_first_and_with_its_photo(garden: Garden) -> None:
    async with garden.running() as bot:
        await garden.discord.until_connected()
        await garden.discord.say(garden.channel, garden.ben, "", files=[picture("red")])
        await eventually(lambda: waiting_pictures_in(garden.folder) == 1)
        await bot.kill()
        mention = garden.discord.bot.mention
        question = await garden.discord.say(garden.channel, garden.ann, f"{mention} what is that?")
        thread = garden.discord.add_thread(garden.channel, "what", starter=garden.discord.bot, message=question)
        await garden.discord.say(thread, garden.ben, "I ask too!")
        await bot.start()
        await garden.answered(thread, 2)

    assert garden.seen == [1, 1]


async def test_killed_while_its_answer_was_on_its_way_it_is_found_there_and_not_what_discord_wrote(
    garden: Garden,
) -> None:
    async with garden.running() as bot:
        await garden.discord.until_connected()
        hold = asyncio.Event()
        on_its_way = garden.discord.fail("POST /channels/*/messages", status=200, hold=hold, after_effect=True)
        question = await garden.discord.say(garden.channel, garden.ann, f"{garden.discord.bot.mention} why?")
        await eventually(lambda: on_its_way.times == 0 and question.thread and garden.answers(question.thread))
        await bot.kill()
        hold.set()
        await bot.start()
        await garden.discord.until_connected()
        garden.model.reply_with("Because.")
        await garden.discord.edit(question, f"{garden.discord.bot.mention} why not?")
        assert question.thread is not None
        await shown(garden.discord, question.thread, "", "Because.")


@pytest.mark.parametrize("threads", ["on", "off"])
@pytest.mark.parametrize("is_quoted", [True, False])
async def test_a_photo_that_was_deleted_meanwhile_is_gone_from_what_was_asked_about_it(
    garden: Garden, threads: str, is_quoted: bool
) -> None:
    discord, channel = garden.discord, garden.channel
    async with garden.running(threads) as bot:
        await discord.until_connected()
        posted = await discord.say(channel, garden.ben, "", files=[picture("red")])
        mention = discord.bot.mention
        quoted = posted if is_quoted else None
        question = await discord.say(channel, garden.ann, f"{mention} what is that?", reply_to=quoted)
        await eventually(lambda: garden.seen == [1])
        place = question.thread or channel
        await garden.answered(place, 1)
        await bot.terminate()
        await discord.delete(posted)
        await bot.start()
        await garden.loses_the_pictures()
        await discord.say(place, garden.ann, f"{mention} sure?")
        await garden.answered(place, 2)

    assert garden.seen == [1, 0]
