"""In groups, with the bot's own process: when it answers, what it remembers, and what it knows of who says what."""

import asyncio

import pytest

from bot import texts
from bot.choices import AnswerMode
from bot.commands import settings_texts
from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.home import Home, plain, system_of, told
from tests.people import Place, TelegramPeople


async def managed_group(home: Home, *commands: str) -> Place:
    """A group that Ann manages, in which the bot can hear all, after she used /settings with these words."""
    group = home.people.hearing_group()
    home.people.make_manager(group, "Ann")
    for number, words in enumerate(commands, start=1):
        await home.people.command(group, "settings", words)
        await home.next(group, number)
    return group


async def test_by_default_only_who_mentions_it_or_replies_to_it_is_answered(home: Home) -> None:
    people = home.people
    group = await managed_group(home)
    home.model.reply("Here.", "Still here.")
    await people.say(group, "Glimpse is a nice name", who="Bob")
    await people.say(group, "are you there?", mention=True)
    await home.reads(group, "Here.")
    await people.say(group, "really?", who="Bob", reply_to=people.answers(group)[0])
    await home.reads(group, "Here.", "Still here.")
    assert "nice name" not in told(await home.asked(2)), "what is said to others is not kept"


async def test_a_wake_word_calls_it_also_after_a_restart(home: Home) -> None:
    people = home.people
    group = await managed_group(home, "wake computer")
    assert settings_texts.answers_to(AnswerMode.WAKE_WORD, "computer") in home.shown(group)[0]
    home.model.reply("Yes?", "Once more.")
    await people.say(group, "so many computers here", who="Bob")
    await people.say(group, "Computer, are you awake?", who="Bob")
    await home.next(group, 2, beginning="Yes?")
    await home.restart()
    await people.say(group, "hey COMPUTER!", who="Cem")
    await home.next(group, 3, beginning="Once more.")
    assert "many computers" not in told(await home.asked(2))


async def test_every_message_is_answered_where_people_chose_so_and_that_is_said_openly(home: Home) -> None:
    people = home.people
    group = people.hearing_group()
    people.make_manager(group, "Ann")
    await people.command(group, "settings", "answers every")
    await home.next(group, 2)
    assert plain(settings_texts.ANSWERS_EVERYTHING) in home.shown(group)
    home.model.reply("Indeed.")
    await people.say(group, "nice weather", who="Bob")
    await home.next(group, 3, beginning="Indeed.")
    await people.command(group, "settings", "answers mention")
    await home.next(group, 4)
    await people.say(group, "and now rain", who="Bob")
    home.model.reply("I am.")
    await people.say(group, "are you there?", mention=True)
    await home.next(group, 5, beginning="I am.")
    assert "rain" not in told(await home.asked(2))


async def test_talk_to_others_is_context_only_where_that_was_switched_on_and_said_openly(home: Home) -> None:
    people = home.people
    group, other = await managed_group(home), people.hearing_group()
    await people.say(group, "the code is 1111", who="Bob")
    await people.command(group, "settings", "listening on")
    await home.next(group, 2)
    assert plain(settings_texts.HEARS_EVERYTHING) in home.shown(group)
    await people.say(group, "dinner is at seven", who="Bob")
    await people.say(other, "the other code is 2222", who="Bob")
    home.model.reply("At seven.", "I don't know.", "No.")
    await people.say(group, "when is dinner?", mention=True)
    await home.next(group, 3, beginning="At seven.")
    call = await home.asked(1)
    assert "[Bob] dinner is at seven\n[Ann] when is dinner?" in told(call)
    assert "1111" not in told(call), "what was said before it was switched on"
    assert "meant for others" in system_of(call)
    await people.say(other, "which code?", mention=True)
    await home.next(other, 1)
    assert "2222" not in told(await home.asked(2)), "it was switched on elsewhere"

    await people.command(group, "settings", "listening off")
    await home.next(group, 4)
    await people.say(group, "the last code is 3333", who="Bob")
    await people.say(group, "and which code?", mention=True)
    await home.next(group, 5, beginning="No.")
    assert "3333" not in told(await home.asked(3))


async def test_what_it_overhears_is_bounded(home: Home) -> None:
    people = home.people
    group = people.hearing_group()
    people.make_manager(group, "Ann")
    await people.command(group, "settings", "listening on")
    await home.next(group, 2)
    for number in range(80):
        await people.say(group, f"talk {number}.", who="Bob")
    await people.say(group, "well?", mention=True)
    await home.next(group, 3)
    words = told(await home.asked(1))
    assert "talk 79." in words
    assert words.count("[Bob] talk") < 40, "what the model is shown has a bound"
    assert "talk 30." not in words


