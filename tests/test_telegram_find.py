"""Finding the bot's own message whose send was never answered: exactly it, and nobody else's is touched."""

from collections.abc import AsyncIterator

import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.writing.search import REACH
from bot.events import Action
from bot.ports.parts import Button, Part, PictureFile
from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.fake_chat import STOP_ROW
from tests.telegram_bot import HastyClock, chat_on, running
from tests.telegram_search import Scene, id_of

TRY_AGAIN = ((Button(action=Action.RETRY, label="Try again", value="7"),),)
GO_ON = ((Button(action=Action.CONTINUE, label="Go on"),),)
PICTURE = PictureFile(jpeg=photo(64, 48), sha256="0" * 64, name="marked.jpg")


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def chat(telegram_emulator: TelegramEmulator, clock: HastyClock) -> AsyncIterator[TelegramChat]:
    async with chat_on(telegram_emulator, clock) as chat:
        yield chat


@pytest.fixture(params=["private", "basic group", "supergroup", "topic"])
def scene(request: pytest.FixtureRequest, telegram_emulator: TelegramEmulator, chat: TelegramChat) -> Scene:
    match request.param:
        case "private":
            place, topic = telegram_emulator.private(telegram_emulator.add_person("Ann")), None
        case "topic":
            place = telegram_emulator.add_group("Group", forum=True)
            topic = telegram_emulator.add_topic(place, "Topic")
        case kind:
            place, topic = telegram_emulator.add_group("Group", basic=kind == "basic group"), None
    return Scene(telegram_emulator, chat, place, topic)


@pytest.mark.parametrize("can_stop", [True, False])
async def test_an_answer_whose_send_was_cut_off_is_found(scene: Scene, can_stop: bool) -> None:
    question = await scene.ask()
    await scene.ask("meanwhile")
    answer = await scene.answer(question, part=Part("It is", buttons=STOP_ROW if can_stop else ()), lost=True)
    await scene.ask("and then")

    assert await scene.find(after=question, reply_to=question) == id_of(answer)
    assert (answer.text, answer.buttons) == ("It is", [])


async def test_what_was_found_can_be_brought_up_to_date(scene: Scene) -> None:
    question = await scene.ask()
    answer = await scene.answer(question, part=Part("It is", buttons=STOP_ROW), lost=True)
    found = await scene.find(after=question, reply_to=question)
    assert found is not None

    for text in ("It is", "It is a cat."):
        await scene.chat.edit(scene.key, found, Part(text))

    assert (answer.text, answer.buttons) == ("It is a cat.", [])


async def test_a_picture_behind_an_answer_is_found_and_stays_as_it_is(scene: Scene) -> None:
    question = await scene.ask()
    answer = await scene.answer(question)
    theirs = await scene.telegram.send_photo(scene.place, scene.ann, PICTURE.jpeg, topic=scene.topic)
    before = theirs.json()
    drawn = await scene.answer(None, part=Part("Here", picture=PICTURE), lost=True)

    assert await scene.find(after=answer, known=[answer]) == id_of(drawn)
    assert (scene.telegram.picture_of(drawn), drawn.text, drawn.buttons) == (PICTURE.jpeg, "Here", [])
    assert theirs.json() == before


async def test_a_picture_that_never_arrived_is_not_found_among_those_of_others(scene: Scene) -> None:
    question = await scene.ask()
    answer = await scene.answer(question)
    await scene.telegram.send_photo(scene.place, scene.ann, PICTURE.jpeg, topic=scene.topic)

    assert await scene.find(after=answer, known=[answer]) is None


async def test_a_continuation_is_found_behind_the_part_before_it(scene: Scene) -> None:
    question = await scene.ask()
    first = await scene.answer(question)
    other = await scene.ask()
    await scene.answer(other)
    second = await scene.answer(None, lost=True)

    assert await scene.find(after=first, reply_to=None, known=[first]) == id_of(second)


async def test_what_never_arrived_is_not_found_and_nobody_is_touched(scene: Scene, clock: HastyClock) -> None:
    question = await scene.ask()
    theirs = [await scene.ask(f"@glimpse_bot {number}") for number in range(5)]
    mine = await scene.answer(theirs[0])

    assert await scene.find(after=question, reply_to=question) is None

    assert set(scene.probes()) == set(range(question.id + 1, mine.id + REACH + 1))
    assert sum(clock.waits) <= 10
    assert all(message.buttons == [] and message.edit_date is None for message in [*theirs, mine])
    assert len(mine.versions) == 1


