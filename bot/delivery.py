"""Brings one answer onto the screen: growing while it is written, exact and whole at its end."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Self

from bot import texts
from bot.errors import (
    PlatformCantTell,
    PlatformError,
    PlatformRefused,
    PlatformThrottled,
    PlatformUnavailable,
    PlatformUncertain,
    StorageError,
)
from bot.events import MessageId
from bot.insistence import Insistence, whole
from bot.ports.chat import Chat, Part
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.records import Delivery, DeliveryState, Turn, TurnState

log = logging.getLogger(__name__)

GATHER_S = 0.1
"""From the first words to their first showing: an answer that is whole by then costs one message and no edit."""

_PICTURE = "picture "
"""How the digest of a part with a picture begins."""

UNCERTAIN_ATTEMPTS = 5
"""How often a part is sent whose sending never gets an answer, and which is never found."""

LATE_EFFECTS_S = (2.0, 8.0)
"""When a send whose answer was lost is looked for. What does not show by then was never done."""


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
        self._receipts = {receipt.part: receipt for receipt in receipts}
        # Sent without an answer from the platform: they may stand in the chat.
        self._doubtful = {part for part, receipt in self._receipts.items() if receipt.state is DeliveryState.SENDING}
        self._unrecorded: set[int] = set()
        if turn.state is not TurnState.DELIVERING:
            # A preview is edited without a receipt for each time: what an attempt that was cut short showed last is
            # not known, and must not count as the text that was noted before.
            for receipt in receipts:
                self._set(replace(receipt, digest=_PICTURE if receipt.digest.startswith(_PICTURE) else ""))
        self._lost = 0
        self._wanted: Sequence[str] = ()
        self._changed = asyncio.Event()
        self._insist = Insistence(f"turn {turn.id}", turn.key, store, clock)
        self._sending = asyncio.Lock()
        self._preview: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop_preview()

    def has(self, message_id: MessageId) -> bool:
        """Whether this message is part of the answer."""
        return any(receipt.message_id == message_id for receipt in self._receipts.values())

    def show(self, pieces: Sequence[str]) -> None:
        """Let the answer so far appear when the platform's pace allows. Returns at once; the newest text wins.

        The caller may go on appending to `pieces`: they are joined only when they are shown.
        """
        self._wanted = pieces
        self._changed.set()
        if self._preview is None:
            self._preview = asyncio.create_task(self._keep_showing(), name=f"preview of turn {self._turn.id}")

    async def settle(self) -> None:
        """End the preview: what is on screen stays, and changes no more before `complete`."""
        await self._stop_preview()

    def plan(self, markdown: str, pictures: Sequence[Part] = ()) -> Sequence[Delivery]:
        """The receipts to store before `complete`, for parts that are not in the chat yet."""
        parts = [*self._parts(markdown), *pictures]
        self._expect(parts)
        self._announce_next(len(parts))
        return self.take_receipts()

    async def complete(self, markdown: str, pictures: Sequence[Part] = ()) -> None:
        """Make exactly this text stand in the chat, and nothing else of this turn; if it shows nothing, a sentence.

        The pictures stand behind it. Where the platform refuses one, its caption stands there, and why it does.

        Leaves receipts to be taken.

        Raises:
            PlatformRefused: the platform will not take it, whatever is tried.
            PlatformUnavailable: the platform could not be reached for hours.
            PlatformUncertain: a part may be missing in the chat; it is not sent again, for it could stand there twice.
        """
        await self._stop_preview()
        await self._insist.wait_as_demanded(self._turn.wait_until)
        parts = [*self._parts(markdown), *pictures]
        self._expect(parts)
        uncertain: PlatformUncertain | None = None
        for index, part in enumerate(parts):
            try:
                await self._bring_or_tell(index, part, parts)
            except PlatformUncertain as error:
                uncertain = error
        for index in sorted(index for index in self._receipts if index >= len(parts)):
            await self._take_back(index)
        if uncertain is not None:
            raise uncertain

    async def withdraw(self) -> None:
        """Take everything of this turn back, also what may have been sent without a word from the platform.

        Raises:
            PlatformRefused: a part can't be taken back; the others are.
            PlatformUnavailable: the platform could not be reached for hours.
        """
        await self._stop_preview()
        refusal: PlatformRefused | None = None
        # The last one first: a part that was lost is looked for behind the one before it.
        for index in sorted(self._receipts, reverse=True):
            receipt = self._receipts[index]
            try:
                if receipt.message_id is None and receipt.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
                    with contextlib.suppress(PlatformUncertain):  # What nobody can find nobody can take back.
                        await self._adopt_lost(index)
                await self._take_back(index)
            except PlatformRefused as refused:
                refusal = refused
        if refusal is not None:
            raise refusal

    async def record(self) -> None:
        """Store the receipts that wait for it."""
        receipts = self.take_receipts()
        try:
            await self._store.record_deliveries(self._turn.id, receipts)
        except StorageError:
            self._unrecorded.update(receipt.part for receipt in receipts)
            raise

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
        parts = self._chat.render("".join(self._wanted), final=False)
        for index, final in enumerate(parts):
            part = replace(final, can_stop=index == len(parts) - 1)
            if self._shows(index, part):
                continue
            receipt = self._receipts.get(index)
            if receipt is not None and receipt.message_id is not None:
                await self._edit(index, part)
            elif index in self._doubtful:
                return  # `complete` sorts it out.
            else:
                self._announce(index, _digest(part))
                await self.record()
                await self._post(index, part)
                await self.record()

    def _parts(self, markdown: str) -> Sequence[Part]:
        # A text of which nothing is visible (zero-width characters, an empty code block) is no answer to a person.
        return self._chat.render(markdown, final=True) or self._chat.render(texts.EMPTY_ANSWER, final=True)

    # --- the final text -------------------------------------------------------------------------

    def _expect(self, parts: Sequence[Part]) -> None:
        for index, part in enumerate(parts):
            if index not in self._receipts:
                self._set(Delivery(part=index, state=DeliveryState.PENDING, digest=_digest(part)))

    async def _bring_or_tell(self, index: int, part: Part, parts: Sequence[Part]) -> None:
        try:
            await self._bring(index, part, parts)
        except PlatformRefused as refused:
            if part.picture is None:
                raise
            log.warning("turn %s: a picture of its answer was refused: %s", self._turn.id, refused)
            self._set(Delivery(part=index, state=DeliveryState.PENDING))
            told = self._chat.render(texts.picture_refused(part.text), final=True)[0]
            await self._bring(index, told, parts)

    async def _bring(self, index: int, part: Part, parts: Sequence[Part]) -> None:
        if index in self._doubtful:
            self._doubtful.discard(index)
            await self._adopt_lost(index)
        if self._receipts[index].state is DeliveryState.UNKNOWN:
            return
        if self._is_of_another_kind(index, part):
            # No platform turns a text into a picture in place.
            self._lost += 1
            await self._take_back(index)
            self._set(Delivery(part=index, state=DeliveryState.PENDING, digest=_digest(part)))
        if self._receipts[index].message_id is not None:
            if self._shows(index, part):
                return
            try:
                await self._insist(partial(self._edit, index, part))
            except PlatformRefused as refused:
                # Its message is gone or too old to be edited: the text must stand all the same.
                log.info("turn %s: part %s is sent anew: %s", self._turn.id, index, refused)
                self._lost += 1
                self._set(Delivery(part=index, state=DeliveryState.PENDING, digest=_digest(part)))
            else:
                return
        if self._receipts[index].state is not DeliveryState.SENDING or self._unrecorded:
            self._announce(index, _digest(part))
            await self.record()
        await self._post_once(index, part)
        self._announce_next(len(parts))

    async def _post_once(self, index: int, part: Part) -> None:
        post = partial(self._post, index, part)
        for attempts_left in reversed(range(UNCERTAIN_ATTEMPTS)):
            try:
                return await self._insist(post, repeatable=self._chat.limits.resend_is_safe)
            except PlatformUncertain as error:
                log.warning("turn %s: part %s may have been sent, so it is looked for: %s", self._turn.id, index, error)
                for wait_s in LATE_EFFECTS_S:
                    await self._clock.sleep(wait_s)
                    if await self._adopt_lost(index):
                        return None
                if not attempts_left:
                    self._set_unknown(index)
                    raise
            except PlatformRefused:
                self._set(Delivery(part=index, state=DeliveryState.FAILED))
                raise
        return None

    def _announce_next(self, count: int) -> None:
        """Let the receipt of the next part to send say so, to be stored together with what is stored next."""
        unsent = (DeliveryState.PENDING, DeliveryState.SENDING)
        following = next((index for index in range(count) if self._receipts[index].state in unsent), None)
        if following is not None and self._receipts[following].state is DeliveryState.PENDING:
            self._announce(following, self._receipts[following].digest)

    def _announce(self, index: int, digest: str) -> None:
        """Let a receipt say that its part is being sent: perhaps for the second time, so what it came after stays."""
        known = self._receipts.get(index)
        after = (known and known.sent_after) or self._chat.newest(self._turn.key)
        self._set(Delivery(part=index, state=DeliveryState.SENDING, digest=digest, sent_after=after))

    def _set_unknown(self, index: int) -> None:
        self._set(replace(self._receipts[index], state=DeliveryState.UNKNOWN, digest=""))

    async def _adopt_lost(self, index: int) -> bool:
        """Find the message of a part that was sent without an answer. Without it the part counts as not sent."""
        turn, before = self._turn, self._receipts.get(index - 1)
        after = self._receipts[index].sent_after or (before and before.message_id) or turn.reply_to
        reply_to = turn.reply_to if index == 0 and turn.is_reply else None
        known = {receipt.message_id for receipt in self._receipts.values() if receipt.message_id is not None}
        find = partial(self._chat.find, turn.key, after=after, reply_to=reply_to, known=known)
        self._doubtful.discard(index)
        while (found := await self._looked_for(find, index)) is not None:
            owner = await self._store.turn_of(turn.key, found)
            if owner is None or owner.id == turn.id:
                break
            # Part of a later answer: that is another turn's to change or take back.
            known.add(found)
        if found is not None:
            log.info("turn %s: part %s was found in the chat", self._turn.id, index)
            self._set(Delivery(part=index, state=DeliveryState.SENT, message_id=found))
        return found is not None

    async def _looked_for(self, find: Callable[[], Awaitable[MessageId | None]], index: int) -> MessageId | None:
        try:
            return await self._insist(find)
        except PlatformCantTell as error:
            self._set_unknown(index)
            raise PlatformUncertain(f"part {index} may be missing: {error}") from error

    async def _take_back(self, index: int) -> None:
        message_id = self._receipts[index].message_id
        if message_id is not None:
            await self._insist(partial(self._chat.delete, self._turn.key, message_id))
        del self._receipts[index]
        self._unrecorded.discard(index)
        await self._store.remove_delivery(self._turn.id, index)

    # --- one request ----------------------------------------------------------------------------

    def _is_of_another_kind(self, index: int, part: Part) -> bool:
        receipt = self._receipts[index]
        is_picture = receipt.digest.startswith(_PICTURE)
        return receipt.message_id is not None and is_picture is not (part.picture is not None)

    def _shows(self, index: int, part: Part) -> bool:
        receipt = self._receipts.get(index)
        return receipt is not None and receipt.state is DeliveryState.SENT and receipt.digest == _digest(part)

    async def _edit(self, index: int, part: Part) -> None:
        message_id = self._receipts[index].message_id
        if message_id is None:
            raise PlatformRefused(f"part {index} has no message to edit")
        # Cut in two, it could still arrive, after the text that is to follow.
        await whole(self._chat.edit(self._turn.key, message_id, part))
        self._set(Delivery(part=index, state=DeliveryState.SENT, message_id=message_id, digest=_digest(part)))

    async def _post(self, index: int, part: Part) -> None:
        turn = self._turn
        reply_to = turn.reply_to if index == 0 and turn.is_reply else None
        try:
            request = self._chat.post(turn.key, part, reply_to=reply_to, nonce=self._nonce(index))
            message_id = await whole(request, partial(self._sent, index, part))
        except PlatformUncertain:
            self._doubtful.add(index)
            raise
        except PlatformError:
            self._set(Delivery(part=index, state=DeliveryState.PENDING, digest=_digest(part)))
            raise
        self._note_sent(index, part, message_id)

    async def _sent(self, index: int, part: Part, message_id: MessageId) -> None:
        self._note_sent(index, part, message_id)
        await self.record()

    def _note_sent(self, index: int, part: Part, message_id: MessageId) -> None:
        self._doubtful.discard(index)
        self._set(Delivery(part=index, state=DeliveryState.SENT, message_id=message_id, digest=_digest(part)))

    def _nonce(self, index: int) -> str:
        # From the platform's own id of the question, so that it is the same after any restart. Another one after a
        # message was lost: Discord refuses the nonce of a message that was deleted. It takes at most 25 characters.
        turn = self._turn
        seed = f"{turn.key.chat_id} {turn.reply_to} {index} {self._lost}"
        if not turn.is_reply:
            seed += f" {turn.command}"
        return hashlib.blake2s(seed.encode(), digest_size=12).hexdigest()

    def _set(self, receipt: Delivery) -> None:
        self._receipts[receipt.part] = receipt
        self._unrecorded.add(receipt.part)

    def take_receipts(self) -> Sequence[Delivery]:
        """The receipts that are not stored yet. Who takes them stores them."""
        taken = [self._receipts[index] for index in sorted(self._unrecorded)]
        self._unrecorded.clear()
        return taken


def _digest(part: Part) -> str:
    digest = hashlib.blake2s(repr(part).encode("utf-8", "replace"), digest_size=12).hexdigest()
    return digest if part.picture is None else _PICTURE + digest
