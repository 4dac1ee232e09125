"""The emulated Discord's file servers, and what it checks about uploads."""

import io
from typing import Any

import aiohttp
import orjson
import pytest
from PIL import Image
from yarl import URL

from tests.drawing import corners, encoded, four_corners
from tests.emulated import messages_url
from tests.emulators.discord import DiscordEmulator, File, Permission
from tests.emulators.discord_world import Channel, Person

PNG = encoded(four_corners(200, 100), "PNG")


async def uploads(
    rest: aiohttp.ClientSession, url: str, *files: bytes, method: str = "POST", **attachment: Any
) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData()
    described = [{"id": number, "filename": f"{number}.png"} | attachment for number in range(len(files))]
    form.add_field("payload_json", orjson.dumps({"attachments": described}).decode(), content_type="application/json")
    for number, data in enumerate(files):
        form.add_field(f"files[{number}]", io.BytesIO(data), filename="upload", content_type="application/octet-stream")
    async with rest.request(method, url, data=form) as response:
        return response.status, await response.json()


async def test_an_upload_can_be_downloaded_again(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    status, message = await uploads(rest, messages_url(discord, channel), PNG, description="A chart.")
    [attachment] = message["attachments"]

    assert status == 200
    assert (attachment["filename"], attachment["description"], attachment["size"]) == ("0.png", "A chart.", len(PNG))
    assert (attachment["width"], attachment["height"], attachment["content_type"]) == (200, 100, "image/png")
    async with rest.get(attachment["url"]) as response:
        assert await response.read() == PNG


@pytest.mark.parametrize(
    ("count", "size", "description", "code"),
    [(11, 1, "x", 50035), (1, 10 * 1024 * 1024 + 1, "x", 40005), (1, 1, "x" * 1025, 50035)],
)
async def test_too_many_too_large_and_too_much_are_refused(
    discord: DiscordEmulator,
    rest: aiohttp.ClientSession,
    channel: Channel,
    count: int,
    size: int,
    description: str,
    code: int,
) -> None:
    _, refused = await uploads(rest, messages_url(discord, channel), *[b"x" * size] * count, description=description)

    assert refused["code"] == code
    assert discord.visible(channel) == []


async def test_files_need_their_permission_also_in_an_edit(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel
) -> None:
    _, message = await uploads(rest, messages_url(discord, channel), PNG)
    discord.deny(channel, Permission.ATTACH_FILES)

    _, new = await uploads(rest, messages_url(discord, channel), PNG)
    _, edit = await uploads(rest, f"{messages_url(discord, channel)}/{message['id']}", PNG, method="PATCH")

    assert new["code"] == edit["code"] == 50013


async def test_the_proxy_makes_pictures_smaller_and_still(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel, ann: Person
) -> None:
    said = await discord.say(channel, ann, files=[File(name="a.png", data=PNG)])
    async with rest.get(f"{messages_url(discord, channel)}/{said.id}") as response:
        proxied = (await response.json())["attachments"][0]["proxy_url"]
    async with rest.get(f"{proxied}&format=webp&width=50&height=50") as response:
        image = Image.open(io.BytesIO(await response.read()))

    assert (image.format, image.size, corners(image)) == ("WEBP", (50, 25), corners(four_corners()))


async def test_links_to_pictures_of_other_servers_change(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, channel: Channel, ann: Person
) -> None:
    preview = {"type": "image", "thumbnail": discord.preview("https://a.example/b.png?c=1", PNG)}
    said = await discord.say(channel, ann, "look", embeds=[preview])

    async def statuses(*urls: str) -> list[int]:
        return [(await rest.get(URL(url, encoded=True))).status for url in urls]

    async def link() -> str:
        async with rest.get(f"{messages_url(discord, channel)}/{said.id}") as response:
            thumbnail = (await response.json())["embeds"][0]["thumbnail"]
        assert (thumbnail["url"], thumbnail["width"]) == ("https://a.example/b.png?c=1", 200)
        return str(thumbnail["proxy_url"])

    old = await link()
    assert await statuses(old) == [200]
    discord.expire_links()
    assert await statuses(old, await link()) == [404, 200]


@pytest.mark.parametrize("path", ["/emojis/1.png", "/stickers/1.png", "/avatars/1/a.png", "/embed/avatars/9.png"])
async def test_what_does_not_exist_is_not_found(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, path: str
) -> None:
    base = discord.api_url.removesuffix("/api/v10")

    assert (await rest.get(base + path)).status == 404
    assert discord.violations == []


async def test_a_size_that_is_no_power_of_two_is_not_served(
    discord: DiscordEmulator, rest: aiohttp.ClientSession, ann: Person
) -> None:
    discord.set_avatar(ann, PNG)
    url = f"{discord.api_url.removesuffix('/api/v10')}/avatars/{ann.id}/{ann.avatar}.png"

    assert [(await rest.get(f"{url}?size={size}")).status for size in (512, 500)] == [200, 404]
