"""People on phones: twice, in odd orders, two at once, with typos, in the middle of an answer, about what is gone."""

import asyncio

import pytest

from bot import texts
from bot.commands import data_texts, settings_texts
from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.home import Home, system_of, told
from tests.people import DiscordPeople, TelegramPeople


def growing(text: str, *, until: int) -> tuple[Script, asyncio.Event]:
    """An answer that stays at some words until the event is set."""
    hold = asyncio.Event()
    return Script(pieces=pieces_of(text), hold=hold, hold_after=until), hold


async def test_two_who_press_try_again_at_once_get_one_answer(home: Home) -> None:
    people, group = home.people, home.people.group()
    home.model.reply(Script(status=500), "Paris.", "Paris, twice.")
    await people.say(group, "capital of France?", mention=True)
    await home.buttons(group, texts.RETRY_LABEL)
    await asyncio.gather(
        people.press(group, texts.RETRY_LABEL, who="Bob"), people.press(group, texts.RETRY_LABEL, who="Cem")
    )
    await home.reads(group, "Paris.")
    await people.say(group, "thanks", mention=True)
    await home.next(group, 2)
    assert len(home.model.calls) == 3


async def test_two_who_press_in_the_same_menu_at_once_are_both_heeded(home: Home) -> None:
    people, group = home.people, home.people.group()
    people.make_manager(group, "Ann")
    people.make_manager(group, "Bob")
    await people.command(group, "settings", "memory")
    await home.buttons(group, settings_texts.memory_label(5))
    await asyncio.gather(
        people.press(group, settings_texts.memory_label(5)),
        people.press(group, settings_texts.memory_label(0), who="Bob"),
    )
    await home.buttons(group, f"✓ {settings_texts.memory_label(0)}")
    await home.next(group, 1, beginning=settings_texts.remembers(0))


async def test_a_command_that_is_given_twice_is_answered_twice_and_harms_nothing(home: Home) -> None:
    people, place = home.people, home.people.private()
    await people.say(place, "my secret is xyzzy")
    await home.next(place, 1)
    for _ in range(2):
        await people.command(place, "reset")
    await home.next(place, 3)
    assert home.shown(place)[1:] == [texts.WAS_RESET] * 2
    for _ in range(2):
        await people.command(place, "forget", "everything")
    await home.next(place, 5)
    assert home.shown(place)[3:] == [data_texts.FORGOTTEN_EVERYTHING] * 2
    await people.command(place, "stop")
    await home.next(place, 6, beginning=texts.NOTHING_TO_STOP)


TYPOS = [
    ("settings", "memmory 5", texts.NOT_A_CHOICE),
    ("settings", "memory lots", texts.NOT_A_CHOICE),
    ("settings", "memory -3", texts.NOT_A_CHOICE),
    ("settings", "memory 999999999999", settings_texts.remembers(50)),
    ("settings", "MEMORY 5", settings_texts.remembers(5)),
    ("settings", "memory", settings_texts.remembers(5)),
    ("settings", "language klingon", texts.NOT_A_CHOICE),
    ("settings", "wake", settings_texts.SETTINGS),
    ("model", "qwne", texts.NOT_A_CHOICE),
    ("persona", "BRIEF", settings_texts.in_manner("brief", is_named=True)),
    ("persona", "Speak slowly. " * 140, "I speak as somebody here described it: Speak slowly."),
    ("persona", "usual", settings_texts.in_manner("", is_named=False)),
]


async def test_words_with_typos_show_the_choices_there_are(home: Home) -> None:
    people, place = home.people, home.people.private()
    for number, (command, words, beginning) in enumerate(TYPOS, start=1):
        await people.say(place, f"/{command} {words}")
        await home.next(place, number, beginning=beginning)
        await eventually(lambda: people.buttons(place), what=f"buttons under the answer to {command} {words}")
    await people.say(place, "/forget evrything")
    await home.next(place, len(TYPOS) + 1, beginning=data_texts.FORGET)
    assert len(people.buttons(place)) == 3


async def test_commands_in_the_middle_of_a_growing_answer_are_answered_at_once(home: Home) -> None:
    people, place = home.people, home.people.private()
    script, hold = growing("A long story.", until=2)
    home.model.reply(script)
    await people.say(place, "a story!")
    await home.reads(place, "A long")
    for number, command in enumerate(["help", "usage", "settings", "persona"], start=2):
        await people.command(place, command)
        await home.next(place, number)
    hold.set()
    await eventually(lambda: home.shown(place)[0] == "A long story.", what="the whole answer")


async def test_a_reset_in_the_middle_of_an_answer_leaves_it_to_be_finished_but_not_remembered(home: Home) -> None:
    people, place = home.people, home.people.private()
    script, hold = growing("The word is xyzzy.", until=2)
    home.model.reply(script, "Which word?")
    await people.say(place, "what is the word?")
    await home.reads(place, "The word")
    await people.command(place, "reset")
    await home.next(place, 2, beginning=texts.WAS_RESET)
    hold.set()
    await home.reads(place, "The word is xyzzy.", texts.WAS_RESET)
    await people.say(place, "say it again")
    await home.next(place, 3)
    assert "xyzzy" not in told(await home.asked(2))


