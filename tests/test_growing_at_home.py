"""Answers as they grow on both platforms, from the bot's own process."""

import asyncio

from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.home import Home
from tests.people import DiscordPeople, Place, TelegramPeople

LONG = "One word follows another until all of it is said. " * 8


def edits(home: Home) -> str:
    """The requests that change a message."""
    return "PATCH /channels/*/messages/*" if isinstance(home.people, DiscordPeople) else "POST /editMessageText"


def times_typed(home: Home, place: Place) -> int:
    """How often "typing" was begun there."""
    people = home.people
    if isinstance(people, DiscordPeople):
        return sum(event.channel is place.chat for event in people.discord.typing_events)
    assert isinstance(people, TelegramPeople)
    return sum(shown.chat is place.chat for shown in people.telegram.world.chat_actions)


async def test_first_words_come_as_soon_as_the_model_speaks_and_then_it_grows(home: Home) -> None:
    place, rest = home.people.private(), asyncio.Event()
    home.model.reply(Script(pieces=pieces_of(LONG), per_token_s=0.06, hold=rest, hold_after=1))
    await home.people.say(place, "talk!")
    await home.reads(place, "One")
    rest.set()
    await home.reads(place, LONG.strip())
    assert len(home.people.growth(place)) >= 3


async def test_typing_is_shown_until_the_first_words_and_again_in_a_silence(home: Home) -> None:
    place, first, second = home.people.private(), asyncio.Event(), asyncio.Event()
    home.model.reply(Script(pieces=pieces_of("Well, that is it."), hold=first))
    await home.people.say(place, "talk!")
    await eventually(lambda: times_typed(home, place) == 1, what="typing")
    first.set()
    await home.reads(place, "Well, that is it.")
    home.model.reply(Script(pieces=pieces_of("So, that is it."), hold=second, hold_after=2))
    await home.people.say(place, "and?")
    await home.next(place, 2, beginning="So, that")
    before = times_typed(home, place)
    await eventually(lambda: times_typed(home, place) > before, what="typing in a silence")
    second.set()
    await home.next(place, 2, beginning="So, that is it.")


async def test_reading_the_model_never_waits_for_an_edit(home: Home) -> None:
    place = home.people.private()
    hold = asyncio.Event()
    slow = home.people.emulated.fail(edits(home), status=200, hold=hold, after_effect=True)
    home.model.reply(Script(pieces=pieces_of(LONG), per_token_s=0.02))
    await home.people.say(place, "talk!")
    await eventually(lambda: home.model.calls and home.model.calls[0].finished, what="all is read")
    assert slow.times == 0, "an edit hangs meanwhile"
    assert home.shown(place) != [LONG.strip()]
    hold.set()
    await home.reads(place, LONG.strip())


async def test_after_a_flood_wait_it_goes_on_growing_and_the_end_is_exact(home: Home) -> None:
    place = home.people.private()
    body = {"retry_after": 1.0, "message": "You are being rate limited.", "global": False, "code": 0}
    told = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}}
    is_discord = isinstance(home.people, DiscordPeople)
    home.people.emulated.fail(edits(home), status=429, headers={"Retry-After": "1"}, body=body if is_discord else told)
    home.model.reply(Script(pieces=pieces_of(LONG), per_token_s=0.09))
    await home.people.say(place, "talk!")
    await eventually(lambda: home.shown(place) == [LONG.strip()], what=str(home.shown(place)))
    assert len(home.people.growth(place)) >= 3


async def test_five_answers_at_once_share_a_group_and_none_is_refused(home: Home) -> None:
    people, group = home.people, home.people.group()
    if isinstance(people, TelegramPeople):
        people.telegram.flood.enabled = True
    rooms = [people.side_room(group) for _ in range(5)]
    home.model.reply(lambda call: Script(pieces=pieces_of(LONG), per_token_s=0.05), times=5)
    for room in rooms:
        await people.say(room, "talk!", mention=True)
    await eventually(lambda: all(home.shown(room) == [LONG.strip()] for room in rooms))
    assert all(len(people.growth(room)) >= 2 for room in rooms), "each of them saw it grow"
    assert [one for one in people.emulated.requests if one.status == 429] == []
