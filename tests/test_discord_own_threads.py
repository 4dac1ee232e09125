"""A thread of its own for each question on Discord: the real discord.py on real sockets."""

from dataclasses import replace

import pytest

from bot.events import Address, ConversationKey, MessageEdited, MessagesDeleted
from tests.discord_bot import EXACT, Bot, Core, key_of, part, running
from tests.emulators.common import eventually
from tests.emulators.discord import ChannelKind, DiscordEmulator, File, Permission
from tests.emulators.discord_world import Channel, Message, Person


async def asked(discord: DiscordEmulator, bot: Bot, channel: Channel, person: Person, text: str = "why?") -> Message:
    before = len(bot.events)
    said = await discord.say(channel, person, f"{discord.bot.mention} {text}")
    await bot.hears(before + 1)
    return said


def thread_of(message: Message) -> ConversationKey:
    chat_id, thread_id = str(message.channel.id), str(message.id)
    return ConversationKey(platform=key_of(1).platform, chat_id=chat_id, thread_id=thread_id)


@pytest.mark.parametrize("kind", [ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT])
async def test_a_question_opens_a_thread_and_is_answered_there(
    discord_emulator: DiscordEmulator, kind: ChannelKind
) -> None:
    channel, ann = discord_emulator.add_channel(kind=kind), discord_emulator.add_person("Ann")
    async with running(discord_emulator, opens_threads=True) as bot:
        said = await asked(discord_emulator, bot, channel, ann, "why is the sky blue?")
        event = bot.events[-1]
        posted = await bot.chat.post(event.key, part("Light."), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, posted, part("Because of light."))

    assert said.thread is not None
    assert (said.thread.name, event.key) == ("why is the sky blue?", thread_of(said))
    assert [message.text for message in discord_emulator.visible(said.thread)] == ["", "Because of light."]
    assert discord_emulator.visible(channel) == []


async def test_what_discord_writes_at_the_beginning_of_a_thread_is_not_found_as_an_answer(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, opens_threads=True) as bot:
        await asked(discord_emulator, bot, channel, ann)
        key, question = bot.events[-1].key, bot.events[-1].message_id
        nothing = await bot.chat.find(key, after=question, reply_to=question, known=[])
        posted = await bot.chat.post(key, part("Light."), reply_to=question, nonce="n1")
        found = await bot.chat.find(key, after=question, reply_to=question, known=[])

    assert (nothing, found) == (None, posted)


