"""Pressed buttons on Discord: what they say, also after a restart, and when they are acknowledged."""

import pytest

from bot.events import Action, ButtonPressed, Event
from bot.ports.parts import Button
from tests.discord_bot import STOP, Bot, Core, key_of, part, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_world import Channel, Person


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_press_on_stop_is_noticed_also_after_a_restart(
    discord_emulator: DiscordEmulator, restarts: bool
) -> None:
    ann = discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(discord_emulator.add_channel())
    async with running(discord_emulator) as bot:
        await discord_emulator.say(thread, ann, f"{discord_emulator.bot.mention} hello")
        key = (await bot.hears()).key
        posted = await bot.chat.post(key, part("Hel", STOP), reply_to=None, nonce="n1")
        if not restarts:
            await press(bot, discord_emulator, thread, ann)
    if restarts:
        async with running(discord_emulator) as bot:
            await press(bot, discord_emulator, thread, ann)

    event = bot.core.events[-1]
    assert isinstance(event, ButtonPressed)
    assert (event.key, event.message_id, event.action, event.value) == (key, posted, Action.STOP, "")
    assert (event.sender.name, event.is_private) == ("Ann", False)
    assert event.press_id == str(discord_emulator.interactions[-1].id)


async def press(bot: Bot, discord: DiscordEmulator, channel: Channel, person: Person, label: str = "") -> None:
    pressed = await discord.press(discord.visible(channel)[0], person, label)
    await bot.notices(ButtonPressed)
    await eventually(lambda: pressed.acknowledged_at)


async def test_a_pressed_button_says_what_it_does_and_with_which_value(discord_emulator: DiscordEmulator) -> None:
    ann = discord_emulator.add_person("Ann", locale="de")
    private = discord_emulator.dm(ann)
    menu = [Button(action=Action.CHOOSE, label=label, value=f"language:{label}") for label in ("de", "pt-br")]
    async with running(discord_emulator) as bot:
        await bot.chat.post(key_of(private.id), part("Which one?", *menu), reply_to=None, nonce="n1")
        await press(bot, discord_emulator, private, ann, "pt-br")

    event = bot.core.events[-1]
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.value) == (Action.CHOOSE, "language:pt-br")
    assert (event.sender.language, event.is_private) == ("de", True)


async def test_a_press_is_acknowledged_only_when_it_is_stored(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    acknowledged_before: list[object] = []

    def storage(_: Event) -> None:
        acknowledged_before.append(discord_emulator.interactions[-1].acknowledged_at)

    async with running(discord_emulator, core=Core(storage)) as bot:
        await bot.chat.post(key_of(channel.id), part("Hel", STOP), reply_to=None, nonce="n1")
        await press(bot, discord_emulator, channel, ann)

    assert acknowledged_before == [None]


async def test_the_button_of_an_answer_to_a_command_comes_and_goes(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        answer = await bot.chat.post(event.key, part("He", STOP), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, answer, part("Hello."))

    versions = discord_emulator.visible(channel)[0].versions
    assert [bool(version.components) for version in versions[-2:]] == [True, False]


async def test_other_buttons_are_none_of_the_bots(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        posted = await bot.chat.post(key_of(channel.id), part("Hel", STOP), reply_to=None, nonce="n1")
        [answer] = discord_emulator.visible(channel)
        answer.versions[-1].components[0]["components"][0]["custom_id"] = "another"
        await discord_emulator.press(answer, ann)
        await discord_emulator.say(channel, ann, "hello")
        await bot.hears()

    assert posted == str(answer.id)
    assert len(bot.core.events) == 1
