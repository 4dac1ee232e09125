"""Files and previews as Discord offers them, and the links that lead to them for about a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import discord
from yarl import URL

from adapters.discord.content.handles import InMessage
from adapters.discord.content.layouts import media
from adapters.discord.content.previews import previews, still_of
from adapters.newest import Newest
from bot.events import AttachmentRef, Source

Holder: TypeAlias = discord.Message | discord.MessageSnapshot
"""What can carry files, stickers and embeds."""

_MOST_LINKS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A file or preview with the links of the day."""

    ref: AttachmentRef
    url: str
    still_url: str = ""


def offers(holder: Holder, *, channel_id: int, message_id: int) -> Iterator[Offer]:
    """The files and previews of a message, or of what it forwards."""
    for attachment in holder.attachments:
        yield offer(attachment, channel_id=channel_id, message_id=message_id)
    uploaded = {attachment.id for attachment in holder.attachments}
    laid_out = [item for item in media(holder) if item.attachment_id not in uploaded]
    for preview in previews(holder.embeds, laid_out):
        handle = InMessage(channel_id=channel_id, message_id=message_id, which=preview.digest)
        ref = AttachmentRef(
            handle=handle.to_text(),
            source=Source.PREVIEW,
            about=preview.about,
            still=_still(handle) if preview.still_url else "",
            name=preview.name,
            media_type="",
        )
        yield Offer(ref=ref, url=preview.url, still_url=preview.still_url)


def offer(attachment: discord.Attachment, *, channel_id: int, message_id: int) -> Offer:
    """One file of a message, or with the channel 0 of a used command."""
    handle = InMessage(channel_id=channel_id, message_id=message_id, which=attachment.id)
    still_url = still_of(attachment.proxy_url, attachment.width, attachment.height)
    ref = AttachmentRef(
        handle=handle.to_text(),
        still=_still(handle) if still_url else "",
        name=attachment.filename,
        media_type=attachment.content_type or "",
        size_bytes=attachment.size,
    )
    return Offer(ref=ref, url=attachment.url, still_url=still_url)


def _still(handle: InMessage) -> str:
    return InMessage(
        channel_id=handle.channel_id, message_id=handle.message_id, which=handle.which, is_still=True
    ).to_text()


def link_has_expired(url: str, now: datetime) -> bool:
    """Whether Discord's signature on a link has run out.

    Source: Discord docs, Signed Attachment CDN URLs: ``ex`` is the time of expiry, hexadecimal, in Unix seconds.
    """
    try:
        return datetime.fromtimestamp(int(URL(url).query["ex"], 16), UTC) <= now
    except (KeyError, ValueError, OverflowError, OSError):
        return False


class Links:
    """The newest links by their handles, at most 2048. Signed by Discord for about a day; each saves one request."""

    def __init__(self) -> None:
        self._urls: Newest[str, str] = Newest(_MOST_LINKS)

    def note(self, message: discord.Message) -> None:
        """Remember the links of a message, of what it forwards and of the message it replies to."""
        holders: list[Holder] = [message, *message.message_snapshots]
        for holder in holders:
            for offered in offers(holder, channel_id=message.channel.id, message_id=message.id):
                self.add(offered)
        if message.reference and isinstance(message.reference.resolved, discord.Message):
            self.note(message.reference.resolved)

    def add(self, offered: Offer) -> None:
        """Remember the links of one file."""
        self._urls[offered.ref.handle] = offered.url
        if offered.ref.still:
            self._urls[offered.ref.still] = offered.still_url

    def forget(self, handle: str) -> None:
        self._urls.pop(handle, None)

    def get(self, handle: str) -> str | None:
        return self._urls.get(handle)
