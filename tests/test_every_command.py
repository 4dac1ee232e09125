"""Every command, on both platforms, by people who talk to the bot's own process."""

import asyncio
import json
import re

from bot import texts
from bot.commands import data_texts, settings_texts
from bot.commands.known import COMMANDS
from tests.drawing import encoded
from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.gallery import UPRIGHT
from tests.home import OTHER_MODEL, Home, system_of, told
from tests.people import TelegramPeople


async def test_ask_and_describe_are_answered_by_the_model(home: Home) -> None:
    people, group = home.people, home.people.group()
    home.model.reply("Because of the air.", "Four colours.", "A corner.")
    await people.command(group, "ask", "why is the sky blue?")
    because = people.question_above("why is the sky blue?") + "Because of the air."
    await home.reads(group, because)
    assert "[Ann] why is the sky blue?" in (await home.asked(1)).text

    photo = await people.share_photo(group, encoded(UPRIGHT, "JPEG"), "look", who="Bob")
    await people.command(group, "describe", reply_to=photo)
    await home.reads(group, because, "Four colours.")
    call = await home.asked(2)
    assert len(call.pictures) == 1
    assert "[Ann] why is the sky blue?" in told(call), "commands are part of the talk"

    await people.command(group, "describe", "the corner", reply_to=photo)
    await home.next(group, 3, beginning="A corner.")
    assert "the corner" in (await home.asked(3)).text


async def test_alt_describes_what_it_replies_to_and_asks_back_where_there_is_nothing(home: Home) -> None:
    people, group = home.people, home.people.group()
    await people.command(group, "alt")
    await home.reads(group, texts.ALT_NEEDS_PICTURE)
    assert home.model.calls == []
    photo = await people.share_photo(group, encoded(UPRIGHT, "JPEG"), who="Bob")
    home.model.reply("Four colours.")
    await people.command(group, "alt", reply_to=photo)
    await home.next(group, 2, beginning=texts.ALT_MARK + "Four colours.")
    assert len((await home.asked(1)).pictures) == 1


async def test_stop_ends_the_answer_where_it_is_and_says_where_there_is_none(home: Home) -> None:
    people, place = home.people, home.people.private()
    home.model.reply(Script(pieces=pieces_of("Once upon a time"), hold=asyncio.Event(), hold_after=3))
    await people.say(place, "a story!")
    await home.reads(place, "Once upon a")
    await people.command(place, "stop")
    await home.reads(place, f"Once upon a\n\n{texts.STOPPED_NOTE}", texts.STOPS)
    await eventually(lambda: home.model.calls[0].disconnected, what="the model is told to stop")
    await people.command(place, "stop")
    await home.next(place, 3, beginning=texts.NOTHING_TO_STOP)


async def test_retry_answers_again_in_place_and_continue_goes_on(home: Home) -> None:
    people, place = home.people, home.people.private()
    await people.command(place, "retry")
    await home.reads(place, texts.NOTHING_TO_RETRY)
    home.model.reply("Paris?", Script(pieces=pieces_of("Paris, which"), finish_reason="length"), "has many bridges.")
    await people.say(place, "capital of France?")
    await home.next(place, 2, beginning="Paris?")
    await people.command(place, "retry")
    cut_off = f"Paris, which\n\n{texts.LENGTH_NOTE}"
    await home.reads(place, texts.NOTHING_TO_RETRY, cut_off, texts.RETRIES)
    await people.command(place, "continue")
    await home.reads(place, texts.NOTHING_TO_RETRY, cut_off, texts.RETRIES, "has many bridges.")
    assert "Paris, which" in told(await home.asked(3))


async def test_retry_in_reply_to_an_answer_is_about_that_one(home: Home) -> None:
    people, group = home.people, home.people.group()
    home.model.reply("one", "two", "ONE")
    await people.say(group, "first", mention=True)
    await home.next(group, 1)
    await people.say(group, "second", mention=True)
    await home.next(group, 2)
    await people.command(group, "retry", reply_to=people.answers(group)[0])
    await home.reads(group, "ONE", "two", texts.RETRIES)


