"""Storage as the core sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.choices import ConversationSettings
from bot.events import ConversationKey, MessageId, PersonId
from bot.ports.personal_data import PersonalData
from bot.ports.taking_in import TakingIn
from bot.records.attachments import Attachment, AttachmentId
from bot.records.history import History
from bot.records.notices import Notice
from bot.records.pictures import Picture, Prepared
from bot.records.turns import Delivery, Lease, Outcome, Turn, TurnId
from bot.sentences import Sentence


class Store(TakingIn, PersonalData, Protocol):
    """The truth: conversations, messages, turns, receipts. Every call is one transaction, committed on return.

    A call that is cancelled took effect wholly or not at all. Each raises `bot.errors.StorageError` when the
    database refuses.
    """

    # --- the life of a turn ---------------------------------------------------------------------

    async def unfinished(self) -> Sequence[Turn]:
        """All turns without a final state, in the order they were accepted."""
        ...

    async def turn_of(self, key: ConversationKey, message_id: MessageId, *, claimed: int | None = None) -> Turn | None:
        """The turn that a message belongs to: the newest that answers with it, or that it is a question of.

        The `claimed` one (`bot.events.ButtonPressed.turn`) if there is such a turn in this conversation: people press
        a button before it is known under which message it stands.
        """
        ...

    async def own_messages(self, key: ConversationKey, *, about: TurnId) -> set[MessageId]:
        """The bot's own messages in all conversations of this chat, by their receipts: up to 1000, around this turn."""
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

    async def history(self, key: ConversationKey, *, up_to: TurnId, limit: int, of: PersonId | None = None) -> History:
        """The newest `limit` exchanges up to and with `up_to`, of all people or of one.

        None is from before a reset or before the beginning that `move_window` set, but `up_to` itself, which is there
        also when it is a command's. Otherwise without commands and withdrawn turns.

        Read by index: the cost does not grow with the length of the history.
        """
        ...

    async def move_window(
        self,
        key: ConversationKey,
        *,
        first_turn: TurnId,
        pixels_from: AttachmentId,
        of: PersonId | None = None,
    ) -> None:
        """Let the history, or that of one person, begin at a later exchange, and its pixels at a later attachment.

        Never moves back.
        """
        ...

    async def settle(
        self, attachment_id: AttachmentId, verdict: Prepared | Sentence, *, original: str | None = None
    ) -> None:
        """Record what became of an attachment: what is shown of it, or the reason why there is nothing.

        `original` is the content hash of its file, where it could be fetched.
        """
        ...

    async def settle_as_known(self, attachment_id: AttachmentId, original: str, *, made_for: str) -> bool:
        """Settle an attachment like an earlier one, of any conversation, that was USABLE and had the very same bytes.

        False when there is none, it was made by other bounds than `made_for`, or retention took one of its pictures.
        """
        ...

    async def jpeg(self, sha256: str) -> bytes | None:
        """The bytes of a prepared or posted picture; None if retention removed them."""
        ...

    async def keep_picture(self, turn_id: TurnId, picture: Picture) -> None:
        """Store a picture that is to be posted with the answer of an ANSWERING turn.

        It goes when the turn goes, is opened again, or is withdrawn.
        """
        ...

    async def keep_original(self, data: bytes) -> str:
        """Keep a file as it came, once. Returns its content hash, in hex.

        Only a cache: a disk that refuses is logged, and raises nothing. The least recently used go when there are more
        bytes than `purge` was told last, and all that no attachment has any more.
        """
        ...

    async def original(self, sha256: str) -> bytes | None:
        """A file as it came; None if it is no longer kept."""
        ...

    async def attachment(
        self, key: ConversationKey, attachment_id: AttachmentId, *, up_to: TurnId, of: PersonId | None = None
    ) -> Attachment | None:
        """An attachment of this conversation that is still part of its history up to and with `up_to`."""
        ...

    async def settings(self, key: ConversationKey) -> ConversationSettings: ...

    async def change_settings(
        self,
        key: ConversationKey,
        settings: ConversationSettings,
        *,
        before: ConversationSettings,
        now: datetime,
        notice: Notice | None = None,
    ) -> Turn | None:
        """Keep what was chosen for a conversation in which something was accepted, and decide to say so.

        Only what differs from `before` is changed: somebody else may choose something at the same time. Once the
        conversation no longer listens, nothing is left of what was overheard there.

        Returns:
            The turn of the notice, as `notify` does.
        """
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

    async def reset(self, key: ConversationKey, *, up_to: TurnId, of: PersonId | None = None) -> None:
        """Start over: exchanges up to `up_to` are no longer part of the history, or of that of one person."""
        ...

    async def forget_passing(self, *, now: datetime, lifetime_s: float) -> None:
        """Delete what was posted to nobody, in any conversation, and heard so long ago."""
        ...

    async def purge(self, *, before: datetime, max_picture_bytes: int, max_original_bytes: int) -> None:
        """Delete what is older than `before`, and the least recently used pictures and originals over these sizes.

        Unfinished turns are kept. Works in short transactions, so that nobody waits for it.
        """
        ...
