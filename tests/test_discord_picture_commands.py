"""Commands about pictures on Discord: alternative text, and the menu of a message."""

import pytest

from bot.errors import AttachmentError
from bot.events import Address, Command, Source
from tests.discord_bot import part, running
from tests.emulators.discord import DiscordEmulator, File

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


async def test_alt_takes_a_picture_with_it(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "alt", {"picture": PNG})
        event = await bot.hears()
        [picture] = event.attachments
        data = await bot.chat.fetch(picture, max_bytes=1000)
    discord_emulator.expire_links()
    async with running(discord_emulator, listens=False) as restarted:
        with pytest.raises(AttachmentError) as gone:
            await restarted.chat.fetch(picture, max_bytes=1000)

    assert (event.command, event.text, event.quoted) == (Command(name="alt"), "/alt", ())
    assert (picture.name, picture.media_type, picture.source) == ("rose.png", "image/png", Source.FILE)
    assert data == PNG.data
    assert "send it again" in gone.value.person


@pytest.mark.parametrize("choice", ["on", "off"])
async def test_alt_can_be_chosen_for_every_picture(discord_emulator: DiscordEmulator, choice: str) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "alt", {"always": choice})
        event = await bot.hears()

    assert (event.command, event.text) == (Command(name="alt", argument=choice), f"/alt {choice}")


@pytest.mark.parametrize("content_intent", [True, False])
async def test_the_menu_of_a_message_gives_its_pictures_with_and_without_the_content_intent(
    content_intent: bool,
) -> None:
    async with DiscordEmulator(content_intent=content_intent) as discord:
        channel = discord.add_channel()
        ann, ben = discord.add_person("Ann"), discord.add_person("Ben", locale="de")
        photo = await discord.say(channel, ann, "my garden", files=[PNG])
        async with running(discord) as bot:
            used = await discord.use_menu(photo, ben, "Alt text")
            event = await bot.hears()
            [quoted] = event.quoted
            data = await bot.chat.fetch(quoted.attachments[0], max_bytes=1000)
            await bot.chat.post(event.key, part("A rose."), reply_to=event.message_id, nonce="n1")

        assert discord.violations == []
        assert [message.text for message in discord.visible(channel)] == ["A rose."]
    assert (event.message_id, event.address, event.command) == (f"i{used.id}", Address.COMMAND, Command(name="alt"))
    assert (event.sender.name, event.sender.language, event.attachments) == ("Ben", "de", ())
    assert (quoted.message_id, quoted.author, quoted.text) == (str(photo.id), "Ann", "my garden")
    assert (quoted.is_own, quoted.is_hidden, data) == (False, False, PNG.data)


async def test_the_menu_works_on_messages_of_other_bots_and_in_threads(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(channel)
    async with running(discord_emulator) as bot:
        photo = await discord_emulator.say(thread, discord_emulator.add_bot("Camera"), files=[PNG])
        await discord_emulator.use_menu(photo, ann, "Alt text")
        event = await bot.hears()

    assert (event.key.chat_id, event.key.thread_id) == (str(channel.id), str(thread.id))
    assert (event.quoted[0].author, len(event.quoted[0].attachments)) == ("Camera", 1)


async def test_a_menu_entry_of_another_name_is_none_of_the_bots(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    said = await discord_emulator.say(channel, ann, "hello")
    async with running(discord_emulator) as bot:
        menu = next(command for command in discord_emulator.commands if command["type"] == 3)
        menu["name"] = "reset"
        await discord_emulator.use_menu(said, ann, "reset")
        await discord_emulator.say(channel, ann, "hello")
        event = await bot.hears()

    assert event.command is None
