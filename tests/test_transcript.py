"""The page of what people see: made from the emulators' record, safe to open, and complete."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from telegram import MessageEntity

from tests.drawing import encoded, four_corners
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_client import connected
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import client
from tests.transcript import discord_screen, discord_text, telegram_screen
from tests.transcript.__main__ import play
from tests.transcript.formatted import visible_text
from tests.transcript.page import page
from tests.transcript.scenes import SCENARIOS
from tests.transcript.screen import Quoted, Scene, Screen, Shown, View
from tests.transcript.stage import Stage, stages

PHOTO = encoded(four_corners(), "JPEG")
NASTY = "<script>alert('x')</script> & \"<b>\""


class Checked(HTMLParser):
    """A page that is well formed and asks for nothing from outside; what it says and is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.html = html
        self.words = ""
        self.said: list[str] = []
        """The text of each message."""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        assert all((value or "").startswith("data:image/") for name, value in attrs if name == "src")
        is_text = ("class", "text") in attrs
        if is_text:
            self.said.append("")
        if tag not in {"meta", "img", "br"}:
            self._open.append("text" if is_text else tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() in {tag, "text"}

    def handle_data(self, data: str) -> None:
        self.words += data
        if "text" in self._open:
            self.said[-1] += data


def page_of(platform: str, *screens: Screen) -> Checked:
    views = [View(caption="", screen=screen) for screen in screens]
    return Checked(page(platform, [Scene(name="scene", title="Scene", views=views)]))


async def test_what_discord_recorded_is_on_the_page() -> None:
    async with DiscordEmulator() as discord, connected(discord) as bot:
        channel = discord.add_channel("garden")
        ann = discord.add_person("Ann")
        photo = File(name="a.jpg", data=PHOTO)
        await discord.say(channel, ann, f"{discord.bot.mention} {NASTY}", files=[photo])
        heard = await bot.hears()
        answer = await heard.reply("A **leaf**.", mention_author=False)
        await answer.edit(content="A **maple** leaf, `<x>`.")
        gone = await discord.say(channel, ann, "never mind")
        await discord.delete(gone)

        now = discord_screen.screen_of(discord, channel)
        before = discord_screen.screen_of(discord, channel, with_deleted=True)

    shown = page_of("discord", now)
    for words in ("garden", f"@Glimpse {NASTY}", "A maple leaf, <x>.", "edited"):
        assert words in shown.words
    assert "never mind" not in shown.words
    assert "never mind" in page_of("discord", before).words
    assert [message.quoted and message.quoted.who for message in now.messages] == [None, "Ann"]
    assert shown.tags.count("img") == 1


async def test_what_telegram_recorded_is_on_the_page() -> None:
    async with TelegramEmulator() as telegram, client(telegram) as bot:
        ann = telegram.add_person("Ann")
        chat = telegram.private(ann)
        album = await telegram.send_album(chat, ann, [PHOTO, PHOTO], caption=NASTY)
        sent = await bot.send_message(chat.id, "A maple leaf.", reply_to_message_id=album[0].id)
        await sent.edit_text("See: leaf()", entities=[MessageEntity("pre", 5, 6, language="py")])

        screen = telegram_screen.screen_of(telegram, chat)

    shown = page_of("telegram", screen)
    assert NASTY in shown.words
    assert '<pre data-language="py"><code>leaf()</code></pre>' in shown.html
    assert [len(message.attached) for message in screen.messages] == [2, 0]
    assert screen.messages[1].quoted is not None
    assert screen.messages[1].quoted.picture is not None
    assert shown.tags.count("img") == 3


@pytest.mark.parametrize("platform", ["discord", "telegram"])
def test_a_page_runs_nothing_and_asks_for_nothing(platform: str) -> None:
    texts = [NASTY, "[x](https://example.org/'><img src=x onerror=y>) ```<i>\n<u>x\n```", "||<s>|| <@1> # <h1>"]
    messages = [
        Shown(
            who=NASTY,
            at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
            text=discord_text.read(text),
            quoted=Quoted(who=NASTY, text=NASTY),
            buttons=[[NASTY]],
            origin=NASTY,
            reactions=[NASTY],
            thread=NASTY,
            is_bot=True,
            is_deleted=True,
        )
        for text in texts
    ]

    shown = page_of(platform, Screen(title=NASTY, subtitle=NASTY, messages=messages, typing=NASTY))

    assert not {"script", "img", "link", "iframe", "object", "i", "u"} & set(shown.tags)
    assert "onerror" not in shown.attributes
    assert shown.words.count(NASTY) >= 3 * len(texts)


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_scene_is_played_by_the_real_process(platform: str) -> None:
    scenarios = [scenario for scenario in SCENARIOS if scenario.name == "edited"]

    scenes = await play(platform, scenarios)

    assert [texts_of(view.screen) for view in scenes[0].views] == [
        ["what is the capital of Australia?", "It is Canberra, not Sydney as many think."],
        ["what is the capital of Austria?", "It is Vienna, on the Danube."],
    ]
    assert "Asked." in Checked(page(platform, scenes)).words


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_every_message_that_people_see_is_on_the_page_once(platform: str) -> None:
    [scenario] = [scenario for scenario in SCENARIOS if scenario.name == "buttons"]
    async with stages(platform) as new_stage:
        stage = new_stage()
        *_, last = await scenario.play(stage)
        recorded = list(written(stage))

    said = Checked(page(platform, [Scene(name="buttons", title="", views=[last])])).said
    assert len(said) == len(recorded) == 3
    assert [sum(text in one for one in said) for text in recorded] == [1, 1, 1]


def written(stage: Stage) -> Iterator[str]:
    """What stands in the emulator's record, in its shared places, without markup."""
    if stage.is_on_discord:
        for channel in stage.discord.guild.channels.values():
            names = {stage.discord.bot.mention: f"@{stage.discord.bot.name}"}
            shown = [message.text for message in channel.messages.values() if not message.deleted]
            yield from (visible_text(discord_text.read(text, names)) for text in shown)
    else:
        for chat in stage.telegram.world.chats.values():
            yield from (message.text for message in chat.messages.values() if not message.deleted)


def texts_of(screen: Screen) -> Sequence[str]:
    return [visible_text(message.text) for message in screen.messages]
