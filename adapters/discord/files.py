"""Fetching pictures and files from Discord's file servers, with a fresh link where the old one ran out."""

import re
from collections.abc import Mapping
from typing import Any

import aiohttp
import discord
from yarl import URL

from adapters.discord.client import message_by_id
from adapters.discord.content.attachments import Links, link_has_expired
from adapters.discord.content.handles import Avatar, InMessage, Permanent, read_handle
from adapters.discord.errors import discord_request
from adapters.download import FileGone, FileNotReached, download, too_large
from bot.errors import AttachmentError, PlatformError, PlatformRefused, PlatformUnavailable
from bot.events import AttachmentRef
from bot.ports.clock import Clock
from bot.sentences import sentence

_FILES = URL("https://cdn.discordapp.com")
_MEDIA = URL("https://media.discordapp.net")
_PROXIES = frozenset({"images-ext-1.discordapp.net", "images-ext-2.discordapp.net"})
"""Pictures of other servers, as Discord shows them in embeds."""
_API_HOSTS = ("discord.com", "discordapp.com")

_GIF_STICKER = re.compile(r"/stickers/\d+\.gif")
"""Not to be had from the file server (Discord docs, CDN Endpoints)."""
_AVATAR_PX = 1024


class Files:
    """Downloads what the handles of `adapters.discord.content.handles` stand for.

    Args:
        session: For the downloads.
        rest: For looking up messages and people.
        links: Those that came with the messages.
        api_url: A configured server is trusted with files too, and asked for stickers, emoji and profile pictures.
        clock: For waits and for the age of links.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        rest: discord.Client,
        links: Links,
        *,
        api_url: str | None,
        clock: Clock,
    ) -> None:
        self._session = session
        self._rest = rest
        self._links = links
        self._clock = clock
        api = URL(api_url) if api_url else None
        is_another = api is not None and api.host not in _API_HOSTS
        self._files, self._media = (api.origin(), api.origin()) if api and is_another else (_FILES, _MEDIA)
        self._hosts = frozenset(base.host or "" for base in (_FILES, _MEDIA, self._files)) | _PROXIES

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        """Download one file.

        Raises:
            AttachmentError: gone, too large, or not to be had after retries.
            PlatformUnavailable: Discord can't be reached.
        """
        if (ref.size_bytes or 0) > max_bytes:
            raise too_large(max_bytes)
        try:
            handle = read_handle(ref.handle)
        except ValueError as error:
            raise AttachmentError(
                "not a handle of Discord's", person=sentence("I no longer know where it is")
            ) from error
        match handle:
            case InMessage():
                return await self._fetch_linked(handle, max_bytes)
            case Permanent():
                base = self._media if _GIF_STICKER.match(handle.path) else self._files
                return await self._download(f"{base}{handle.path}", max_bytes)
            case Avatar():
                return await self._download(f"{self._files}{await self._avatar(handle)}", max_bytes)

    async def _fetch_linked(self, handle: InMessage, max_bytes: int) -> bytes:
        link = self._links.get(handle.to_text())
        if link is not None and not link_has_expired(link, self._clock.now()):
            try:
                return await self._download(link, max_bytes)
            except (FileGone, FileNotReached):
                pass  # The link may have been withdrawn before its time; or nothing of Discord can be reached.
        return await self._download(await self._fresh_link(handle), max_bytes)

    async def _download(self, url: str, max_bytes: int) -> bytes:
        # Letter by letter: the proxy's links are signed.
        exact = URL(url, encoded=True)
        return await download(self._session, exact, max_bytes=max_bytes, allowed_hosts=self._hosts, clock=self._clock)

    async def _fresh_link(self, handle: InMessage) -> str:
        if not handle.channel_id:
            raise FileGone(
                "a command's file from before the restart", person=sentence("I lost it in a restart; send it again")
            )
        try:
            message = await message_by_id(self._rest, handle.channel_id, handle.message_id)
        except PlatformUnavailable:
            raise
        except PlatformError as error:
            raise _not_found(error) from error
        self._links.forget(handle.to_text())
        self._links.note(message)
        if link := self._links.get(handle.to_text()):
            return link
        if message.content or message.attachments or message.stickers or message.message_snapshots:
            raise FileGone("the message has no such file any more", person=sentence("it is no longer there"))
        raise FileGone("the message content intent is off", person=sentence("Discord does not show it to me any more"))

    async def _avatar(self, handle: Avatar) -> str:
        """The path of somebody's profile picture: of this server, everywhere, or Discord's own for who has none."""
        person_id, guild_id = handle.person_id, handle.guild_id
        try:
            async with discord_request(f"looking up person {person_id}"):
                member = await self._member(person_id, guild_id)
                if key := member.get("avatar"):
                    return f"/guilds/{guild_id}/users/{person_id}/avatars/{key}.png?size={_AVATAR_PX}"
                person = await self._rest.fetch_user(person_id)
                return URL(person.display_avatar.replace(format="png", size=_AVATAR_PX).url).path_qs
        except PlatformError as error:
            raise _not_found(error) from error

    async def _member(self, person_id: int, guild_id: int) -> Mapping[str, Any]:
        if not guild_id:
            return {}
        try:
            return dict(await self._rest.http.get_member(guild_id, person_id))
        except (discord.NotFound, discord.Forbidden):
            # They left the server meanwhile.
            return {}


def _not_found(error: PlatformError) -> AttachmentError:
    if isinstance(error, PlatformRefused):
        return AttachmentError(str(error), person=sentence("it is no longer there"))
    return AttachmentError(str(error), person=sentence("Discord could not be reached"))
