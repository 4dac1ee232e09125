"""What people can't have where the bot doesn't get to see what is said to others: it says so, and promises nothing."""

from pathlib import Path

import pytest

from adapters.discord.rights import CONTENT_INTENT
from adapters.telegram.render import render
from adapters.telegram.rights import PRIVACY_MODE
from bot import texts
from bot.choices import AnswerMode, ConversationSettings
from bot.commands import settings_texts
from bot.languages import LANGUAGES
from bot.ports.parts import MarkKind
from tests.core import running_core
from tests.discord_bot import key_of, running
from tests.emulators.discord import DiscordEmulator
from tests.fake_chat import FakeChat
from tests.happenings import KEY, command
from tests.home import at_home
from tests.people import Place
from tests.picture_people import DiscordPicturePeople, TelegramPicturePeople
from tests.telegram_marks import marked

DEAF = PRIVACY_MODE.partition("[")[0]
"""Its beginning, before the link to who can change it."""
FOR_GUESTS = [str(settings_texts.PAGE_LABELS[page]) for page in ("memory", "language", "persona", "model")]


async def test_every_message_is_not_promised_where_privacy_mode_hides_them(tmp_path: Path) -> None:
    async with at_home("telegram", tmp_path) as home:
        people, group = home.people, home.people.group()
        people.make_manager(group, "Ann")
        await people.command(group, "settings", "answers every")
        said = await home.next(group, 1, beginning=DEAF)
        assert "I answer when somebody mentions me or replies to me." in said
        await people.command(group, "alt", "on")
        await home.next(group, 2, beginning=DEAF)
        group.chat.admin = True
        await people.press(group, "Every message", on=people.answers(group)[0])
        await home.next(group, 3, beginning="From now on I read and answer every message")
        await people.say(group, "hello all", who="Ben")
        await home.asked(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_can_change_it_is_one_tap_away_and_the_command_is_copied_by_another(language: str) -> None:
    (part,) = render(PRIVACY_MODE.in_language(language), final=True)
    assert [(kind, words) for kind, words in marked(part)] == [
        (MarkKind.LINK, "@BotFather"),
        (MarkKind.CODE, "/setprivacy"),
    ]
    assert "https://t.me/BotFather" in [mark.value for mark in part.marks]


async def test_a_guest_promises_nothing_that_only_a_member_could_do(tmp_path: Path) -> None:
    async with at_home("telegram", tmp_path) as home:
        assert isinstance(home.people, TelegramPicturePeople)
        place = Place(home.people.telegram.add_elsewhere("House hunting"))
        await home.people.say(place, "/settings listening on", mention=True)
        await home.next(place, 1, beginning=texts.NOT_A_MEMBER)
        await home.people.say(place, "/alt on", mention=True)
        await home.reads(place, home.shown(place)[0], texts.NOT_A_MEMBER)


async def test_a_guest_is_offered_only_what_makes_a_difference_there(tmp_path: Path) -> None:
    async with at_home("telegram", tmp_path) as home:
        assert isinstance(home.people, TelegramPicturePeople)
        place = Place(home.people.telegram.add_elsewhere("House hunting"))
        await home.people.say(place, "/settings", mention=True)
        await home.buttons(place, *FOR_GUESTS)
        assert home.people.buttons(place) == FOR_GUESTS


async def test_who_brought_the_bot_along_is_told_that_it_sees_no_other_pictures(tmp_path: Path) -> None:
    async with at_home("discord", tmp_path) as home:
        assert isinstance(home.people, DiscordPicturePeople)
        discord = home.people.discord
        server = discord.add_guild("Birdwatchers", with_bot=False)
        ann = discord.add_person("Ann", guild=server)
        place = Place(discord.add_channel("sightings", guild=server))
        discord.install(ann)
        await discord.use_command(place.chat, ann, "alt", {"always": "on"})
        await home.reads(place, texts.NOT_A_MEMBER)
        await discord.use_command(place.chat, ann, "settings")
        await home.buttons(place, *FOR_GUESTS)
        assert home.people.buttons(place) == FOR_GUESTS


async def test_what_needs_no_hearing_is_granted_in_a_deaf_place(tmp_path: Path) -> None:
    chat = FakeChat(text_length=2000)
    chat.is_deaf_because = texts.NOT_A_MEMBER
    async with running_core(tmp_path, chat=chat) as core:
        for words in ("/settings memory 5", "/settings answers mention", "/settings wake sun", "/alt off"):
            await core.hear(command(words))
            await core.finish()
        assert await core.store.settings(KEY) == ConversationSettings(exchanges=5, answers=AnswerMode.MENTION)


async def test_without_the_content_intent_only_private_chats_are_heard_on_discord() -> None:
    async with DiscordEmulator(content_intent=False) as discord:
        channel, private = discord.add_channel(), discord.dm(discord.add_person("Ann"))
        async with running(discord, listens=False) as bot:
            assert await bot.chat.unheard(key_of(channel.id)) == CONTENT_INTENT
            assert not await bot.chat.unheard(key_of(private.id))


async def test_with_it_all_is_heard(discord_emulator: DiscordEmulator) -> None:
    channel = discord_emulator.add_channel()
    async with running(discord_emulator, listens=False) as bot:
        assert not await bot.chat.unheard(key_of(channel.id))
