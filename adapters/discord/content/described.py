"""Content that is neither text nor a picture, in words, so that a message with it is not taken for empty. Pure."""

import discord

from adapters.discord.content.attachments import Holder
from adapters.discord.content.fixed import has_picture
from adapters.discord.content.layouts import words


def described(holder: Holder) -> str:
    """Say what a poll shows, and stickers that are no pictures; empty for text and files."""
    lines = [
        f"[Sticker: {sticker.name}, an animation that bots can't see]"
        for sticker in holder.stickers
        if not has_picture(sticker)
    ]
    poll = holder.poll if isinstance(holder, discord.Message) else None
    if poll is not None:
        lines += [f"[Poll: {poll.question}]", *(f"- {answer.text}" for answer in poll.answers)]
    return "\n".join(lines)


def embedded(holder: Holder) -> str:
    """The words of embeds and layouts, which is where other bots write, and of link previews."""
    return "\n".join([*(line for embed in holder.embeds for line in _words(embed)), *words(holder)])


def _words(embed: discord.Embed) -> list[str]:
    fields = [f"{field.name}: {field.value}" for field in embed.fields]
    return [said for said in (embed.title, embed.description, *fields) if said]
