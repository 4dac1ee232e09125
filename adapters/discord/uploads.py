"""Pictures of the bot's own, on their way to Discord. Pure."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.ports.chat import Part

_DESCRIPTION_LENGTH = 1024  # Discord docs, Attachment Object: `description`


def uploads(part: Part) -> Sequence[discord.File]:
    """The part's picture with its words as alternative text, or nothing. Good for one request: that reads it."""
    if part.picture is None:
        return []
    words = part.text[:_DESCRIPTION_LENGTH] or None
    return [discord.File(io.BytesIO(part.picture.jpeg), filename=part.picture.name, description=words)]


def shows(sent: Mapping[str, Any], part: Part) -> bool:
    """Whether a message of the bot's own, as Discord gives it, looks like the part: as far as its size tells."""
    sizes = [attachment["size"] for attachment in sent.get("attachments", ())]
    return (
        sent["content"].strip() == part.text.strip()
        and bool(sent.get("components")) == part.can_stop
        and sizes == ([len(part.picture.jpeg)] if part.picture else [])
    )