async def test_reset_starts_over_for_everybody_in_the_conversation(home: Home) -> None:
    people, group = home.people, home.people.group()
    await people.say(group, "my name is Rumpelstilzchen", mention=True)
    await home.next(group, 1)
    await people.command(group, "reset", who="Bob")
    await home.next(group, 2, beginning=texts.WAS_RESET)
    await people.say(group, "what is my name?", mention=True)
    await home.next(group, 3)
    assert "Rumpelstilzchen" not in told(await home.asked(2))


async def test_forget_takes_one_exchange_or_this_conversation_or_everything(home: Home) -> None:
    people, private, group = home.people, home.people.private(), home.people.group()
    home.model.reply("Noted: apple.", "Noted: plum.", "Noted: cherry.", "I know nothing.")
    await people.say(private, "secret one: apple")
    await home.next(private, 1)
    await people.say(private, "secret two: plum")
    await home.next(private, 2)
    await people.say(group, "secret three: cherry", mention=True)
    await home.next(group, 1)

    await people.command(private, "forget", "message", reply_to=people.answers(private)[0])
    await home.reads(private, "Noted: plum.", data_texts.FORGOTTEN_EXCHANGE)
    await people.command(private, "forget", "here")
    await home.next(private, 3, beginning=data_texts.FORGOTTEN_HERE)
    await people.say(private, "what do you know?")
    await home.next(private, 4, beginning="I know nothing.")
    assert "secret" not in told(await home.asked(4))

    await people.command(group, "forget", "here", who="Bob")
    await home.next(group, 2, beginning=data_texts.FORGOTTEN_OWN_HERE)
    assert b"cherry" in kept(home), "Bob can't forget what Ann said"
    await people.command(private, "forget", "everything")
    await home.next(private, 5, beginning=data_texts.FORGOTTEN_EVERYTHING)
    assert home.shown(group)[0] == "Noted: cherry.", "what stands in chats stays"
    assert await home.bot.terminate() == 0
    assert not any(fruit in kept(home) for fruit in (b"apple", b"plum", b"cherry"))
    await home.bot.start()


def kept(home: Home) -> bytes:
    files = (home.database, home.database.with_name(f"{home.database.name}-wal"))
    return b"".join(file.read_bytes() for file in files if file.exists())


async def test_export_hands_a_person_their_own_data_as_a_file_in_private(home: Home) -> None:
    people, private, group = home.people, home.people.private(), home.people.group()
    await people.command(private, "export")
    await home.reads(private, data_texts.NOTHING_KEPT)
    home.model.reply("Noted.", "Noted.", "Noted.")
    await people.say(group, "I like apples", mention=True)
    await home.next(group, 1)
    await people.say(group, "I like plums", who="Bob", mention=True)
    await home.next(group, 2)
    await people.say(private, "and pears")
    await home.next(private, 2)
    await people.command(private, "export")
    await home.next(private, 3, beginning=data_texts.EXPORTED)
    (content,) = people.files(private).values()
    exchanges = json.loads(content)
    said = [message["text"] for exchange in exchanges for message in exchange["messages"]]
    assert [text for text in said if text.startswith(("I like", "and"))] == ["I like apples", "and pears"]
    assert [exchange["answer"] for exchange in exchanges if exchange["answer"]] == ["Noted.", "Noted."]


