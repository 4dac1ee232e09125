"""Discord's file servers: attachments behind signed links, other servers' pictures behind the proxy, and assets."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.discord_links import Links
from tests.emulators.discord_media import converted, measure, resized
from tests.emulators.discord_registry import World
from tests.emulators.discord_world import Guild, Payload, Person

_FOLDERS = ("/attachments/", "/ephemeral-attachments/", "/media/", "/external/", "/stickers/", "/emojis/")
_MORE_FOLDERS = ("/avatars/", "/guilds/", "/embed/avatars/")
_SIZES = {str(1 << power) for power in range(4, 13)}  # Discord docs, Image Formatting.
_STICKER_FORMATS = {"png": 1, "apng": 2, "json": 3, "gif": 4}  # Discord docs, Sticker Format Types.
_EMOJI = re.compile(r"/emojis/(\d+)\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Emoji:
    """A custom emoji of some guild."""

    id: int
    name: str
    data: bytes = field(repr=False)
    """As it was uploaded."""
    animated: bool = False

    @property
    def markup(self) -> str:
        """What to write in a text to show it."""
        return f"<{'a' if self.animated else ''}:{self.name}:{self.id}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A file as it goes out."""

    data: bytes
    media_type: str


class FileServers:
    """What ``cdn.discordapp.com``, ``media.discordapp.net`` and ``images-ext-1.discordapp.net`` have, on one port.

    The second one's resizing of attachments is below ``/media``, since there is only one host.
    """

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self._links = links
        self._assets: dict[str, bytes] = {}
        self._emoji: dict[int, Emoji] = {}

    def has(self, path: str) -> bool:
        """Whether such an address can be one of theirs."""
        return path.startswith((*_FOLDERS, *_MORE_FOLDERS))

    def find(self, path: str, query: Mapping[str, str], *, raw_path: str = "") -> Served | None:
        """What is at an address; None when there is nothing (any more).

        Args:
            path: Without the server.
            query: Of the same.
            raw_path: As it was asked for: the proxy's links are signed in every letter.
        """
        if query.get("size", "16") not in _SIZES:
            return None
        if path.startswith("/external/"):
            data = self._links.proxied(raw_path)
            return _served(resized(data, query), path, query) if data is not None else None
        if path.startswith(("/attachments/", "/ephemeral-attachments/", "/media/")):
            return self._attachment(path, query)
        if (emoji := _EMOJI.fullmatch(path)) and int(emoji[1]) in self._emoji:
            return self._shown(self._emoji[int(emoji[1])], emoji[2], query)
        data = self._assets.get(path)
        return _served(data, path, {}) if data is not None else None

    def _attachment(self, path: str, query: Mapping[str, str]) -> Served | None:
        parts = path.removeprefix("/media").split("/")
        number = int(parts[3]) if len(parts) > 4 and parts[3].isdecimal() else 0
        attachment = self._world.attachments.get(number)
        if attachment is None or attachment.gone or not self._links.is_valid(str(number), query):
            return None
        data = attachment.file.data
        if path.startswith("/media/"):
            return _served(resized(data, query), path, query)
        return Served(data=data, media_type=attachment.media_type or "application/octet-stream")

    def _shown(self, emoji: Emoji, suffix: str, query: Mapping[str, str]) -> Served | None:
        if emoji.animated and suffix == "webp" and query.get("animated") == "true":
            return Served(data=emoji.data, media_type="image/webp")
        return _served(converted(emoji.data, suffix), f".{suffix}", {})

    # What people give it.

    def add_sticker(self, name: str, data: bytes, kind: str) -> Payload:
        number = self._world.new_id()
        self._assets[f"/stickers/{number}.{'png' if kind == 'apng' else kind}"] = data
        return {"id": str(number), "name": name, "format_type": _STICKER_FORMATS[kind]}

    def add_emoji(self, name: str, data: bytes, *, animated: bool) -> Emoji:
        emoji = Emoji(id=self._world.new_id(), name=name, data=data, animated=animated)
        self._emoji[emoji.id] = emoji
        return emoji

    def set_avatar(self, person: Person, data: bytes | None, guild: Guild | None) -> None:
        """Give somebody a profile picture, everywhere or in one guild only; the one before is gone."""
        owner: Any = guild.members[person.id] if guild else person
        folder = f"/guilds/{guild.id}/users/{person.id}/avatars" if guild else f"/avatars/{person.id}"
        self._assets.pop(f"{folder}/{owner.avatar}.png", None)
        owner.avatar = hashlib.md5(data, usedforsecurity=False).hexdigest() if data is not None else None
        if data is not None:
            self._assets[f"{folder}/{owner.avatar}.png"] = data

    def add_default_avatar(self, number: int, data: bytes) -> None:
        """What those have who have none: one of six."""
        self._assets[f"/embed/avatars/{number}.png"] = data

    def preview(self, url: str, data: bytes) -> Payload:
        """A picture or video of another server as embeds have it. The link to the proxy is put in when it is shown."""
        self._links.abroad[url] = data
        media_type = mimetypes.guess_type(url.partition("?")[0])[0] or "image/png"
        width_px, height_px = measure(data, media_type)
        return {"url": url, "width": width_px, "height": height_px, "content_type": media_type, "flags": 0}


def _served(data: bytes | None, path: str, query: Mapping[str, str]) -> Served | None:
    if data is None:
        return None
    name = f".{query['format']}" if "format" in query else path.rpartition("/")[2]
    return Served(data=data, media_type=mimetypes.guess_type(f"x{name}")[0] or "application/octet-stream")
