"""Options of slash commands, suggestions while they are typed, and the menu of messages with its form on Discord."""

from typing import Any

import pytest

from bot.commands.known import COMMANDS
from bot.events import Command
from tests.discord_bot import Bot, part, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")
PERSONAS = {
    "persona": ["Pirate", "Poet", "A private eye", "Butler"],
    "model": [f"model-{number}" for number in range(40)],
}


@pytest.mark.parametrize(
    ("name", "options", "argument"),
    [
        ("ask", {"question": "How tall is it?"}, "How tall is it?"),
        ("describe", {"about": "the colours"}, "the colours"),
        ("alt", {"always": "on"}, "on"),
        ("forget", {"what": "everything"}, "everything"),
        ("forget", {"what": "here"}, "here"),
        ("persona", {"persona": "You are a pirate."}, "You are a pirate."),
        ("model", {"model": "large"}, "large"),
        ("settings", {"change": "memory 20"}, "memory 20"),
        *((name, {}, "") for name in sorted(COMMANDS.keys() - {"ask", "export"})),
    ],
)
async def test_every_command_can_be_used_with_its_options(
    discord_emulator: DiscordEmulator, name: str, options: dict[str, Any], argument: str
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        used = await discord_emulator.use_command(channel, ann, name, options)
        event = await bot.hears()
        await eventually(lambda: used.acknowledged_at)

    assert event.command == Command(name=name, argument=argument)
    assert event.text == f"/{name} {argument}".rstrip()


@pytest.mark.parametrize("name", ["ask", "describe", "alt"])
async def test_a_picture_can_come_with_a_command(discord_emulator: DiscordEmulator, name: str) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    question = {"question": "What is it?"} if name == "ask" else {}
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, name, question | {"picture": PNG})
        event = await bot.hears()
        data = await bot.chat.fetch(event.attachments[0], max_bytes=1000)

    assert data == PNG.data
    assert event.command == Command(name=name, argument="What is it?" if question else "")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("", PERSONAS["persona"]), ("p", ["Pirate", "Poet", "A private eye"]), ("EYE", ["A private eye"]), ("x", [])],
)
async def test_personas_are_suggested_while_one_types(
    discord_emulator: DiscordEmulator, typed: str, offered: list[str]
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, choices=PERSONAS):
        assert await discord_emulator.suggestions(channel, ann, "persona", "persona", typed) == offered


async def test_no_more_is_suggested_than_discord_shows(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, choices=PERSONAS) as bot:
        offered = await discord_emulator.suggestions(channel, ann, "model", "model", "model")
        assert bot.core.events == []

    assert offered == PERSONAS["model"][:25]


async def test_the_menu_of_a_message_describes_its_picture(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    photo = await discord_emulator.say(channel, ann, files=[PNG])
    async with running(discord_emulator) as bot:
        await discord_emulator.use_menu(photo, ann, "Describe picture")
        event = await bot.hears()

    assert event.command == Command(name="describe")
    assert [ref.name for ref in event.quoted[0].attachments] == ["rose.png"]


@pytest.mark.parametrize("content_intent", [True, False])
async def test_a_message_can_be_asked_about_in_a_form(content_intent: bool) -> None:
    async with DiscordEmulator(content_intent=content_intent) as discord:
        channel, ann, ben = discord.add_channel(), discord.add_person("Ann"), discord.add_person("Ben")
        photo = await discord.say(channel, ann, "my garden", files=[PNG])
        async with running(discord) as bot:
            opened = await discord.use_menu(photo, ben, "Ask about this")
            form = await eventually(lambda: opened.form or {})
            assert bot.core.events == []
            sent = await discord.submit(opened, {"What do you want to know?": "Which flower?"})
            event = await bot.hears()
            await answered(bot)
            await eventually(lambda: sent.original)

        assert discord.violations == []
        assert [message.text for message in discord.visible(channel)] == ["A rose."]
    assert form["title"] == "Ask about this"
    assert event.command == Command(name="ask", argument="Which flower?")
    assert (event.sender.name, event.quoted[0].text, len(event.quoted[0].attachments)) == ("Ben", "my garden", 1)


async def answered(bot: Bot) -> None:
    event = bot.events[-1]
    await bot.chat.post(event.key, part("A rose."), reply_to=event.message_id, nonce="n1")


@pytest.mark.parametrize("gone", [False, True])
async def test_a_form_that_is_sent_after_a_restart_still_knows_its_message(
    discord_emulator: DiscordEmulator, gone: bool
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    photo = await discord_emulator.say(channel, ann, "my garden", files=[PNG])
    async with running(discord_emulator):
        opened = await discord_emulator.use_menu(photo, ann, "Ask about this")
        await eventually(lambda: opened.form)
    if gone:
        await discord_emulator.delete(photo)
    async with running(discord_emulator) as restarted:
        await discord_emulator.submit(opened, {"What do you want to know?": "Which flower?"})
        event = await restarted.hears()

    assert event.command == Command(name="ask", argument="Which flower?")
    assert [(quoted.text, quoted.is_hidden) for quoted in event.quoted] == [
        ("", True) if gone else ("my garden", False)
    ]


async def test_a_form_of_another_name_is_none_of_the_bots(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    said = await discord_emulator.say(channel, ann, "hello")
    async with running(discord_emulator) as bot:
        opened = await discord_emulator.use_menu(said, ann, "Ask about this")
        form = await eventually(lambda: opened.form or {})
        form["custom_id"] = "glimpse:about:nothing"
        await discord_emulator.submit(opened, {"What do you want to know?": "Why?"})
        await discord_emulator.say(channel, ann, "hello")
        event = await bot.hears()

    assert event.text == "hello"


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_form_with_another_message_in_it_shows_nothing_of_a_channel_that_one_may_not_see(
    discord_emulator: DiscordEmulator, is_known: bool
) -> None:
    channel, secret = discord_emulator.add_channel(), discord_emulator.add_channel()
    ann, mallory = discord_emulator.add_person("Ann"), discord_emulator.add_person("Mallory")
    hidden = await discord_emulator.say(secret, ann, "the code is 1234")
    said = await discord_emulator.say(channel, ann, "hello")
    async with running(discord_emulator) as bot:
        if is_known:
            anns = await discord_emulator.use_menu(hidden, ann, "Ask about this")
            await eventually(lambda: anns.form)
        opened = await discord_emulator.use_menu(said, mallory, "Ask about this")
        form = await eventually(lambda: opened.form or {})
        form["custom_id"] = f"glimpse:about:{secret.id}:{hidden.id}"
        await discord_emulator.submit(opened, {"What do you want to know?": "What is the code?"})
        event = await bot.hears()

    assert [(quoted.text, quoted.is_hidden) for quoted in event.quoted] == [("", True)]


async def test_the_form_is_in_the_language_of_who_opens_it_and_so_is_what_comes_after_it(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann", locale="pt-BR")
    target = await discord_emulator.say(channel, ann, "Olá")
    async with running(discord_emulator) as bot:
        used = await discord_emulator.use_menu(target, ann, "Ask about this")
        form = await eventually(lambda: used.form or {})
        await discord_emulator.submit(used, {"O que você quer saber?": "Quem?"})
        await bot.hears()
        await discord_emulator.say(discord_emulator.dm(ann), ann, "E por quê?")
        written = await bot.hears(2)

    assert form["title"] == "Perguntar sobre isto"
    assert form["components"][0]["components"][0]["label"] == "O que você quer saber?"
    assert written.sender.language == "pt-BR"
