"""The bot as its own process on Discord where it may not do or see everything, and where Discord's bounds are met."""

from functools import partial
from pathlib import Path

from bot import texts
from tests.discord_at_home import answer_of, in_time, newest_call, picture, shown, told
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, Permission
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Person
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.end_to_end import start
from tests.people import DiscordPeople

LONG = "\n\n".join(f"Line {number} of a long answer, which goes on and on." for number in range(300))


def brought_along(discord: DiscordEmulator) -> tuple[Person, Channel]:
    """Somebody who installed the bot for themselves, and a place that it is not in."""
    guild = discord.add_guild(with_bot=False)
    ann = discord.add_person("Ann", guild=guild)
    discord.install(ann)
    return ann, discord.add_channel(guild=guild)


def words(discord: DiscordEmulator, channel: Channel) -> str:
    return "\n\n".join(message.text for message in discord.visible(channel))


async def test_without_the_content_intent_the_menu_shows_the_bot_what_it_is_about(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord = discord_emulator
    discord.content_intent = False
    ann, channel = discord.add_person("Ann"), discord.add_channel()
    photo = await discord.say(channel, discord.add_person("Ben"), "my secret garden", files=[picture("red")])
    async with start(DiscordPeople(discord), model_emulator, tmp_path):
        await discord.until_connected()
        model_emulator.reply("A red garden.", "Ben's.", "I can't see it.")
        await discord.use_menu(photo, ann, "Describe picture")
        link = f"<https://discord.com/channels/{discord.guild.id}/{channel.id}/{photo.id}>"
        await shown(discord, channel, f"> {link}\n\nA red garden.")
        described = await newest_call(model_emulator, 1)
        opened = await discord.use_menu(photo, ann, "Ask about this")
        await eventually(lambda: opened.form)
        await discord.submit(opened, {"What do you want to know?": "whose garden?"})
        await shown(discord, channel, f"> {link}\n\nA red garden.", f"> whose garden?\n> {link}\n\nBen's.")
        asked = await newest_call(model_emulator, 2)
        await discord.say(channel, ann, f"{discord.bot.mention} what is that?", reply_to=photo)
        await eventually(lambda: texts.HIDDEN in words(discord, channel))

    assert (len(described.pictures), len(asked.pictures)) == (1, 1)
    assert "my secret garden" in told(asked)
    in_time(discord.interactions)


async def test_without_the_rights_to_reply_and_to_attach_files_a_long_answer_comes_as_plain_messages(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord = discord_emulator
    ann, channel = discord.add_person("Ann"), discord.add_channel()
    for permission in (Permission.READ_MESSAGE_HISTORY, Permission.ATTACH_FILES, Permission.EMBED_LINKS):
        discord.deny(channel, permission)
    async with start(DiscordPeople(discord), model_emulator, tmp_path, ANSWER_PARTS="2") as bot:
        await discord.until_connected()
        model_emulator.reply(LONG)
        await discord.say(channel, ann, f"{discord.bot.mention} talk!")
        await eventually(lambda: "Line 299" in words(discord, channel))
        await bot.terminate()

    assert words(discord, channel) == LONG
    assert {message.reply_to for message in discord.visible(channel)} == {None}
    assert bot.output.count("I lack Attach Files, Read Message History") == 1


async def test_what_does_not_fit_into_six_private_messages_comes_in_the_private_chat(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord = discord_emulator
    ann, channel = brought_along(discord)
    async with start(DiscordPeople(discord), model_emulator, tmp_path, ANSWER_PARTS="20"):
        await discord.until_connected()
        model_emulator.reply(LONG)
        await discord.use_command(channel, ann, "ask", {"question": "talk!"})
        await eventually(lambda: "Line 299" in words(discord, discord.dm(ann)))

    assert len(discord.visible(channel)) == 6
    assert all(MessageFlag.EPHEMERAL in message.flags for message in discord.visible(channel))
    assert f"{words(discord, channel)}\n\n{words(discord, discord.dm(ann))}" == f"> talk!\n\n{LONG}"
    in_time(discord.interactions)


async def test_a_private_answer_that_failed_is_tried_again_and_forgotten_by_its_buttons_after_restarts(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord = discord_emulator
    ann, channel = brought_along(discord)
    plain = {"MODEL_ATTEMPTS": "1", "MODEL_PAUSE_AFTER": "0"}
    async with start(DiscordPeople(discord), model_emulator, tmp_path, **plain) as bot:
        await discord.until_connected()
        model_emulator.reply(Script(status=500))
        await discord.use_command(channel, ann, "ask", {"question": "why?"})
        [failed] = await eventually(lambda: discord.visible(channel))
        for label, becomes in (("Try again", ["> why?\n\nBecause"]), ("Forget", [])):
            await eventually(lambda: failed.versions[-1].components)
            await bot.restart()
            await discord.until_connected()
            model_emulator.reply(Script(pieces=pieces_of("Because"), finish_reason="length"))
            await discord.press(failed, ann, label)
            await eventually(partial(begins, discord, channel, becomes), what=label)

    assert failed.deleted
    in_time(discord.interactions)


def begins(discord: DiscordEmulator, channel: Channel, expected: list[str]) -> bool:
    texts_there = [message.text for message in discord.visible(channel)]
    return ["\n\n".join(text.split("\n\n")[:2]) for text in texts_there] == expected


async def test_commands_are_told_to_discord_once_however_often_the_bot_starts(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord = discord_emulator
    ann = discord.add_person("Ann")
    async with start(DiscordPeople(discord), model_emulator, tmp_path) as bot:
        for _ in range(3):
            await discord.until_connected()
            used = await discord.use_command(discord.dm(ann), ann, "help")
            await eventually(partial(answer_of, used))
            await bot.terminate()
            await bot.start()

    changes = [one for one in discord.requests if one.method != "GET" and one.path.startswith("/applications/")]
    assert [(one.method, one.status) for one in changes] == [("PUT", 200)]


async def test_a_bot_that_is_restarted_again_and_again_does_not_use_up_the_sessions_of_the_day(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord_emulator.sessions_left = 101
    async with start(DiscordPeople(discord_emulator), model_emulator, tmp_path) as bot:
        for left in (100, 99):
            await eventually(partial(has_left, discord_emulator, left))
            await bot.restart()
        for _ in range(2):
            await eventually(lambda: "nearly no new connections are left for today" in bot.output)
            await bot.restart()

    assert discord_emulator.sessions_left == 99


def has_left(discord: DiscordEmulator, sessions: int) -> bool:
    return discord.sessions_left == sessions


async def test_two_processes_share_the_servers_by_number(
    discord_emulator: DiscordEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    discord, count = discord_emulator, 2
    discord.recommend(shards=1, max_concurrency=count)
    ann = discord.add_person("Ann")
    channels = []
    for number in range(count):
        guild = discord.add_guild_of_shard(number, of=count)
        discord.join(guild, ann)
        channels.append(discord.add_channel(guild=guild))
        (tmp_path / str(number)).mkdir()
    shards = {"DISCORD_SHARD_COUNT": str(count)}
    async with (
        start(DiscordPeople(discord), model_emulator, tmp_path / "0", **shards, DISCORD_SHARD_IDS="[0]"),
        start(DiscordPeople(discord), model_emulator, tmp_path / "1", **shards, DISCORD_SHARD_IDS="[1]"),
    ):
        await eventually(lambda: discord.connected_shards == set(range(count)))
        for channel in [*channels, discord.dm(ann)]:
            model_emulator.reply("Here.")
            await discord.say(channel, ann, f"{discord.bot.mention} hello")
            await shown(discord, channel, "Here.")

    assert len(model_emulator.calls) == count + 1, "nobody is answered twice"