async def test_the_answer_to_another_question_is_not_taken_for_it(scene: Scene) -> None:
    first, second = await scene.ask(), await scene.ask()
    await scene.answer(second)
    answer = await scene.answer(first, lost=True)

    assert await scene.find(after=first, reply_to=first) == id_of(answer)


async def test_buttons_of_other_answers_stand_as_before_after_a_search(scene: Scene) -> None:
    question, other = await scene.ask(), await scene.ask()
    first = await scene.answer(other, part=Part("That failed.", buttons=TRY_AGAIN))
    second = await scene.answer(other, part=Part("It is", buttons=STOP_ROW))
    await scene.chat.edit(scene.key, id_of(second), Part("It is cut off", buttons=GO_ON))
    third = await scene.answer(other, part=Part("It is", buttons=STOP_ROW))
    await scene.chat.edit(scene.key, id_of(third), Part("It is a cat."))
    answer = await scene.answer(question, part=Part("It is", buttons=TRY_AGAIN), lost=True)
    before = [message.json() for message in (first, second, third)]

    assert await scene.find(after=question, reply_to=question) == id_of(answer)

    assert [first.presses, second.presses, third.presses] == [["retry:7"], ["continue"], []]
    assert [message.json() for message in (first, second, third)] == before
    assert {first.id, second.id, third.id} <= set(scene.probes())


async def test_buttons_of_answers_in_other_topics_stand_as_before_after_a_search(
    telegram_emulator: TelegramEmulator, chat: TelegramChat
) -> None:
    forum = telegram_emulator.add_group("Group", forum=True)
    here, there = (telegram_emulator.add_topic(forum, name) for name in ("Here", "There"))
    mine, theirs = (Scene(telegram_emulator, chat, forum, topic) for topic in (here, there))
    question = await mine.ask()
    failed = await theirs.answer(await theirs.ask(), part=Part("That failed.", buttons=TRY_AGAIN))
    answer = await mine.answer(question, lost=True)

    assert await mine.find(after=question, reply_to=question) == id_of(answer)
    assert failed.presses == ["retry:7"]


async def test_a_message_in_another_topic_is_not_taken_for_it(
    telegram_emulator: TelegramEmulator, chat: TelegramChat
) -> None:
    forum = telegram_emulator.add_group("Group", forum=True)
    here, there = (telegram_emulator.add_topic(forum, name) for name in ("Here", "There"))
    mine = Scene(telegram_emulator, chat, forum, here)
    question = await mine.ask()
    await Scene(telegram_emulator, chat, forum, there).answer(None)
    await Scene(telegram_emulator, chat, forum).answer(None)
    part = await mine.answer(None, lost=True)

    assert await mine.find(after=question) == id_of(part)


async def test_in_private_the_ids_of_other_chats_lie_between(
    telegram_emulator: TelegramEmulator, chat: TelegramChat
) -> None:
    mine, hers = (
        Scene(telegram_emulator, chat, telegram_emulator.private(telegram_emulator.add_person(name)))
        for name in ("Bob", "Eve")
    )
    question = await mine.ask()
    for _ in range(5):
        await hers.answer(await hers.ask(), part=Part("Secret", buttons=STOP_ROW))
    answer = await mine.answer(question, lost=True)

    assert answer.id == question.id + 11
    assert await mine.find(after=question, reply_to=question) == id_of(answer)
    assert [message.buttons for message in telegram_emulator.visible(hers.place)] == [["Stop"]] * 5


async def test_it_is_looked_for_behind_what_was_known_before_the_send(scene: Scene) -> None:
    question, other = await scene.ask(), await scene.ask()
    for _ in range(REACH):
        await scene.ask()
    await scene.answer(other)
    newest = scene.chat.newest(scene.key)
    answer = await scene.answer(question, lost=True)

    assert newest is not None
    assert await scene.chat.find(scene.key, after=newest, reply_to=id_of(question), known=[]) == id_of(answer)
    assert set(scene.probes()) == {answer.id}


async def test_what_was_received_needs_no_look(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        scene = Scene(telegram_emulator, bot.chat, telegram_emulator.add_group("Group"))
        question = await scene.ask()
        for _ in range(REACH):
            await scene.ask()
        await eventually(lambda: len(bot.heard) > REACH)
        answer = await scene.answer(question, lost=True)

        assert await scene.find(after=question, reply_to=question) == id_of(answer)
    assert set(scene.probes()) == {answer.id}
