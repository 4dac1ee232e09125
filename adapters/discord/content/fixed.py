"""Pictures that need no message to be found: stickers, custom emoji, profile pictures. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import discord
from discord import StickerFormatType

from adapters.discord.content.attachments import Holder
from adapters.discord.content.handles import Avatar, Permanent
from bot.events import AttachmentRef, Entity, EntityKind, Source

_MOST = 4

# Discord docs, CDN Endpoints: an animated PNG has the suffix of a still one, and Lottie is no picture.
_STICKERS: Mapping[StickerFormatType, str] = MappingProxyType(
    {StickerFormatType.png: "png", StickerFormatType.apng: "png", StickerFormatType.gif: "gif"}
)


def stickers(holder: Holder) -> Iterator[AttachmentRef]:
    """The stickers of a message that are pictures."""
    for sticker in filter(has_picture, holder.stickers):
        suffix = _STICKERS[sticker.format]
        yield AttachmentRef(
            handle=Permanent(path=f"/stickers/{sticker.id}.{suffix}").to_text(),
            source=Source.STICKER,
            about=sticker.name,
            name=f"{sticker.id}.{suffix}",
            media_type=f"image/{suffix}",
        )


def has_picture(sticker: discord.StickerItem) -> bool:
    """Whether a sticker is a picture: not Lottie, which is a drawing in numbers."""
    return sticker.format in _STICKERS


def emoji(content: str, entities: Sequence[Entity]) -> Iterator[AttachmentRef]:
    """The first 4 custom emoji of a text, none twice.

    Args:
        content: As it came.
        entities: Of `content`.
    """
    marked = {
        entity.target: content[entity.offset : entity.offset + entity.length]
        for entity in entities
        if entity.kind is EntityKind.EMOJI
    }
    for number, markup in list(marked.items())[:_MOST]:
        still = Permanent(path=f"/emojis/{number}.png").to_text()
        is_animated = markup.startswith("<a:")
        # Discord makes no GIF of what came as WebP or AVIF; WebP it makes of everything (docs, CDN Endpoints).
        moving = Permanent(path=f"/emojis/{number}.webp?animated=true").to_text()
        yield AttachmentRef(
            handle=moving if is_animated else still,
            still=still if is_animated else "",
            source=Source.EMOJI,
            about=f":{markup.split(':')[1]}:",
            name=f"{number}.{'webp' if is_animated else 'png'}",
            media_type="image/webp" if is_animated else "image/png",
        )


def avatars(people: Sequence[discord.User | discord.Member], guild: discord.Guild | None) -> Iterator[AttachmentRef]:
    """The profile pictures of the first 4 people, as they have them in a server. Animated ones stand still."""
    for person in people[:_MOST]:
        yield AttachmentRef(
            handle=Avatar(person_id=person.id, guild_id=guild.id if guild else 0).to_text(),
            source=Source.AVATAR,
            about=person.display_name,
            name="avatar.png",
            media_type="image/png",
        )
