"""How much may still be sent: pure counting, the time comes in as an argument."""

import bisect
import enum
import math
from collections import deque
from typing import TypeAlias

from bot.ports.limits import Rate

LONG_S = 10.0
"""A window that is longer can hold the end of an answer up for as long: a place is kept in it for every answer that
grows. In a shorter one places come back soon, and a third of them is kept."""

MOST_CAUTION = 8.0
"""How much slower than the platform's numbers a chat is written to at most, after it was refused."""

CAUTION_HALVES_S = 60.0
"""Half of the caution is gone after so long."""

SAME_FLOOD_S = 5.0
"""What is refused within this time was on its way already: it counts once."""


class Urgency(enum.IntEnum):
    """What goes first."""

    FINAL = 0
    """What has to stand in the chat at the end. Nothing is held back for others."""
    FIRST = 1
    """The first words of an answer."""
    UPDATE = 2
    """More words of an answer that is seen growing."""
    TYPING = 3


class Window:
    """The requests of the last seconds, against one `Rate`.

    A request counts while it is under way and `Rate.seconds` from its end: whenever it arrived in between, the platform
    never counts more than this. Bound: as many times as `Rate.count` times `MOST_CAUTION`.
    """

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._under_way = 0
        self._ended_s: deque[float] = deque()

    def begin(self) -> None:
        self._under_way += 1

    def end(self, now_s: float) -> None:
        self._under_way -= 1
        self._ended_s.append(now_s)

    def take_back(self) -> None:
        """Let a request that was begun not count: it was never sent."""
        self._under_way -= 1

    def spare(self, wanted: int, *, for_updates: bool = True) -> int:
        """How many places are really kept, when it were good to keep so many."""
        del for_updates
        return wanted if self.rate.seconds > LONG_S else min(wanted, self.rate.count // 3)

    def wait_s(self, now_s: float, *, spare: int, caution: float = 1.0) -> float:
        """How long until one more request fits and `spare` more would; infinite while only other events can tell.

        Args:
            now_s: By `Clock.monotonic_s`.
            spare: Places to leave free.
            caution: The window counts as so many times longer.
        """
        self._forget(now_s)
        length_s: float = self.rate.seconds * caution
        first = bisect.bisect_right(self._ended_s, now_s - length_s)
        surplus = self._under_way + len(self._ended_s) - first + 1 + spare - self.rate.count
        if surplus <= 0:
            return 0.0
        if surplus > len(self._ended_s) - first:
            return math.inf
        return self._ended_s[first + surplus - 1] + length_s - now_s

    def is_idle(self, now_s: float) -> bool:
        """Whether it has nothing to remember."""
        self._forget(now_s)
        return not self._under_way and not self._ended_s

    def _forget(self, now_s: float) -> None:
        while self._ended_s and self._ended_s[0] <= now_s - self.rate.seconds * MOST_CAUTION:
            self._ended_s.popleft()


class Bucket:
    """Places that come back one by one, up to `Rate.burst`, against a `Rate` that has one.

    A request takes its place while it is under way, and from its end on the place comes back: whenever it arrived in
    between, the platform has more places left than this.
    """

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._each_s = rate.seconds / rate.count
        self._places = float(rate.burst)
        self._under_way = 0
        self._at_s = 0.0

    def begin(self) -> None:
        self._under_way += 1

    def end(self, now_s: float) -> None:
        self._refill(now_s)
        self._under_way -= 1
        self._places -= 1

    def take_back(self) -> None:
        """Let a request that was begun not count: it was never sent."""
        self._under_way -= 1

    def spare(self, wanted: int, *, for_updates: bool = True) -> int:
        """How many places are really kept, when it were good to keep so many.

        Updates wait for a bucket that is full but for one: as many come through in the end, and all places are there
        for the ends of answers. First words take what there is.
        """
        return min(wanted, self.rate.burst - 1 if for_updates else 1)

    def wait_s(self, now_s: float, *, spare: int, caution: float = 1.0) -> float:
        """See `Window.wait_s`."""
        if 1 + spare + self._under_way > self.rate.burst:
            return math.inf
        self._refill(now_s)
        return max(0.0, (1 + spare + self._under_way - self._places) * self._each_s * caution)

    def is_idle(self, now_s: float) -> bool:
        """Whether all places are there."""
        self._refill(now_s)
        return not self._under_way and self._places >= self.rate.burst

    def _refill(self, now_s: float) -> None:
        self._places = min(float(self.rate.burst), self._places + (now_s - self._at_s) / self._each_s)
        self._at_s = now_s


Account: TypeAlias = Window | Bucket


def account_of(rate: Rate) -> Account:
    """What counts requests against this rate."""
    return Bucket(rate) if rate.burst else Window(rate)


class Caution:
    """Slower after a refusal, and gradually back: nobody knows the platform's real numbers."""

    def __init__(self) -> None:
        self._extra = 0.0
        self._since_s = -math.inf

    def factor(self, now_s: float) -> float:
        """1 when all is well; by this factor waits are longer."""
        if not self._extra:
            return 1.0
        return 1.0 + self._extra * math.exp2((self._since_s - now_s) / CAUTION_HALVES_S)

    def refused(self, now_s: float) -> None:
        """Note that the platform found it too much."""
        if now_s - self._since_s < SAME_FLOOD_S:
            return
        self._extra = min(2 * self.factor(now_s), MOST_CAUTION) - 1
        self._since_s = now_s
