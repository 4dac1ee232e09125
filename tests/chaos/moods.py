"""What the model is like when it is asked in a soak."""

import enum
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tests.chaos.ledger import pieces_of
from tests.emulators.model import Script


class Mood(enum.StrEnum):
    """What the model is like when it is asked."""

    WELL = "well"
    SLOW = "slow"
    CUT_ONCE = "cut once"
    CUT = "cut always"
    FAILS_ONCE = "fails once"
    FAILS = "fails always"
    BUSY_ONCE = "busy once"
    SILENT = "says nothing"
    THINKS = "only thinks"


WEIGHTS: Mapping[Mood, int] = MappingProxyType(
    {
        Mood.WELL: 70,
        Mood.SLOW: 12,
        Mood.CUT_ONCE: 4,
        Mood.CUT: 2,
        Mood.FAILS_ONCE: 4,
        Mood.FAILS: 2,
        Mood.BUSY_ONCE: 3,
        Mood.SILENT: 1,
        Mood.THINKS: 2,
    }
)
"""How often, in percent."""


def script(mood: Mood, answer: str, *, is_first: bool) -> Script:
    """What the model does in a mood."""
    said = Script(pieces=pieces_of(answer))
    cut = replace(said, cut_after=max(1, len(said.pieces) // 2))
    failed = Script(status=500)
    whims = {
        Mood.SLOW: replace(said, first_token_s=0.3, per_token_s=3.0 / len(said.pieces)),
        Mood.CUT: cut,
        Mood.CUT_ONCE: cut if is_first else said,
        Mood.FAILS: failed,
        Mood.FAILS_ONCE: failed if is_first else said,
        Mood.BUSY_ONCE: Script(status=429, headers={"Retry-After": "1"}) if is_first else said,
        Mood.SILENT: Script(pieces=()),
        Mood.THINKS: Script(pieces=(), reasoning=("hm", "hm")),
    }
    return whims.get(mood, said)
