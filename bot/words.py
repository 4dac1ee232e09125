"""Says what the bot has to say of its own accord: there is no room, a message could not be read, some were missed."""

import logging

from bot import texts
from bot.errors import StorageError
from bot.events import Unreadable
from bot.lanes import Answer, Lanes
from bot.ports.clock import Clock
from bot.ports.intake import KnownPlace
from bot.ports.store import Store
from bot.readiness import Readiness
from bot.records.notices import Notice, NoticeKind
from bot.records.turns import Turn

log = logging.getLogger(__name__)

WAITING_PER_CONVERSATION = 20
WAITING = 500
"""Sentences that wait in memory to be sent; others wait in the store."""

CATCH_UP_S = 5.0
"""How often those are looked for, if there are any."""


class Words:
    """Turns whose text was decided when they were stored. They wait neither for answers nor for commands."""

    def __init__(self, store: Store, deliver: Answer, *, clock: Clock, readiness: Readiness) -> None:
        self._store = store
        self._clock = clock
        self._lanes = Lanes(deliver, clock=clock, readiness=readiness, per_lane=WAITING_PER_CONVERSATION, total=WAITING)
        self._are_in_store = False

    def say(self, turn: Turn) -> None:
        """Deliver a turn as soon as there is room for it."""
        if not self._lanes.put(turn):
            self._are_in_store = True

    def drop(self, turn: Turn) -> None:
        """See `bot.lanes.Lanes.drop`."""
        self._lanes.drop(turn)

    async def drain(self, *, grace_s: float | None = None) -> None:
        """See `bot.lanes.Lanes.drain`."""
        await self._lanes.drain(grace_s=grace_s)

    async def apologise(self, unreadable: Unreadable) -> None:
        """Tell who waits for an answer to a message that could not be read. Returns once that is stored."""
        if unreadable.apologise_to is None or unreadable.reply_to is None:
            return
        notice = Notice(
            kind=NoticeKind.UNREADABLE,
            key=unreadable.apologise_to,
            is_private=unreadable.is_private,
            message_id=unreadable.reply_to,
            text=texts.UNREADABLE,
            language=unreadable.language,
        )
        await self._notify(notice)

    async def tell_missed(self, place: KnownPlace, *, cursor: str) -> None:
        """See `bot.ports.intake.Intake.missed`."""
        notice = Notice(
            kind=NoticeKind.MISSED,
            key=place.key,
            is_private=place.is_private,
            message_id=place.newest,
            text=texts.MISSED,
        )
        await self._notify(notice, cursor=cursor)

    async def keep_saying(self) -> None:
        """Take up what found no room in memory, until cancelled."""
        while True:
            await self._clock.sleep(CATCH_UP_S)
            if self._are_in_store:
                try:
                    await self._take_up()
                except StorageError as error:
                    log.debug("what is left to be said could not be read: %s", error)

    async def _take_up(self) -> None:
        # What waits in memory is among them, being the oldest: one more tells whether there is more.
        most = 2 * WAITING
        turns = await self._store.unsaid(per_conversation=WAITING_PER_CONVERSATION + 1, limit=most)
        self._are_in_store = len(turns) == most
        for turn in turns:
            self.say(turn)

    async def _notify(self, notice: Notice, *, cursor: str | None = None) -> None:
        turn = await self._store.notify(notice, now=self._clock.now(), cursor=cursor)
        if turn is not None:
            self.say(turn)
