"""Attachments as Discord offers them: handles that outlive their links."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import discord
from yarl import URL

from bot.events import AttachmentRef

_MOST_LINKS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """Where an attachment is, for as long as Discord keeps it. Its link is not part of it: that changes daily."""

    channel_id: int
    message_id: int
    """The message that carries it; for a forward, the one that forwards."""
    attachment_id: int

    def to_text(self) -> str:
        return json.dumps([self.channel_id, self.message_id, self.attachment_id], separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote.

        Raises:
            ValueError: it is something else.
        """
        channel_id, message_id, attachment_id = json.loads(text)
        return cls(channel_id=int(channel_id), message_id=int(message_id), attachment_id=int(attachment_id))


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
            handle=Handle(channel_id=channel_id, message_id=message_id, attachment_id=attachment.id).to_text(),
            name=attachment.filename,
            media_type=attachment.content_type or "",
            size_bytes=attachment.size,
        )
        for attachment in attachments
    )


def offered(message: discord.Message) -> Iterator[discord.Attachment]:
    """The attachments of a message and of what it forwards."""
    yield from message.attachments
    for snapshot in message.message_snapshots:
        yield from snapshot.attachments


class Links:
    """The newest links of attachments, at most 1024. Signed by Discord for about a day; each saves one request."""

    def __init__(self) -> None:
        self._urls: OrderedDict[int, str] = OrderedDict()

    def note(self, message: discord.Message) -> None:
        """Remember the links of a message and of the one it replies to."""
        for attachment in offered(message):
            self._urls[attachment.id] = attachment.url
        if message.reference and isinstance(message.reference.resolved, discord.Message):
            self.note(message.reference.resolved)
        while len(self._urls) > _MOST_LINKS:
            self._urls.popitem(last=False)

    def get(self, attachment_id: int) -> str | None:
        return self._urls.get(attachment_id)
