"""The emulated Discord and the real discord.py: what people do arrives, and what the bot does shows."""

import io

import discord as dpy
import pytest
from PIL import Image

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_client import RecordingClient
from tests.emulators.discord_kinds import MessageKind


@pytest.fixture
def discord(discord_emulator: DiscordEmulator) -> DiscordEmulator:
    """Here no rule is broken."""
    return discord_emulator


def png(width_px: int = 4, height_px: int = 3) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width_px, height_px)).save(buffer, "PNG")
    return buffer.getvalue()


async def test_a_mention_with_a_picture_arrives_whole(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel, ann = discord.add_channel("garden"), discord.add_person("Ann", nick="Annie", locale="de")
    photo = File(name="rose.png", data=png(), description="a rose")

    await discord.say(channel, ann, f"{discord.bot.mention} what is this?", files=[photo])
    message = await client.hears()

    assert message.content == f"<@{discord.bot.id}> what is this?"
    assert (message.author.display_name, message.author.global_name, message.author.bot) == ("Annie", "Ann", False)
    assert client.user in message.mentions
    assert isinstance(message.channel, dpy.TextChannel)
    [attachment] = message.attachments
    assert (attachment.filename, attachment.content_type) == ("rose.png", "image/png")
    assert (attachment.width, attachment.height, attachment.description) == (4, 3, "a rose")
    assert await attachment.read() == photo.data


async def test_links_expire_and_fetching_the_message_again_gives_fresh_ones(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    await discord.say(discord.add_channel(), discord.add_person(), files=[File(name="a.png", data=png())])
    message = await client.hears()

    discord.expire_links()

    with pytest.raises(dpy.NotFound):
        await message.attachments[0].read()
    again = await message.channel.fetch_message(message.id)
    assert await again.attachments[0].read() == png()


async def test_the_files_of_a_deleted_message_are_gone(discord: DiscordEmulator, client: RecordingClient) -> None:
    sent = await discord.say(discord.add_channel(), discord.add_person(), files=[File(name="a.png", data=png())])
    message = await client.hears()

    await discord.delete(sent)

    with pytest.raises(dpy.NotFound):
        await message.attachments[0].read()
    with pytest.raises(dpy.NotFound, match="10008"):
        await message.channel.fetch_message(message.id)


@pytest.mark.parametrize(
    ("name", "given", "seen"),
    [("a.HEIC", "", "image/heic"), ("a.bin", "image/jpeg", "image/jpeg"), ("a.png", None, None)],
)
async def test_the_type_of_a_file_is_what_its_name_or_its_sender_claims(
    discord: DiscordEmulator, client: RecordingClient, name: str, given: str | None, seen: str | None
) -> None:
    file = File(name=name, data=b"no picture", media_type=given)
    await discord.say(discord.add_channel(), discord.add_person(), files=[file])

    [attachment] = (await client.hears()).attachments

    assert (attachment.content_type, attachment.width) == (seen, None)


async def test_every_text_that_an_answer_showed_is_kept(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel = discord.add_channel()
    question = await discord.say(channel, discord.add_person(), "hello")

    answer = await (await client.hears()).reply("Hel", mention_author=False)
    await answer.edit(content="Hello")
    await answer.edit(content="Hello you")

    [shown] = discord.visible(channel)
    assert [version.text for version in shown.versions] == ["Hel", "Hello", "Hello you"]
    assert shown.versions[0].at <= shown.versions[1].at <= shown.versions[2].at
    assert (shown.text, shown.reply_to, shown.kind) == ("Hello you", question, MessageKind.REPLY)
    assert discord.pings == []


async def test_deleted_answers_are_no_longer_visible(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel = discord.add_channel()
    await discord.say(channel, discord.add_person(), "hello")
    first = await (await client.hears()).channel.send("one")
    await first.channel.send("two")

    await first.delete()

    assert [message.text for message in discord.visible(channel)] == ["two"]


async def test_edits_and_deletions_by_people_arrive(discord: DiscordEmulator, client: RecordingClient) -> None:
    message = await discord.say(discord.add_channel(), discord.add_person(), "helo")
    await discord.edit(message, "hello")
    await discord.edit(message, embeds=[{"type": "image", "url": "https://example.org/a.png"}])
    await discord.delete(message)

    await eventually(lambda: client.deleted)

    assert [(edit.content, len(edit.embeds)) for edit in client.edits] == [("hello", 0), ("hello", 1)]
    assert client.deleted == [message.id]


async def test_a_reply_carries_the_message_replied_to_and_pings_if_wanted(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    channel, ann, bob = discord.add_channel(), discord.add_person("Ann"), discord.add_person("Bob")
    photo = await discord.say(channel, ann, files=[File(name="a.png", data=png())])
    await discord.say(channel, bob, "what is this?", reply_to=photo)
    await discord.say(channel, bob, "and this?", reply_to=photo, ping=False)

    await client.hears(3)

    loud, quiet = client.heard[1:]
    assert loud.reference is not None
    assert isinstance(loud.reference.resolved, dpy.Message)
    assert [file.filename for file in loud.reference.resolved.attachments] == ["a.png"]
    assert [user.id for user in loud.mentions] == [ann.id]
    assert quiet.mentions == []


async def test_a_reply_to_a_deleted_message_says_so(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel, ann = discord.add_channel(), discord.add_person()
    gone = await discord.say(channel, ann, "oops")
    await discord.delete(gone)
    await discord.say(channel, ann, "what was it?", reply_to=gone)

    message = await client.hears(2)

    assert message.reference is not None
    assert isinstance(message.reference.resolved, dpy.DeletedReferencedMessage)


async def test_a_forward_is_an_empty_message_with_a_snapshot(discord: DiscordEmulator, client: RecordingClient) -> None:
    elsewhere, channel, ann = discord.add_channel("a"), discord.add_channel("b"), discord.add_person()
    original = await discord.say(elsewhere, ann, "look", files=[File(name="a.png", data=png())])
    await discord.say(channel, ann, forward_of=original)
    await discord.edit(original, "changed later")

    message = await client.hears(2)

    assert (message.content, message.attachments) == ("", [])
    [snapshot] = message.message_snapshots
    assert (snapshot.content, snapshot.attachments[0].filename) == ("look", "a.png")
    assert await snapshot.attachments[0].read() == png()


async def test_mentions_are_read_by_entity_and_not_inside_code(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    channel, ann = discord.add_channel(), discord.add_person()
    bot, role = discord.bot.mention, discord.bot_role.mention
    for text in (f"`{bot}`", f"```\n{bot}\n```", f"``a ` {bot}``", f"@{discord.bot.name}", f"` {bot}", f"hi {role}"):
        await discord.say(channel, ann, text)

    await client.hears(6)

    assert [bool(message.mentions) for message in client.heard] == [False, False, False, False, True, False]
    assert [role.id for role in client.heard[-1].role_mentions] == [discord.bot_role.id]
    assert client.heard[-1].role_mentions[0].is_bot_managed()


async def test_typing_is_recorded(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel = discord.add_channel()
    await discord.say(channel, discord.add_person(), "hello")

    async with (await client.hears()).channel.typing():
        pass

    assert [typing.channel for typing in discord.typing_events] == [channel]


async def test_history_is_paged_in_both_directions(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel, ann = discord.add_channel(), discord.add_person()
    sent = [await discord.say(channel, ann, str(number)) for number in range(120)]
    await discord.delete(sent[3])
    place = (await client.hears(120)).channel

    after = [one.content async for one in place.history(after=dpy.Object(sent[1].id), limit=3)]
    everything = [one.content async for one in place.history(limit=None)]
    before = [one.content async for one in place.history(before=dpy.Object(sent[5].id), limit=2)]

    assert after == ["2", "4", "5"]
    assert (len(everything), everything[0], everything[-1]) == (119, "119", "0")
    assert before == ["4", "2"]


async def test_files_can_be_uploaded_by_the_bot(discord: DiscordEmulator, client: RecordingClient) -> None:
    channel = discord.add_channel()
    await discord.say(channel, discord.add_person(), "hello")
    place = (await client.hears()).channel

    sent = await place.send("see", file=dpy.File(io.BytesIO(b"text"), "a.txt", description="notes"))

    [shown] = discord.visible(channel)
    assert [(one.file.name, one.file.data, one.file.description) for one in shown.attachments] == [
        ("a.txt", b"text", "notes")
    ]
    assert await sent.attachments[0].read() == b"text"
    assert discord.requests[-2].body["files"] == ["a.txt"]


async def test_the_application_is_described(discord: DiscordEmulator, client: RecordingClient) -> None:
    about = await client.application_info()

    assert (about.id, about.owner.id) == (discord.application_id, discord.owner.id)
    assert about.flags.gateway_message_content_limited
    assert client.application_flags.gateway_message_content_limited
    assert [guild.id for guild in client.guilds] == [discord.guild.id]
    assert (await client.fetch_guild(discord.guild.id)).name == "Test server"
