"""Shows an answer while it is being written."""

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import replace

from bot import texts
from bot.background import Background
from bot.delivery.budget import Urgency
from bot.delivery.drafts import Drafts
from bot.delivery.pace import Pace
from bot.delivery.receipts import Receipts, digest
from bot.delivery.sending import Sending
from bot.errors import PlatformError, PlatformRefused, PlatformThrottled, PlatformUnavailable, StorageError
from bot.events import Action, MessageId
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.parts import Button, Part
from bot.records.turns import Turn

log = logging.getLogger(__name__)

GATHER_S = 0.1
"""From the first words to their first showing: an answer that is whole by then costs one message and no edit."""


class Preview:
    """Best effort: it is dropped when the platform is busy."""

    def __init__(
        self, turn: Turn, chat: Chat, receipts: Receipts, sending: Sending, pace: Pace, clock: Clock, *, most_parts: int
    ) -> None:
        """Of a long text only the first `most_parts` messages are shown."""
        self._most_parts = most_parts
        self._turn = turn
        self._stop = ((Button(action=Action.STOP, label=texts.STOP_LABEL.in_language(turn.said_in)),),)
        self._chat = chat
        self._receipts = receipts
        self._sending = sending
        self._pace = pace
        self._clock = clock
        self._wanted: Sequence[str] = ()
        self._spoke_s = -math.inf
        self._changed = asyncio.Event()
        self._is_sending = asyncio.Lock()
        self._has_more = False
        """There are further parts to bring onto the screen, at once."""
        self._drafts = Drafts(turn, chat, clock) if turn.is_private and chat.limits.has_drafts else None
        self._task: asyncio.Task[None] | None = None

    def show(self, pieces: Sequence[str]) -> None:
        """Let the answer so far appear when the platform's pace allows. Returns at once; the newest text wins.

        The caller may go on appending to `pieces`: they are joined only when they are shown.
        """
        self._wanted = pieces
        self._spoke_s = self._clock.monotonic_s()
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._keep_showing(), name=f"preview of turn {self._turn.id}")

    def has(self, message_id: MessageId) -> bool:
        """Whether this is the draft in which the answer grows."""
        return self._drafts is not None and self._drafts.has(message_id)

    def silent_s(self) -> float:
        """For how long there were no new words; infinite before the first."""
        return self._clock.monotonic_s() - self._spoke_s

    async def stop(self) -> None:
        """Show nothing more. What is on screen stays."""
        if self._task is None:
            return
        try:
            # A request under way is waited for: cancelled, it could still arrive, after the final text.
            await self._is_sending.acquire()
            self._is_sending.release()
        finally:
            self._task.cancel()
        await asyncio.wait({self._task})
        self._task = None

    async def _keep_showing(self) -> None:
        self._pace.is_shown = bool(self._receipts.message_ids)
        await self._clock.sleep(GATHER_S)
        while True:
            await self._due()
            with await self._pace.slot(Urgency.UPDATE if self._pace.is_shown else Urgency.FIRST) as slot:
                self._changed.clear()
                async with self._is_sending:
                    try:
                        slot.is_used = await self._show_next()
                    except PlatformThrottled as throttled:
                        await self._pace.demand(throttled.retry_after_s)
                        self._changed.set()
                    except PlatformUnavailable:
                        pass  # The next update tries again.
                    except (PlatformError, StorageError) as error:
                        log.info("turn %s: no more previews: %s", self._turn.id, error)
                        return
            if not self._has_more:
                await self._clock.sleep(self._pace.interval_s)

    async def _due(self) -> None:
        """Return when there is something to show: new words, or the same ones, before their draft fades."""
        if self._drafts is None:
            await self._changed.wait()
            return
        async with Background(self._drafts.fading(self._changed), name="draft"):
            await self._changed.wait()

    async def _show_next(self) -> bool:
        """Bring the first part that is out of date onto the screen. Whether there was one that could be."""
        self._has_more = False
        parts = self._chat.render("".join(self._wanted), final=False)[: self._most_parts]
        last = len(parts) - 1
        for index, final in enumerate(parts):
            if index == last and self._drafts is not None and self._receipts.is_new(index):
                return await self._draft(self._drafts, index, final)
            part = replace(final, buttons=self._stop if index == last else ())
            if not self._receipts.shows(index, part):
                if not await self._bring(index, part):
                    return False
                self._pace.moved()
                self._has_more = index < last
                if self._has_more:
                    self._changed.set()
                return True
        return False

    async def _draft(self, drafts: Drafts, index: int, part: Part) -> bool:
        try:
            is_new = await drafts.show(index, part)
        except PlatformRefused as refused:
            log.info("turn %s: no drafts, so its message is edited: %s", self._turn.id, refused)
            self._drafts = None
            self._has_more = True
            self._changed.set()
            return True
        if is_new:
            self._pace.moved()
        return is_new

    async def _bring(self, index: int, part: Part) -> bool:
        receipts = self._receipts
        receipt = receipts.get(index)
        if receipt is not None and receipt.message_id is not None:
            if receipts.is_of_another_kind(index, part):
                return False  # What takes its place has to be sent anew, and only once.
            await self._sending.edit(index, part)
            return True
        if index in receipts.doubtful:
            return False  # It may stand there already: for the final text it is looked for.
        receipts.announce(index, digest(part))
        await receipts.record()
        await self._sending.post(index, part)
        await receipts.record()
        return True
