"""What is played on a stage."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.transcript.screen import View
from tests.transcript.stage import Stage

Play = Callable[[Stage], Awaitable[Sequence[View]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Something that happens to people."""

    name: str
    title: str
    play: Play
    only_on: str = ""
    """The one platform that has it; empty: both."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What the operator set for it."""