async def test_what_is_said_there_needs_no_mention_but_what_is_said_to_others_is_left_alone(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann, ben = (
        discord_emulator.add_channel(),
        discord_emulator.add_person("Ann"),
        discord_emulator.add_person("Ben"),
    )
    async with running(discord_emulator, opens_threads=True) as bot:
        said = await asked(discord_emulator, bot, channel, ann)
    assert said.thread is not None
    async with running(discord_emulator, opens_threads=True) as bot:
        further = await discord_emulator.say(said.thread, ben, "and at night?")
        await discord_emulator.say(said.thread, ann, f"{ben.mention} do you know?")
        await discord_emulator.say(said.thread, ann, "good question", reply_to=further, ping=False)
        await bot.hears(3)

    assert [event.address for event in bot.events] == [Address.REPLY, None, None]
    assert {event.key for event in bot.events} == {thread_of(said)}
    assert all(message.thread is None for message in said.thread.messages.values())


async def test_an_archived_thread_of_the_bot_wakes_up_when_somebody_goes_on(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, opens_threads=True) as bot:
        said = await asked(discord_emulator, bot, channel, ann)
    assert said.thread is not None
    discord_emulator.archive(said.thread)
    async with running(discord_emulator, opens_threads=True) as bot:
        await discord_emulator.say(said.thread, ann, "and at night?")
        event = await bot.hears()

    assert (event.key, event.address) == (thread_of(said), Address.REPLY)


async def test_threads_of_people_still_want_a_mention(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(channel, starter=ann)
    async with running(discord_emulator, opens_threads=True) as bot:
        await discord_emulator.say(thread, ann, "hello")
        event = await bot.hears()

    assert event.address is None


@pytest.mark.parametrize("where", ["thread", "post", "voice", "private", "command"])
async def test_no_thread_is_opened_where_there_can_be_none_or_none_is_needed(
    discord_emulator: DiscordEmulator, where: str
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, opens_threads=True) as bot:
        match where:
            case "thread":
                channel = discord_emulator.add_thread(channel)
            case "post":
                opening = await discord_emulator.add_post(discord_emulator.add_forum(), ann, "Sky", "hello")
                channel = opening.channel
                await bot.hears()
            case "voice":
                channel = discord_emulator.add_channel(kind=ChannelKind.VOICE)
            case "private":
                channel = discord_emulator.dm(ann)
        said = await asked(discord_emulator, bot, channel, ann, "/help" if where == "command" else "why?")

    assert said.thread is None


async def test_what_is_not_for_the_bot_opens_no_thread(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, opens_threads=True) as bot:
        said = await discord_emulator.say(channel, ann, "hello all")
        await bot.hears()

    assert said.thread is None


@pytest.mark.parametrize("missing", [Permission.CREATE_PUBLIC_THREADS, Permission.SEND_MESSAGES_IN_THREADS])
async def test_where_threads_are_not_allowed_the_question_is_answered_in_its_channel(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture, missing: Permission
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.deny(channel, missing)
    async with running(discord_emulator, opens_threads=True) as bot:
        await asked(discord_emulator, bot, channel, ann)
        await asked(discord_emulator, bot, channel, ann)

    assert {event.key for event in bot.events} == {key_of(channel.id)}
    assert caplog.text.count("Create Public Threads") == 1


async def test_where_a_thread_can_not_be_opened_the_question_is_answered_in_its_channel(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.fail("POST /channels/*/messages/*/threads", status=400, body={"code": 160006, "message": "Many"})
    async with running(discord_emulator, opens_threads=True) as bot:
        await asked(discord_emulator, bot, channel, ann)

    assert bot.events[-1].key == key_of(channel.id)


async def test_a_changed_question_is_that_of_its_thread_and_a_deleted_one_stood_in_the_channel(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, opens_threads=True) as bot:
        said = await asked(discord_emulator, bot, channel, ann)
    assert said.thread is not None
    discord_emulator.archive(said.thread)
    async with running(discord_emulator, opens_threads=True) as bot:
        await discord_emulator.edit(said, f"{discord_emulator.bot.mention} how?")
        edited = await bot.notices(MessageEdited)
        await discord_emulator.delete(said)
        deleted = await bot.notices(MessagesDeleted)

    assert edited.message.key == thread_of(said)
    assert (deleted.key, deleted.message_ids) == (key_of(channel.id), (str(said.id),))


async def test_a_question_that_began_a_thread_is_not_taken_for_deleted_after_an_absence(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann, core = discord_emulator.add_channel(), discord_emulator.add_person("Ann"), Core()
    async with running(discord_emulator, core=core, opens_threads=True) as bot:
        kept = await asked(discord_emulator, bot, channel, ann)
        gone = await asked(discord_emulator, bot, channel, ann)
        await bot.caught_up()
    await discord_emulator.delete(gone)
    async with running(discord_emulator, core=core, opens_threads=True) as bot:
        await bot.caught_up()
        await eventually(lambda: [event for event in core.events if isinstance(event, MessagesDeleted)])

    deleted = {event.message_ids for event in core.events if isinstance(event, MessagesDeleted)}
    assert deleted == {(str(gone.id),)}
    assert str(kept.id) in core.stored


async def test_what_is_caught_up_with_opens_no_thread(discord_emulator: DiscordEmulator) -> None:
    channel, ann, core = discord_emulator.add_channel(), discord_emulator.add_person("Ann"), Core()
    async with running(discord_emulator, core=core, opens_threads=True) as bot:
        await bot.caught_up()
    said = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello?")
    async with running(discord_emulator, core=core, opens_threads=True) as bot:
        event = await bot.hears()

    assert (event.key, said.thread) == (key_of(channel.id), None)


@pytest.mark.parametrize(
    ("text", "name"), [("", "…"), ("word " * 40, "word " * 14 + "word…"), ("x" * 99, "x" * 79 + "…")]
)
async def test_a_thread_is_called_as_the_question_begins(
    discord_emulator: DiscordEmulator, text: str, name: str
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, opens_threads=True) as bot:
        said = await asked(discord_emulator, bot, channel, ann, text)

    assert said.thread is not None
    assert said.thread.name == name


async def test_a_question_that_is_deleted_is_missed_however_long_its_thread_is(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann, core = discord_emulator.add_channel(), discord_emulator.add_person("Ann"), Core()
    async with running(discord_emulator, core=core, opens_threads=True) as bot:
        said = await asked(discord_emulator, bot, channel, ann)
        assert said.thread is not None
        for number in range(8):
            await discord_emulator.say(said.thread, ann, str(number))
        await bot.hears(9)
    await discord_emulator.delete(said)
    few = replace(EXACT, per_conversation=5)
    async with running(discord_emulator, core=core, opens_threads=True, catch_up=few) as bot:
        deleted = await bot.notices(MessagesDeleted)

    assert deleted.message_ids == (str(said.id),)


async def test_a_channel_is_looked_at_before_its_threads_however_many_there_are(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann, core = discord_emulator.add_channel(), discord_emulator.add_person("Ann"), Core()
    async with running(discord_emulator, core=core, opens_threads=True, catch_up=EXACT) as bot:
        for _ in range(3):
            await asked(discord_emulator, bot, channel, ann)
        await bot.caught_up()
    missed = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} anybody?")
    few = replace(EXACT, conversations=3)
    async with running(discord_emulator, core=core, opens_threads=True, catch_up=few) as bot:
        await bot.caught_up()
        await eventually(lambda: str(missed.id) in core.stored, what="the question is found")


@pytest.mark.parametrize("shows_picture", [True, False])
async def test_a_picture_asked_about_in_a_thread_is_looked_for_in_its_channel(
    discord_emulator: DiscordEmulator, shows_picture: bool
) -> None:
    channel, ann, core = discord_emulator.add_channel(), discord_emulator.add_person("Ann"), Core()
    async with running(discord_emulator, core=core, opens_threads=True, catch_up=EXACT) as bot:
        rose = File(name="rose.png", data=b"not really", media_type="image/png")
        posted = await discord_emulator.say(channel, ann, "", files=[rose])
        await bot.hears()
        core.pictures = [ref.handle for ref in bot.events[-1].attachments] if shows_picture else []
        await asked(discord_emulator, bot, channel, ann)
        await bot.caught_up()
    await discord_emulator.delete(posted)
    before = len(discord_emulator.requests)
    async with running(discord_emulator, core=core, opens_threads=True, catch_up=EXACT) as bot:
        await bot.caught_up()
        past = f"/channels/{channel.id}/messages"
        await eventually(lambda: past in [request.path for request in discord_emulator.requests[before:]])
        if shows_picture:
            assert (await bot.notices(MessagesDeleted)).message_ids == (str(posted.id),)

    assert shows_picture or not [event for event in core.events if isinstance(event, MessagesDeleted)]


async def test_in_a_forum_post_an_answer_is_found_by_what_it_replies_to(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.add_post(
            discord_emulator.add_forum(), ann, "Sky", f"{discord_emulator.bot.mention} why?"
        )
        event = await bot.hears()
        key, question = event.key, event.message_id
        await bot.chat.post(key, part("By the way:"), reply_to=None, nonce="n1")
        nothing = await bot.chat.find(key, after=question, reply_to=question, known=[])
        posted = await bot.chat.post(key, part("Light."), reply_to=question, nonce="n2")
        found = await bot.chat.find(key, after=question, reply_to=question, known=[])

    assert (nothing, found) == (None, posted)
