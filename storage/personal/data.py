"""The port `bot.ports.personal_data.PersonalData` on SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.events import ConversationKey, PersonId, PlatformName
from bot.personal import Scope, Spent
from bot.records.turns import Turn, TurnId
from storage.conversation.originals import Originals
from storage.personal import exporting, spending
from storage.transactions import Transactions
from storage.turns import forgetting


class PersonalRows:
    """What is kept of a person. A part of `storage.store.SqlStore`."""

    def __init__(self, transactions: Transactions, originals: Originals) -> None:
        self._write = transactions.write
        self._read = transactions.read
        self._reclaim = transactions.reclaim
        self._originals = originals

    async def forget_exchange(self, command: Turn, *, now: datetime) -> Sequence[Turn] | None:
        is_there, (withdrawn, unused) = await self._write(lambda c: forgetting.forget_exchange(c, command, now=now))
        await self._originals.remove(unused)
        await self._reclaim()
        return withdrawn if is_there else None

    async def forget(self, command: Turn, scope: Scope, *, now: datetime) -> Sequence[Turn]:
        every: list[Turn] = []
        is_more = True
        while is_more:
            is_more, (withdrawn, unused) = await self._write(
                lambda c: forgetting.forget_some(c, command, scope, now=now)
            )
            await self._originals.remove(unused)
            every += withdrawn
        await self._write(lambda c: forgetting.forget_rest(c, command, scope, now=now))
        await self._reclaim()
        return every

    async def kept_of(
        self, platform: PlatformName, person: PersonId, *, after: TurnId
    ) -> tuple[TurnId | None, Sequence[Mapping[str, Any]]]:
        return await self._read(lambda c: exporting.kept_of(c, platform, person, after=after))

    async def spent(self, key: ConversationKey, *, person: PersonId | None, is_here: bool, since: datetime) -> Spent:
        return await self._read(lambda c: spending.spent(c, key, person=person, is_here=is_here, since=since))
