"""Pictures of the bot's own, on their way to Discord. Pure."""

import io
from collections.abc import Sequence

import discord

from bot.ports.chat import Part

_DESCRIPTION_LENGTH = 1024  # Discord docs, Attachment Object: `description`


def uploads(part: Part) -> Sequence[discord.File]:
    """The part's picture with its words as alternative text, or nothing. Good for one request: that reads it."""
    if part.picture is None:
        return []
    words = part.text[:_DESCRIPTION_LENGTH] or None
    return [discord.File(io.BytesIO(part.picture.jpeg), filename=part.picture.name, description=words)]


def shows(message: discord.Message, part: Part) -> bool:
    """Whether a message of the bot's own looks like the part, as far as can be told without downloading it."""
    sizes = [attachment.size for attachment in message.attachments]
    return (
        message.content.strip() == part.text.strip()
        and bool(message.components) == part.can_stop
        and sizes == ([len(part.picture.jpeg)] if part.picture else [])
    )
