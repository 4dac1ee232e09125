"""The receipts of one answer: what stands in the chat, part by part, and what may."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bot.errors import StorageError
from bot.events import MessageId
from bot.ports.chat import Chat
from bot.ports.parts import Part
from bot.ports.store import Store
from bot.records.turns import Delivery, DeliveryState, Turn, TurnState

_PICTURE, _DOCUMENT = "picture ", "document "
"""How the digest of a part begins that has one."""


class Receipts:
    """Those of one turn. What changes is stored when the caller says so: together, and before what it announces."""

    def __init__(self, turn: Turn, chat: Chat, store: Store, stored: Sequence[Delivery]) -> None:
        """`stored` are those of earlier attempts: their messages are continued in place."""
        self._turn_id = turn.id
        self._newest = partial(chat.newest, turn.key)
        self._store = store
        self._by_part = {receipt.part: receipt for receipt in stored}
        self._unrecorded: set[int] = set()
        self.doubtful = {receipt.part for receipt in stored if receipt.state is DeliveryState.SENDING}
        """Parts that were sent without an answer from the platform: they may stand in the chat."""
        if turn.state is not TurnState.DELIVERING and not turn.presses:
            # A preview is edited without a receipt for each time: what an attempt that was cut short showed last is
            # not known, and must not count as the text that was noted before. A menu that was pressed was no preview;
            # any other command may have been edited into a question and back.
            for index in self.parts:
                self._doubt(index)

    def __getitem__(self, index: int) -> Delivery:
        return self._by_part[index]

    def get(self, index: int) -> Delivery | None:
        """The receipt of a part; None if it was never expected."""
        return self._by_part.get(index)

    @property
    def parts(self) -> Sequence[int]:
        """The parts that have one, in order."""
        return sorted(self._by_part)

    @property
    def message_ids(self) -> set[MessageId]:
        """The messages that are known to stand in the chat."""
        return {receipt.message_id for receipt in self._by_part.values() if receipt.message_id is not None}

    @property
    def are_recorded(self) -> bool:
        return not self._unrecorded

    def is_new(self, index: int) -> bool:
        """Whether nothing of this part was ever sent."""
        receipt = self._by_part.get(index)
        return receipt is None or receipt.state is DeliveryState.PENDING

    def shows(self, index: int, part: Part) -> bool:
        """Whether exactly this stands in the chat."""
        return self._is_sent(index) and self._by_part[index].digest == digest(part)

    def is_of_another_kind(self, index: int, part: Part) -> bool:
        """Whether a text stands in the chat where a picture or file belongs, or the like. A file is never changed."""
        receipt = self._by_part[index]
        if receipt.message_id is None:
            return False
        wanted = digest(part)
        return _kind_of(receipt.digest) != _kind_of(wanted) or (part.document is not None and receipt.digest != wanted)

    def note(self, receipt: Delivery) -> None:
        """Put a receipt in the place of the one before."""
        self._by_part[receipt.part] = receipt
        self._unrecorded.add(receipt.part)

    def plan(self, parts: Sequence[Part]) -> None:
        """Let nothing count as shown that is going to be changed into these: after a crash nobody knows whether it was.

        What is stored is then enough to tell, by the next press of a button, that a message needs no change.
        """
        for index, part in enumerate(parts):
            if self._is_sent(index) and not self.shows(index, part):
                self._doubt(index)

    def expect(self, parts: Sequence[Part]) -> None:
        """Add those of parts that are not in the chat yet."""
        for index, part in enumerate(parts):
            if index not in self._by_part:
                self.note(Delivery(part=index, state=DeliveryState.PENDING, digest=digest(part)))

    def next_to_send(self, count: int) -> int | None:
        """The first part, of `count`, that is still to be sent; None if none is, or it is being sent already."""
        unsent = (DeliveryState.PENDING, DeliveryState.SENDING)
        following = next((index for index in range(count) if self._by_part[index].state in unsent), count)
        return following if following < count and self._by_part[following].state is DeliveryState.PENDING else None

    def announce_planned(self, index: int) -> None:
        """Let the receipt of an expected part say that it is being sent: it is stored together with the one before."""
        self.announce(index, self._by_part[index].digest)

    def announce(self, index: int, digest: str) -> None:
        """Let a receipt say that its part is being sent: perhaps for the second time, so what it came after stays."""
        known = self._by_part.get(index)
        after = (known and known.sent_after) or self._newest()
        self.note(Delivery(part=index, state=DeliveryState.SENDING, digest=digest, sent_after=after))

    def give_up(self, index: int) -> None:
        """Let a receipt say that nobody knows whether its part stands in the chat."""
        self.note(replace(self._by_part[index], state=DeliveryState.UNKNOWN, digest=""))

    def take(self) -> Sequence[Delivery]:
        """The receipts that are not stored yet. Who takes them stores them."""
        taken = [self._by_part[index] for index in sorted(self._unrecorded)]
        self._unrecorded.clear()
        return taken

    async def record(self) -> None:
        """Store those that wait for it."""
        receipts = self.take()
        try:
            await self._store.record_deliveries(self._turn_id, receipts)
        except StorageError:
            self._unrecorded.update(receipt.part for receipt in receipts)
            raise

    async def forget(self, index: int) -> None:
        """Remove the receipt of a part that was taken back."""
        del self._by_part[index]
        self._unrecorded.discard(index)
        await self._store.remove_delivery(self._turn_id, index)

    def _is_sent(self, index: int) -> bool:
        receipt = self._by_part.get(index)
        return receipt is not None and receipt.state is DeliveryState.SENT

    def _doubt(self, index: int) -> None:
        """Let a receipt say no more than of which kind its part is."""
        receipt = self._by_part[index]
        self.note(replace(receipt, digest=_kind_of(receipt.digest)))


def digest(part: Part) -> str:
    """Equal for parts that look equal on screen."""
    document = part.document
    without_text = replace(part, document=document and replace(document, text=""))
    looks = hashlib.blake2s(repr(without_text).encode("utf-8", "replace"), digest_size=12)
    if document is not None:
        # Of some megabytes: as repr it takes ten times as long, and meanwhile nobody else is answered.
        looks.update(document.text.encode("utf-8", "replace"))
    return (_PICTURE if part.picture else _DOCUMENT if document else "") + looks.hexdigest()


def _kind_of(digest: str) -> str:
    return next((kind for kind in (_PICTURE, _DOCUMENT) if digest.startswith(kind)), "")
