"""Answers for one person alone on Discord, who brought the bot along: the real discord.py on real sockets."""

import pytest

from adapters.discord.interactions.waiting import UNACKNOWLEDGED_S
from adapters.discord.writing.answering import GOES_ON_PRIVATELY
from bot.errors import PlatformRefused
from bot.events import ButtonPressed, MessageId, MessageReceived, PersonId
from bot.ports.parts import TextFile
from tests.discord_bot import STOP, Bot, part, running
from tests.elsewhere import Elsewhere
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Message

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


async def test_who_installed_the_bot_is_answered_everywhere_and_nobody_else_sees_it(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        event, used = await elsewhere.asks(bot)
        await bot.chat.typing(event.key, reply_to=event.message_id)
        growing = await bot.chat.post(event.key, part("Be", STOP), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, growing, part("Because."))

    [answer] = elsewhere.discord.visible(elsewhere.channel)
    assert [version.text for version in answer.versions[-2:]] == ["Be", "Because."]
    assert MessageFlag.EPHEMERAL in answer.flags
    assert event.is_private
    assert used.acknowledged_at is not None
    assert used.acknowledged_at - used.at < UNACKNOWLEDGED_S


async def test_what_two_people_ask_there_are_two_conversations(elsewhere: Elsewhere) -> None:
    elsewhere.discord.install(elsewhere.ben)
    async with running(elsewhere.discord) as bot:
        hers, _ = await elsewhere.asks(bot)
        await elsewhere.discord.use_command(elsewhere.channel, elsewhere.ben, "reset")
        his = await bot.hears(2)
        may_manage = [
            await bot.chat.may_manage(his.key, PersonId(str(person.id))) for person in (elsewhere.ben, elsewhere.ann)
        ]

    assert hers.key != his.key
    assert may_manage == [True, False]


async def test_a_long_answer_comes_as_further_private_messages_and_then_in_the_private_chat(
    elsewhere: Elsewhere,
) -> None:
    async with running(elsewhere.discord) as bot:
        event, _ = await elsewhere.asks(bot)
        sent = [await send(bot, event, number) for number in range(8)]
        again = [await send(bot, event, number) for number in range(8)]
        await bot.chat.edit(event.key, sent[3], part("third, changed"))
        await bot.chat.edit(event.key, sent[7], part("seventh, changed"))
        await bot.chat.delete(event.key, sent[4], instead="")
        await bot.chat.delete(event.key, sent[6], instead="")
        await bot.chat.delete(event.key, sent[6], instead="")

    assert sent == again
    assert elsewhere.shown == ["0", "1", "2", "third, changed", "5"]
    assert elsewhere.written == ["seventh, changed"]
    assert all(MessageFlag.EPHEMERAL in one.flags for one in elsewhere.discord.visible(elsewhere.channel))


async def send(bot: Bot, event: MessageReceived, number: int) -> MessageId:
    reply_to = event.message_id if number == 0 else None
    return await bot.chat.post(event.key, part(str(number)), reply_to=reply_to, nonce=f"n{number}")


async def test_an_answer_that_takes_longer_than_discord_waits_goes_to_the_private_chat(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        event, _ = await elsewhere.asks(bot)
        bot.clock.passed_s += 15 * 60
        sent = await bot.chat.post(event.key, part("Late.", STOP), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, sent, part("Late, and changed."))

    assert (elsewhere.shown, elsewhere.written) == ([], ["Late, and changed."])
    [message] = elsewhere.discord.visible(elsewhere.discord.dm(elsewhere.ann))
    assert [version.components for version in message.versions] == [(), ()]


async def test_before_the_time_for_an_answer_is_over_it_is_said_where_the_rest_comes(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        waits, _ = await elsewhere.asks(bot, "A long one?")
        grows, _ = await elsewhere.asks(bot, "And this?")
        whole, _ = await elsewhere.asks(bot, "A short one?")
        half = await bot.chat.post(grows.key, part("Once upon", STOP), reply_to=grows.message_id, nonce="g")
        await bot.chat.post(whole.key, part("Yes."), reply_to=whole.message_id, nonce="w")
        bot.clock.passed_s += 14 * 60 + 10
        await bot.chat.typing(waits.key, reply_to=waits.message_id)
        await bot.chat.typing(waits.key, reply_to=waits.message_id)
        with pytest.raises(PlatformRefused):
            await bot.chat.edit(grows.key, half, part("Once upon a time."))
        await bot.chat.post(grows.key, part("Once upon a time."), reply_to=grows.message_id, nonce="g2")

    assert sorted(elsewhere.shown) == sorted([GOES_ON_PRIVATELY, GOES_ON_PRIVATELY, "Yes."])
    assert elsewhere.written == ["Once upon a time."]
    shown = elsewhere.discord.visible(elsewhere.channel)
    assert [one.versions[-1].components for one in shown] == [(), (), ()], "there is nothing to stop any more"
    assert sorted(len(one.versions) for one in shown) == [2, 2, 3], "each was told once"


async def test_two_questions_at_once_keep_their_answers_apart(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        first, _ = await elsewhere.asks(bot, "One?")
        second, _ = await elsewhere.asks(bot, "Two?")
        await bot.chat.post(first.key, part("One."), reply_to=first.message_id, nonce="n1")
        await bot.chat.post(first.key, part("More of one."), reply_to=None, nonce="n2")
        await bot.chat.post(second.key, part("Two."), reply_to=second.message_id, nonce="m1")

    assert sorted(elsewhere.shown) == ["More of one.", "One.", "Two."]
    assert [message.text for message in first_answers(elsewhere)] == ["One.", "Two."]


def first_answers(elsewhere: Elsewhere) -> list[Message]:
    return [used.original for used in elsewhere.discord.interactions if used.original]


async def test_who_uses_hundreds_of_commands_takes_nobody_elses_answer_away(discord_emulator: DiscordEmulator) -> None:
    discord = discord_emulator
    ann, mallory, channel = discord.add_person("Ann"), discord.add_person("Mallory"), discord.add_channel()
    async with running(discord) as bot:
        asked = await discord.use_command(channel, ann, "ask", {"question": "Why?"})
        event = await bot.hears()
        for number in range(260):
            await discord.use_command(channel, mallory, "help")
            await bot.hears(number + 2)
        await bot.chat.post(event.key, part("Because."), reply_to=event.message_id, nonce="n1")

    assert asked.original is not None
    assert asked.original.text == "Because."


async def test_a_picture_and_a_message_can_be_asked_about_there(elsewhere: Elsewhere) -> None:
    photo = await elsewhere.discord.say(elsewhere.channel, elsewhere.ben, "my garden", files=[PNG])
    async with running(elsewhere.discord) as bot:
        await elsewhere.discord.use_menu(photo, elsewhere.ann, "Describe picture")
        described = await bot.hears()
        data = await bot.chat.fetch(described.quoted[0].attachments[0], max_bytes=1000)
        opened = await elsewhere.discord.use_menu(photo, elsewhere.ann, "Ask about this")
        await eventually(lambda: opened.form)
        await elsewhere.discord.submit(opened, {"What do you want to know?": "Which flower?"})
        asked = await bot.hears(2)
        await bot.chat.post(asked.key, part("A rose."), reply_to=asked.message_id, nonce="n1")

    assert data == PNG.data
    assert asked.quoted == described.quoted
    assert elsewhere.shown == ["A rose."]
    assert MessageFlag.EPHEMERAL in elsewhere.discord.visible(elsewhere.channel)[0].flags


async def test_a_long_answer_comes_there_with_its_file(elsewhere: Elsewhere) -> None:
    async with running(elsewhere.discord) as bot:
        event, _ = await elsewhere.asks(bot)
        whole = TextFile(text="All of it", name="answer.md")
        growing = await bot.chat.post(event.key, part("Al"), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, growing, part("All", document=whole))

    [answer] = elsewhere.discord.visible(elsewhere.channel)
    assert [attachment.file.data for attachment in answer.attachments] == [b"All of it"]


async def test_an_export_is_for_the_person_alone_also_in_a_server_of_the_bot(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "export")
        event = await bot.hears()
        export = part("Here it is.", STOP, document=TextFile(text="{}", name="export.json"))
        await bot.chat.post(event.key, export, reply_to=event.message_id, nonce="n1")
        await bot.chat.post(event.key, part("That is all."), reply_to=None, nonce="n2")
        [answer, _] = discord_emulator.visible(channel)
        await discord_emulator.press(answer, ann)
        pressed = await bot.notices(ButtonPressed)

    assert all(MessageFlag.EPHEMERAL in message.flags for message in discord_emulator.visible(channel))
    assert pressed.key == event.key


async def test_where_the_server_has_the_bot_too_the_answer_is_for_all(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.install(ann)
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        in_server = await bot.hears()
        await bot.chat.post(in_server.key, part("Hi."), reply_to=in_server.message_id, nonce="n1")
        await discord_emulator.use_command(discord_emulator.dm(ann), ann, "help")
        in_private = await bot.hears(2)

    assert MessageFlag.EPHEMERAL not in discord_emulator.visible(channel)[0].flags
    assert (in_server.key.chat_id, in_server.key.thread_id, in_server.is_private) == (str(channel.id), None, False)
    assert (in_private.key.chat_id, in_private.key.thread_id) == (str(discord_emulator.dm(ann).id), None)
    assert in_private.is_private
