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
    BLIND_TO_MANY = "takes two pictures"
    BLIND = "takes no picture"


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
"""How often, in percent. The other moods are about pictures."""

_MOST_PICTURES = 2


def script(mood: Mood, answer: str, *, is_first: bool, pictures: int) -> Script:
    """What the model does in a mood. `is_first`: it is the first request with this question."""
    said = Script(pieces=pieces_of(answer))
    cut = replace(said, cut_after=max(1, len(said.pieces) // 2))
    failed = Script(status=500)
    refused = Script(status=400, message=f"At most {_MOST_PICTURES} image(s) may be provided in one prompt.")
    whims = {
        Mood.SLOW: replace(said, first_token_s=0.3, per_token_s=3.0 / len(said.pieces)),
        Mood.CUT: cut,
        Mood.CUT_ONCE: cut if is_first else said,
        Mood.FAILS: failed,
        Mood.FAILS_ONCE: failed if is_first else said,
        Mood.BUSY_ONCE: Script(status=429, headers={"Retry-After": "1"}) if is_first else said,
        Mood.SILENT: Script(pieces=()),
        Mood.THINKS: Script(pieces=(), reasoning=("hm", "hm")),
        Mood.BLIND_TO_MANY: refused if pictures > _MOST_PICTURES else said,
        Mood.BLIND: Script(status=400, message="The image could not be decoded") if pictures else said,
    }
    return whims.get(mood, said)
