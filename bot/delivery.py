"""Brings one answer onto the screen: growing while it is written, exact and whole at its end."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Self, TypeVar

from bot import texts
from bot.errors import (
    PlatformError,
    PlatformRefused,
    PlatformThrottled,
    PlatformUnavailable,
    PlatformUncertain,
    StorageError,
)
from bot.events import MessageId
from bot.ports.chat import Chat, Part
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.records import Delivery, DeliveryState, Turn

log = logging.getLogger(__name__)

T = TypeVar("T")

GATHER_S = 0.1
"""From the first words to their first showing: an answer that is whole by then costs one message and no edit."""

RETRY_WAITS_S = (0.5, 1, 2, 4, 8, 15, 30, 30, 60, 60, 60, 60, 60, 60, 60, 60)
"""Waits between attempts to deliver the final text: about ten minutes of a platform that can't be reached."""

SHORTEST_WAIT_S = 0.5
"""A platform that says "too many requests, wait 0 s" again and again must not be asked a thousand times a second."""


class AnswerOnScreen:
    """The platform messages of one turn.

    ``async with`` keeps a growing preview of what `show` was given last. Previews are best effort: they are
    dropped when the platform is busy. `complete` is durable: every part is sent or edited until it stands,
    with a receipt for each.
    """

    def __init__(self, turn: Turn, chat: Chat, store: Store, clock: Clock, receipts: Sequence[Delivery]) -> None:
        """`receipts` are those of earlier attempts: their messages are continued in place."""
        self._turn = turn
        self._chat = chat
        self._store = store
        self._clock = clock
        self._ids: dict[int, MessageId] = {
            receipt.part: receipt.message_id for receipt in receipts if receipt.message_id is not None
        }
        self._lost = 0
        self._shown: dict[int, Part] = {}
        self._wanted: Sequence[str] = ()
        self._changed = asyncio.Event()
        self._sending = asyncio.Lock()
        self._preview: asyncio.Task[None] | None = None
        self._unrecorded: Delivery | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop_preview()

    @property
    def unrecorded(self) -> Delivery | None:
        """The receipt of the last part sent, to be stored together with the outcome."""
        return self._unrecorded

    def show(self, pieces: Sequence[str]) -> None:
        """Let the answer so far appear when the platform's pace allows. Returns at once; the newest text wins.

        The caller may go on appending to `pieces`: they are joined only when they are shown.
        """
        self._wanted = pieces
        self._changed.set()
        if self._preview is None:
            self._preview = asyncio.create_task(self._keep_showing(), name=f"preview of turn {self._turn.id}")

    async def complete(self, markdown: str) -> None:
        """Make exactly this text stand in the chat, and nothing else of this turn; if it shows nothing, a sentence.

        Raises:
            PlatformRefused: the platform will not take it, whatever is tried.
            PlatformUnavailable: the platform could not be reached for about ten minutes.
            PlatformUncertain: a part may be missing in the chat; it is not sent again, for it could stand there twice.
        """
        await self._stop_preview()
        # A text of which nothing is visible (zero-width characters, an empty code block) is no answer to a person.
        parts = self._chat.render(markdown, final=True) or self._chat.render(texts.EMPTY_ANSWER, final=True)
        uncertain: PlatformUncertain | None = None
        for index, part in enumerate(parts):
            try:
                await self._settle(index, part)
            except PlatformUncertain as error:
                uncertain = error
                if index not in self._ids:  # An edit that may have failed leaves its message's receipt as it is.
                    self._unrecorded = Delivery(part=index, state=DeliveryState.UNKNOWN)
        for index in [index for index in self._ids if index >= len(parts)]:
            await self._durably(partial(self._chat.delete, self._turn.key, self._ids.pop(index)))
            await self._store.remove_delivery(self._turn.id, index)
        if uncertain is not None:
            raise uncertain

    async def _stop_preview(self) -> None:
        if self._preview is None:
            return
        # A request under way is waited for: cancelled, it could still arrive, after the final text.
        async with self._sending:
            self._preview.cancel()
        await asyncio.wait({self._preview})
        self._preview = None

    # --- the preview ----------------------------------------------------------------------------

    async def _keep_showing(self) -> None:
        limits = self._chat.limits
        interval_s = limits.edit_interval_s if self._turn.is_private else limits.group_edit_interval_s
        await self._clock.sleep(GATHER_S)
        while True:
            await self._changed.wait()
            self._changed.clear()
            pause_s = interval_s
            async with self._sending:
                try:
                    await self._show_once()
                except PlatformThrottled as throttled:
                    pause_s = max(interval_s, throttled.retry_after_s)
                except PlatformUnavailable:
                    pass  # The next update tries again.
                except (PlatformError, StorageError) as error:
                    log.info("turn %s: no more previews: %s", self._turn.id, error)
                    return
            await self._clock.sleep(pause_s)

    async def _show_once(self) -> None:
        for index, part in enumerate(self._chat.render("".join(self._wanted), final=False)):
            if self._shown.get(index) == part:
                continue
            if index in self._ids:
                await self._chat.edit(self._turn.key, self._ids[index], part)
            else:
                await self._record(await self._post(index, part))
            self._shown[index] = part

    # --- the final text -------------------------------------------------------------------------

    async def _settle(self, index: int, part: Part) -> None:
        if index in self._ids:
            if self._shown.get(index) == part:
                return
            try:
                await self._durably(partial(self._chat.edit, self._turn.key, self._ids[index], part))
            except PlatformRefused as refused:
                # Its message is gone or too old to be edited: the text must stand all the same.
                log.info("turn %s: part %s is sent anew: %s", self._turn.id, index, refused)
                del self._ids[index]
                self._lost += 1
            else:
                self._shown[index] = part
                return
        await self._flush()
        self._unrecorded = await self._durably(
            partial(self._post, index, part), repeatable=self._chat.limits.resend_is_safe
        )
        self._shown[index] = part

    async def _post(self, index: int, part: Part) -> Delivery:
        turn = self._turn
        if not self._chat.limits.resend_is_safe:
            await self._record(Delivery(part=index, state=DeliveryState.SENDING))
        message_id = await self._chat.post(
            turn.key, part, reply_to=turn.reply_to if index == 0 else None, nonce=self._nonce(index)
        )
        self._ids[index] = message_id
        return Delivery(part=index, state=DeliveryState.SENT, message_id=message_id)

    def _nonce(self, index: int) -> str:
        # From the platform's own id of the question, so that it is the same after any restart. Another one after a
        # message was lost: Discord refuses the nonce of a message that was deleted. It takes at most 25 characters.
        seed = f"{self._turn.key.chat_id} {self._turn.reply_to} {index} {self._lost}"
        return hashlib.blake2s(seed.encode(), digest_size=12).hexdigest()

    async def _flush(self) -> None:
        if self._unrecorded is not None:
            await self._record(self._unrecorded)
            self._unrecorded = None

    async def _record(self, receipt: Delivery) -> None:
        await self._store.record_delivery(self._turn.id, receipt)

    async def _durably(self, send: Callable[[], Awaitable[T]], *, repeatable: bool = True) -> T:
        waits = iter(RETRY_WAITS_S)
        while True:
            try:
                return await send()
            except PlatformThrottled as throttled:
                wait_s = max(throttled.retry_after_s, SHORTEST_WAIT_S)
                log.info("turn %s: the platform asks to wait %.1f s", self._turn.id, wait_s)
                await self._clock.sleep(wait_s)
            except PlatformUncertain as error:
                if not repeatable:
                    raise
                await self._wait(waits, error)
            except PlatformUnavailable as error:
                await self._wait(waits, error)

    async def _wait(self, waits: Iterator[float], error: PlatformError) -> None:
        wait_s = next(waits, None)
        if wait_s is None:
            raise error
        log.warning("turn %s: not delivered yet, next attempt in %.1f s: %s", self._turn.id, wait_s, error)
        await self._clock.sleep(wait_s)
