"""Where something is said, and the ids of what is said there. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

import discord

from adapters.discord.limits import DISCORD
from bot.events import ConversationKey, MessageId

Channel: TypeAlias = (
    discord.abc.GuildChannel
    | discord.abc.PrivateChannel
    | discord.Thread
    | discord.PartialMessageable
    | discord.DMChannel
)
"""A place as far as discord.py knows it."""

_INTERACTION = "i"
_PERSON = "u"
_ELSEWHERE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as far as the core needs it."""

    key: ConversationKey
    is_private: bool
    opened_by: int | None = None
    """Of a thread or post: who began it."""

    @property
    def channel_id(self) -> int:
        """What Discord's requests want: a thread is a channel of its own there."""
        return channel_of(self.key)


def place_of(channel: Channel) -> Place:
    """The conversation of a channel, thread or private chat."""
    if isinstance(channel, discord.Thread):
        key = ConversationKey(platform=DISCORD, chat_id=str(channel.parent_id), thread_id=str(channel.id))
        return Place(key=key, is_private=False, opened_by=channel.owner_id)
    key = ConversationKey(platform=DISCORD, chat_id=str(channel.id))
    return Place(key=key, is_private=getattr(channel, "type", None) is discord.ChannelType.private)


def personal_place(channel_id: int, person_id: int) -> Place:
    """What one person asks in a channel for themselves alone: the bot need not be in it, they brought it along."""
    key = ConversationKey(platform=DISCORD, chat_id=str(channel_id), thread_id=f"{_PERSON}{person_id}")
    return Place(key=key, is_private=True)


def owner_of(key: ConversationKey) -> int | None:
    """The person of a `personal_place`; None for any other."""
    thread_id = key.thread_id or ""
    return int(thread_id.removeprefix(_PERSON)) if thread_id.startswith(_PERSON) else None


def channel_of(key: ConversationKey) -> int:
    """The channel or thread behind a key of Discord's."""
    return int(key.chat_id) if owner_of(key) else int(key.thread_id or key.chat_id)


def of_message(number: int) -> MessageId:
    """The core's id of a message."""
    return MessageId(str(number))


def of_interaction(number: int) -> MessageId:
    """The core's id of a used command. It is no message: it can't be replied to, and no history lists it."""
    return MessageId(f"{_INTERACTION}{number}")


def is_interaction(message_id: MessageId) -> bool:
    return message_id.startswith(_INTERACTION)


def of_message_elsewhere(channel_id: int, number: int) -> MessageId:
    """The core's id of a message that stands in another channel than its conversation."""
    return MessageId(f"{channel_id}{_ELSEWHERE}{number}")


def whereabouts_of(key: ConversationKey, message_id: MessageId) -> tuple[int, int]:
    """The channel and the number of a message of the bot's own."""
    channel_id, _, number = message_id.rpartition(_ELSEWHERE)
    return int(channel_id or channel_of(key)), int(number)


def number_of(message_id: MessageId) -> int:
    """The snowflake behind an id of ours: it tells the time, and so the order."""
    return int(message_id.rpartition(_ELSEWHERE)[2].removeprefix(_INTERACTION))