async def test_what_it_overheard_is_forgotten_once_the_listening_ends_and_that_is_said(home: Home) -> None:
    people = home.people
    group = await managed_group(home)
    await people.command(group, "settings", "listening on")
    await home.next(group, 2)
    await people.say(group, "my plan is secret.", who="Bob")
    await people.say(group, "what is planned?", mention=True)
    await home.next(group, 3)
    assert "secret" in told(await home.asked(1))
    await people.command(group, "settings", "listening off")
    await home.next(group, 4, beginning=settings_texts.FORGOT_OVERHEARD)
    await people.say(group, "and what was planned?", mention=True)
    await home.next(group, 5)
    words = told(await home.asked(2))
    assert "secret" not in words
    assert "what is planned?" in words, "what was said to it stays"


async def test_the_model_knows_who_speaks_who_is_replied_to_and_what_is_quoted(home: Home) -> None:
    people, group = home.people, home.people.group()
    home.model.reply("A good plan.", "Seven.", "You did.")
    plan = await people.say(group, "dinner at seven, bring bread and wine", who="Bob")
    await people.say(group, "what do you think?", mention=True, reply_to=plan)
    await home.next(group, 1)
    assert (
        '[Ann, quoting Bob: "dinner at seven, bring bread and wine"] what do you think?' in (await home.asked(1)).text
    )
    await people.say(group, "when?", who="Cem", reply_to=people.answers(group)[0])
    await home.next(group, 2)
    call = await home.asked(2)
    assert '[Cem, quoting you: "A good plan."] when?' in call.text
    assert told(call).index("[Ann, quoting Bob") < told(call).index("A good plan.") < told(call).index("[Cem")
    if isinstance(people, TelegramPeople):  # Discord has no quotes of a part.
        await people.quote(group, plan, "bread and wine", "who said this?")
        await home.next(group, 3)
        assert '[Ann, quoting Bob: "bread and wine"] who said this?' in (await home.asked(3)).text


@pytest.mark.parametrize("way", ["own", "shared"])
async def test_a_conversation_is_one_for_all_or_one_for_each_person(home: Home, way: str) -> None:
    people = home.people
    group = await managed_group(home, f"sharing {way}")
    home.model.reply("Hi Ann.", "Hi Bob.", "Well.")
    await people.say(group, "I like apples", mention=True)
    await home.next(group, 2)
    await people.say(group, "I like plums", who="Bob", mention=True)
    await home.next(group, 3)
    await home.restart()
    await people.say(group, "what do we like?", mention=True)
    await home.next(group, 4)
    words = told(await home.asked(3))
    assert "apples" in words
    assert ("plums" in words) is (way == "shared")


async def test_where_each_person_has_a_conversation_of_their_own_nobody_else_stops_their_answer(home: Home) -> None:
    people = home.people
    group = await managed_group(home, "sharing own")
    home.model.reply(Script(pieces=pieces_of("Once upon a time"), hold=asyncio.Event(), hold_after=3))
    await people.say(group, "a story!", mention=True)
    await home.next(group, 2, beginning="Once upon a")
    await people.press(group, texts.STOP_LABEL, who="Bob")
    await people.command(group, "stop", who="Bob")
    await eventually(lambda: plain(texts.NOTHING_TO_STOP) in home.shown(group))
    assert plain(texts.STOPPED_NOTE) not in home.shown(group)[1]
    await people.command(group, "stop")
    await eventually(lambda: plain(texts.STOPS) in home.shown(group))
    await eventually(lambda: plain(texts.STOPPED_NOTE) in home.shown(group)[1])


async def test_two_who_ask_at_once_get_an_answer_each_to_their_own_question(home: Home) -> None:
    people, group = home.people, home.people.group()
    home.model.reply(lambda call: "for Ann" if "from Ann" in call.text else "for Bob", times=2)
    first, second = await asyncio.gather(
        people.say(group, "from Ann", mention=True), people.say(group, "from Bob", who="Bob", mention=True)
    )
    await home.reads(group, "for Ann", "for Bob")
    assert people.replied_to(group) == [people.id_of(first), people.id_of(second)]


@pytest.mark.parametrize("home", ["discord"], indirect=True)
async def test_who_has_to_wait_on_discord_sees_that_the_message_was_taken_in(home: Home) -> None:
    people, group, hold = home.people, home.people.group(), asyncio.Event()
    home.model.reply(Script(pieces=pieces_of("For Ann."), hold=hold), "For Bob.", "For Cem.")
    await people.say(group, "first", mention=True)
    await home.asked(1)
    second = await people.say(group, "second", who="Bob", mention=True)
    third = await people.say(group, "third", who="Cem", mention=True)
    await eventually(lambda: third.reactions == ["👀"], what=f"a sign: {second.reactions} {third.reactions}")
    hold.set()
    await home.reads(group, "For Ann.", "For Bob.", "For Cem.")
