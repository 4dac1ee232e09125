"""Pictures and documents of the bot's own, on their way to Discord. Pure."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from adapters.discord.render import as_written
from adapters.discord.writing.buttons import show_buttons
from bot.ports.parts import Part

_DESCRIPTION_LENGTH = 1024  # Discord docs, Attachment Object: `description`


def content_of(part: Part) -> str:
    """The text of its message. Beside a picture it is plain, whatever signs it holds."""
    return part.text if part.picture is None else as_written(part.text)


def uploads(part: Part) -> Sequence[discord.File]:
    """The part's picture with its words as alternative text, its document, or nothing. Good for one request."""
    if part.document is not None:
        return [discord.File(io.BytesIO(part.document.text.encode()), filename=part.document.name)]
    if part.picture is None:
        return []
    words = part.text[:_DESCRIPTION_LENGTH] or None
    return [discord.File(io.BytesIO(part.picture.jpeg), filename=part.picture.name, description=words)]


def shows(sent: Mapping[str, Any], part: Part) -> bool:
    """Whether a message of the bot's own, as Discord gives it, looks like the part: as far as its size tells."""
    sizes = [attachment["size"] for attachment in sent.get("attachments", ())]
    return (
        sent["content"].strip() == content_of(part).strip()
        and show_buttons(sent.get("components", ()), part.buttons)
        and sizes == _sizes(part)
    )


def _sizes(part: Part) -> list[int]:
    if part.document is not None:
        return [len(part.document.text.encode())]
    return [len(part.picture.jpeg)] if part.picture else []
