"""What it costs to keep the life of a turn, against a store that keeps nothing."""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bench.table import line, row
from bot.events import Address, ConversationKey, MessageId, MessageReceived, Person, PersonId, PlatformName
from bot.records.accepting import Accepted, Arrival, Joining
from bot.records.turns import Delivery, DeliveryState, Lease, Outcome, Turn, TurnId, TurnState
from storage.database import open_store

_PLACES = 256
_ANSWERS = 1_000
_ROUNDS = 5
_JOINING = Joining(cap_s=15, late_picture_s=5)
_LEASE_FOR = timedelta(seconds=60)
_QUESTION = "What do you see, and what do you think of it?"
_ANSWER = "A cat on a red chair, which looks at the rain. " * 20


class _Keeping(Protocol):
    """What every answer asks of `bot.ports.store.Store`."""

    async def accept(self, message: MessageReceived, arrival: Arrival) -> Accepted | None: ...

    async def begin(self, turn_id: TurnId, *, now: datetime, lease: Lease) -> Turn | None: ...

    async def conclude(self, turn_id: TurnId, outcome: Outcome, deliveries: Sequence[Delivery]) -> bool: ...

    async def close(self, turn_id: TurnId, *, now: datetime, deliveries: Sequence[Delivery]) -> None: ...


class _Nothing:
    """Says what a store would say, and keeps nothing."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    async def accept(self, message: MessageReceived, arrival: Arrival) -> Accepted | None:
        turn = Turn(
            id=TurnId(next(self._ids)),
            key=message.key,
            state=TurnState.ACCEPTED,
            attempts=0,
            is_private=message.is_private,
            command=None,
            reply_to=message.message_id,
            accepted_at=arrival.now,
            ready_at=arrival.ready_at,
        )
        return Accepted(turn=turn)

    async def begin(self, turn_id: TurnId, *, now: datetime, lease: Lease) -> Turn | None:
        del turn_id, now, lease
        return None

    async def conclude(self, turn_id: TurnId, outcome: Outcome, deliveries: Sequence[Delivery]) -> bool:
        del turn_id, outcome, deliveries
        return True

    async def close(self, turn_id: TurnId, *, now: datetime, deliveries: Sequence[Delivery]) -> None:
        del turn_id, now, deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """Of one answer, in microseconds."""

    cpu_us: float
    wall_us: float


async def table() -> str:
    """All lines: one answer after the other, and sixteen side by side."""
    lines = [line("", "nothing", "SQLite", "ratio")]
    with tempfile.TemporaryDirectory(prefix="glimpse-bench-") as directory:
        async with open_store(f"sqlite+aiosqlite:///{Path(directory) / 'glimpse.db'}") as kept:
            numbers = itertools.count(1)
            for at_once in (1, 16):
                nothing = await _cost(_Nothing(), numbers, at_once)
                sqlite = await _cost(kept, numbers, at_once)
                lines += [
                    row(f"{at_once} at once: CPU µs per answer", nothing.cpu_us, sqlite.cpu_us),
                    row(f"{at_once} at once: µs per answer, with the disk", nothing.wall_us, sqlite.wall_us),
                ]
    return "\n".join(lines)


async def _cost(store: _Keeping, numbers: Iterator[int], at_once: int) -> _Cost:
    """The median of some rounds; the first one, in which caches fill, does not count."""
    costs = [await _round(store, numbers, at_once) for _ in range(1 + _ROUNDS)][1:]
    return _Cost(
        cpu_us=statistics.median(cost.cpu_us for cost in costs),
        wall_us=statistics.median(cost.wall_us for cost in costs),
    )


async def _round(store: _Keeping, numbers: Iterator[int], at_once: int) -> _Cost:
    todo = iter(range(_ANSWERS))

    async def work() -> None:
        for _ in todo:
            await _keep_one(store, next(numbers))

    cpu_s, began_s = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return _Cost(
        cpu_us=(time.process_time() - cpu_s) / _ANSWERS * 1e6,
        wall_us=(time.perf_counter() - began_s) / _ANSWERS * 1e6,
    )


async def _keep_one(store: _Keeping, number: int) -> None:
    now = datetime.now(UTC)
    heard = MessageReceived(
        key=ConversationKey(platform=PlatformName("bench"), chat_id=str(number % _PLACES)),
        message_id=MessageId(str(number)),
        sender=Person(id=PersonId("1"), name="Ann"),
        sent_at=now,
        is_private=True,
        text=_QUESTION,
        raw_text=_QUESTION,
        address=Address.PRIVATE,
    )
    accepted = await store.accept(heard, Arrival(now=now, ready_at=now, joining=_JOINING))
    assert accepted is not None
    turn_id = accepted.turn.id
    await store.begin(turn_id, now=now, lease=Lease(owner="bench", until=now + _LEASE_FOR))
    outcome = Outcome(state=TurnState.ANSWERED, text=_ANSWER, answer=_ANSWER, started_at=now)
    await store.conclude(turn_id, outcome, [Delivery(part=0, state=DeliveryState.SENDING)])
    sent = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId(f"answer {number}"))
    await store.close(turn_id, now=now, deliveries=[sent])
