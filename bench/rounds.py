"""What is asked of a bot in one round, and where."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.contest import Contestant
from bench.stages import Place
from bench.table import Results
from tests.emulators.model import Script

_LINE = (" the", " cat", " sits", " on", " a", " red", " chair", " and", " looks", " at", " the", " rain")
_TOKENS = ("So", *itertools.islice(itertools.cycle(_LINE), 199))

INSTANT = Script(pieces=("A", " cat", " on", " a", " red", " chair", "."))
REALISTIC = Script(pieces=_TOKENS, first_token_s=0.3, per_token_s=1 / 80)
BRISK = Script(pieces=_TOKENS[:20], first_token_s=0.02, per_token_s=0.01)
"""To see what the history costs: streamed, but soon over."""

EARLIER = {10: 16, 100: 16, 50_000: 8}
"""Messages in a conversation before it is measured, and how many such conversations there are.

From 100 on the prompt is as long as it ever gets. There are more conversations than people who ask: nobody asks again
where the last answer has just come, for that would measure how long its turn takes to end.
"""
FEWEST = min(EARLIER)

_BUSY_PLACES = 256
_INSTANT_AT_ONCE, _REALISTIC_AT_ONCE, _BRISK_AT_ONCE = 64, 16, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured. Seconds are those of one round."""

    rounds: int
    warm_up_s: float
    instant_s: float
    realistic_s: float
    brisk_s: float


FULL = Extent(rounds=3, warm_up_s=1.5, instant_s=2.0, realistic_s=5.0, brisk_s=2.0)
QUICK = Extent(rounds=1, warm_up_s=0.5, instant_s=1.5, realistic_s=1.0, brisk_s=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a bot is asked."""

    busy: Sequence[Place]
    """For load: many, each with the fewest earlier messages."""
    by_earlier: Mapping[int, Sequence[Place]]
    """By how many earlier messages they have, and so few questions that this hardly changes."""


def add_places(add: Callable[[], Place]) -> Places:
    """All places of one stage."""
    return Places(
        busy=[add() for _ in range(_BUSY_PLACES)],
        by_earlier={earlier: [add() for _ in range(count)] for earlier, count in EARLIER.items()},
    )


async def warm_up(contestant: Contestant, places: Places, extent: Extent) -> None:
    """Let caches fill and connections open."""
    await contestant.play(INSTANT, places.busy, seconds=extent.warm_up_s, at_once=_INSTANT_AT_ONCE)


async def play(
    contestant: Contestant, places: Places, extent: Extent, results: Results, *, earlier: Iterable[int]
) -> None:
    """One round of everything. `earlier`: for which lengths of history."""
    results.instant.append(
        await contestant.play(INSTANT, places.busy, seconds=extent.instant_s, at_once=_INSTANT_AT_ONCE)
    )
    results.realistic.append(
        await contestant.play(
            REALISTIC, places.busy, seconds=extent.realistic_s, at_once=_REALISTIC_AT_ONCE, stagger_s=0.1
        )
    )
    for count in earlier:
        where = places.by_earlier[count]
        results.brisk.setdefault(count, []).append(
            await contestant.play(BRISK, where, seconds=extent.brisk_s, at_once=_BRISK_AT_ONCE, stagger_s=0.05)
        )
    results.resident_mb = contestant.process.resident_mb()
    results.peak_mb = contestant.process.peak_mb()
