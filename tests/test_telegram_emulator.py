from collections.abc import AsyncIterator

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import ChatMigrated, EndPointNotFound, Forbidden, InvalidToken

from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import client, refused


@pytest.fixture
async def world() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(topics=True) as emulator:
        yield emulator
        assert emulator.violations == []


async def test_get_me_tells_name_privacy_and_topic_mode(world: TelegramEmulator, bot: telegram.Bot) -> None:
    me = await bot.get_me()

    assert (me.id, me.username, me.is_bot) == (world.bot_id, world.username, True)
    assert me.can_read_all_group_messages is False
    assert me.has_topics_enabled is True


async def test_commands_are_kept_and_checked(world: TelegramEmulator, bot: telegram.Bot) -> None:
    await bot.set_my_commands([("help", "What I can do"), ("reset", "Start over")])

    assert [command.command for command in await bot.get_my_commands()] == ["help", "reset"]
    assert await bot.get_my_commands(language_code="de") == ()
    async with refused(world, "Bot_command_invalid", violation="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([("Help!", "no")])


async def test_a_reply_needs_its_message_unless_it_may_do_without(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)
    question = await world.say(chat, ann, "What is it?")

    answer = await bot.send_message(chat.id, "This.", reply_parameters=ReplyParameters(question.id, quote="it?"))
    await world.erase(question)

    assert answer.reply_to_message is not None
    assert answer.quote is not None
    async with refused(world, "Message to be replied not found"):
        await bot.send_message(chat.id, "Again.", reply_to_message_id=question.id)
    lenient = ReplyParameters(question.id, allow_sending_without_reply=True)
    assert (await bot.send_message(chat.id, "Still.", reply_parameters=lenient)).reply_to_message is None
    async with refused(world, "Message to be replied not found", violation="never was"):
        await bot.send_message(chat.id, "Lost.", reply_to_message_id=999)


async def test_sending_into_topics(world: TelegramEmulator, bot: telegram.Bot) -> None:
    forum = world.add_group("Friends", forum=True)
    trip, old = world.add_topic(forum, "Trip"), world.add_topic(forum, "Old")
    world.close_topic(old)

    sent = await bot.send_message(forum.id, "In the topic.", message_thread_id=trip.id)
    reply = await bot.send_message(forum.id, "A reply stays there.", reply_to_message_id=sent.message_id)

    assert (sent.message_thread_id, sent.is_topic_message) == (trip.id, True)
    assert reply.message_thread_id == trip.id
    assert [message.text for message in world.visible(forum, trip)] == ["In the topic.", "A reply stays there."]
    assert world.visible(forum) == []
    async with refused(world, "Topic_closed"):
        await bot.send_message(forum.id, "Closed.", message_thread_id=old.id)
    world.delete_topic(trip)
    async with refused(world, "Message thread not found"):
        await bot.send_message(forum.id, "Deleted.", message_thread_id=trip.id)
    async with refused(world, "Message thread not found", violation="never was a topic"):
        await bot.send_message(forum.id, "General has no id for sending.", message_thread_id=1)


async def test_an_edit_shows_the_new_text_and_keeps_the_old_versions(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    chat = world.private(world.add_person("Ann"))
    sent = await bot.send_message(chat.id, "Ha")

    await bot.edit_message_text("Half", chat.id, sent.message_id)
    await bot.edit_message_text("Half", chat.id, sent.message_id, entities=[MessageEntity("bold", 0, 4)])

    (shown,) = world.visible(chat)
    assert [(version.text, len(version.entities)) for version in shown.versions] == [
        ("Ha", 0),
        ("Half", 0),
        ("Half", 1),
    ]
    assert shown.versions[0].at < shown.versions[1].at < shown.versions[2].at


async def test_edits_that_change_nothing_or_not_the_bots_own_are_refused(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)
    sent = await bot.send_message(chat.id, "Same")
    question = await world.say(chat, ann, "Mine")

    async with refused(world, "Message is not modified", violation="changes nothing"):
        await bot.edit_message_text("Same ", chat.id, sent.message_id)
    async with refused(world, "Message can't be edited", violation="can't be edited"):
        await bot.edit_message_text("Yours", chat.id, question.id)
    async with refused(world, "Message to edit not found", violation="not found"):
        await bot.edit_message_text("Nothing", chat.id, 999)
    await world.erase(world.visible(chat)[0])
    async with refused(world, "Message to edit not found"):
        await bot.edit_message_text("Gone", chat.id, sent.message_id)


YES = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Yes", callback_data="yes"))
NO = InlineKeyboardMarkup.from_button(InlineKeyboardButton("No", callback_data="no"))


async def test_buttons_come_with_a_message_and_go_with_an_edit(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))
    sent = await bot.send_message(chat.id, "Sure?", reply_markup=YES)
    (shown,) = world.visible(chat)

    assert (shown.buttons, shown.presses, sent.reply_markup) == (["Yes"], ["yes"], YES)
    async with refused(world, "Message is not modified", violation="changes nothing"):
        await bot.edit_message_text("Sure?", chat.id, sent.message_id, reply_markup=YES)
    await bot.edit_message_text("Sure?", chat.id, sent.message_id)
    assert (shown.buttons, len(shown.versions)) == ([], 1)
    async with refused(world, "Can't parse inline keyboard", violation="inline keyboard"):
        long = InlineKeyboardButton("x", callback_data="x" * 65)
        await bot.send_message(chat.id, "Sure?", reply_markup=InlineKeyboardMarkup.from_button(long))


async def test_buttons_can_be_put_on_the_bots_own_messages_only(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)
    question = await world.say(chat, ann, "Hi")
    sent = await bot.send_message(chat.id, "Sure?", reply_to_message_id=question.id)
    (shown,) = world.visible(chat)

    for markup, buttons in ((YES, ["Yes"]), (NO, ["No"]), (None, [])):
        edited = await bot.edit_message_reply_markup(chat.id, sent.message_id, reply_markup=markup)
        assert isinstance(edited, telegram.Message)
        assert (edited.text, edited.reply_markup, shown.buttons) == ("Sure?", markup, buttons)
        assert edited.reply_to_message is not None
        async with refused(world, "Message is not modified"):
            await bot.edit_message_reply_markup(chat.id, sent.message_id, reply_markup=markup)
    async with refused(world, "Message can't be edited"):
        await bot.edit_message_reply_markup(chat.id, question.id, reply_markup=YES)
    async with refused(world, "Message to edit not found"):
        await bot.edit_message_reply_markup(chat.id, 999, reply_markup=YES)
    await world.erase(shown)
    async with refused(world, "Message to edit not found"):
        await bot.edit_message_reply_markup(chat.id, sent.message_id, reply_markup=YES)


async def test_the_bot_takes_back_its_own_messages(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    group = world.add_group("Friends")
    sent = await bot.send_message(group.id, "Oops")
    question = await world.say(group, ann, "@glimpse_bot hi")

    await bot.delete_message(group.id, sent.message_id)

    assert world.visible(group) == []
    async with refused(world, "Message to delete not found"):
        await bot.delete_message(group.id, sent.message_id)
    async with refused(world, "Message can't be deleted", violation="can't be deleted"):
        await bot.delete_message(group.id, question.id)


async def test_typing_is_shown_until_a_message_arrives(world: TelegramEmulator, bot: telegram.Bot) -> None:
    forum = world.add_group("Friends", forum=True)
    trip = world.add_topic(forum, "Trip")

    await bot.send_chat_action(forum.id, "typing", message_thread_id=trip.id)
    await bot.send_chat_action(forum.id, "typing", message_thread_id=1)

    assert (world.typing(forum, trip), world.typing(forum)) == (True, True)
    await bot.send_message(forum.id, "Here.", message_thread_id=trip.id)
    assert (world.typing(forum, trip), world.typing(forum)) == (False, True)
    assert [(action.topic, action.until - action.since <= 5.0) for action in world.chat_actions] == [
        (trip, True),
        (None, True),
    ]
    async with refused(world, "Wrong parameter action", violation="action"):
        await bot.send_chat_action(forum.id, "thinking")


async def test_files_are_sent_by_upload_and_by_id(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))

    sent = await bot.send_document(chat.id, b"hello", filename="hello.txt", caption="A file")
    assert sent.document is not None
    again = await bot.send_document(chat.id, sent.document)

    assert again.document is not None
    assert again.document.file_unique_id == sent.document.file_unique_id
    assert [message.text for message in world.visible(chat)] == ["A file", ""]
    async with refused(world, "Message caption is too long", violation="caption"):
        await bot.send_document(chat.id, b"hello", caption="x" * 1025)


async def test_chats_that_cannot_be_written_to(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat, group, quiet = world.private(ann), world.add_group("Friends"), world.add_group("Quiet")
    world.block(ann)
    world.kick(group)
    world.mute(quiet)

    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(chat.id, "Hello?")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "Hello?")
    async with refused(world, "Not enough rights to send text messages"):
        await bot.send_message(quiet.id, "Hello?")
    async with refused(world, "Chat not found", violation="chat not found"):
        await bot.send_message(12345, "Hello?")
    world.unblock(ann)
    assert (await bot.send_message(chat.id, "Hello!")).text == "Hello!"


async def test_an_upgraded_group_tells_its_new_id(world: TelegramEmulator, bot: telegram.Bot) -> None:
    group = world.add_group("Friends", basic=True)
    supergroup = world.upgrade(group)

    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "Hello?")

    assert migrated.value.new_chat_id == supergroup.id
    assert (await bot.get_chat(supergroup.id)).title == "Friends"


async def test_wrong_tokens_and_unknown_methods(world: TelegramEmulator, bot: telegram.Bot) -> None:
    async with client(world, token="123:" + "x" * 35) as stranger:
        with pytest.raises(InvalidToken, match="Unauthorized"):
            await stranger.get_me()
    async with client(world, token="nonsense") as stranger:
        with pytest.raises(InvalidToken, match="Not Found"):
            await stranger.get_me()
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendTelepathy")
    assert world.violations == ["no such method here: sendTelepathy"]
    world.violations.clear()


async def test_requests_are_recorded_as_they_were_meant(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))

    await bot.send_message(chat.id, "hi there", entities=[MessageEntity("bold", 0, 2)])
    async with refused(world, "Message text is empty", violation="empty"):
        await bot.send_message(chat.id, "")

    recorded = [request for request in world.requests if request.path == "/sendMessage"]
    assert [request.status for request in recorded] == [200, 400]
    assert recorded[0].body["entities"] == [{"length": 2, "offset": 0, "type": "bold"}]
