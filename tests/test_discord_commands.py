"""Slash commands on Discord: the real discord.py on real sockets."""

import json

import pytest

from bot.commands.known import COMMANDS
from bot.errors import AttachmentError, StorageError
from bot.events import Action, Address, ButtonPressed, Command, Event, Source
from bot.ports.parts import Button
from tests.discord_bot import STOP, Bot, Core, key_of, part, running
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_world import Channel, Person

PNG = File(name="rose.png", data=b"\x89PNG not really", media_type="image/png")


async def test_a_command_is_acknowledged_at_once_and_answered_through_its_token(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann", locale="de")
    async with running(discord_emulator) as bot:
        used = await discord_emulator.use_command(channel, ann, "reset")
        event = await bot.hears()
        answer = await bot.chat.post(event.key, part("Done."), reply_to=event.message_id, nonce="n1")
        again = await bot.chat.post(event.key, part("Done."), reply_to=event.message_id, nonce="n1")
        await bot.chat.post(event.key, part("More."), reply_to=event.message_id, nonce="n2")

    assert (event.message_id, event.address, event.command) == (f"i{used.id}", Address.COMMAND, Command(name="reset"))
    assert (event.text, event.sender.name, event.sender.language) == ("/reset", "Ann", "de")
    assert used.acknowledged_at is not None
    assert used.acknowledged_at - used.at < 1
    assert used.original is not None
    assert answer == again == str(used.original.id)
    assert [message.text for message in discord_emulator.visible(channel)] == ["Done.", "More."]


async def test_an_answer_to_a_command_can_be_edited(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        answer = await bot.chat.post(event.key, part("One"), reply_to=event.message_id, nonce="n1")
        await bot.chat.edit(event.key, answer, part("Two"))

    assert [message.text for message in discord_emulator.visible(channel)] == ["Two"]


async def test_a_command_is_answered_plainly_when_its_token_is_gone(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        bot.clock.passed_s += 15 * 60
        await bot.chat.post(event.key, part("Late."), reply_to=event.message_id, nonce="n1")
        await discord_emulator.use_command(channel, ann, "help")
        lost = await bot.hears(2)
    async with running(discord_emulator, listens=False) as restarted:
        await restarted.chat.post(lost.key, part("After a restart."), reply_to=lost.message_id, nonce="n2")

    assert [message.text for message in discord_emulator.visible(channel)] == ["Late.", "After a restart."]


async def test_a_command_that_could_not_be_acknowledged_is_answered_all_the_same(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    discord_emulator.fail("POST /interactions/*/callback", status=404, body={"code": 10062, "message": "Unknown"})
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")

    assert [message.text for message in discord_emulator.visible(channel)] == ["Hello."]
    assert "10062" in caplog.text


async def test_commands_in_a_thread_belong_to_the_thread(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    thread = discord_emulator.add_thread(channel)
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(thread, ann, "reset")
        event = await bot.hears()

    assert (event.key.chat_id, event.key.thread_id) == (str(channel.id), str(thread.id))


async def test_commands_are_registered_once_and_again_only_when_they_differ(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator):
        slash = [command for command in discord_emulator.commands if command["type"] == 1]
        menu = [command["name"] for command in discord_emulator.commands if command["type"] == 3]
    async with running(discord_emulator):
        pass

    changes = [request for request in discord_emulator.requests if request.method == "PUT"]
    assert {command["name"]: command["description"] for command in slash} == dict(COMMANDS)
    assert menu == ["Describe picture", "Alt text", "Ask about this"]
    assert len(changes) == 1
    assert {json.dumps(command["contexts"]) for command in changes[0].body} == {"[0, 1, 2]"}
    assert {json.dumps(command["integration_types"]) for command in changes[0].body} == {"[0, 1]"}


async def test_commands_are_registered_again_when_discord_has_others(discord_emulator: DiscordEmulator) -> None:
    async with running(discord_emulator):
        discord_emulator.commands[0]["options"][0]["description"] = "As it was in an earlier version"
    async with running(discord_emulator):
        pass

    assert len([request for request in discord_emulator.requests if request.method == "PUT"]) == 2


async def test_an_application_that_only_servers_may_install_offers_its_commands_only_there(
    discord_emulator: DiscordEmulator,
) -> None:
    discord_emulator.installations = (0,)
    async with running(discord_emulator):
        pass

    assert {json.dumps(command["contexts"]) for command in discord_emulator.commands} == {"[0, 1]"}
    assert {json.dumps(command["integration_types"]) for command in discord_emulator.commands} == {"[0]"}


async def test_listening_begins_even_if_the_commands_cannot_be_registered(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    discord_emulator.fail("PUT /applications/*/commands", status=403)
    async with running(discord_emulator) as bot:
        await discord_emulator.say(discord_emulator.add_channel(), discord_emulator.add_person(), "hello")
        await bot.hears()

    assert "written ones work" in caplog.text


async def test_the_answer_to_a_command_is_found_by_the_command(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        used = await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await eventually(lambda: used.acknowledged_at)
        thinking = await bot.chat.find(event.key, after=event.message_id, reply_to=event.message_id, known=[])
        answer = await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")
        found = await bot.chat.find(event.key, after=event.message_id, reply_to=event.message_id, known=[])

    assert (thinking, found) == (None, answer)


async def test_a_command_is_acknowledged_only_when_it_is_stored(discord_emulator: DiscordEmulator) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    acknowledged_before: list[object] = []
    async with running(discord_emulator, core=Core(lambda _: acknowledged_before.append(used.acknowledged_at))) as bot:
        used = await discord_emulator.use_command(channel, ann, "help")
        await bot.hears()
        await eventually(lambda: used.acknowledged_at)

    assert acknowledged_before == [None]


async def test_a_command_is_acknowledged_in_time_also_while_the_storage_is_down(
    discord_emulator: DiscordEmulator,
) -> None:
    def storage(_: Event) -> None:
        if used.acknowledged_at is None:
            raise StorageError("The disk is full.")

    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, core=Core(storage)) as bot:
        used = await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        await bot.chat.post(event.key, part("Hello."), reply_to=event.message_id, nonce="n1")

    assert used.acknowledged_at is not None
    assert 1 < used.acknowledged_at - used.at < 3
    assert [message.text for message in discord_emulator.visible(channel)] == ["Hello."]


async def test_an_answer_to_a_command_can_be_changed_and_taken_back_when_its_token_does_not_work(
    discord_emulator: DiscordEmulator,
) -> None:
    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator) as bot:
        await discord_emulator.use_command(channel, ann, "help")
        event = await bot.hears()
        answer = await bot.chat.post(event.key, part("One"), reply_to=event.message_id, nonce="n1")
        gone = {"status": 404, "body": {"code": 10015, "message": "Unknown Webhook"}}
        discord_emulator.fail("PATCH /webhooks/*", **gone)
        await bot.chat.edit(event.key, answer, part("Two"))
        changed = [message.text for message in discord_emulator.visible(channel)]
        discord_emulator.fail("DELETE /webhooks/*", status=403, body={"code": 50001, "message": "Missing Access"})
        await bot.chat.delete(event.key, answer, instead="")

    assert (changed, discord_emulator.visible(channel)) == (["Two"], [])


async def test_a_command_that_cannot_be_taken_in_is_left_for_discord_to_refuse(
    discord_emulator: DiscordEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_: Event) -> None:
        raise ValueError("strange")

    channel, ann = discord_emulator.add_channel(), discord_emulator.add_person("Ann")
    async with running(discord_emulator, core=Core(stumble)):
        used = await discord_emulator.use_command(channel, ann, "help")
        await eventually(lambda: "was not taken in" in caplog.text)

    assert used.acknowledged_at is None


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
