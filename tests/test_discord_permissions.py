"""Channels on Discord in which the bot lacks permissions: the real discord.py on real sockets."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.errors import PlatformRefused
from bot.events import MessageId
from tests.discord_bot import Core, HastyClock, key_of, part, running
from tests.emulators.common import eventually
from tests.emulators.discord import ChannelKind, DiscordEmulator, Permission
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Person

MUTED = "🔇"


def told(discord: DiscordEmulator, person: Person) -> list[str]:
    return [message.text for message in discord.visible(discord.dm(person))]


def was_told(discord: DiscordEmulator, person: Person, times: int) -> bool:
    return len(told(discord, person)) == times


@pytest.fixture(params=["channel", "thread", "voice"])
def place(request: pytest.FixtureRequest, discord_emulator: DiscordEmulator) -> Channel:
    """Where the bot can't speak."""
    kind = ChannelKind.VOICE if request.param == "voice" else ChannelKind.TEXT
    channel = discord_emulator.add_channel(kind=kind)
    thread = discord_emulator.add_thread(channel) if request.param == "thread" else channel
    discord_emulator.deny(
        channel, Permission.SEND_MESSAGES_IN_THREADS if thread.is_thread else Permission.SEND_MESSAGES
    )
    return thread


async def test_who_asks_where_the_bot_can_not_speak_gets_a_sign_and_once_a_private_word(
    discord_emulator: DiscordEmulator, place: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    ann, ben = discord_emulator.add_person("Ann"), discord_emulator.add_person("Ben")
    mention = discord_emulator.bot.mention
    async with running(discord_emulator) as bot:
        first = await discord_emulator.say(place, ann, f"{mention} hello?")
        again = await discord_emulator.say(place, ann, f"{mention} hello?!")
        aside = await discord_emulator.say(place, ben, "it can't speak here")
        his = await discord_emulator.say(place, ben, f"{mention} or can you?")
        await eventually(lambda: told(discord_emulator, ben))

    assert [message.reactions for message in (first, again, aside, his)] == [[MUTED], [MUTED], [], [MUTED]]
    assert [len(told(discord_emulator, person)) for person in (ann, ben)] == [1, 1]
    assert f"<#{place.id}>" in told(discord_emulator, ann)[0]
    assert bot.core.events == []
    assert caplog.text.count("I can't answer anybody") == 1


async def test_when_the_bot_may_speak_again_it_does(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.deny(channel, Permission.SEND_MESSAGES)
    async with running(discord_emulator) as bot:
        muted = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello?")
        await eventually(lambda: muted.reactions)
        discord_emulator.allow(channel, Permission.SEND_MESSAGES)
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} and now?")
        event = await bot.hears()

    assert event.text == "and now?"


@pytest.mark.parametrize("missing", [Permission.SEND_MESSAGES, Permission.VIEW_CHANNEL])
async def test_commands_are_answered_also_where_the_bot_can_not_speak_or_see(
    discord_emulator: DiscordEmulator, missing: Permission
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.deny(channel, missing)
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        sent = await bot.chat.post(event.key, part("Hel"), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, sent, part("Hello."))
        further = await bot.chat.post(event.key, part("Mo"), reply_to=None, nonce="n2")
        await bot.chat.edit(event.key, further, part("More."))
        lost = await bot.chat.post(event.key, part("Too much."), reply_to=None, nonce="n3")
        await bot.chat.delete(event.key, lost, instead="")

    assert [message.text for message in discord_emulator.visible(channel)] == ["Hello.", "More."]
    assert not any(MessageFlag.EPHEMERAL in message.flags for message in discord_emulator.visible(channel))


async def test_where_the_bot_can_not_speak_an_answer_to_a_command_that_comes_too_late_is_no_silence(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.deny(channel, Permission.SEND_MESSAGES)
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "ask", {"question": "why?"})
        event = await bot.hears()
        bot.clock.passed_s += 15 * 60
        with pytest.raises(PlatformRefused):
            await bot.chat.post(event.key, part("Because."), reply_to=event.message_id, nonce="n1")

    assert len(told(discord_emulator, ann)) == 1


async def test_nor_is_an_answer_to_a_form_that_comes_too_late(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    about = await discord_emulator.say(channel, ann, "my garden")
    discord_emulator.deny(channel, Permission.SEND_MESSAGES)
    async with running(discord_emulator) as bot:
        opened = await discord_emulator.use_menu(about, ann, "Ask about this")
        await eventually(lambda: opened.form)
        await discord_emulator.submit(opened, {"What do you want to know?": "Which flower?"})
        event = await bot.hears()
        bot.clock.passed_s += 15 * 60
        with pytest.raises(PlatformRefused):
            await bot.chat.post(event.key, part("A rose."), reply_to=event.message_id, nonce="n1")

    assert len(told(discord_emulator, ann)) == 1


async def test_nobody_is_told_privately_who_does_not_want_to_be_written_to(
    discord_emulator: DiscordEmulator, place: Channel
) -> None:
    ann = discord_emulator.add_person("Ann")
    ann.accepts_dms = False
    async with running(discord_emulator):
        said = await discord_emulator.say(place, ann, f"{discord_emulator.bot.mention} hello?")
        await eventually(lambda: [r for r in discord_emulator.requests if r.status == 403])

    assert (said.reactions, told(discord_emulator, ann)) == ([MUTED], [])


async def test_where_not_even_signs_are_allowed_the_private_word_remains(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.deny(channel, Permission.SEND_MESSAGES, Permission.ADD_REACTIONS)
    async with running(discord_emulator):
        said = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello?")
        await eventually(lambda: told(discord_emulator, ann))

    assert said.reactions == []


async def test_the_private_word_is_said_again_the_next_day(discord_emulator: DiscordEmulator) -> None:
    channel, ann, clock = discord_emulator.add_channel(), discord_emulator.add_person("Ann"), HastyClock()
    discord_emulator.deny(channel, Permission.SEND_MESSAGES)
    async with running(discord_emulator, clock=clock):
        for count in (1, 2):
            await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello?")
            await eventually(partial(was_told, discord_emulator, ann, count))
            clock.passed_s += 24 * 3600


async def test_a_thread_that_is_locked_while_the_answer_is_written_is_no_silence_either(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(channel)
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(thread, ann, f"{discord_emulator.bot.mention} hello?")
        event = await bot.hears()
        discord_emulator.archive(thread, archived=False, locked=True)
        with pytest.raises(PlatformRefused):
            await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")

    assert said.reactions == [MUTED]
    assert len(told(discord_emulator, ann)) == 1


async def test_while_the_bot_is_timed_out_people_are_told_and_then_answered_again(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    mention, bot_user = discord_emulator.bot.mention, discord_emulator.bot
    async with running(discord_emulator) as bot:
        discord_emulator.time_out(bot_user, until=datetime.now(UTC) + timedelta(hours=1))
        muted = await discord_emulator.say(channel, ann, f"{mention} hello?")
        await eventually(lambda: told(discord_emulator, ann))
        discord_emulator.time_out(bot_user, until=datetime.now(UTC) - timedelta(seconds=1))
        await discord_emulator.say(channel, ann, f"{mention} and now?")
        event = await bot.hears()
        discord_emulator.time_out(bot_user, until=datetime.now(UTC) + timedelta(hours=1))
        with pytest.raises(PlatformRefused):
            await bot.chat.post(event.key, part("Now."), reply_to=event.message_id, nonce="n1")

    assert (muted.reactions, event.text) == ([], "and now?"), "not even a sign is allowed"
    assert len(told(discord_emulator, ann)) == 1


async def test_a_bot_that_is_timed_out_still_answers_commands(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.time_out(discord_emulator.bot, until=datetime.now(UTC) + timedelta(hours=1))
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await bot.chat.post(event.key, part("Help."), reply_to=event.message_id, nonce="n1")

    assert [message.text for message in discord_emulator.visible(channel)] == ["Help."]


async def test_a_thread_that_is_archived_while_the_answer_grows_gets_the_whole_of_it(
    discord_emulator: DiscordEmulator,
) -> None:
    thread, ann = discord_emulator.add_thread(discord_emulator.add_channel()), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(thread, ann, f"{discord_emulator.bot.mention} hello?")
        event = await bot.hears()
        growing = await bot.chat.post(event.key, part("He"), reply_to=event.message_id, nonce="n1")
        discord_emulator.archive(thread)
        await bot.chat.edit(event.key, growing, part("Hello."))
        discord_emulator.archive(thread, locked=True)
        with pytest.raises(PlatformRefused):
            await bot.chat.edit(event.key, growing, part("Hello!"))

    assert [message.text for message in discord_emulator.visible(thread)] == ["Hello."]


@pytest.mark.parametrize("code", [200000, 240000])
async def test_who_is_kept_from_an_answer_by_the_rules_of_the_server_gets_a_sign_and_a_private_word(
    discord_emulator: DiscordEmulator, code: int
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    blocked = {"message": "Message was blocked by automatic moderation", "code": code}
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello?")
        event = await bot.hears()
        discord_emulator.fail(f"POST /channels/{channel.id}/messages", status=400, body=blocked)
        with pytest.raises(PlatformRefused):
            await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")

    assert said.reactions == [MUTED]
    assert len(told(discord_emulator, ann)) == 1


async def test_what_is_missing_is_one_line_for_the_operator_until_it_changes(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.deny(channel, Permission.READ_MESSAGE_HISTORY, Permission.ATTACH_FILES)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, "what is said to others is no reason to worry")
        await bot.hears()
        assert "I lack" not in caplog.text
        for _ in range(3):
            await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
        await bot.hears(4)
        discord_emulator.allow(channel, Permission.READ_MESSAGE_HISTORY)
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello")
        await bot.hears(5)

    lines = [record.message for record in caplog.records if "I lack" in record.message]
    assert len(lines) == 2
    assert "Attach Files, Read Message History" in lines[0]
    assert "Read Message History" not in lines[1]
    assert all("Give the bot these permissions there." in line for line in lines)


async def test_without_the_right_to_embed_links_answers_are_texts_as_ever(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    discord_emulator.deny(channel, Permission.EMBED_LINKS)
    async with running(discord_emulator) as bot:
        said = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello?")
        event = await bot.hears()
        await bot.chat.post(event.key, part("See https://a.example"), reply_to=MessageId(str(said.id)), nonce="n1")

    assert [message.text for message in discord_emulator.visible(channel)] == ["See https://a.example"]


async def test_a_question_to_a_mute_bot_is_not_answered_late(discord_emulator: DiscordEmulator) -> None:
    channel, ann, core = discord_emulator.add_channel(), discord_emulator.add_person("Ann"), Core()
    async with running(discord_emulator, core=core) as bot:
        await bot.caught_up()
    discord_emulator.deny(channel, Permission.SEND_MESSAGES)
    await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hello?")
    async with running(discord_emulator, core=core) as bot:
        await bot.caught_up()
        await discord_emulator.say(discord_emulator.dm(ann), ann, "hello")
        await bot.hears()

    assert [event.key for event in bot.events] == [key_of(discord_emulator.dm(ann).id)]
