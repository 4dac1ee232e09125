"""How pictures on Discord are known again: handles, and the previews that have no id of their own."""

from typing import Any

import discord
import pytest

from adapters.discord.handles import Avatar, Handle, InMessage, Permanent, digest, read_handle
from adapters.discord.previews import previews, still_of

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
    with pytest.raises(ValueError, match="not a handle|Expecting value"):
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