async def test_a_persona_is_shown_chosen_and_described_in_own_words(home: Home) -> None:
    people, place = home.people, home.people.private()
    await people.command(place, "persona")
    await home.next(place, 1, beginning=settings_texts.in_manner("", is_named=False))
    await home.buttons(place, "brief", "formal", f"✓ {settings_texts.USUAL_LABEL}")
    await people.press(place, "brief")
    await home.buttons(place, "✓ brief")
    await people.say(place, "hi")
    await home.next(place, 2)
    assert "one or two sentences" in system_of(await home.asked(1))
    await people.command(place, "persona", "You are a Pirate")
    await home.next(place, 3, beginning=settings_texts.in_manner("You are a Pirate", is_named=False))
    await home.restart()
    await people.say(place, "hi again")
    await home.next(place, 4)
    assert "You are a Pirate" in system_of(await home.asked(2))


async def test_the_model_is_one_of_the_configured_list(home: Home) -> None:
    people, place = home.people, home.people.private()
    home.model.others.add(OTHER_MODEL)
    await people.command(place, "model", "no-such-model")
    await home.next(place, 1, beginning=texts.NOT_A_CHOICE)
    await home.buttons(place, OTHER_MODEL)
    await people.press(place, OTHER_MODEL)
    await home.buttons(place, f"✓ {OTHER_MODEL}")
    await home.restart()
    await people.say(place, "hi")
    await home.next(place, 2)
    assert (await home.asked(1)).body["model"] == OTHER_MODEL
    await people.command(place, "model", "qwen")
    await home.next(place, 3)
    await people.say(place, "hi")
    await home.next(place, 4)
    assert "qwen" in (await home.asked(2)).body["model"]


async def test_usage_tells_what_was_used_by_a_person_and_in_a_conversation(home: Home) -> None:
    people, group = home.people, home.people.group()
    await people.say(group, "hi", mention=True)
    await home.next(group, 1)
    await people.say(group, "hi", who="Bob", mention=True)
    await home.next(group, 2)
    await people.command(group, "usage")
    usage = await home.next(group, 3)
    assert "answers 1" in usage
    assert "answers 2" in usage


async def test_a_picture_posted_to_nobody_goes_with_who_posted_it_wherever_others_asked_about_it(home: Home) -> None:
    people, group = home.people, home.people.hearing_group()
    home.model.reply("Four colours.", "I don't know.")
    await people.share_photo(group, encoded(UPRIGHT, "JPEG"), who="Bob")
    await people.say(group, "what is that?", mention=True)
    await home.next(group, 1)
    assert len((await home.asked(1)).pictures) == 1
    await people.command(group, "forget", "everything", who="Bob")
    await home.next(group, 2)
    await people.say(group, "and now?", mention=True)
    await home.next(group, 3)
    assert (await home.asked(2)).pictures == []


async def test_help_fits_on_a_phone_and_every_command_can_be_found(home: Home) -> None:
    people, place = home.people, home.people.private()
    await people.command(place, "help")
    shown = await home.next(place, 1)
    assert len(shown) < 500
    assert len(shown.splitlines()) <= 12
    assert set(re.findall(r"/(\w+)", shown)) == {name for name in COMMANDS if name != "help"}
    if isinstance(people, TelegramPeople):
        marks = [(mark["type"], people.answers(place)[0].marked(mark)) for mark in people.answers(place)[0].entities]
        assert ("bot_command", "/ask") in marks, "it can be tapped"
        assert "code" not in dict(marks)
    else:
        assert "`/ask`" in people.shown(place)[0]


async def test_menus_are_told_to_the_platform_once_however_often_the_bot_starts(home: Home) -> None:
    def told_of_menus() -> int:
        return sum(
            one.path == "/setMyCommands" or (one.method == "PUT" and one.path.startswith("/applications/"))
            for one in home.people.emulated.requests
        )

    place = home.people.private()
    await home.people.command(place, "usage")
    await home.next(place, 1)
    await eventually(told_of_menus, what="menus")
    await home.restart()
    await home.people.command(place, "usage")
    await home.next(place, 2)
    before = told_of_menus()
    await home.restart()
    await home.people.command(place, "usage")
    await home.next(place, 3)
    assert told_of_menus() == before
