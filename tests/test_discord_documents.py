"""Answers with a file behind them on Discord: the real discord.py on real sockets."""

import pytest

from bot.errors import PlatformRefused
from bot.ports.parts import TextFile
from tests.discord_bot import STOP, key_of, part, running
from tests.emulators.discord import DiscordEmulator, Permission

WHOLE = TextFile(text="# Roses\n\nAll of it: äöü", name="answer.md")


async def test_a_long_text_comes_as_a_file_behind_its_beginning(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        beginning = part("Roses", STOP, document=WHOLE)
        posted = await bot.chat.post(key_of(channel.id), beginning, reply_to=None, nonce="n1")
        again = await bot.chat.post(key_of(channel.id), beginning, reply_to=None, nonce="n1")

    [message] = discord_emulator.visible(channel)
    [attachment] = message.attachments
    assert (message.text, attachment.file.name, attachment.file.data.decode()) == ("Roses", "answer.md", WHOLE.text)
    assert posted == again
    assert len(message.versions) == 1


async def test_a_growing_text_gets_its_file_in_the_end_and_loses_it_when_it_is_written_anew(
    discord_emulator: DiscordEmulator,
) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        key = key_of(channel.id)
        posted = await bot.chat.post(key, part("Ro"), reply_to=None, nonce="n1")
        await bot.chat.edit(key, posted, part("Roses", document=WHOLE))
        await bot.chat.edit(key, posted, part("Short"))

    [message] = discord_emulator.visible(channel)
    files = [[attachment.file.name for attachment in version.attachments] for version in message.versions]
    assert files == [[], ["answer.md"], []]


async def test_a_file_that_may_not_be_attached_is_refused_with_the_remedy(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    discord_emulator.deny(channel, Permission.ATTACH_FILES)
    async with running(discord_emulator, listens=False) as bot:
        with pytest.raises(PlatformRefused, match="Attach Files"):
            await bot.chat.post(key_of(channel.id), part("Roses", document=WHOLE), reply_to=None, nonce="n1")

    assert discord_emulator.visible(channel) == []
