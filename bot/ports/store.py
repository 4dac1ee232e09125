"""Storage as the core sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.events import (
    ButtonPressed,
    ConversationKey,
    MessageId,
    MessageReceived,
    PersonId,
    PlatformName,
    Unreadable,
)
from bot.ports.chat import KnownPlace
from bot.ports.personal_data import PersonalData
from bot.records import (
    Accepted,
    Attachment,
    AttachmentId,
    Delivery,
    History,
    Joining,
    Lease,
    Notice,
    Outcome,
    Picture,
    Prepared,
    Refusal,
    Turn,
    TurnId,
)


class Store(PersonalData, Protocol):
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
        defaults: ConversationSettings = NOTHING_CHOSEN,
    ) -> Accepted | None:
        """Store an addressed message and its turn.

        A message to nobody is addressed all the same where people chose so, or the operator did in `defaults`
        (`bot.choices.address_of`). Where they chose that the bot listens, the others are REMEMBERED, with their own
        attachments.

        A message that brings and quotes no attachments gets those of the newest message (with its album) that was
        posted in the conversation less than `joining.before_s` before, to nobody (`Place.BEFORE`). A question takes
        it, and what is older, away from later questions; commands in `bot.commands.LOOKING` get it too, and leave it,
        with what they bring, for a question. Other commands, and what is refused or only remembered, get none.
        The reply to one picture of an album gets its siblings, and a question with one picture of an album those that
        came before it, as far as they are known. Attachments that are in the message twice are stored once.

        It joins the newest turn of the same conversation and sender instead, addressed or not, if that is not a
        command's (but one in `LOOKING` takes in its album), was accepted less than `joining.cap_s` ago, and

        - has the same `album_id` and is ACCEPTED, or
        - is ACCEPTED and waits (it was given a quiet time, and its `ready_at` is after `now`), and the message is
          addressed and no command, or
        - is ACCEPTED or ANSWERING, has no attachments of its own, is younger than `joining.late_picture_s`, and the
          message has attachments and no words (then `Accepted.restart` tells whether it was ANSWERING; it is
          ACCEPTED again).

        Joining sets the turn's `ready_at` to the given one, at most `accepted_at` + `joining.cap_s`.
        The same message again changes nothing. Of a message that is neither addressed nor joins, only its attachments
        are kept, for `joining.before_s` (at most 10 messages of each conversation), unless the conversation
        describes every picture (`ConversationSettings`): then one with attachments of `Source.FILE` or STICKER of its
        own becomes a turn of the command `bot.commands.ALT`. What had its time is deleted with the next message of
        any conversation that the bot was ever asked in, at the latest by `purge`.
        With ``answer=False`` the turn is REMEMBERED at once.

        With a `refusal`, what does not join is refused: a turn that is DELIVERING that text, then FAILED with the
        trouble `BUSY`. It becomes part of the sender's last refused turn instead, and has the same outcome, as far
        as `Refusal` says. So does, refusal or not, the rest of an album whose beginning was refused.

        Returns:
            None when there is nothing to do.
        """
        ...

    async def press(
        self, pressed: ButtonPressed, *, now: datetime, joining: Joining, refusal: Refusal | None
    ) -> Sequence[Accepted]:
        """Do what a button under one of the bot's messages is for. The same press again changes nothing.

        - RETRY, while it is offered: the turn is opened again.
        - CONTINUE, while it is offered: a new question of who pressed, which replies to the answer, refused if there is
          a `refusal`. The turn of the answer is DELIVERING again, without its buttons.
        - FORGET of one's own exchange: as `PersonalData.forget_exchange`.
        - Under the menu of a command (`bot.commands.MENUS`; of FORGET only for who asked for it): the turn is opened
          again, with one more of `Turn.presses`, which `conclude` clears.

        Where each person has a history of their own, nobody presses for others.

        Returns:
            What is to be run.
        """
        ...

    async def retry(self, command: Turn, *, now: datetime) -> Accepted | None:
        """Open the turn again that a command replies to, or else the newest question before it.

        Returns:
            It, with `Accepted.restart`; without where it is unfinished anyway. None if there is none.
        """
        ...

    async def move(self, old: ConversationKey, new: ConversationKey) -> Sequence[Turn]:
        """Let what is stored of a conversation belong to another one. Messages to the old one reach the new one.

        Its messages keep no id of the platform's: those of the new conversation are counted anew.

        Returns:
            The turns that were under way, with the new key: they begin anew there, as replies to nothing.
        """
        ...

    async def edit(self, message: MessageReceived, *, now: datetime, redo_since: datetime) -> Accepted | None:
        """Replace a stored message's words, quotes and attachments (those that stay keep their verdict).

        A turn accepted since `redo_since` is opened again: ACCEPTED, no attempts, no outcome, its receipts kept. One
        that was only overheard stays so, unless the message is addressed now.
        An unknown message, and one whose words and attachments are as they were, change nothing. Attachments of
        `Source.PREVIEW` that come later are added; when only they changed, the turn is opened again only if it is
        still ACCEPTED.
        """
        ...

    async def delete(self, key: ConversationKey, message_ids: Sequence[MessageId], *, now: datetime) -> Sequence[Turn]:
        """Delete messages with what they quote and attach, and their pictures where others quote or ask about them.

        Originals and prepared pictures that nothing else has are deleted at once.

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
        self, attachment_id: AttachmentId, verdict: Prepared | str, *, original: str | None = None
    ) -> None:
        """Record what became of an attachment: what is shown of it, or the reason why there is nothing.

        `original` is the content hash of its file, where it could be fetched.
        """
        ...

    async def settle_as_known(self, attachment_id: AttachmentId, original: str) -> bool:
        """Settle an attachment like an earlier one, of any conversation, that was USABLE and had the very same bytes.

        False when there is none, or retention took one of its pictures.
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
        self, key: ConversationKey, settings: ConversationSettings, *, now: datetime, notice: Notice | None = None
    ) -> Turn | None:
        """Keep what was chosen for a conversation in which something was accepted, and decide to say so.

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

    async def purge(self, *, before: datetime, max_picture_bytes: int, max_original_bytes: int) -> None:
        """Delete what is older than `before`, and the least recently used pictures and originals over these sizes.

        Unfinished turns are kept. Works in short transactions, so that nobody waits for it.
        """
        ...
