"""What people can have done with what is stored of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.events import ConversationKey, PersonId, PlatformName
from bot.personal import Scope, Spent
from bot.records.turns import Turn, TurnId


class PersonalData(Protocol):
    """A part of `bot.ports.store.Store`."""

    async def forget_exchange(self, command: Turn, *, now: datetime) -> Sequence[Turn] | None:
        """Forget one exchange of who gave a command, and take its answer back in the chat.

        It is the one of the message that the command replies to, or else their newest one before it. The same command
        again means the same exchange.

        Returns:
            The turn that is WITHDRAWING now; None if there is no such exchange, or if it is somebody else's.
        """
        ...

    async def forget(self, command: Turn, scope: Scope, *, now: datetime) -> Sequence[Turn]:
        """Forget words, names, pictures, files and answers, and at last who gave the command.

        Of the answers, what stands in chats stays there. What was counted (tokens, cost) stays, and is nobody's. Works
        in short transactions: whoever is interrupted does it again.

        Returns:
            Turns that were under way: they are WITHDRAWING now.
        """
        ...

    async def kept_of(
        self, platform: PlatformName, person: PersonId, *, after: TurnId
    ) -> tuple[TurnId | None, Sequence[Mapping[str, Any]]]:
        """Some exchanges of a person's in all conversations of a platform, oldest first, as JSON values.

        Returns:
            The last turn among them, to go on after; None at the end. And the exchanges.
        """
        ...

    async def spent(self, key: ConversationKey, *, person: PersonId | None, is_here: bool, since: datetime) -> Spent:
        """What answers took since then: to one person or to all, in that conversation or on its whole platform."""
        ...
