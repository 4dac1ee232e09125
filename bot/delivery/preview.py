"""Shows an answer while it is being written."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot import texts
from bot.delivery.receipts import Receipts, digest
from bot.delivery.sending import Sending
from bot.delivery.throttle import Throttle
from bot.errors import PlatformError, PlatformThrottled, PlatformUnavailable, StorageError
from bot.events import Action
from bot.ports.chat import Button, Chat
from bot.ports.clock import Clock
from bot.records import Turn

log = logging.getLogger(__name__)

GATHER_S = 0.1
"""From the first words to their first showing: an answer that is whole by then costs one message and no edit."""


class Preview:
    """Best effort: it is dropped when the platform is busy."""

    def __init__(
        self,
        turn: Turn,
        chat: Chat,
        receipts: Receipts,
        sending: Sending,
        throttle: Throttle,
        clock: Clock,
        *,
        most_parts: int,
    ) -> None:
        """Of a long text only the first `most_parts` messages are shown."""
        self._most_parts = most_parts
        self._turn = turn
        self._chat = chat
        self._receipts = receipts
        self._sending = sending
        self._throttle = throttle
        self._clock = clock
        self._wanted: Sequence[str] = ()
        self._changed = asyncio.Event()
        self._is_sending = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def show(self, pieces: Sequence[str]) -> None:
        """Let the answer so far appear when the platform's pace allows. Returns at once; the newest text wins.

        The caller may go on appending to `pieces`: they are joined only when they are shown.
        """
        self._wanted = pieces
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._keep_showing(), name=f"preview of turn {self._turn.id}")

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
        limits = self._chat.limits
        interval_s = limits.edit_interval_s if self._turn.is_private else limits.group_edit_interval_s
        await self._clock.sleep(GATHER_S)
        while True:
            await self._changed.wait()
            await self._throttle.passed()
            self._changed.clear()
            async with self._is_sending:
                try:
                    await self._show_once()
                except PlatformThrottled as throttled:
                    await self._throttle.demand(throttled.retry_after_s)
                except PlatformUnavailable:
                    pass  # The next update tries again.
                except (PlatformError, StorageError) as error:
                    log.info("turn %s: no more previews: %s", self._turn.id, error)
                    return
            await self._clock.sleep(interval_s)

    async def _show_once(self) -> None:
        receipts = self._receipts
        parts = self._chat.render("".join(self._wanted), final=False)[: self._most_parts]
        for index, final in enumerate(parts):
            part = replace(final, buttons=_stop() if index == len(parts) - 1 else ())
            if receipts.shows(index, part):
                continue
            receipt = receipts.get(index)
            if receipt is not None and receipt.message_id is not None:
                if receipts.is_of_another_kind(index, part):
                    return  # What takes its place has to be sent anew, and only once.
                await self._sending.edit(index, part)
            elif index in receipts.doubtful:
                return  # It may stand there already: for the final text it is looked for.
            else:
                receipts.announce(index, digest(part))
                await receipts.record()
                await self._sending.post(index, part)
                await receipts.record()


def _stop() -> tuple[tuple[Button, ...], ...]:
    return ((Button(action=Action.STOP, label=texts.STOP_LABEL),),)
