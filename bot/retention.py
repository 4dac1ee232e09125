"""Deleting what was kept long enough."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import StorageError
from bot.ports.clock import Clock
from bot.ports.store import Store

log = logging.getLogger(__name__)

PURGE_EVERY_S = 3600.0
FORGET_PASSING_EVERY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """The operator's choices of what is kept."""

    age: timedelta
    """Of messages and answers."""
    picture_bytes: int
    """Of prepared pictures, all together."""
    original_bytes: int
    """Of files as they came, all together."""


async def keep_forgetting_passing(store: Store, clock: Clock, *, lifetime_s: float) -> None:
    """Delete what was posted to nobody a minute after its time at the latest, also when nobody writes."""
    while True:
        try:
            await store.forget_passing(now=clock.now(), lifetime_s=lifetime_s)
        except StorageError as error:
            log.warning("pictures posted to nobody could not be deleted now; next try in a minute: %s", error)
        await clock.sleep(FORGET_PASSING_EVERY_S)


async def keep_purging(store: Store, clock: Clock, rules: RetentionRules) -> None:
    """Delete it now and every hour, until cancelled."""
    while True:
        try:
            await store.purge(
                before=clock.now() - rules.age,
                max_picture_bytes=rules.picture_bytes,
                max_original_bytes=rules.original_bytes,
            )
        except StorageError as error:
            log.warning("old messages could not be deleted now; next try in an hour: %s", error)
        await clock.sleep(PURGE_EVERY_S)
