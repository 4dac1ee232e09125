"""What the emulators share: scripted faults, the record of requests, waiting for what a person would see."""

import asyncio
import fnmatch
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(kw_only=True)
class Fault:
    """Something that goes wrong with the next matching requests."""

    pattern: str
    """``METHOD /path`` with shell wildcards, e.g. ``POST /channels/*/messages`` or ``* /sendMessage``."""
    times: int = 1
    """How many matching requests it hits."""
    skip: int = 0
    """How many matching requests it lets through first."""
    status: int = 500
    body: Any = None
    """JSON to answer with; None for the emulator's usual error body for that status."""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    """Wait so long before answering."""
    hold: asyncio.Event | None = None
    """Wait for this before answering: as long as the test wants."""
    drop: bool = False
    """Close the connection instead of answering."""
    after_effect: bool = False
    """The request takes effect first, then goes wrong: the client can't know."""

    async def keep_waiting(self) -> None:
        """Returns when it is time to answer."""
        await asyncio.sleep(self.delay_s)
        if self.hold is not None:
            await self.hold.wait()


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as the emulator saw it."""

    method: str
    path: str
    """Without the base and without any token."""
    body: Any
    status: int
    """What was answered; 0 for a dropped connection."""
    at: float = field(default_factory=time.monotonic)


class Emulated:
    """The base of each emulator. `violations` must be empty at the end of a test: a fixture asserts it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.violations: list[str] = []

    def fail(self, pattern: str, **fault: Any) -> Fault:
        """Script a fault; the first one that matches wins. A test can end it (`times = 0`)."""
        scripted = Fault(pattern=pattern, **fault)
        self.faults.append(scripted)
        return scripted

    def take_fault(self, method: str, path: str) -> Fault | None:
        """The fault for this request, counted down."""
        for fault in self.faults:
            if fault.times > 0 and fnmatch.fnmatch(f"{method} {path}", fault.pattern):
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                return fault
        return None


async def eventually(look: Callable[[], T], *, within_s: float = 60.0, what: str = "") -> T:
    """Wait until `look` returns something truthy, and return that.

    Raises:
        AssertionError: it did not within `within_s` seconds.
    """
    give_up = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < give_up, f"not within {within_s} s: {what or look}"
        await asyncio.sleep(0.01)
    return seen
