"""Pictures that the bot posts on Discord, as people see them: the real discord.py on real sockets."""

import hashlib
from dataclasses import replace

import pytest

from bot.errors import PlatformRefused, PlatformUncertain
from bot.events import MessageId
from bot.ports.parts import Part, PictureFile
from tests.discord_bot import key_of, part, running
from tests.drawing import encoded, four_corners
from tests.emulators.discord import DiscordEmulator, Permission
from tests.emulators.discord_world import Message

WORDS = "The leaf with box 1 around it: “dark spot”."


def picture(jpeg: bytes) -> PictureFile:
    return PictureFile(jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest(), name="marked.jpg")


JPEG, OTHER = encoded(four_corners(), "JPEG"), encoded(four_corners(200, 80), "JPEG")
MARKED = Part(WORDS, picture=picture(JPEG))


def shown(message: Message) -> tuple[str, list[tuple[str, bytes, str | None]]]:
    """What stands there: the words, and each file with its name and its alternative text."""
    files = [attachment.file for attachment in message.attachments]
    return message.text, [(file.name, file.data, file.description) for file in files]


async def test_a_picture_is_posted_with_its_words_beside_it_and_as_alternative_text(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = await discord_emulator.say(channel, ann, "where is the spot?")
    async with running(discord_emulator, listens=False) as bot:
        posted = await bot.chat.post(key_of(channel.id), MARKED, reply_to=MessageId(str(question.id)), nonce="n1")

    [answer] = discord_emulator.visible(channel)
    assert posted == str(answer.id)
    assert answer.reply_to is question
    assert shown(answer) == (WORDS, [("marked.jpg", JPEG, WORDS)])
    assert discord_emulator.pings == []


async def test_a_picture_without_words_is_posted_all_the_same(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.post(key_of(channel.id), replace(MARKED, text=""), reply_to=None, nonce="n1")

    assert shown(discord_emulator.visible(channel)[0]) == ("", [("marked.jpg", JPEG, None)])


async def test_a_picture_pings_nobody(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, listens=False) as bot:
        text = f"{ann.mention} and @everyone"
        posted = await bot.chat.post(key_of(channel.id), replace(MARKED, text=text), reply_to=None, nonce="n1")
        await bot.chat.edit(key_of(channel.id), posted, replace(MARKED, text=f"{text}!"))

    assert discord_emulator.pings == []


async def test_what_the_model_writes_on_a_picture_is_no_markup_and_unfolds_no_preview(
    discord_emulator: DiscordEmulator,
) -> None:
    channel = discord_emulator.add_channel()
    words = "# [here](https://evil.example/?said=1234) ||<@1>|| https://evil.example/?said=1234"
    async with running(discord_emulator, listens=False) as bot:
        posted = await bot.chat.post(key_of(channel.id), replace(MARKED, text=words), reply_to=None, nonce="n1")
        [before] = [message.text for message in discord_emulator.visible(channel)]
        await bot.chat.edit(key_of(channel.id), posted, replace(MARKED, text=f"{words}!"))

    [answer] = discord_emulator.visible(channel)
    assert answer.text == before + "!"
    address = "<https://evil.example/?said=1234>"
    assert answer.text == rf"\# [here]\({address}) \|\|\<@1>\|\| {address}!"
    assert shown(answer)[1] == [("marked.jpg", JPEG, f"{words}!")]


async def test_a_posted_picture_is_replaced_and_taken_back(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    key, changed = key_of(channel.id), Part("Another.", picture=picture(OTHER))
    async with running(discord_emulator, listens=False) as bot:
        posted = await bot.chat.post(key, MARKED, reply_to=None, nonce="n1")
        await bot.chat.edit(key, posted, changed)
        await bot.chat.edit(key, posted, changed)
        [answer] = discord_emulator.visible(channel)
        after = shown(answer)
        await bot.chat.delete(key, posted, instead="")

    assert after == ("Another.", [("marked.jpg", OTHER, "Another.")])
    assert discord_emulator.visible(channel) == []


async def test_the_same_nonce_shows_the_newest_picture_once(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.fail("POST /channels/*/messages", drop=True, after_effect=True)
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformUncertain):
            await bot.chat.post(key_of(channel.id), MARKED, reply_to=None, nonce="same")
        again = replace(MARKED, picture=picture(OTHER))
        posted = await bot.chat.post(key_of(channel.id), again, reply_to=None, nonce="same")

    [answer] = discord_emulator.visible(channel)
    assert posted == str(answer.id)
    assert shown(answer) == (WORDS, [("marked.jpg", OTHER, WORDS)])


async def test_a_picture_that_was_lost_once_is_sent_whole_again(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.fail("POST /channels/*/messages", status=500)
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.post(key_of(channel.id), MARKED, reply_to=None, nonce="n1")

    assert shown(discord_emulator.visible(channel)[0]) == (WORDS, [("marked.jpg", JPEG, WORDS)])


async def test_a_picture_whose_question_may_not_be_replied_to_is_posted_plainly(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = await discord_emulator.say(channel, ann, "where?")
    discord_emulator.deny(channel, Permission.READ_MESSAGE_HISTORY)
    async with running(discord_emulator, listens=False) as bot:
        await bot.chat.post(key_of(channel.id), MARKED, reply_to=MessageId(str(question.id)), nonce="n1")

    [answer] = discord_emulator.visible(channel)
    assert (answer.reply_to, shown(answer)[1]) == (None, [("marked.jpg", JPEG, WORDS)])


@pytest.mark.parametrize("replies", [True, False])
async def test_without_the_right_to_post_files_the_operator_reads_which_one_is_missing(
    discord_emulator: DiscordEmulator, replies: bool
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = await discord_emulator.say(channel, ann, "where?")
    discord_emulator.deny(channel, Permission.ATTACH_FILES)
    reply_to = MessageId(str(question.id)) if replies else None
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformRefused) as refused:
            await bot.chat.post(key_of(channel.id), MARKED, reply_to=reply_to, nonce="n1")
        await bot.chat.post(key_of(channel.id), part("In words."), reply_to=reply_to, nonce="n2")

    assert "Attach Files" in refused.value.remedy
    [answer] = discord_emulator.visible(channel)
    assert (answer.text, answer.reply_to) == ("In words.", question if replies else None)


async def test_a_picture_answers_a_command(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await bot.chat.post(event.key, MARKED, reply_to=event.message_id, nonce="n1")

    [answer] = discord_emulator.visible(channel)
    assert shown(answer) == (WORDS, [("marked.jpg", JPEG, WORDS)])


async def test_a_posted_picture_is_found_again(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = MessageId(str((await discord_emulator.say(channel, ann, "where?")).id))
    key = key_of(channel.id)
    async with running(discord_emulator, listens=False) as bot:
        text = await bot.chat.post(key, part("There."), reply_to=question, nonce="n1")
        posted = await bot.chat.post(key, MARKED, reply_to=None, nonce="n2")
        found = await bot.chat.find(key, after=question, reply_to=None, known=[text])
        none = await bot.chat.find(key, after=question, reply_to=None, known=[text, posted])

    assert (found, none) == (posted, None)
