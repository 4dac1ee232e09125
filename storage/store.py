"""The port `bot.ports.store.Store` on SQL."""

from collections.abc import Sequence
from datetime import datetime

from bot.events import ConversationKey, MessageReceived
from bot.records import AttachmentId, Delivery, Exchange, Outcome, Picture, Turn, TurnId
from storage import conversations, deliveries, history, pictures, retention, turns
from storage.transactions import Transactions

_REMEMBERED_USES = 10_000


class SqlStore:
    """Each call is one transaction. A call that is cancelled took effect wholly or not at all.

    Words and names are stored within the lengths that `storage.tables` states, with NUL characters and lone
    surrogates replaced by U+FFFD. Every call raises `bot.errors.StorageError` when the database refuses.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        # Since the last purge. Only a hint for retention, so a crash may lose it, and reading stays reading.
        self._used: set[str] = set()

    async def accept(self, message: MessageReceived, *, now: datetime, ready_at: datetime) -> Turn | None:
        # Durable: the platform forgets the message once it is acknowledged. What follows can be done again.
        return await self._transactions.write(
            lambda connection: turns.accept(connection, message, now=now, ready_at=ready_at), durable=True
        )

    async def unfinished(self) -> Sequence[Turn]:
        return await self._transactions.read(turns.unfinished)

    async def begin(self, turn_id: TurnId) -> Turn | None:
        return await self._transactions.write(lambda connection: turns.begin(connection, turn_id))

    async def exchanges(self, key: ConversationKey, *, up_to: TurnId, limit: int) -> Sequence[Exchange]:
        return await self._transactions.read(
            lambda connection: history.exchanges(connection, key, up_to=up_to, limit=limit)
        )

    async def settle(self, attachment_id: AttachmentId, verdict: Picture | str) -> None:
        await self._transactions.write(lambda connection: pictures.settle(connection, attachment_id, verdict))

    async def jpeg(self, sha256: str) -> bytes | None:
        if len(self._used) < _REMEMBERED_USES:
            self._used.add(sha256)
        return await self._transactions.read(lambda connection: pictures.jpeg(connection, sha256))

    async def deliveries(self, turn_id: TurnId) -> Sequence[Delivery]:
        return await self._transactions.read(lambda connection: deliveries.deliveries_of(connection, turn_id))

    async def record_delivery(self, turn_id: TurnId, delivery: Delivery) -> None:
        await self._transactions.write(lambda connection: deliveries.record_delivery(connection, turn_id, delivery))

    async def remove_delivery(self, turn_id: TurnId, part: int) -> None:
        await self._transactions.write(lambda connection: deliveries.remove_delivery(connection, turn_id, part))

    async def finish(self, turn_id: TurnId, outcome: Outcome, *, delivery: Delivery | None = None) -> None:
        await self._transactions.write(lambda connection: turns.finish(connection, turn_id, outcome, delivery))

    async def reset(self, key: ConversationKey, *, up_to: TurnId) -> None:
        await self._transactions.write(lambda connection: conversations.reset(connection, key, up_to=up_to))

    async def purge(self, *, before: datetime, max_picture_bytes: int) -> None:
        """See `bot.ports.store.Store.purge`. A file shrinks by what became free."""
        used, self._used = self._used, set()
        if used:
            await self._transactions.write(lambda connection: pictures.mark_used(connection, list(used)))
        steps = (
            retention.delete_turns(before),
            retention.delete_orphans,
            retention.evict_pictures(max_picture_bytes),
        )
        for step in steps:
            while await self._transactions.write(step):
                pass
        await self._transactions.reclaim()
