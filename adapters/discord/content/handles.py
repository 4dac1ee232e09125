"""Handles of pictures and files: ids that outlive every link, as the core stores them. Pure."""

import hashlib
import json
from dataclasses import dataclass
from typing import TypeAlias

from yarl import URL

_STILL, _AVATAR = "still", "avatar"
_SIGNATURE = ("ex", "is", "hm")
"""Changes daily (Discord docs, Signed Attachment CDN URLs)."""
_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class InMessage:
    """A file or preview of a message. Its link is not part of it: that is looked up by the message."""

    channel_id: int
    """0 for the file of a used command: that can't be looked up again."""
    message_id: int
    """The message that carries it; for a forward, the one that forwards."""
    which: int | str
    """The attachment's id, or what `digest` makes of a preview's address."""
    is_still: bool = False
    """Discord's own smaller still picture of it."""

    def to_text(self) -> str:
        ids = [self.channel_id, self.message_id, self.which]
        return json.dumps([*ids, _STILL] if self.is_still else ids, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Permanent:
    """A sticker or emoji: its address is made of ids and never runs out."""

    path: str
    """Below the file server, with its query: ``/emojis/55.png``."""

    def to_text(self) -> str:
        return json.dumps(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Avatar:
    """The present profile picture of somebody."""

    person_id: int
    guild_id: int
    """Where they may have another one; 0 for a private chat."""

    def to_text(self) -> str:
        return json.dumps([_AVATAR, self.person_id, self.guild_id], separators=(",", ":"))


Handle: TypeAlias = InMessage | Permanent | Avatar


def read_handle(text: str) -> Handle:
    """Read what `to_text` wrote.

    Raises:
        ValueError: it is something else.
    """
    match json.loads(text):
        case str(path) if path.startswith("/"):
            return Permanent(path=path)
        case [int(channel_id), int(message_id), (int() | str()) as which]:
            return InMessage(channel_id=channel_id, message_id=message_id, which=which)
        case ["avatar", int(person_id), int(guild_id)]:
            return Avatar(person_id=person_id, guild_id=guild_id)
        case [int(channel_id), int(message_id), (int() | str()) as which, "still"]:
            return InMessage(channel_id=channel_id, message_id=message_id, which=which, is_still=True)
        case _:
            raise ValueError("not a handle of Discord's")


def message_in(channel_id: int, handle: str) -> int | None:
    """The message of this channel that carries what a handle names; None if it stands elsewhere, or in no message."""
    try:
        named = read_handle(handle)
    except ValueError:
        return None
    return named.message_id if isinstance(named, InMessage) and named.channel_id == channel_id else None


def digest(url: str) -> str:
    """What a preview is known by: the address of the picture on the web, which stays while Discord's link changes.

    Raises:
        ValueError: it is no address.
    """
    lasting = URL(url).without_query_params(*_SIGNATURE)
    return hashlib.sha256(str(lasting).encode()).hexdigest()[:_DIGEST_LENGTH]
