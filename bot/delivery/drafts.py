"""An answer that grows as a draft: shown by the platform for a while, and no message yet."""

import asyncio
import hashlib

from bot.events import MessageId
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.parts import Part
from bot.records.turns import Turn

_RENEW_AT = 0.7
"""Share of its lifetime after which a draft is shown anew."""

_LOWEST, _IDS = 2**40, 2**62
"""Drafts are told from the messages of a chat, whose numbers are far lower."""


class Drafts:
    """Those of one turn: one for each part. After a crash they fade by themselves, and have the same numbers again."""

    def __init__(self, turn: Turn, chat: Chat, clock: Clock) -> None:
        self._turn = turn
        self._chat = chat
        self._clock = clock
        self._id: MessageId | None = None
        self._shown: Part | None = None
        self._shown_s = 0.0

    def has(self, message_id: MessageId) -> bool:
        """Whether this is the one that grows now."""
        return message_id == self._id

    async def show(self, index: int, part: Part) -> bool:
        """Show the part that grows. False if it is there already, and will be for a while.

        Raises:
            PlatformError: as `Chat.draft`.
        """
        if part == self._shown and not self._is_fading:
            return False
        self._id = self._numbered(index)
        await self._chat.draft(self._turn.key, self._id, part)
        self._shown, self._shown_s = part, self._clock.monotonic_s()
        return True

    async def fading(self, changed: asyncio.Event) -> None:
        """Set `changed` when the draft has to be shown anew."""
        if self._shown is not None:
            await self._clock.sleep(self._shown_s + self._lasts_s - self._clock.monotonic_s())
            changed.set()

    @property
    def _is_fading(self) -> bool:
        return self._clock.monotonic_s() - self._shown_s >= self._lasts_s

    @property
    def _lasts_s(self) -> float:
        return self._chat.limits.draft_lifetime_s * _RENEW_AT

    def _numbered(self, index: int) -> MessageId:
        turn = self._turn
        seed = f"{turn.key.chat_id} {turn.reply_to} {turn.id} {index}"
        number = int.from_bytes(hashlib.blake2s(seed.encode(), digest_size=8).digest())
        return MessageId(str(_LOWEST + number % _IDS))
