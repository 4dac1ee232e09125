"""What people do on Discord, as it reaches the core: the real discord.py on real sockets."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.events import Address, Event, MessageReceived
from tests.discord_bot import Core, key_of, running
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_kinds import MessageKind

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


async def test_a_private_message_arrives_with_its_true_sender(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    chat = discord_emulator.dm(ann)
    async with running(discord_emulator) as bot:
        sent = await discord_emulator.say(chat, ann, "hello")
        event = await bot.hears()

    assert (event.key.platform, event.key.chat_id, event.key.thread_id) == ("discord", str(chat.id), None)
    assert (event.message_id, event.sender.id, event.sender.name) == (str(sent.id), str(ann.id), "Ann")
    assert (event.is_private, event.address, event.text, event.raw_text) == (True, Address.PRIVATE, "hello", "hello")
    assert abs(event.sent_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_mention_with_a_photo_arrives_and_the_photo_can_be_fetched(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann", nick="Annie")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} what is this?", files=[PNG])
        event = await bot.hears()
        [photo] = event.attachments
        data = await bot.chat.fetch(photo, max_bytes=1000)

    assert (event.address, event.text, event.sender.name) == (Address.MENTION, "what is this?", "Annie")
    assert (photo.name, photo.media_type, photo.size_bytes) == ("rose.png", "image/png", len(PNG.data))
    assert data == PNG.data


async def test_a_reply_to_a_photo_brings_the_photo_along(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    ann, ben = discord_emulator.add_person("Ann"), discord_emulator.add_person("Ben")
    async with running(discord_emulator) as bot:
        photo = await discord_emulator.say(channel, ann, "my garden", files=[PNG])
        await discord_emulator.say(channel, ben, f"{discord_emulator.bot.mention} what is this?", reply_to=photo)
        event = await bot.hears(2)
        [quoted] = event.quoted
        data = await bot.chat.fetch(quoted.attachments[0], max_bytes=1000)

    assert bot.events[0].address is None
    assert event.address is Address.MENTION
    assert (quoted.message_id, quoted.author, quoted.is_own, quoted.text) == (str(photo.id), "Ann", False, "my garden")
    assert data == PNG.data


@pytest.mark.parametrize("ping", [True, False])
async def test_a_reply_to_the_bot_is_for_the_bot_with_the_ping_on_or_off(
    discord_emulator: DiscordEmulator, ping: bool
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} hi")
        await bot.post((await bot.hears()).key, "hello **Ann**")
        [answer] = discord_emulator.visible(channel)
        await discord_emulator.say(channel, ann, "and now?", reply_to=answer, ping=ping)
        event = await bot.hears(2)

    assert (event.address, event.text) == (Address.REPLY, "and now?")
    assert event.quoted[0].is_own
    assert event.quoted[0].text == "hello **Ann**"


async def test_a_reply_to_somebody_else_is_not_for_the_bot(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        first = await discord_emulator.say(channel, ann, "one")
        await discord_emulator.say(channel, discord_emulator.add_person("Ben"), "two", reply_to=first)
        event = await bot.hears(2)

    assert (event.address, event.quoted[0].author) == (None, "Ann")


async def test_the_managed_role_of_the_bot_counts_as_a_mention(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, f"{discord_emulator.bot_role.mention} hello")
        event = await bot.hears()

    assert (event.address, event.text) == (Address.ROLE_MENTION, "hello")


async def test_a_forward_brings_its_text_and_pictures(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    private = discord_emulator.dm(ann)
    async with running(discord_emulator) as bot:
        original = await discord_emulator.say(channel, ann, "look", files=[PNG])
        await discord_emulator.say(private, ann, forward_of=original)
        event = await bot.hears(2)
        [quoted] = event.quoted
        discord_emulator.expire_links()
        data = await bot.chat.fetch(quoted.attachments[0], max_bytes=1000)

    assert (event.text, event.attachments, event.address) == ("", (), Address.PRIVATE)
    assert (quoted.message_id, quoted.author, quoted.text) == (None, None, "look")
    assert data == PNG.data


async def test_a_thread_is_a_conversation_of_its_own(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(channel)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(thread, ann, f"{discord_emulator.bot.mention} hello")
        event = await bot.hears()
        await bot.post(event.key, "hello")

    assert (event.key.chat_id, event.key.thread_id) == (str(channel.id), str(thread.id))
    assert [message.text for message in discord_emulator.visible(thread)] == ["hello"]


async def test_a_thread_from_before_the_start_that_was_archived_is_one_too(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(channel)
    discord_emulator.archive(thread)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(thread, ann, f"{discord_emulator.bot.mention} hello")
        event = await bot.hears()

    assert (event.key.chat_id, event.key.thread_id) == (str(channel.id), str(thread.id))


async def test_messages_of_one_channel_keep_their_order(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        for number in range(50):
            await discord_emulator.say(channel, ann, str(number))
        await bot.hears(50)

    assert [event.text for event in bot.events] == [str(number) for number in range(50)]


async def test_a_slow_channel_keeps_no_other_waiting(discord_emulator: DiscordEmulator) -> None:
    slow, fast, ann = (
        discord_emulator.add_channel("slow"),
        discord_emulator.add_channel(),
        discord_emulator.add_person(),
    )
    finish = asyncio.Event()

    class SlowCore(Core):
        async def accept(self, event: Event) -> None:
            if isinstance(event, MessageReceived) and event.text == "slow":
                await finish.wait()
            await super().accept(event)

    async with running(discord_emulator, core=SlowCore()) as bot:
        await discord_emulator.say(slow, ann, "slow")
        await discord_emulator.say(slow, ann, "after slow")
        await discord_emulator.say(fast, ann, "fast")
        await bot.hears(1)
        finish.set()
        await bot.hears(3)

    assert [event.text for event in bot.events] == ["fast", "slow", "after slow"]


async def test_what_was_received_before_the_end_is_still_taken_in(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    begun = asyncio.Event()

    class SlowCore(Core):
        async def accept(self, event: Event) -> None:
            begun.set()
            await asyncio.sleep(0.01)
            await super().accept(event)

    async with running(discord_emulator, core=SlowCore()) as bot:
        await discord_emulator.say(channel, ann, "hello")
        await begun.wait()

    assert [event.text for event in bot.events] == ["hello"]


async def test_itself_other_bots_and_system_messages_are_ignored(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    other = discord_emulator.add_bot("Other")
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, other, f"{discord_emulator.bot.mention} hello")
        await discord_emulator.say(channel, ann, kind=MessageKind.JOINED)
        # The bot's own words come back to it as an event too.
        await bot.post(key_of(channel.id), "hello")
        await discord_emulator.say(channel, ann, "the end")
        event = await bot.hears()

    assert event.text == "the end"


async def test_the_language_of_who_writes_is_the_servers_until_they_used_a_command(
    discord_emulator: DiscordEmulator,
) -> None:
    """Discord says it with interactions only (docs, Interaction Object)."""
    discord_emulator.guild.locale = "fr"
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann", locale="uk")
    private = discord_emulator.dm(ann)
    languages = []
    async with running(discord_emulator) as bot:
        for number, place in enumerate((channel, private, None, channel, private), start=1):
            if place is None:
                await discord_emulator.use_command(channel, ann, "help")
            else:
                await discord_emulator.say(place, ann, "Hello")
            languages.append((await bot.hears(number)).sender.language)
    assert languages == ["fr", None, "uk", "uk", "uk"]
