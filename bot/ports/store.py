"""Storage as the core sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.events import ConversationKey, MessageId, MessageReceived, PlatformName, Unreadable
from bot.ports.chat import KnownPlace
from bot.records import (
    Accepted,
    AttachmentId,
    Delivery,
    Exchange,
    Joining,
    Lease,
    Notice,
    Outcome,
    Picture,
    Refusal,
    Turn,
    TurnId,
)


class Store(Protocol):
    """The truth: conversations, messages, turns, receipts. Every call is one transaction, committed on return.

    A call that is cancelled took effect wholly or not at all. Each raises `bot.errors.StorageError` when the
    database refuses.
    """

    # --- receiving ------------------------------------------------------------------------------

    async def accept(
        self,
        message: MessageReceived,
        *,
        now: datetime,
        ready_at: datetime,
        joining: Joining,
        answer: bool = True,
        refusal: Refusal | None = None,
    ) -> Accepted | None:
        """Store an addressed message and its turn.

        It joins the newest turn of the same conversation and sender instead, addressed or not, if that is not a
        command's, was accepted less than `joining.cap_s` ago, and

        - has the same `album_id` and is ACCEPTED, or
        - is ACCEPTED and waits (it was given a quiet time, and its `ready_at` is after `now`), and the message is
          addressed and no command, or
        - is ACCEPTED or ANSWERING, has no attachments of its own, is younger than `joining.late_picture_s`, and the
          message has attachments and no words (then `Accepted.restart` tells whether it was ANSWERING; it is
          ACCEPTED again).

        Joining sets the turn's `ready_at` to the given one, at most `accepted_at` + `joining.cap_s`.
        The same message again changes nothing. A message that is neither addressed nor joins is not stored.
        With ``answer=False`` the turn is REMEMBERED at once.

        With a `refusal`, what does not join is refused: a turn that is DELIVERING that text, then FAILED with the
        trouble `BUSY`. It becomes part of the sender's last refused turn instead, and has the same outcome, as far
        as `Refusal` says. So does, refusal or not, the rest of an album whose beginning was refused.

        Returns:
            None when there is nothing to do.
        """
        ...

    async def edit(self, message: MessageReceived, *, now: datetime, redo_since: datetime) -> Accepted | None:
        """Replace a stored message's words, quotes and attachments (those that stay keep their verdict).

        A turn accepted since `redo_since` is opened again: ACCEPTED, no attempts, no outcome, its receipts kept.
        An unknown message, and one whose words and attachments are as they were, change nothing.
        """
        ...

    async def delete(self, key: ConversationKey, message_ids: Sequence[MessageId], *, now: datetime) -> Sequence[Turn]:
        """Delete messages with what they quote and attach.

        Returns:
            The turns that have no message left: they are WITHDRAWING now and no longer part of the history.
        """
        ...

    async def set_aside(self, unreadable: Unreadable, *, now: datetime) -> bool:
        """Keep it (the newest 1000 are kept). False if it was kept before."""
        ...

    async def notify(self, notice: Notice, *, now: datetime, cursor: str | None = None) -> Turn | None:
        """Decide to say something: a turn that is DELIVERING from its beginning, then FAILED with the notice's kind.

        An UNREADABLE message is stored without its words. None, and nothing changes, if it is stored already.
        The `cursor` moves to the notice's message in the same transaction.
        """
        ...

    async def unsaid(self, *, per_conversation: int, limit: int) -> Sequence[Turn]:
        """Refusals and notices that nobody is delivering, the oldest first: at most so many of each conversation."""
        ...

    async def cursor(self, name: str) -> str | None: ...

    async def move_cursor(self, name: str, value: str) -> None: ...

    async def places(self, platform: PlatformName, *, limit: int) -> Sequence[KnownPlace]:
        """The conversations with a stored message, the most recently used first."""
        ...

    async def recent(self, key: ConversationKey, *, since: datetime) -> Sequence[MessageId]:
        """The messages stored of a conversation that were sent at `since` or later, oldest first."""
        ...

    # --- the life of a turn ---------------------------------------------------------------------

    async def unfinished(self) -> Sequence[Turn]:
        """All turns without a final state, in the order they were accepted."""
        ...

    async def turn_of(self, key: ConversationKey, message_id: MessageId) -> Turn | None:
        """The turn that one of the bot's own messages belongs to."""
        ...

    async def begin(self, turn_id: TurnId, *, now: datetime, lease: Lease) -> Turn | None:
        """Claim a turn. ACCEPTED becomes ANSWERING, and the attempt is counted; the other states stay.

        None if it is final, or claimed by another owner whose lease has not ended.
        """
        ...

    async def renew(self, turn_ids: Sequence[TurnId], lease: Lease) -> None:
        """Move the end of this owner's leases."""
        ...

    async def hand_back(self, turn_id: TurnId, *, owner: str) -> None:
        """End this owner's claim on an ANSWERING turn as if it had not been begun: the attempt does not count."""
        ...

    async def conclude(self, turn_id: TurnId, outcome: Outcome, deliveries: Sequence[Delivery] = ()) -> bool:
        """Decide an ANSWERING turn's outcome: it is DELIVERING now, and never asked again. Stores the receipts too.

        False, and nothing stored, if it is no longer ANSWERING: it was edited, joined or deleted meanwhile.
        """
        ...

    async def close(
        self,
        turn_id: TurnId,
        *,
        now: datetime,
        deliveries: Sequence[Delivery] = (),
        failed: str = "",
        detail: str = "",
    ) -> None:
        """End a DELIVERING turn with its decided state, or as FAILED with the trouble `failed`.

        A WITHDRAWING turn becomes WITHDRAWN. Stores the receipts too. Any other turn is left alone.
        """
        ...

    async def hold(self, chat: ConversationKey, until: datetime, *, is_private: bool) -> None:
        """Remember that the platform wants nothing new in this chat before. What was said last counts."""
        ...

    async def held(self, *, now: datetime) -> Mapping[ConversationKey, datetime]:
        """What `hold` remembers and `now` has not passed."""
        ...

    async def exchanges(self, key: ConversationKey, *, up_to: TurnId, limit: int) -> Sequence[Exchange]:
        """The newest `limit` exchanges up to and with `up_to`, oldest first.

        None is from before a reset, but `up_to` itself. Without commands and withdrawn turns.

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

    async def record_deliveries(self, turn_id: TurnId, deliveries: Sequence[Delivery]) -> None:
        """Insert or replace receipts, by part."""
        ...

    async def remove_delivery(self, turn_id: TurnId, part: int) -> None:
        """Forget a receipt whose message was taken back."""
        ...

    async def reset(self, key: ConversationKey, *, up_to: TurnId) -> None:
        """Start over: exchanges up to `up_to` are no longer part of the history."""
        ...

    async def purge(self, *, before: datetime, max_picture_bytes: int) -> None:
        """Delete what is older than `before`, and the oldest pictures over `max_picture_bytes` in all.

        Unfinished turns are kept. Works in short transactions, so that nobody waits for it.
        """
        ...
