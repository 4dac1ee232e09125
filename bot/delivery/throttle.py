"""How long each chat wants to be left in peace, as its platform demanded. Kept over restarts."""

import logging
from dataclasses import replace
from datetime import timedelta

from bot.errors import StorageError
from bot.events import ConversationKey
from bot.ports.clock import Clock
from bot.ports.limits import Limits
from bot.ports.store import Store

log = logging.getLogger(__name__)

SHORTEST_S = 0.5
"""A platform that says "too many requests, wait 0 s" again and again must not be asked a thousand times a second."""

WORTH_REMEMBERING_S = 5.0
"""Waits are stored from here on; shorter ones end before a restart does."""

LONGEST_REMEMBERED_S = 900.0
"""Of a stored wait. A clock that jumped back makes it look like hours; a platform that means hours says so again."""


class Throttles:
    """Those of all chats. Another process on the same database learns of a wait by being refused itself."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._until_s: dict[ConversationKey, float] = {}
        self._are_recalled = False

    def of(self, key: ConversationKey, limits: Limits, *, is_private: bool) -> "Throttle":
        """The one that holds for a conversation."""
        chat = replace(key, thread_id=None) if limits.threads_share_waits else key
        return Throttle(self, chat, is_private=is_private)

    def left_s(self, chat: ConversationKey) -> float:
        """How long the chat is not to be written to; at most 0 when it may be."""
        return self._until_s.get(chat, 0.0) - self._clock.monotonic_s()

    async def passed(self, chat: ConversationKey) -> None:
        """Return once the chat may be written to."""
        await self._recall()
        while (left_s := self.left_s(chat)) > 0:
            await self._clock.sleep(left_s)
        self._until_s.pop(chat, None)

    async def demand(self, chat: ConversationKey, seconds: float, *, is_private: bool) -> None:
        """Note what the platform demands now; what it said before no longer counts."""
        now_s = self._clock.monotonic_s()
        self._until_s = {other: until_s for other, until_s in self._until_s.items() if until_s > now_s}
        self._until_s[chat] = now_s + max(seconds, SHORTEST_S)
        if seconds < WORTH_REMEMBERING_S:
            return
        try:
            await self._store.hold(chat, self._clock.now() + timedelta(seconds=seconds), is_private=is_private)
        except StorageError as error:
            log.warning("a wait of %.0f s would be forgotten by a restart: %s", seconds, error)

    async def _recall(self) -> None:
        if self._are_recalled:
            return
        now = self._clock.now()
        try:
            held = await self._store.held(now=now)
        except StorageError as error:
            log.debug("the waits of the last run could not be read yet: %s", error)
            return
        self._are_recalled = True
        for chat, until in held.items():
            left_s = min((until - now).total_seconds(), LONGEST_REMEMBERED_S)
            self._until_s.setdefault(chat, self._clock.monotonic_s() + left_s)


class Throttle:
    """One chat's."""

    def __init__(self, throttles: Throttles, chat: ConversationKey, *, is_private: bool) -> None:
        self.chat = chat
        """Whose waits these are."""
        self._throttles = throttles
        self._is_private = is_private

    def left_s(self) -> float:
        """How long the chat is not to be written to; at most 0 when it may be."""
        return self._throttles.left_s(self.chat)

    async def passed(self) -> None:
        """Return once the chat may be written to."""
        await self._throttles.passed(self.chat)

    async def demand(self, seconds: float) -> None:
        """Note that the platform wants nothing new in this chat for so long."""
        await self._throttles.demand(self.chat, seconds, is_private=self._is_private)
