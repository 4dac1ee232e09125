"""Rate limits: a bucket per route and channel, and the global one."""

import time
import zlib
from dataclasses import dataclass

_GLOBAL_PER_S = 50  # Discord docs, Rate Limits.
_ROUTES = {
    # Observed by many, documented nowhere: the numbers must be read from the headers.
    "POST /channels/*/messages": (5, 5.0),
    "PATCH /channels/*/messages/*": (5, 5.0),
    "DELETE /channels/*/messages/*": (5, 1.0),
    "POST /channels/*/typing": (5, 5.0),
    "PUT /channels/*/messages/*/reactions/:word/@me": (1, 0.25),
    "PUT /applications/*/commands": (200, 24 * 3600.0),
}
_OTHER_ROUTES = (50, 1.0)


@dataclass(slots=True)
class _Bucket:
    left: int
    resets_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """What the limits say to one request."""

    headers: dict[str, str]
    retry_after_s: float = 0.0
    """Above 0: refused."""
    scope: str = "user"


class Limits:
    """All buckets. Windows are fixed: they begin with their first request."""

    def __init__(self) -> None:
        self.enabled = True
        self.refused = 0
        """How many requests were answered 429."""
        self._routes = dict(_ROUTES)
        self._buckets: dict[str, _Bucket] = {}
        self._global = _Bucket(_GLOBAL_PER_S, 0.0)

    def set(self, route: str, requests: int, per_s: float) -> None:
        self._routes[route] = (requests, per_s)
        self._buckets.clear()

    def take(self, route: str, major: str) -> Toll:
        """Count a request. `major` is the channel or webhook that has its own bucket."""
        size, per_s = self._routes.get(route, _OTHER_ROUTES) if self.enabled else (1_000_000, 1.0)
        now = time.monotonic()
        if self.enabled and not _exempt(route) and not _take(self._global, _GLOBAL_PER_S, 1.0, now):
            self.refused += 1
            return Toll(headers={}, retry_after_s=self._global.resets_at - now, scope="global")
        bucket = self._buckets.setdefault(f"{route} {major}", _Bucket(size, 0.0))
        taken = _take(bucket, size, per_s, now)
        self.refused += not taken
        reset_after_s = bucket.resets_at - now
        headers = {
            "X-RateLimit-Limit": str(size),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{time.time() + reset_after_s:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after_s + 0.001:.3f}",
            "X-RateLimit-Bucket": f"{zlib.crc32(route.encode()):08x}",
        }
        return Toll(headers=headers, retry_after_s=0.0 if taken else reset_after_s)


def _exempt(route: str) -> bool:
    """Interactions are outside of the global limit (Discord docs, Receiving and Responding)."""
    return "/interactions/" in route or "/webhooks/" in route


def _take(bucket: _Bucket, size: int, per_s: float, now: float) -> bool:
    if now >= bucket.resets_at:
        bucket.left, bucket.resets_at = size, now + per_s
    if bucket.left <= 0:
        return False
    bucket.left -= 1
    return True
