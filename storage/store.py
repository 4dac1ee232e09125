"""The port `bot.ports.store.Store` on SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.choices import ConversationSettings
from bot.events import (
    ButtonPressed,
    ConversationKey,
    MessageId,
    MessageReceived,
    PersonId,
    PlatformName,
    Unreadable,
)
from bot.ports.intake import KnownPlace, Recent
from bot.records.accepting import Accepted, Arrival, Joining, NotPressed, Refusal
from bot.records.attachments import Attachment, AttachmentId
from bot.records.history import History
from bot.records.notices import Notice
from bot.records.pictures import Picture, Prepared
from bot.records.turns import Delivery, Lease, Outcome, Turn, TurnId
from bot.sentences import Sentence
from storage import cursors, retention, unreadables
from storage.conversation import attachments, conversations, history, passing, pictures, places, verdicts
from storage.conversation.originals import Originals
from storage.personal.data import PersonalRows
from storage.transactions import Transactions
from storage.turns import accepting, forgetting, life, moving, notices, pressing, receipts, taking_back

_REMEMBERED_USES = 10_000


class SqlStore(PersonalRows):
    """Each call is one transaction. A call that is cancelled took effect wholly or not at all.

    Words and names are stored within the lengths that `storage.tables` states, with NUL characters and lone
    surrogates replaced by U+FFFD. Every call raises `bot.errors.StorageError` when the database refuses.
    """

    def __init__(self, transactions: Transactions, originals: Originals) -> None:
        super().__init__(transactions, originals)
        self._transactions = transactions
        # Since the last purge. Only a hint for retention, so a crash may lose it, and reading stays reading.
        self._used: set[str] = set()

    # --- receiving: durable, for the platform forgets what is acknowledged; all that follows can be done again ---

    async def accept(self, message: MessageReceived, arrival: Arrival) -> Accepted | None:
        return await self._write(lambda c: accepting.accept(c, message, arrival), durable=True)

    async def press(
        self, pressed: ButtonPressed, *, now: datetime, joining: Joining, refusal: Refusal | None
    ) -> Sequence[Accepted] | NotPressed:
        accepted, unused = await self._write(
            lambda c: pressing.press(c, pressed, now=now, joining=joining, refusal=refusal), durable=True
        )
        await self._originals.remove(unused)
        return accepted

    async def retry(self, command: Turn, *, now: datetime) -> Accepted | None:
        return await self._write(lambda c: pressing.retry(c, command, now=now))

    async def move(self, old: ConversationKey, new: ConversationKey) -> Sequence[Turn]:
        return await self._write(lambda c: moving.move(c, old, new), durable=True)

    async def edit(self, message: MessageReceived, *, ready_at: datetime, redo_since: datetime) -> Accepted | None:
        accepted, unused = await self._write(
            lambda c: taking_back.edit(c, message, ready_at=ready_at, redo_since=redo_since), durable=True
        )
        await self._originals.remove(unused)
        return accepted

    async def delete(self, key: ConversationKey, message_ids: Sequence[MessageId], *, now: datetime) -> Sequence[Turn]:
        withdrawn, unused = await self._write(lambda c: taking_back.delete(c, key, message_ids, now=now), durable=True)
        await self._originals.remove(unused)
        return withdrawn

    async def set_aside(self, unreadable: Unreadable, *, now: datetime) -> bool:
        return await self._write(lambda c: unreadables.set_aside(c, unreadable, now=now))

    async def notify(self, notice: Notice, *, now: datetime, cursor: str | None = None) -> Turn | None:
        return await self._write(lambda c: notices.notify(c, notice, now=now, cursor=cursor), durable=True)

    async def unsaid(self, *, per_conversation: int, limit: int) -> Sequence[Turn]:
        return await self._read(lambda c: notices.unsaid(c, per_conversation=per_conversation, limit=limit))

    async def cursor(self, name: str) -> str | None:
        return await self._read(lambda c: cursors.cursor(c, name))

    async def move_cursor(self, name: str, value: str) -> None:
        await self._write(lambda c: cursors.move_cursor(c, name, value))

    async def places(self, platform: PlatformName, *, limit: int) -> Sequence[KnownPlace]:
        return await self._read(lambda c: places.places(c, platform, limit=limit))

    async def recent(self, key: ConversationKey, *, since: datetime) -> Recent:
        return await self._read(lambda c: places.recent(c, key, since=since))

    # --- the life of a turn ---------------------------------------------------------------------

    async def unfinished(self) -> Sequence[Turn]:
        return await self._read(life.unfinished)

    async def place_of(
        self, platform: PlatformName, message_id: MessageId, *, chat_id: str | None = None, turn: int | None = None
    ) -> ConversationKey | None:
        return await self._read(lambda c: places.place_of(c, platform, message_id, chat_id=chat_id, turn=turn))

    async def own_messages(self, key: ConversationKey, *, about: TurnId) -> set[MessageId]:
        return await self._read(lambda c: receipts.own_messages(c, key, about=about))

    async def turn_of(self, key: ConversationKey, message_id: MessageId, *, claimed: int | None = None) -> Turn | None:
        return await self._read(lambda c: life.turn_of(c, key, message_id, claimed=claimed))

    async def begin(self, turn_id: TurnId, *, now: datetime, lease: Lease) -> Turn | None:
        return await self._write(lambda c: life.begin(c, turn_id, now=now, lease=lease))

    async def renew(self, turn_ids: Sequence[TurnId], lease: Lease) -> None:
        await self._write(lambda c: life.renew(c, turn_ids, lease))

    async def hand_back(self, turn_id: TurnId, *, owner: str) -> None:
        await self._write(lambda c: life.hand_back(c, turn_id, owner=owner))

    async def conclude(self, turn_id: TurnId, outcome: Outcome, deliveries: Sequence[Delivery] = ()) -> bool:
        return await self._write(lambda c: life.conclude(c, turn_id, outcome, deliveries))

    async def close(
        self,
        turn_id: TurnId,
        *,
        now: datetime,
        deliveries: Sequence[Delivery] = (),
        failed: str = "",
        detail: str = "",
    ) -> None:
        await self._write(lambda c: life.close(c, turn_id, now=now, receipts=deliveries, failed=failed, detail=detail))

    async def hold(self, chat: ConversationKey, until: datetime, *, is_private: bool) -> None:
        await self._write(lambda c: conversations.hold(c, chat, until, is_private=is_private))

    async def held(self, *, now: datetime) -> Mapping[ConversationKey, datetime]:
        return await self._read(lambda c: conversations.held(c, now=now))

    async def history(self, key: ConversationKey, *, up_to: TurnId, limit: int, of: PersonId | None = None) -> History:
        return await self._read(lambda c: history.history(c, key, up_to=up_to, limit=limit, of=of))

    async def move_window(
        self, key: ConversationKey, *, first_turn: TurnId, pixels_from: AttachmentId, of: PersonId | None = None
    ) -> None:
        await self._write(
            lambda c: conversations.move_window(c, key, first_turn=first_turn, pixels_from=pixels_from, of=of)
        )

    async def settle(
        self, attachment_id: AttachmentId, verdict: Prepared | Sentence, *, original: str | None = None
    ) -> None:
        unused = await self._write(lambda c: verdicts.settle(c, attachment_id, verdict, original))
        await self._originals.remove(unused)

    async def settle_as_known(self, attachment_id: AttachmentId, original: str, *, made_for: str) -> bool:
        return await self._write(lambda c: verdicts.settle_as_known(c, attachment_id, original, made_for=made_for))

    async def jpeg(self, sha256: str) -> bytes | None:
        if len(self._used) < _REMEMBERED_USES:
            self._used.add(sha256)
        return await self._read(lambda c: pictures.jpeg(c, sha256))

    async def keep_picture(self, turn_id: TurnId, picture: Picture) -> None:
        await self._write(lambda c: pictures.keep_posted(c, turn_id, picture))

    async def keep_original(self, data: bytes) -> str:
        return await self._originals.keep(data)

    async def original(self, sha256: str) -> bytes | None:
        return await self._originals.read(sha256)

    async def attachment(
        self, key: ConversationKey, attachment_id: AttachmentId, *, up_to: TurnId, of: PersonId | None = None
    ) -> Attachment | None:
        return await self._read(lambda c: history.attachment(c, key, attachment_id, up_to=up_to, of=of))

    async def settings(self, key: ConversationKey) -> ConversationSettings:
        return await self._read(lambda c: conversations.settings(c, key))

    async def change_settings(
        self,
        key: ConversationKey,
        settings: ConversationSettings,
        *,
        before: ConversationSettings,
        now: datetime,
        notice: Notice | None = None,
    ) -> Turn | None:
        stops_listening = before.listens and not settings.listens
        # Before the change: after a crash the command is done again.
        while stops_listening and await self._forget_overheard(key):
            pass

        def change(connection: sa.Connection) -> tuple[Turn | None, Sequence[str]]:
            conversations.change_settings(connection, key, settings, before=before)
            unused = forgetting.forget_overheard(connection, key)[1] if stops_listening else ()
            told = None if notice is None else notices.notify(connection, notice, now=now, cursor=None)
            return told, unused

        told, unused = await self._write(change)
        await self._originals.remove(unused)
        if stops_listening:
            await self._transactions.reclaim()
        return told

    async def _forget_overheard(self, key: ConversationKey) -> bool:
        is_more, unused = await self._write(lambda c: forgetting.forget_overheard(c, key))
        await self._originals.remove(unused)
        return is_more

    async def deliveries(self, turn_id: TurnId) -> Sequence[Delivery]:
        return await self._read(lambda c: receipts.deliveries_of(c, turn_id))

    async def record_deliveries(self, turn_id: TurnId, deliveries: Sequence[Delivery]) -> None:
        await self._write(lambda c: receipts.record_deliveries(c, turn_id, deliveries))

    async def remove_delivery(self, turn_id: TurnId, part: int) -> None:
        await self._write(lambda c: receipts.remove_delivery(c, turn_id, part))

    async def reset(self, key: ConversationKey, *, up_to: TurnId, of: PersonId | None = None) -> None:
        await self._write(lambda c: conversations.reset(c, key, up_to=up_to, of=of))

    # --- in time --------------------------------------------------------------------------------

    async def forget_passing(self, *, now: datetime, lifetime_s: float) -> None:
        # Run often, and there is seldom anything: it would hold up those who write.
        if await self._read(lambda c: passing.is_some_over(c, now=now, lifetime_s=lifetime_s)):
            await self._write(lambda c: passing.forget_old(c, now=now, lifetime_s=lifetime_s))

    async def purge(self, *, before: datetime, max_picture_bytes: int, max_original_bytes: int) -> None:
        """See `bot.ports.store.Store.purge`. A file shrinks by what became free.

        The limit of originals holds from then on, also between two calls.
        """
        await self._originals.set_limit(max_original_bytes)
        used, self._used = self._used, set()
        if used:
            await self._write(lambda c: pictures.mark_used(c, used))
        steps = (
            retention.delete_turns(before),
            retention.delete_unreadables(before),
            retention.delete_presses(before),
            retention.delete_windows,
            retention.delete_idle_conversations(before),
            retention.delete_cursors,
            retention.delete_orphans,
            retention.evict_pictures(max_picture_bytes),
        )
        for step in steps:
            while await self._write(step):
                pass
        await self._originals.tidy(lambda hashes: self._read(lambda c: attachments.in_use(c, hashes)))
        await self._transactions.reclaim()
