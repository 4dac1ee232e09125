"""Attachments as Discord offers them: handles that outlive their links. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import discord
from yarl import URL

from bot.events import AttachmentRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """Where an attachment is: its ids for ever, and its link while that works."""

    channel_id: int
    message_id: int
    """The message that carries it; for a forward, the one that forwards."""
    attachment_id: int
    url: str
    """The link it came with. Signed by Discord for about a day; a convenience that saves one request."""

    def to_text(self) -> str:
        return json.dumps([self.channel_id, self.message_id, self.attachment_id, self.url], separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote.

        Raises:
            ValueError: it is something else.
        """
        channel_id, message_id, attachment_id, url = json.loads(text)
        return cls(
            channel_id=int(channel_id), message_id=int(message_id), attachment_id=int(attachment_id), url=str(url)
        )


def link_has_expired(url: str, now: datetime) -> bool:
    """Whether Discord's signature on a link has run out.

    Source: Discord docs, Signed Attachment CDN URLs: ``ex`` is the time of expiry, hexadecimal, in Unix seconds.
    """
    try:
        return datetime.fromtimestamp(int(URL(url).query["ex"], 16), UTC) <= now
    except (KeyError, ValueError, OverflowError, OSError):
        return False


def refs(attachments: Iterable[discord.Attachment], *, channel_id: int, message_id: int) -> tuple[AttachmentRef, ...]:
    """The attachments of a message (or of what it forwards) in the core's terms."""
    return tuple(
        AttachmentRef(
            handle=Handle(
                channel_id=channel_id, message_id=message_id, attachment_id=attachment.id, url=attachment.url
            ).to_text(),
            name=attachment.filename,
            media_type=attachment.content_type or "",
            size_bytes=attachment.size,
        )
        for attachment in attachments
    )


def find_link(message: discord.Message, attachment_id: int) -> str | None:
    """The link to an attachment of `message` or of what it forwards; None if there is no such one (any more)."""
    offered = [*message.attachments, *(a for snapshot in message.message_snapshots for a in snapshot.attachments)]
    return next((attachment.url for attachment in offered if attachment.id == attachment_id), None)
