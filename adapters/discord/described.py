"""Content that is neither text nor a file, in words, so that a message with it is not taken for empty. Pure."""

from typing import TypeAlias

import discord

Holder: TypeAlias = discord.Message | discord.MessageSnapshot
"""What can carry stickers and embeds."""


def described(holder: Holder) -> str:
    """Say what stickers and a poll show; empty for text and files."""
    lines = [f"[Sticker: {sticker.name}]" for sticker in holder.stickers]
    poll = holder.poll if isinstance(holder, discord.Message) else None
    if poll is not None:
        lines += [f"[Poll: {poll.question}]", *(f"- {answer.text}" for answer in poll.answers)]
    return "\n".join(lines)


def embedded(holder: Holder) -> str:
    """The words of embeds, which is where other bots write, and of link previews."""
    return "\n".join(words for embed in holder.embeds for words in _words(embed))


def _words(embed: discord.Embed) -> list[str]:
    fields = [f"{field.name}: {field.value}" for field in embed.fields]
    return [words for words in (embed.title, embed.description, *fields) if words]
