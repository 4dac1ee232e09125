"""Storage as the core sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.events import ConversationKey, MessageReceived
from bot.records import AttachmentId, Delivery, Exchange, Outcome, Picture, Turn, TurnId


class Store(Protocol):
    """The truth: conversations, messages, turns, receipts. Every call is one transaction, committed on return.

    A call that is cancelled took effect wholly or not at all. Each raises `bot.errors.StorageError` when the
    database refuses.
    """

    async def accept(self, message: MessageReceived, *, now: datetime, ready_at: datetime) -> Turn | None:
        """Store an addressed message and its turn.

        A message that shares its `album_id` with a turn of the same conversation and sender joins that turn if
        it is still ACCEPTED (its `ready_at` moves to the given one), and also if it is not addressed itself.
        The same message again changes nothing. A message that is neither addressed nor joins a turn is not stored.

        Returns:
            The turn, new or joined; None when nothing changed.
        """
        ...

    async def unfinished(self) -> Sequence[Turn]:
        """All turns without an outcome, in the order they were accepted."""
        ...

    async def begin(self, turn_id: TurnId) -> Turn | None:
        """Mark a turn as ANSWERING and count the attempt. None if it already has its outcome.

        From here on nothing can join it.
        """
        ...

    async def exchanges(self, key: ConversationKey, *, up_to: TurnId, limit: int) -> Sequence[Exchange]:
        """The newest `limit` exchanges up to and with `up_to`, oldest first.

        None is from before a reset, but `up_to` itself.

        Read by index: the cost does not grow with the length of the history.
        """
        ...

    async def settle(self, attachment_id: AttachmentId, verdict: Picture | str) -> None:
        """Record what became of an attachment: the prepared picture, or the reason why there is none."""
        ...

    async def jpeg(self, sha256: str) -> bytes | None:
        """The bytes of a prepared picture; None if retention removed them."""
        ...

    async def deliveries(self, turn_id: TurnId) -> Sequence[Delivery]:
        """The receipts of a turn, by part."""
        ...

    async def record_delivery(self, turn_id: TurnId, delivery: Delivery) -> None:
        """Insert or replace the receipt of one part."""
        ...

    async def remove_delivery(self, turn_id: TurnId, part: int) -> None:
        """Forget a receipt whose message was taken back."""
        ...

    async def finish(self, turn_id: TurnId, outcome: Outcome, *, delivery: Delivery | None = None) -> None:
        """Store the outcome of a turn, with the receipt of its last part if that is new.

        Final: a second call changes nothing.
        """
        ...

    async def reset(self, key: ConversationKey, *, up_to: TurnId) -> None:
        """Start over: exchanges up to `up_to` are no longer part of the history."""
        ...

    async def purge(self, *, before: datetime, max_picture_bytes: int) -> None:
        """Delete what is older than `before`, and the oldest pictures over `max_picture_bytes` in all.

        Unfinished turns are kept. Works in short transactions, so that nobody waits for it.
        """
        ...