@pytest.mark.parametrize("words", ["message", "here", "everything"])
async def test_to_forget_in_the_middle_of_an_answer_takes_it_away_as_well(home: Home, words: str) -> None:
    people, place = home.people, home.people.private()
    script, _ = growing("The word is xyzzy.", until=2)
    home.model.reply(script, "Which word?")
    await people.say(place, "what is the word?")
    await home.reads(place, "The word")
    await people.command(place, "forget", words)
    await eventually(lambda: len(home.shown(place)) == 1 and home.shown(place)[0].startswith("Done"), what="it is gone")
    await eventually(lambda: home.model.calls[0].disconnected, what="the model is told to stop")
    await people.say(place, "again?")
    await home.next(place, 2, beginning="Which word?")
    assert "The word" not in told(await home.asked(2))


async def test_after_a_reset_there_is_nothing_to_do_again_but_the_button_on_screen_still_works(home: Home) -> None:
    people, place = home.people, home.people.private()
    home.model.reply(Script(status=500), "Paris.")
    await people.say(place, "capital of France?")
    await home.buttons(place, texts.RETRY_LABEL)
    await people.press(place, texts.RETRY_LABEL)
    await home.reads(place, "Paris.")
    await people.command(place, "reset")
    await home.next(place, 2)
    await people.command(place, "retry")
    await home.next(place, 3, beginning=texts.NOTHING_TO_RETRY)
    assert len(home.model.calls) == 2


async def test_commands_in_reply_to_what_somebody_else_said_are_about_nobodys_question(home: Home) -> None:
    people, group = home.people, home.people.group()
    home.model.reply("For Ann.")
    await people.say(group, "a question", mention=True)
    await home.next(group, 1)
    chatter = await people.say(group, "just talking", who="Bob")
    await people.command(group, "retry", reply_to=chatter)
    await home.next(group, 2, beginning=texts.NOTHING_TO_RETRY)
    await people.command(group, "forget", "message", reply_to=chatter)
    await home.next(group, 3, beginning=data_texts.NOTHING_TO_FORGET)
    await people.command(group, "forget", "message", who="Bob", reply_to=people.answers(group)[0])
    await home.next(group, 4, beginning=data_texts.NOTHING_TO_FORGET)
    assert home.shown(group)[0] == "For Ann."


async def test_an_answer_that_somebody_deleted_can_be_asked_for_again(home: Home) -> None:
    people, place = home.people, home.people.private()
    home.model.reply("Paris?", "Paris!", "Well.")
    await people.say(place, "capital of France?")
    await home.reads(place, "Paris?")
    await people.delete(people.answers(place)[0])
    await people.command(place, "retry")
    await eventually(
        lambda: sorted(home.shown(place)) == sorted(["Paris!", texts.RETRIES]), what=str(home.shown(place))
    )
    await people.say(place, "thanks")
    await home.next(place, 3, beginning="Well.")


async def test_a_question_that_was_deleted_while_it_is_answered_leaves_nothing_half_done(home: Home) -> None:
    people, place = home.people, home.people.private()
    script, hold = growing("A long story.", until=2)
    home.model.reply(script, "Hello.")
    question = await people.say(place, "a story!")
    await home.reads(place, "A long")
    await people.delete(question)
    if isinstance(people, DiscordPeople):
        await home.reads(place)
    hold.set()
    if isinstance(people, TelegramPeople):  # No bot is told of it.
        await home.reads(place, "A long story.")
    await people.command(place, "usage")
    await home.next(place, 1 + isinstance(people, TelegramPeople))


async def test_a_question_in_reply_to_what_was_deleted_meanwhile_is_answered(home: Home) -> None:
    people, group = home.people, home.people.group()
    chatter = await people.say(group, "look at that", who="Bob")
    await people.delete(chatter)
    home.model.reply("At what?")
    await people.say(group, "what does Bob mean?", mention=True, reply_to=chatter)
    await home.reads(group, "At what?")


@pytest.mark.parametrize("label", [data_texts.FORGET_HERE_LABEL, data_texts.FORGET_EVERYTHING_LABEL])
async def test_what_is_said_under_the_menu_of_forget_is_forgotten_too_once_a_button_is_pressed(
    home: Home, label: str
) -> None:
    people, place = home.people, home.people.private()
    home.model.reply("Noted.", "What is?")
    await people.command(place, "forget")
    await home.buttons(place, label)
    menu = people.answers(place)[0]
    await people.say(place, "by the way, my secret is xyzzy")
    await home.next(place, 2)
    await people.press(place, label, on=menu)
    await eventually(lambda: home.shown(place)[0].startswith("Done"), what=str(home.shown(place)))
    await people.say(place, "what is my secret?")
    await home.next(place, 3, beginning="What is?")
    assert "xyzzy" not in told(await home.asked(2))


async def test_what_is_asked_right_behind_a_wish_to_forget_everything_is_answered(home: Home) -> None:
    people, place = home.people, home.people.private()
    home.model.reply("Noted.", "A fresh start.")
    await people.say(place, "my secret is xyzzy")
    await home.next(place, 1)
    await people.command(place, "forget", "everything")
    await people.say(place, "hello again")
    await eventually(lambda: {"A fresh start.", data_texts.FORGOTTEN_EVERYTHING} <= set(home.shown(place)))


async def test_many_who_settle_things_at_once_leave_one_consistent_conversation(home: Home) -> None:
    people, group = home.people, home.people.group()
    names = ["Ann", "Bob", "Cem", "Dot"]
    for name in names:
        people.make_manager(group, name)
    await asyncio.gather(*(people.command(group, "persona", f"Speak like {name}", who=name) for name in names))
    await home.next(group, 4)
    await people.command(group, "persona")
    shown = await home.next(group, 5)
    (winner,) = [name for name in names if f"Speak like {name}" in shown]
    await people.say(group, "hi", mention=True)
    await home.next(group, 6)
    assert f"Speak like {winner}" in system_of(await home.asked(1))
