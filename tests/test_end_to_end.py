"""The bot as its own process between the emulated platforms and the emulated model: what a person sees."""

from pathlib import Path

import pytest

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import ModelEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.end_to_end import shown, start
from tests.people import DiscordPeople, People, TelegramPeople


@pytest.mark.usefixtures("bot_process")
async def test_a_private_message_is_answered_as_a_reply(people: People, model: ModelEmulator) -> None:
    model.reply("Hello **Ann**!")
    place = people.private()
    question = await people.say(place, "hi")
    (answer,) = await shown(people, place)
    assert answer in {"Hello **Ann**!", "Hello Ann!"}
    assert people.replied_to(place) == [people.id_of(question)]
    assert "[Ann] hi" in model.calls[0].text


@pytest.mark.usefixtures("bot_process")
async def test_a_side_room_is_a_conversation_of_its_own(people: People, model: ModelEmulator) -> None:
    group = people.group()
    room = people.side_room(group)
    await people.say(group, "the secret is 42", mention=True)
    await shown(people, group)
    await people.say(room, "what is the secret?", mention=True)
    await eventually(lambda: people.shown(room))
    assert "42" not in str(model.calls[1].messages)


@pytest.mark.usefixtures("bot_process")
async def test_what_is_not_for_the_bot_is_left_alone(people: People, model: ModelEmulator) -> None:
    group = people.group()
    await people.say(group, "does anybody know glimpse_bot or Glimpse?")
    question = await people.say(group, "hello", mention=True)
    await shown(people, group)
    await people.say(group, "thanks, but not you")
    assert people.replied_to(group) == [people.id_of(question)]
    assert len(model.calls) == 1


@pytest.mark.usefixtures("bot_process")
async def test_replying_to_the_bot_needs_no_mention(people: People, model: ModelEmulator) -> None:
    group = people.group()
    await people.say(group, "hello", mention=True)
    await shown(people, group)
    await people.say(group, "go on", reply_to=people.answers(group)[0])
    await shown(people, group, 2)
    assert "[Ann, quoting you:" in model.calls[1].text


@pytest.mark.usefixtures("bot_process")
async def test_reset_starts_over_and_help_explains(people: People, model: ModelEmulator) -> None:
    place = people.private()
    await people.say(place, "my name is Rumpelstilzchen")
    await shown(people, place)
    await people.say(place, "/reset")
    assert (await shown(people, place, 2))[1] == texts.WAS_RESET
    await people.say(place, "what is my name?")
    await shown(people, place, 3)
    assert "Rumpelstilzchen" not in str(model.calls[1].messages)
    await people.say(place, "/help")
    assert "anybody's photo" in (await shown(people, place, 4))[3]


async def test_both_platforms_run_in_one_process(model: ModelEmulator, tmp_path: Path) -> None:
    async with DiscordEmulator() as discord, TelegramEmulator() as telegram:
        here, there = DiscordPeople(discord), TelegramPeople(telegram)
        async with start(here, model, tmp_path, **there.environment) as bot:
            await here.ready()
            for people in (here, there):
                place = people.private()
                await people.say(place, f"hi from {type(people).__name__}")
                await shown(people, place)
            assert await bot.health() == 200
            assert await bot.terminate() == 0
        assert discord.violations + telegram.violations == []
    assert ["hi from DiscordPeople" in call.text for call in model.calls] == [True, False]
