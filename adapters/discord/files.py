"""Fetching attachments from Discord's file servers, with a fresh link where the old one ran out."""

import aiohttp
import discord
from yarl import URL

from adapters.discord.attachments import Handle, Links, link_has_expired, offered
from adapters.discord.errors import discord_request
from adapters.download import FileGone, FileNotReached, download, too_large
from bot.errors import AttachmentError, PlatformError, PlatformRefused, PlatformUnavailable
from bot.events import AttachmentRef
from bot.ports.clock import Clock

_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


class Files:
    """Downloads what `adapters.discord.attachments.refs` refers to.

    Args:
        session: For the downloads.
        rest: For looking up messages.
        links: Those that came with the messages.
        api_url: A configured server is trusted with files too.
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
        self._hosts = _HOSTS | ({URL(api_url).host or ""} if api_url else set())
        self._clock = clock

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        """Download one attachment.

        Raises:
            AttachmentError: gone, too large, or not to be had after retries.
            PlatformUnavailable: Discord can't be reached.
        """
        if (ref.size_bytes or 0) > max_bytes:
            raise too_large(max_bytes)
        try:
            handle = Handle.from_text(ref.handle)
        except (ValueError, TypeError) as error:
            raise AttachmentError("not a handle of Discord's", person="I no longer know where it is") from error
        link = self._links.get(handle.attachment_id)
        if link is not None and not link_has_expired(link, self._clock.now()):
            try:
                return await self._download(link, max_bytes)
            except (FileGone, FileNotReached):
                pass  # The link may have been withdrawn before its time; or nothing of Discord can be reached.
        return await self._download(await self._fresh_link(handle), max_bytes)

    async def _download(self, url: str, max_bytes: int) -> bytes:
        return await download(self._session, url, max_bytes=max_bytes, allowed_hosts=self._hosts, clock=self._clock)

    async def _fresh_link(self, handle: Handle) -> str:
        try:
            async with discord_request(f"looking up message {handle.message_id}"):
                channel = self._rest.get_partial_messageable(handle.channel_id)
                message = await channel.fetch_message(handle.message_id)
        except PlatformRefused as error:
            raise AttachmentError(str(error), person="it is no longer there") from error
        except PlatformUnavailable:
            raise
        except PlatformError as error:
            raise AttachmentError(str(error), person="Discord could not be reached") from error
        self._links.note(message)
        for attachment in offered(message):
            if attachment.id == handle.attachment_id:
                return attachment.url
        raise FileGone("the message has no such attachment any more", person="it is no longer there")
