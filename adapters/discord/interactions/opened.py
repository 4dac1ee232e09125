"""What waits for its answer: something that a person did with the bot's commands, buttons and forms."""

import asyncio
from dataclasses import dataclass, field

import discord

from bot.events import ConversationKey, MessageId

_MOST_FOLLOWUPS = 5
"""Where only the person installed the bot (Discord docs, Create Followup Message)."""


@dataclass(slots=True, kw_only=True, eq=False)
class Opened:
    """A used command, a sent form or a pressed button, as long as it can be answered through its token."""

    interaction: discord.Interaction
    person_id: int
    """Who used it; 0: nobody knows."""
    guild_id: int | None
    """The server; None in private chats."""
    key: ConversationKey
    is_private: bool
    """Only the person who used it sees the answer."""
    good_until_s: float
    """By `Clock.monotonic_s`."""
    acknowledged: asyncio.Task[bool] | None = None
    """None: by an earlier process."""
    original: MessageId | None = None
    """The first answer; of a button the message that it stands on."""
    nonce: str | None = None
    """Of the part that was answered through it: repeating that one is harmless, another would replace it."""
    followups: dict[str, MessageId] = field(default_factory=dict)
    """Further answers, by the nonces of their parts."""
    growing: MessageId | None = None
    """The part that has a Stop button at present."""

    def has_room_for(self, nonce: str) -> bool:
        """Whether a part can still follow."""
        return nonce in (self.nonce, *self.followups) or len(self.followups) < _MOST_FOLLOWUPS
