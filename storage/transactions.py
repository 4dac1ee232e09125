"""How queries are run: the seam between the subjects (turns, history, ...) and a database."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, TypeVar

import sqlalchemy as sa

Result = TypeVar("Result")

AnyRow: TypeAlias = sa.Row[*tuple[Any, ...]]

Work: TypeAlias = Callable[[sa.Connection], Result]
"""The body of one transaction. It gets a plain Core connection, waits for nothing else, and returns what it found.

It changes nothing but the database: after a rollback it may be run once more.
"""


class Transactions(Protocol):
    """Runs a `Work` as one whole transaction. Those that wait at the same time may share one; they still run in order.

    Cancelling the caller never leaves half of one: it is committed, or it never happened.

    Raises `bot.errors.StorageError` when the database refuses.
    """

    async def write(self, work: Work[Result], *, durable: bool = False) -> Result:
        """Run alone among the writers, and commit unless `work` raises.

        Args:
            work: What to do.
            durable: Return only when the commit, and all before it, would outlast a power cut.
        """
        ...

    async def read(self, work: Work[Result]) -> Result:
        """Run on one snapshot, beside the writers."""
        ...

    async def reclaim(self) -> None:
        """Give space that was freed back to the system, in small steps; nothing that was deleted is left after it."""
        ...
