"""What Telegram wants a bot to answer in time, once: pressed buttons, guest queries and inline queries."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.emulators.telegram_calls import ApiError, Params, bad_request
from tests.emulators.telegram_types import Chat, Json, Message, Person
from tests.emulators.telegram_updates import Update

LIFETIME_S = {"callback": 150.0, "inline": 30.0, "guest": 30.0}
"""How long the server takes an answer (telegram-bot-api, Client.cpp; of guest queries nothing is published)."""
_PATIENCE_S = 2.0
"""Within so long a bot that has received a query is expected to try."""
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

Kind = Literal["callback", "inline", "guest"]


@dataclass(eq=False, slots=True, kw_only=True)
class Query:
    """One that waits for its answer, or had it."""

    id: str
    kind: Kind
    person: Person
    chat: Chat
    at: float
    text: str = ""
    """What was typed inline."""
    message: Message | None = None
    """Of a guest query the one that asks; afterwards the one that answers it, as of a chosen inline result."""
    is_answered: bool = False
    is_tried: bool = False
    told: str = ""
    """What who pressed is shown, on top of the chat."""
    update: Update | None = None
    results: list[Json] = field(default_factory=list)
    """What is offered inline."""
    hint: str = ""
    """What is said instead where nothing is typed yet."""


class Queries:
    """All of one world."""

    def __init__(self, is_waiting: Callable[[Update], bool]) -> None:
        """`is_waiting` tells whether the bot has not confirmed an update yet."""
        self.passed_s = 0.0
        """Time that a test lets pass."""
        self.all: dict[str, Query] = {}
        self._is_waiting = is_waiting

    def now(self) -> float:
        return time.monotonic() + self.passed_s

    def add(self, query: Query) -> None:
        self.all[query.id] = query

    def waiting(self, kind: Kind) -> Collection[Query]:
        return [query for query in self.all.values() if query.kind == kind and not query.is_answered]

    def answered(self, kind: Kind, params: Params, name: str, violations: list[str]) -> Query:
        """Take the answer to a query.

        Raises:
            ApiError: it comes too late or twice, or there is no such query.
        """
        query = self.all.get(params.text(name))
        if query is None or query.kind != kind:
            violations.append(f"an answer to {params.text(name)!r}, which is no {kind} query")
            raise _too_old()
        query.is_tried = True
        if self.now() - query.at > LIFETIME_S[kind]:
            violations.append(f"{kind} query answered after {self.now() - query.at:.0f} s")
            raise _too_old()
        if query.is_answered:
            if query.message is None or query.message.acknowledged:
                violations.append(f"{kind} query answered twice")
            raise _too_old()
        query.is_answered = True
        return query

    def unanswered(self, requests: Collection[Any]) -> list[str]:
        """A line for each query that the bot received a while ago and never tried to answer."""
        tried = {value for request in requests for value in (request.body or {}).values() if isinstance(value, str)}
        return [
            f"{query.kind} query {query.id} was never answered"
            for query in self.all.values()
            if not query.is_tried and query.id not in tried and self._is_overdue(query)
        ]

    def _is_overdue(self, query: Query) -> bool:
        is_received = query.update is not None and not self._is_waiting(query.update)
        # What somebody typed further meanwhile has made it void.
        return is_received and query.kind != "inline" and self.now() - query.at > _PATIENCE_S


def _too_old() -> ApiError:
    return bad_request(_TOO_OLD)
