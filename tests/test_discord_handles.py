"""How pictures on Discord are known again: handles, and the previews that have no id of their own."""

from typing import Any

import aiohttp
import discord
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.discord.content.attachments import Links, Offer, offers
from adapters.discord.content.handles import Avatar, Handle, InMessage, Permanent, digest, read_handle
from adapters.discord.content.previews import previews, still_of
from adapters.discord.convert import message_received
from adapters.discord.files import Files
from adapters.discord.places import place_of
from bot.errors import AttachmentError
from bot.events import AttachmentRef
from tests.discord_bot import HastyClock
from tests.discord_payloads import BEN_USER, BOT, BOT_USER, Payload, World, attachment, replying, said
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_client import RecordingClient, discord_py_talks_to

PROXY = "https://images-ext-1.discordapp.net/external/x%3D/%3Fa%3D1/https/a.example/b.png"


def embed(**fields: Any) -> discord.Embed:
    return discord.Embed.from_dict({"type": "rich", **fields})


@pytest.mark.parametrize(
    "handle",
    [
        InMessage(channel_id=1, message_id=2, which=3),
        InMessage(channel_id=1, message_id=2, which="a1b2"),
        InMessage(channel_id=1, message_id=2, which=3, is_still=True),
        Permanent(path="/emojis/55.webp?animated=true"),
        Avatar(person_id=4, guild_id=0),
    ],
)
def test_handles_are_read_as_they_were_written(handle: Handle) -> None:
    assert read_handle(handle.to_text()) == handle


def test_handles_stored_by_the_first_version_are_still_read() -> None:
    assert read_handle("[1,2,3]") == InMessage(channel_id=1, message_id=2, which=3)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "[1,2]", '["avatar",1]', '[1,2,3,"large"]', '"no path"', "[1,2,null]"]
)
def test_anything_else_is_no_handle(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a handle|Expecting value"):
        read_handle(text)


def test_a_preview_is_known_again_when_its_signature_changed_and_nothing_else() -> None:
    link = "https://cdn.discordapp.com/attachments/1/2/a.png"

    assert digest(f"{link}?ex=1&is=2&hm=3&") == digest(f"{link}?ex=4&is=5&hm=6&") == digest(link)
    assert len({digest(link), digest(f"{link}?w=1"), digest(f"{link}?w=2"), digest(f"{link}x")}) == 4


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"thumbnail": {"url": "https://a.example/b.png"}},
        {"thumbnail": {"proxy_url": PROXY}},
        {"image": {"url": "http://[", "proxy_url": PROXY}},
        {"image": {"url": "https://a.example/b.png", "proxy_url": PROXY}, "url": "http://["},
        {"video": {"url": "https://a.example/embed"}},
        {"image": {"url": "", "proxy_url": ""}},
    ],
)
def test_what_discord_does_not_show_itself_is_no_preview(fields: dict[str, Any]) -> None:
    assert list(previews([embed(**fields)])) == []


def test_ten_previews_are_taken_and_none_twice() -> None:
    many = [
        embed(image={"url": f"https://a.example/{number % 15}.png", "proxy_url": f"{PROXY}{number}"})
        for number in range(30)
    ]

    assert [preview.name for preview in previews(many)] == [f"{number}.png" for number in range(10)]


def test_the_still_picture_keeps_the_proxys_address_letter_by_letter() -> None:
    assert still_of(PROXY, 3200, 1000) == f"{PROXY}?format=webp&width=1600&height=500"
    assert still_of(PROXY, 10000, 1) == f"{PROXY}?format=webp&width=1600&height=1"
    assert still_of(f"{PROXY}?ex=1&", 10, 20) == f"{PROXY}?ex=1&format=webp&width=10&height=20"


@pytest.mark.parametrize(("width", "height"), [(None, 10), (10, None), (0, 10)])
def test_there_is_no_still_picture_of_what_discord_could_not_measure(width: int | None, height: int | None) -> None:
    assert still_of(PROXY, width, height) == ""


def test_what_a_bot_uploaded_and_laid_out_is_one_picture() -> None:
    media = {"url": "https://cdn.discordapp.com/a.png", "proxy_url": PROXY, "attachment_id": "61"}
    gallery = {"type": 12, "items": [{"media": media}, {"media": media | {"attachment_id": None}}]}
    message = World().message(attachments=[attachment(61)], components=[gallery])

    found = [read_handle(offer.ref.handle) for offer in offers(message, channel_id=1, message_id=2)]

    assert [handle.which for handle in found if isinstance(handle, InMessage)] == [61, digest(media["url"])]


@pytest.mark.parametrize(
    ("author", "content", "sees_content", "is_hidden"),
    [
        (BEN_USER, "", False, True),
        (BEN_USER, "shown, since it mentions the bot", False, False),
        (BEN_USER, "", True, False),
        (BOT_USER, "", False, False),
    ],
)
def test_an_empty_quote_is_hidden_only_where_discord_hides(
    author: Payload, content: str, sees_content: bool, is_hidden: bool
) -> None:
    message = World().message("what?", **replying(said(content, author)))

    event = message_received(message, place=place_of(message.channel), bot_id=BOT, sees_content=sees_content)

    assert event.quoted[0].is_hidden is is_hidden


class AskedFor(AbstractResolver):
    """Knows no host, and writes down which it was asked for."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        self.hosts.append(host)
        raise OSError("unknown")

    async def close(self) -> None: ...


PROXIED = InMessage(channel_id=1, message_id=2, which="a1")


@pytest.mark.parametrize(
    ("handle", "link", "host"),
    [
        (Permanent(path="/stickers/1.gif"), "", "media.discordapp.net"),
        (Permanent(path="/stickers/1.png"), "", "cdn.discordapp.com"),
        (Permanent(path="/emojis/1.png"), "", "cdn.discordapp.com"),
        (PROXIED, PROXY, "images-ext-1.discordapp.net"),
        (PROXIED, PROXY.replace("ext-1", "ext-2"), "images-ext-2.discordapp.net"),
        (PROXIED, "https://media.discordapp.net/a.png", "media.discordapp.net"),
        (PROXIED, "https://media.discordapp.net.example/a.png", None),
        (PROXIED, "https://discordapp.net/a.png", None),
    ],
)
async def test_only_discords_own_file_servers_are_asked(
    discord_emulator: DiscordEmulator, handle: Handle, link: str, host: str | None
) -> None:
    ref, links, resolver = AttachmentRef(handle=handle.to_text(), name="", media_type=""), Links(), AskedFor()
    links.add(Offer(ref=ref, url=link))
    connector = aiohttp.TCPConnector(resolver=resolver)
    with discord_py_talks_to(discord_emulator):
        async with aiohttp.ClientSession(connector=connector) as session, RecordingClient() as rest:
            await rest.login(discord_emulator.token)
            files = Files(session, rest, links, api_url="https://discord.com/api/v10", clock=HastyClock())
            with pytest.raises(AttachmentError):
                await files.fetch(ref, max_bytes=10)

    assert set(resolver.hosts) == ({host} if host else set())
