"""Telegram's flood limits, as far as they are known."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_PATIENCE_S = 0.25  # A request may have been under way when the 429 was sent.


@dataclass(kw_only=True)
class FloodGate:
    """Decides whether a message, an edit or an action is one too many.

    "Typing" counts too: nothing is published of it, and the strictest reading is the one to stand.

    The numbers are those of the Bots FAQ ("My bot is hitting limits"): about 1 message/s in a chat with short bursts
    allowed, 20 per minute in a group, about 30/s overall. How long a burst may be is not published.
    """

    enabled: bool = False
    per_chat_s: float = 1.0
    """Messages per second in one chat, in the long run."""
    burst: int = 5
    """Messages that one chat may get at once after a pause."""
    per_group_minute: int = 20
    overall_per_s: int = 30
    refused: int = 0
    """How many requests were answered 429."""
    now: Callable[[], float] = time.monotonic
    _tokens: dict[int, tuple[float, float]] = field(default_factory=dict)
    _sent: dict[int, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)
    _closed: dict[int, tuple[float, float]] = field(default_factory=dict)

    def admit(self, chat_id: int, *, is_group: bool, violations: list[str]) -> int | None:
        """Count one message, edit or action.

        Returns:
            None if it may pass, else the seconds for ``retry_after``. Until they are over the chat stays closed, and
            writing to it anyway is a violation.
        """
        if not self.enabled:
            return None
        now = self.now()
        since, until = self._closed.get(chat_id, (0.0, 0.0))
        if now < until:
            self.refused += 1
            if now > since + _PATIENCE_S:
                violations.append(f"wrote to chat {chat_id} {until - now:.1f} s before retry_after was over")
            return math.ceil(until - now)
        wait = max(self._chat_wait(chat_id, now), self._group_wait(chat_id, now) if is_group else 0.0)
        wait = max(wait, _window_wait(self._all, now, 1.0, self.overall_per_s))
        if wait > 0.0:
            self.refused += 1
            retry_after = math.ceil(wait)
            self._closed[chat_id] = (now, now + retry_after)
            return retry_after
        self._count(chat_id, now)
        return None

    def _chat_wait(self, chat_id: int, now: float) -> float:
        tokens, at = self._tokens.get(chat_id, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - at) * self.per_chat_s)
        self._tokens[chat_id] = (tokens, now)
        return 0.0 if tokens >= 1.0 else (1.0 - tokens) / self.per_chat_s

    def _group_wait(self, chat_id: int, now: float) -> float:
        return _window_wait(self._sent.setdefault(chat_id, deque()), now, 60.0, self.per_group_minute)

    def _count(self, chat_id: int, now: float) -> None:
        tokens, at = self._tokens[chat_id]
        self._tokens[chat_id] = (tokens - 1.0, at)
        self._sent.setdefault(chat_id, deque()).append(now)
        self._all.append(now)


def _window_wait(times: deque[float], now: float, window_s: float, allowed: int) -> float:
    """How long until one more fits into a sliding window."""
    while times and times[0] <= now - window_s:
        times.popleft()
    return 0.0 if len(times) < allowed else times[0] + window_s - now
