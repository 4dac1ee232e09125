"""What people may know and decide about what is kept of them."""

import enum
from dataclasses import dataclass


class Scope(enum.Enum):
    """How much a person wants forgotten."""

    MINE = enum.auto()
    """All of theirs on the platform."""
    MINE_HERE = enum.auto()
    """Theirs in this conversation."""
    ALL_HERE = enum.auto()
    """All of this conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What answers took, as the model's servers count."""

    questions: int = 0
    pictures: int = 0
    """Those that the model was shown."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    """None where no server says."""
