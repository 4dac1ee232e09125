"""Brings one answer onto the screen: growing while it is written, exact and whole at its end."""

import contextlib
import logging
from collections.abc import Sequence
from functools import partial
from typing import Self

from bot import texts
from bot.background import Background
from bot.delivery.budget import Urgency
from bot.delivery.final import Final
from bot.delivery.insistence import Insistence
from bot.delivery.lost import Lost
from bot.delivery.pace import Pace, Slot
from bot.delivery.preview import Preview
from bot.delivery.receipts import Receipts, digest
from bot.delivery.sending import Sending
from bot.delivery.single import single
from bot.delivery.typing import keep_typing
from bot.errors import PlatformRefused, PlatformUncertain
from bot.events import MessageId
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.parts import Part
from bot.ports.store import Store
from bot.records.turns import Delivery, DeliveryState, Turn

log = logging.getLogger(__name__)

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

    def __init__(
        self,
        turn: Turn,
        chat: Chat,
        store: Store,
        clock: Clock,
        pace: Pace,
        stored: Sequence[Delivery],
        *,
        most_parts: int,
    ) -> None:
        """`stored` are the receipts of earlier attempts: their messages are continued in place.

        A text of more than `most_parts` messages comes as its beginning and a file.
        """
        self._turn = turn
        self._chat = chat
        self._clock = clock
        self._pace = pace
        self._most_parts = most_parts
        self._is_single = chat.answers_once(turn.key)
        self._receipts = Receipts(turn, chat, store, stored)
        self._sending = Sending(turn, chat, self._receipts)
        self._preview = Preview(
            turn,
            chat,
            self._receipts,
            self._sending,
            pace,
            clock,
            # The last one would have to make way for the file.
            most_parts=1 if self._is_single else most_parts - 1,
        )
        self._insist = Insistence(f"turn {turn.id}", pace, clock)
        self._lost = Lost(turn, chat, store, self._receipts, self._sending, self._insist)
        self._rendered: tuple[Final, list[Part]] | None = None
        self._slot: Slot | None = None
        """For what is sent next."""

    async def __aenter__(self) -> Self:
        self._pace.__enter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._preview.stop()
        finally:
            if self._slot is not None:
                self._slot.is_used = False
                self._slot.__exit__()
            self._pace.__exit__()

    def has(self, message_id: MessageId) -> bool:
        """Whether this message is part of the answer, or the draft of it."""
        return message_id in self._receipts.message_ids or self._preview.has(message_id)

    def show(self, pieces: Sequence[str]) -> None:
        """See `bot.delivery.preview.Preview.show`."""
        self._preview.show(pieces)

    def show_waiting(self) -> None:
        """Where "typing" can't be shown, let a word stand until the first ones of the answer."""
        if self._is_single and not self._receipts.message_ids:
            self.show([texts.ONE_MOMENT.in_language(self._turn.said_in)])

    def typing(self) -> Background:
        """While the returned context is open, show "typing" until the first words, and whenever no more come."""
        return keep_typing(self._chat, self._turn, self._pace, self._clock, self._preview.silent_s)

    async def settle(self) -> None:
        """End the preview: what is on screen stays, and changes no more before `complete`."""
        await self._preview.stop()

    def take_receipts(self) -> Sequence[Delivery]:
        """The receipts that are not stored yet. Who takes them stores them."""
        return self._receipts.take()

    def plan(self, final: Final) -> Sequence[Delivery]:
        """The receipts to store before `complete`, for parts that do not stand in the chat as they are to."""
        parts = self._parts(final)
        self._receipts.plan(parts)
        self._receipts.expect(parts)
        self._announce_next(len(parts))
        return self._receipts.take()

    async def complete(self, final: Final) -> None:
        """Make exactly this stand in the chat, and nothing else of this turn; if it shows nothing, a sentence.

        Where the platform refuses a picture, its caption stands there, and why it does; where it refuses a file, the
        whole text. Leaves receipts to be taken.

        Raises:
            PlatformRefused: the platform will not take it, whatever is tried.
            PlatformUnavailable: the platform could not be reached for hours.
            PlatformUncertain: a part may be missing in the chat; it is not sent again, for it could stand there twice.
        """
        await self._preview.stop()
        parts = self._parts(final)
        uncertain: PlatformUncertain | None = None
        index = 0
        while index < len(parts):
            self._receipts.expect(parts)
            try:
                await self._bring_or_tell(index, parts[index], parts)
            except PlatformUncertain as error:
                uncertain = error
            except PlatformRefused as refused:
                if parts[index].document is None:
                    raise
                log.warning("turn %s: a file of its answer was refused: %s", self._turn.id, refused)
                self._receipts.note(Delivery(part=index, state=DeliveryState.PENDING))
                parts = final.without_files(self._chat)
                continue
            index += 1
        for index in reversed(self._receipts.parts[len(parts) :]):
            await self._take_back(index)
        if uncertain is not None:
            raise uncertain

    async def withdraw(self) -> None:
        """Take everything of this turn back, also what may have been sent without a word from the platform.

        Raises:
            PlatformRefused: a part can't be taken back; the others are.
            PlatformUnavailable: the platform could not be reached for hours.
        """
        await self._preview.stop()
        refusal: PlatformRefused | None = None
        for index in reversed(self._receipts.parts):
            try:
                await self._take_back(index)
            except PlatformRefused as refused:
                refusal = refused
        if refusal is not None:
            raise refusal

    def _parts(self, final: Final) -> list[Part]:
        """What is planned first, and then done, is rendered once: a long text takes milliseconds."""
        if self._rendered is None or self._rendered[0] is not final:
            chat, most = self._chat, self._most_parts
            self._rendered = final, single(final, chat) if self._is_single else final.parts(chat, most=most)
        return self._rendered[1]

    async def _bring_or_tell(self, index: int, part: Part, parts: Sequence[Part]) -> None:
        try:
            await self._bring(index, part, parts)
        except PlatformRefused as refused:
            if part.picture is None:
                raise
            log.warning("turn %s: a picture of its answer was refused: %s", self._turn.id, refused)
            self._receipts.note(Delivery(part=index, state=DeliveryState.PENDING))
            told = self._chat.render(texts.picture_refused(part.text).in_language(self._turn.said_in), final=True)[0]
            await self._bring(index, told, parts)

    async def _bring(self, index: int, part: Part, parts: Sequence[Part]) -> None:
        receipts = self._receipts
        if index in receipts.doubtful:
            receipts.doubtful.discard(index)
            await self._lost.adopt(index)
        if receipts[index].state is DeliveryState.UNKNOWN:
            return
        if receipts.is_of_another_kind(index, part):
            # No platform turns a text into a picture or a file in place.
            await self._take_back(index)
            self._sending.begin_anew(index, part)
        if receipts[index].message_id is not None:
            if receipts.shows(index, part):
                return
            try:
                await self._insist(partial(self._edit, index, part))
            except PlatformRefused as refused:
                # Its message is gone or too old to be edited: the text must stand all the same.
                log.info("turn %s: part %s is sent anew: %s", self._turn.id, index, refused)
                self._sending.begin_anew(index, part)
            else:
                return
        if not receipts.are_recorded:
            await receipts.record()
        await self._post_once(index, part)
        self._announce_next(len(parts))

    def _announce_next(self, count: int) -> None:
        """Let the receipt of the next part say that it is being sent, if there is a place for it: that one is kept.

        What only waits for its place must not count as sent. After a crash it would be looked for in vain.
        """
        following = self._receipts.next_to_send(count)
        if following is not None:
            self._slot = self._slot or self._pace.slot_at_once(Urgency.FINAL)
            if self._slot is not None:
                self._receipts.announce_planned(following)

    async def _place(self) -> Slot:
        slot, self._slot = self._slot, None
        return slot or await self._pace.slot(Urgency.FINAL)

    async def _edit(self, index: int, part: Part) -> None:
        with await self._place():
            await self._sending.edit(index, part)

    async def _post(self, index: int, part: Part) -> None:
        receipts = self._receipts
        with await self._place():
            if receipts[index].state is not DeliveryState.SENDING or not receipts.are_recorded:
                receipts.announce(index, digest(part))
                await receipts.record()
            await self._sending.post(index, part)

    async def _post_once(self, index: int, part: Part) -> None:
        post = partial(self._post, index, part)
        for attempts_left in reversed(range(UNCERTAIN_ATTEMPTS)):
            try:
                return await self._insist(post, repeatable=self._chat.limits.resend_is_safe or self._is_single)
            except PlatformUncertain as error:
                log.warning("turn %s: part %s may have been sent, so it is looked for: %s", self._turn.id, index, error)
                for wait_s in LATE_EFFECTS_S:
                    await self._clock.sleep(wait_s)
                    if await self._lost.adopt(index):
                        return None
                if not attempts_left:
                    self._receipts.give_up(index)
                    raise
            except PlatformRefused:
                self._receipts.note(Delivery(part=index, state=DeliveryState.FAILED))
                raise
        return None

    async def _take_back(self, index: int) -> None:
        """Take back a part: the last one first, for one that was lost is looked for behind the one before it."""
        receipt = self._receipts[index]
        if receipt.message_id is None and receipt.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
            with contextlib.suppress(PlatformUncertain):  # What nobody can find nobody can take back.
                await self._lost.adopt(index)
        message_id = self._receipts[index].message_id
        if message_id is not None:
            instead = texts.TAKEN_BACK.in_language(self._turn.said_in)
            await self._insist(partial(self._chat.delete, self._turn.key, message_id, instead=instead))
        await self._receipts.forget(index)
