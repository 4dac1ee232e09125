"""Finding the bot's own message whose send was never answered: exactly it, and nobody else's is touched."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from telegram.error import BadRequest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.writing.search import MOST, REACH, Search
from bot.errors import PlatformCantTell, PlatformRefused, PlatformThrottled, PlatformUncertain
from bot.events import Action, ConversationKey, MessageId
from bot.ports.intake import KnownPlace
from bot.ports.parts import Button, Part, PictureFile
from tests.drawing import photo
from tests.emulators.common import eventually
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Person, Topic
from tests.fake_chat import STOP_ROW
from tests.manual_clock import ManualClock
from tests.telegram_bot import HastyClock, chat_on, running

ANSWER = Part("It is")
TRY_AGAIN = ((Button(action=Action.RETRY, label="Try again", value="7"),),)
GO_ON = ((Button(action=Action.CONTINUE, label="Go on"),),)
PICTURE = PictureFile(jpeg=photo(64, 48), sha256="0" * 64, name="marked.jpg")


class Scene:
    """A chat in which Ann asks and the bot answers, now and then without hearing that it did."""

    def __init__(self, telegram: TelegramEmulator, chat: TelegramChat, place: Chat, topic: Topic | None = None) -> None:
        self.telegram = telegram
        self.chat = chat
        self.place = place
        self.topic = topic
        self.ann: Person = telegram.add_person("Ann") if not place.is_private else place.owner
        thread_id = None if topic is None else str(topic.id)
        self.key = ConversationKey(platform=TELEGRAM, chat_id=str(place.id), thread_id=thread_id)

    async def ask(self, text: str = "@glimpse_bot what?") -> Message:
        return await self.telegram.say(self.place, self.ann, text, topic=self.topic)

    async def answer(self, question: Message | None, *, part: Part = ANSWER, lost: bool = False) -> Message:
        reply_to = None if question is None else id_of(question)
        if lost:
            self.telegram.fail("POST /send*", drop=True, after_effect=True)
            with pytest.raises(PlatformUncertain):
                await self.chat.post(self.key, part, reply_to=reply_to, nonce="n")
        else:
            await self.chat.post(self.key, part, reply_to=reply_to, nonce="n")
        return self.telegram.visible(self.place, self.topic)[-1]

    async def find(
        self, *, after: Message, reply_to: Message | None = None, known: Sequence[Message] = ()
    ) -> MessageId | None:
        return await self.chat.find(
            self.key,
            after=id_of(after),
            reply_to=None if reply_to is None else id_of(reply_to),
            known=[id_of(message) for message in known],
        )

    def probes(self) -> list[Any]:
        return [r.body["message_id"] for r in self.telegram.requests if r.path == "/editMessageReplyMarkup"]


def id_of(message: Message) -> MessageId:
    return MessageId(str(message.id))


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


@pytest.fixture
def group(telegram_emulator: TelegramEmulator, chat: TelegramChat) -> Scene:
    return Scene(telegram_emulator, chat, telegram_emulator.add_group("Group"))


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


async def test_a_message_that_is_known_is_not_even_looked_at(group: Scene) -> None:
    question = await group.ask()
    known = await group.answer(question)
    await group.answer(question, part=Part("again"), lost=True)

    await group.find(after=question, reply_to=question, known=[known])

    assert known.id not in group.probes()


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


async def test_a_deleted_message_is_not_found(group: Scene) -> None:
    question = await group.ask()
    answer = await group.answer(question, lost=True)
    await group.telegram.erase(answer)

    assert await group.find(after=question, reply_to=question) is None


async def test_further_away_than_it_looks_it_finds_nothing(group: Scene) -> None:
    question = await group.ask()
    for number in range(REACH):
        await group.ask(str(number))
    await group.answer(question, lost=True)

    assert await group.find(after=question, reply_to=question) is None


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


async def test_after_a_restart_it_looks_as_far_as_messages_are_known(telegram_emulator: TelegramEmulator) -> None:
    async with chat_on(telegram_emulator, HastyClock()) as earlier:
        before = Scene(telegram_emulator, earlier, telegram_emulator.private(telegram_emulator.add_person("Ann")))
        hers = Scene(telegram_emulator, earlier, telegram_emulator.private(telegram_emulator.add_person("Eve")))
        question = await before.ask()
        for _ in range(REACH - 1):
            await hers.ask()
        newest = await hers.ask()
        answer = await before.answer(question, lost=True)
    known = KnownPlace(key=hers.key, is_private=True, newest=id_of(newest))
    async with running(telegram_emulator, known=[known]) as bot:
        await bot.hears()
        after = Scene(telegram_emulator, bot.chat, before.place)

        assert await after.find(after=question, reply_to=question) == id_of(answer)


async def test_what_could_be_too_far_away_nobody_can_tell(telegram_emulator: TelegramEmulator) -> None:
    async with chat_on(telegram_emulator, HastyClock()) as chat:
        scene = Scene(telegram_emulator, chat, telegram_emulator.add_group("Group"))
        question = await scene.ask()
        for _ in range(MOST):
            await scene.ask()
        await scene.answer(None)

        with pytest.raises(PlatformCantTell):
            await scene.find(after=question, reply_to=question)


async def test_a_flood_wait_is_passed_on_and_the_search_goes_on_behind_it(group: Scene) -> None:
    question = await group.ask()
    await group.ask()
    answer = await group.answer(question, lost=True)
    group.telegram.fail("POST /editMessageReplyMarkup", status=429, headers={"Retry-After": "7"}, skip=1)

    with pytest.raises(PlatformThrottled) as throttled:
        await group.find(after=question, reply_to=question)

    assert throttled.value.retry_after_s == 7
    assert await group.find(after=question, reply_to=question) == id_of(answer)
    # The one between was looked at once; the own one twice, and bared.
    assert [number - question.id for number in group.probes()] == [1, 2, 2, 2]


async def test_a_search_that_is_throttled_again_and_again_comes_to_an_end(group: Scene) -> None:
    question = await group.ask()
    for _ in range(4):
        group.telegram.fail("POST /editMessageReplyMarkup", status=429, headers={"Retry-After": "7"}, skip=9)
    found, throttled = None, 0
    for _ in range(10):
        try:
            found = await group.find(after=question, reply_to=question)
            break
        except PlatformThrottled:
            throttled += 1

    assert (found, throttled) == (None, 4)
    assert len(group.probes()) == REACH + 4


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_look_that_was_cut_off_is_repeated(group: Scene, lost: int) -> None:
    question = await group.ask()
    answer = await group.answer(question, part=Part("It is", buttons=STOP_ROW), lost=True)
    group.telegram.fail("POST /editMessageReplyMarkup", drop=True, after_effect=True, skip=lost)

    with pytest.raises(PlatformUncertain):
        await group.find(after=question, reply_to=question)

    assert await group.find(after=question, reply_to=question) == id_of(answer)
    assert answer.buttons == []


async def test_a_chat_that_threw_the_bot_out_is_a_refusal(group: Scene) -> None:
    question = await group.ask()
    group.telegram.kick(group.place)

    with pytest.raises(PlatformRefused, match="add it again"):
        await group.find(after=question, reply_to=question)


async def test_in_a_channel_nothing_is_touched(group: Scene) -> None:
    question = await group.ask()
    await group.answer(question, lost=True)
    channel = {"id": group.place.id, "type": "channel", "title": "News"}
    group.telegram.fail("POST /getChat", status=200, body={"ok": True, "result": channel})

    with pytest.raises(PlatformCantTell):
        await group.find(after=question, reply_to=question)
    assert group.probes() == []


async def test_many_searches_at_once_stay_together_below_what_telegram_allows() -> None:
    clock, looks = ManualClock(), list[float]()

    async def edit_markup(*_: object) -> dict[str, Any]:
        looks.append(clock.monotonic_s())
        raise PlatformRefused("not found") from BadRequest("message to edit not found")

    async def chat_type(_: ConversationKey) -> str:
        return "supergroup"

    search = Search(edit_markup=edit_markup, chat_type=chat_type, clock=clock)
    keys = [ConversationKey(platform=TELEGRAM, chat_id=f"-100{number}") for number in range(4)]
    searches = [asyncio.create_task(search.find(key, after=MessageId("1"), reply_to=None, known=[])) for key in keys]
    await clock.advance(60)

    assert [task.result() for task in searches] == [None] * 4
    assert len(looks) == 4 * REACH
    assert max(sum(moment <= other < moment + 1 for other in looks) for moment in looks) < 30
