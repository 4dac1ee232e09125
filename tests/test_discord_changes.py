"""Messages that people change or delete on Discord, as it reaches the core: the real discord.py on real sockets."""

from bot.events import Address, Event, MessageEdited, MessageReceived, MessagesDeleted
from tests.discord_bot import Core, key_of, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")
PREVIEW = {"type": "link", "url": "https://example.org", "title": "Roses"}


async def test_a_changed_question_arrives_whole_as_it_is_now(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann", nick="Annie")
    async with running(discord_emulator) as bot:
        asked = await discord_emulator.say(channel, ann, f"{discord_emulator.bot.mention} one", files=[PNG])
        before = await bot.hears()
        await bot.caught_up()
        await discord_emulator.edit(asked, f"{discord_emulator.bot.mention} two")
        edited = await bot.notices(MessageEdited)
        data = await bot.chat.fetch(edited.message.attachments[0], max_bytes=1000)

    after = edited.message
    assert (after.text, after.address, after.message_id) == ("two", Address.MENTION, before.message_id)
    assert (after.attachments, after.sender, after.key) == (before.attachments, before.sender, before.key)
    assert data == PNG.data


async def test_link_previews_without_pictures_are_no_edits(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    chat = discord_emulator.dm(ann)
    async with running(discord_emulator) as bot:
        asked = await discord_emulator.say(chat, ann, "https://example.org")
        await discord_emulator.edit(asked, embeds=[PREVIEW])
        await discord_emulator.edit(asked, "https://example.org ?")
        edited = await bot.notices(MessageEdited)

    assert edited.message.text == "https://example.org ?"
    assert len(bot.core.events) == 2


async def test_the_bots_own_edits_and_those_of_other_bots_are_not_told(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    other = discord_emulator.add_bot("Other")
    async with running(discord_emulator) as bot:
        posted = await bot.post(key_of(channel.id), "one")
        await bot.chat.edit(key_of(channel.id), posted, bot.chat.render("two", final=True)[0])
        await discord_emulator.edit(await discord_emulator.say(channel, other, "one"), "two")
        await discord_emulator.say(channel, ann, "the end")
        await bot.hears()

    assert len(bot.core.events) == 1


async def test_deleted_messages_are_told_by_conversation(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread, private = discord_emulator.add_thread(channel), discord_emulator.dm(ann)
    async with running(discord_emulator) as bot:
        messages = [await discord_emulator.say(place, ann, "oops") for place in (channel, thread, private)]
        await bot.hears(3)
        for number, message in enumerate(messages):
            await discord_emulator.delete(message)
            await bot.notices(MessagesDeleted, number + 1)

    told = [event for event in bot.core.events if isinstance(event, MessagesDeleted)]
    assert {event.message_ids[0]: event.key for event in told} == {
        message.message_id: message.key for message in bot.events
    }


async def test_a_private_message_deleted_after_a_restart_needs_no_look_up(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann")
    private = discord_emulator.dm(ann)
    asked = await discord_emulator.say(private, ann, "oops")
    async with running(discord_emulator) as bot:
        await discord_emulator.delete(asked)
        deleted = await bot.notices(MessagesDeleted)

    assert (deleted.key, deleted.message_ids) == (key_of(private.id), (str(asked.id),))
    assert not [request for request in discord_emulator.requests if request.path == f"/channels/{private.id}"]


async def test_many_messages_deleted_at_once_are_one_event(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        messages = [await discord_emulator.say(channel, ann, str(number)) for number in range(3)]
        await discord_emulator.delete_all(messages[:2])
        deleted = await bot.notices(MessagesDeleted)

    assert deleted.message_ids == tuple(str(message.id) for message in messages[:2])


async def test_a_change_never_overtakes_its_message(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    # What is replied to has to be looked up, which takes longer than anything else.
    target = await discord_emulator.say(channel, ann, "look")
    discord_emulator.fail("GET /channels/*/messages/*", status=200, delay_s=0.05)
    async with running(discord_emulator) as bot:
        asked = await discord_emulator.say(channel, ann, "one", reply_to=target)
        await discord_emulator.edit(asked, "two")
        await discord_emulator.delete(asked)
        await bot.notices(MessagesDeleted)

    assert [type(event) for event in bot.core.events] == [MessageReceived, MessageEdited, MessagesDeleted]


async def test_a_payload_that_the_library_cannot_parse_costs_no_session_and_is_kept_aside(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        strange = await discord_emulator.say(
            channel, ann, f"{discord_emulator.bot.mention} hello", stickers=[{"id": "no number", "name": "x"}]
        )
        await discord_emulator.say(channel, ann, "still there?")
        await bot.hears()

    [kept] = bot.core.aside
    assert discord_emulator.identifies == 1
    assert (kept.id, kept.apologise_to, kept.reply_to) == (str(strange.id), key_of(channel.id), str(strange.id))
    assert '"no number"' in kept.raw
    assert "Error" in kept.error
    assert "no number" not in f"{kept!r}"


async def test_nobody_is_apologised_to_who_did_not_talk_to_the_bot(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    private, strange = discord_emulator.dm(ann), [{"id": "no number", "name": "x"}]
    async with running(discord_emulator) as bot:
        await discord_emulator.say(channel, ann, "hello all", stickers=strange)
        await discord_emulator.say(channel, discord_emulator.add_bot(), discord_emulator.bot.mention, stickers=strange)
        asked = await discord_emulator.say(private, ann, "hello", stickers=strange)
        await discord_emulator.edit(asked, "hello?")
        await eventually(lambda: len(bot.core.aside) == 3)

    assert [kept.apologise_to for kept in bot.core.aside] == [None, None, key_of(private.id)]


async def test_a_message_that_the_converter_fails_on_is_kept_aside_too(discord_emulator: DiscordEmulator) -> None:
    def stumble(event: Event) -> None:
        if isinstance(event, MessageReceived) and event.text == "strange":
            raise ValueError("a secret of Ann's")

    ann = discord_emulator.add_person("Ann")
    private = discord_emulator.dm(ann)
    async with running(discord_emulator, core=Core(stumble)) as bot:
        strange = await discord_emulator.say(private, ann, "strange")
        await discord_emulator.say(private, ann, "good")
        await bot.hears()

    [kept] = bot.core.aside
    assert (kept.id, kept.apologise_to) == (str(strange.id), key_of(private.id))
    assert '"content": "strange"' in kept.raw
    assert kept.error.startswith("ValueError at test_discord_changes.py:")


async def test_events_of_other_kinds_that_cannot_be_parsed_are_left_out(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        discord_emulator.send_event("CHANNEL_UPDATE", channel, {"id": "no number"})
        discord_emulator.send_event("MESSAGE_UPDATE", channel, {"id": "5", "content": "partial"})
        await discord_emulator.say(channel, ann, "still there?")
        await bot.hears()

    assert [kept.id for kept in bot.core.aside] == ["5"]
    assert discord_emulator.identifies == 1
