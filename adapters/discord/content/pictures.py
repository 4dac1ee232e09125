"""All the pictures that come with a message, in whatever way. Pure."""

import discord

from adapters.discord.content.attachments import Holder, offers
from adapters.discord.content.fixed import avatars, emoji, stickers
from adapters.discord.content.handles import InMessage, digest
from adapters.discord.content.text import Reading
from bot.answering.avatars import asks_about_avatar
from bot.answering.links import picture_links
from bot.events import AttachmentRef, EntityKind


def said_pictures(
    message: discord.Message, reading: Reading, *, is_addressed: bool, bot_id: int
) -> tuple[AttachmentRef, ...]:
    """The pictures of a message itself. What its words point to counts only if it is for the bot."""
    shown = _shown(message, channel_id=message.channel.id, message_id=message.id)
    if not is_addressed:
        return shown
    # A link counts more than its preview, which may come only when the answer is being written.
    links = picture_links(message.content)
    previewed = {_as_preview(link, message.channel.id, message.id) for link in links}
    asked_about = [person for person in message.mentions if person.id != bot_id]
    return (
        *(ref for ref in shown if ref.handle not in previewed),
        *links,
        *emoji(message.content, reading.entities),
        *(avatars(asked_about, message.guild) if asks_about_avatar(reading.text) else ()),
    )


def quoted_pictures(
    holder: Holder, reading: Reading, *, channel_id: int, message_id: int, is_addressed: bool
) -> tuple[AttachmentRef, ...]:
    """The pictures of a message replied to, or of what was forwarded.

    Args:
        holder: Whose pictures.
        reading: Its text.
        channel_id: Of the message that can be looked up for them.
        message_id: The same: for a forward the one that forwards.
        is_addressed: Whether the message that quotes it is for the bot.
    """
    shown = _shown(holder, channel_id=channel_id, message_id=message_id)
    if not is_addressed:
        return shown
    # Here the preview had its time to come, and Discord's proxy is more willing than most servers.
    known = {ref.handle for ref in shown}
    links = [link for link in picture_links(holder.content) if _as_preview(link, channel_id, message_id) not in known]
    return (*shown, *links, *(emoji(holder.content, reading.entities) if _is_all_emoji(holder, reading) else ()))


def _shown(holder: Holder, *, channel_id: int, message_id: int) -> tuple[AttachmentRef, ...]:
    offered = [offer.ref for offer in offers(holder, channel_id=channel_id, message_id=message_id)]
    return (*offered, *stickers(holder))


def _as_preview(link: AttachmentRef, channel_id: int, message_id: int) -> str:
    """The handle that Discord's preview of a link has, or will have."""
    try:
        which = digest(link.handle)
    except ValueError:
        return ""
    return InMessage(channel_id=channel_id, message_id=message_id, which=which).to_text()


def _is_all_emoji(holder: Holder, reading: Reading) -> bool:
    """Whether custom emoji are all that a text says: then they are what a reply is about."""
    marked = sum(entity.length for entity in reading.entities if entity.kind is EntityKind.EMOJI)
    return 0 < marked == sum(len(word) for word in holder.content.split())
