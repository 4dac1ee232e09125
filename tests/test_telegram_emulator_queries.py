"""The Telegram emulator's rules for what must be answered in time and once, with the real python-telegram-bot."""

from collections.abc import Coroutine
from typing import Any

import pytest
import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    Update,
)
from telegram.error import BadRequest, NetworkError

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Person
from tests.telegram_client import client, refused

TOO_OLD = "Query is too old"
STOP = InlineKeyboardMarkup([[InlineKeyboardButton("Stop", callback_data="stop")]])


@pytest.fixture
def ann(world: TelegramEmulator) -> Person:
    return world.add_person("Ann")


@pytest.fixture
def strangers(world: TelegramEmulator) -> Chat:
    return world.add_elsewhere("Strangers")


def article(text: str = "One moment") -> InlineQueryResultArticle:
    return InlineQueryResultArticle("1", "Answer", InputTextMessageContent(text), reply_markup=STOP)


async def news(bot: telegram.Bot) -> Update:
    """The only update that waits. The next call confirms it."""
    (update,) = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    return update


async def asked(world: TelegramEmulator, bot: telegram.Bot, chat: Chat, person: Person) -> str:
    """Somebody asks the guest: the id of the query."""
    await world.say(chat, person, "@glimpse_bot why?")
    message = (await news(bot)).guest_message
    assert message is not None
    assert message.guest_query_id is not None
    return message.guest_query_id


async def test_a_guest_gets_what_mentions_or_answers_it_and_nothing_else(
    world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat
) -> None:
    await world.say(strangers, ann, "nobody in particular")
    sent = await bot.answer_guest_query(await asked(world, bot, strangers, ann), article())
    (answer,) = strangers.own
    assert (answer.text, answer.buttons, answer.inline_id) == ("One moment", ["Stop"], sent.inline_message_id)

    assert await bot.edit_message_text("Because.", inline_message_id=sent.inline_message_id) is True
    assert (answer.text, answer.buttons) == ("Because.", [])
    await bot.get_updates(offset=-1)
    question = await world.say(strangers, ann, "really?", reply_to=answer)
    assert question.update is not None
    assert question.update.payload["guest_message"]["reply_to_message"]["text"] == "Because."


async def test_a_guest_answers_once(world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat) -> None:
    query_id = await asked(world, bot, strangers, ann)
    await bot.answer_guest_query(query_id, article())
    async with refused(world, TOO_OLD, violation="answered twice"):
        await bot.answer_guest_query(query_id, article())


async def test_a_guest_whose_first_answer_was_lost_may_try_again_in_vain(
    world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat
) -> None:
    query_id = await asked(world, bot, strangers, ann)
    world.fail("POST /answerGuestQuery", drop=True, after_effect=True)
    with pytest.raises(NetworkError):
        await bot.answer_guest_query(query_id, article())
    async with refused(world, TOO_OLD):
        await bot.answer_guest_query(query_id, article())


async def test_a_guest_is_no_member(world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat) -> None:
    await bot.answer_guest_query(await asked(world, bot, strangers, ann), article())
    async with refused(world, "Chat not found", violation="chat not found"):
        await bot.send_message(strangers.id, "hello")


@pytest.mark.parametrize(("kind", "lifetime_s"), [("guest", 30), ("inline", 30), ("callback", 150)])
async def test_an_answer_that_comes_too_late_is_refused(
    world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat, kind: str, lifetime_s: float
) -> None:
    await bot.send_message(world.private(ann).id, "hi", reply_markup=STOP)
    answer: Coroutine[Any, Any, object]
    match kind:
        case "guest":
            answer = bot.answer_guest_query(await asked(world, bot, strangers, ann), article())
        case "inline":
            query = await world.type_inline(strangers, ann, "why?")
            answer = bot.answer_inline_query(query.id, [], is_personal=True)
        case _:
            answer = bot.answer_callback_query(await world.press(world.visible(world.private(ann))[-1], ann))
    world.pass_time(lifetime_s + 1)
    async with refused(world, TOO_OLD, violation=f"{kind} query answered after"):
        await answer


async def test_what_was_received_and_is_never_answered_is_a_violation() -> None:
    async with TelegramEmulator() as world, client(world) as bot:
        ann = world.add_person("Ann")
        await bot.send_message(world.private(ann).id, "hi", reply_markup=STOP)
        query_id = await world.press(world.visible(world.private(ann))[0], ann)
        update = await news(bot)
        await bot.get_updates(offset=update.update_id + 1)
        world.pass_time(3)
    assert world.violations == [f"callback query {query_id} was never answered"]


async def test_what_is_chosen_inline_is_told_with_an_id_if_it_has_buttons(
    world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat
) -> None:
    query = await world.type_inline(strangers, ann, "why?")
    await bot.get_updates(offset=-1)
    await bot.answer_inline_query(query.id, [article()], is_personal=True, cache_time=0)
    message = await world.choose(query)
    updates = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    chosen = updates[-1].chosen_inline_result
    assert chosen is not None
    assert (chosen.query, chosen.inline_message_id) == ("why?", message.inline_id)
    await bot.edit_message_text("Because.", inline_message_id=message.inline_id)
    assert (message.text, message.sender) == ("Because.", ann)


async def test_what_is_offered_inline_to_everybody_is_a_violation(
    world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat
) -> None:
    query = await world.type_inline(strangers, ann, "why?")
    await bot.answer_inline_query(query.id, [article()])
    assert world.violations == ["an inline answer that is kept for others"]
    world.violations.clear()


@pytest.mark.parametrize("text", ["", "x" * 4097])
async def test_an_article_obeys_the_limits_of_messages(
    world: TelegramEmulator, bot: telegram.Bot, ann: Person, strangers: Chat, text: str
) -> None:
    query_id = await asked(world, bot, strangers, ann)
    with pytest.raises(BadRequest):
        await bot.answer_guest_query(query_id, article(text))
    assert world.violations == ["message text is empty or too long"]
    world.violations.clear()
    await bot.answer_guest_query(query_id, article())
