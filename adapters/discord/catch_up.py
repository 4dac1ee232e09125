"""Catching up after every session that was not resumed: where to look back, and when."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeAlias

import discord

from adapters.discord.client import Library
from adapters.discord.keeper import Keeper
from adapters.discord.lanes import Lanes
from adapters.discord.limits import DISCORD
from adapters.discord.look_back import CatchUp, LookBack
from adapters.discord.places import Channel, Place
from adapters.discord.reading import Reading
from adapters.discord.seen import SeenUntil, earlier
from adapters.discord.whereabouts import changed_in, places_to_look_at
from bot.errors import PlatformError, PlatformRefused
from bot.events import ConversationKey
from bot.ports.chat import Intake
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_CROWDED_PAUSE_S = 1.0
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 300.0


@dataclass(slots=True, kw_only=True)
class _Gap:
    """A channel in which something may have happened unseen."""

    channel: Channel
    since: int
    """The snowflake from which on; `SeenUntil` is held back at it."""
    place: Place | None
    """None until it is looked up."""
    was_tried: bool = False


class CatchingUp:
    """Fills the gaps: one channel after the other, but before anything newer is taken in from a channel.

    Until that is done the cursor stays behind, so that a crash in the middle leaves nothing out.
    """

    def __init__(
        self,
        *,
        look_back: LookBack,
        reading: Reading,
        keeper: Keeper,
        intake: Intake,
        lanes: Lanes,
        seen: SeenUntil,
        clock: Clock,
        bounds: CatchUp,
    ) -> None:
        self._look_back = look_back
        self._reading = reading
        self._keeper = keeper
        self._intake = intake
        self._lanes = lanes
        self._seen = seen
        self._clock = clock
        self._bounds = bounds
        self._client: Library | None = None
        self._known: frozenset[ConversationKey] = frozenset()
        self._gaps: dict[int, _Gap] = {}
        self._opening: int | None = None
        self._since = 0
        self._looked_at: dict[int, int] = {}
        self._changed: list[Channel] = []
        self._worker: asyncio.Task[None] | None = None
        self._found = 0

    def opened(self, client: Library) -> None:
        """A session began. From here on every channel counts as one with a gap, until it is known which have none."""
        self.stop()
        self._client = client
        if self._opening is not None:
            self._seen.release(self._opening)
        self._since = self._opening = self._seen.point
        self._seen.hold(self._opening)
        self._changed.clear()

    def guild_came(self, client: Library, guild: discord.Guild) -> None:
        """A server's channels are known. Also long after the session began, when the server had an outage."""
        if client is self._client:
            self._changed += changed_in(guild, since=earlier(self._since, self._bounds.overlap_s))
            if self._opening is None:
                self._work_on()

    def ready(self, client: Library) -> None:
        """What comes at the beginning has come."""
        if client is self._client:
            self._work_on()

    def want(self, channel: Channel, *, since: int | None = None, place: Place | None = None) -> None:
        """Have a look at a channel, soon: something since the snowflake `since` (default: lately) was not taken in."""
        since = self._seen.point if since is None else since
        gap = self._gaps.get(channel.id)
        if gap is None:
            self._seen.hold(since)
            self._gaps[channel.id] = _Gap(channel=channel, since=since, place=place)
        else:
            self._seen.hold(min(since, gap.since))
            self._seen.release(gap.since)
            gap.since, gap.was_tried = min(since, gap.since), False
        if self._opening is None:
            self._work_on()

    async def look_before(self, channel: Channel) -> None:
        """Fill this channel's gap, if it has one, before something newer is taken in. Called in the channel's lane."""
        if self._opening is not None and self._looked_at.get(channel.id, 0) <= self._opening:
            self.want(channel, since=self._opening)
        gap = self._gaps.get(channel.id)
        if gap is not None and not gap.was_tried:
            await self._fill(gap)

    def stop(self) -> None:
        """Look no further. What is not done keeps the cursor back."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    # --- the work -------------------------------------------------------------------------------

    def _work_on(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name="discord catching up")

    async def _work(self) -> None:
        ...
