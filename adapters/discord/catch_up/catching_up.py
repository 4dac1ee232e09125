"""Catching up after every session that was not resumed: where to look back, and when."""

import asyncio
import logging
from datetime import datetime, timedelta

import discord

from adapters.discord.bounds import CatchUp
from adapters.discord.catch_up.filling import Filling
from adapters.discord.catch_up.gaps import Gap, Gaps
from adapters.discord.catch_up.known import KnownPlaces
from adapters.discord.catch_up.seen import SeenUntil, earlier, snowflake
from adapters.discord.catch_up.session import Session
from adapters.discord.catch_up.whereabouts import Horizon, last_message, places_to_look_at, readable_in
from adapters.discord.client import Library
from adapters.discord.places import Channel, place_of
from adapters.discord.receiving.lanes import Lanes
from adapters.waits import growing
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_ARCHIVED_AFTER = timedelta(hours=1)
"""The shortest time that Discord lets be set (docs, Threads)."""
_CROWDED_PAUSE_S = 1.0
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 300.0
_PATIENCE_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Waits of something new for what was said before it, while Discord does not show that: a minute in all."""


class CatchingUp:
    """Fills the gaps: one channel after the other, but before anything newer is taken in from a channel.

    Until that is done the cursor stays behind, so that a crash in the middle leaves nothing out.
    """

    def __init__(
        self,
        *,
        gaps: Gaps,
        filling: Filling,
        known: KnownPlaces,
        lanes: Lanes,
        seen: SeenUntil,
        clock: Clock,
        bounds: CatchUp,
    ) -> None:
        self._gaps = gaps
        self._filling = filling
        self._known = known
        self._lanes = lanes
        self._seen = seen
        self._clock = clock
        self._bounds = bounds
        self._session = Session()
        self._worker: asyncio.Task[None] | None = None

    def opened(self, client: Library, *, at: datetime) -> None:
        """A session began. From here on every channel counts as one with a gap, until it is known which have none."""
        self.stop()
        before, since = self._session, self._seen.point
        self._session = Session(client=client, since=since, began=snowflake(at), is_opening=True)
        self._seen.hold(since)
        if before.is_opening:
            self._seen.release(before.since)

    def guild_came(self, client: Library, guild: discord.Guild) -> None:
        """A server's channels are known. Also long after the session began, when the server had an outage."""
        session = self._session
        if client is not session.client:
            return
        since = earlier(session.since, self._bounds.overlap_s)
        readable = readable_in(guild)
        changed = [channel for channel in readable if last_message(channel) > since]
        if session.is_opening:
            session.changed += changed
            session.calm.update(channel.id for channel in readable if last_message(channel) <= since)
            return
        for channel in changed:
            self._gaps.open(channel, since=session.since)
        if changed:
            self._work_on()

    def ready(self, client: Library) -> None:
        """What comes at the beginning has come."""
        if client is self._session.client:
            self._work_on()

    def heard(self, channel: Channel, number: int) -> None:
        """A message came. From the first one on, what is said in its channel is told and needs not be looked for."""
        session = self._session
        if session.is_news(number) and (session.is_opening or self._gaps.of(channel.id)):
            session.told_from.setdefault(channel.id, number)

    def refused(self, channel: Channel, number: int | None) -> None:
        """Something that came could not be queued: the message with this number, or a change of any other."""
        gap = self._gaps.open(channel, since=self._seen.point if number is None else number - 1)
        gap.refused = max(gap.refused, number or 0)
        if not self._session.is_opening:
            self._work_on()

    async def look_before(self, channel: Channel, number: int | None) -> None:
        """Fill this channel's gap, if it has one, before something newer is taken in. Called in the channel's lane.

        Waits up to a minute for a Discord that does not show what is missing.

        Args:
            channel: The lane's.
            number: The message that comes next, if it is one.
        """
        session = self._session
        # Discord does not list private chats: what came first in one that the bot does not know is only found now.
        if session.may_have_gap(channel.id) and (session.is_opening or place_of(channel).is_private):
            self._gaps.open(channel, since=self._unheard_since(channel))
        gap = self._gaps.of(channel.id)
        if gap is not None and not gap.may_be_overtaken and (number is None or number > gap.refused):
            gap.is_waited_for = True
            until = number if number is not None and session.is_news(number) else None
            await self._insist_on(gap, until)
            gap.is_waited_for = False

    async def _insist_on(self, gap: Gap, until: int | None) -> None:
        waits = iter(_PATIENCE_S)
        # Of another session by then, if one began meanwhile.
        while not await self._filling.fill(gap, self._session, until=until):
            wait_s = next(waits, None)
            if wait_s is None:
                gap.may_be_overtaken = True
                return
            await self._clock.sleep(wait_s)

    def _unheard_since(self, channel: Channel) -> int:
        place, since = place_of(channel), self._session.since
        if not place.is_private or place in self._known:
            return since
        # Nothing told of this chat: what came first in it may have come before earlier sessions, too.
        horizon = snowflake(self._clock.now() - timedelta(seconds=self._bounds.age_s))
        return min(since, max(self._seen.began, horizon))

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
        if self._session.is_opening:
            await self._choose(self._session)
        waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        while gaps := self._gaps.all():
            for gap in gaps:
                if not gap.is_waited_for:
                    await self._fill_in_lane(gap)
            if self._gaps.all():
                # Discord could not be reached, or more came in than can be taken in.
                await self._clock.sleep(next(waits))
        if found := self._filling.take_found():
            _log.info("Discord: caught up with %d messages.", found)
        await self._seen.save()

    async def _choose(self, session: Session) -> None:
        places = await self._known.load()
        now = self._clock.now()
        horizon = Horizon(
            since=earlier(session.since, self._bounds.overlap_s),
            changes_since=snowflake(now - timedelta(seconds=self._bounds.age_s)),
            threads_since=snowflake(now - _ARCHIVED_AFTER),
        )
        chosen = places_to_look_at(session.required_client, places, session.changed, horizon)
        most = self._bounds.conversations
        if len(chosen) > most:
            _log.warning("Discord: after this absence I look back in %d of %d channels.", most, len(chosen))
        # Only now, and without a pause: from here on a channel without a gap is one where nothing was missed.
        session.is_opening = False
        for candidate in chosen[:most]:
            if candidate.channel.id not in session.looked_at:
                self._gaps.open(candidate.channel, since=session.since, place=candidate.place)
        session.changed.clear()
        self._seen.release(session.since)

    async def _fill_in_lane(self, gap: Gap) -> None:
        while self._lanes.are_crowded:
            await self._clock.sleep(_CROWDED_PAUSE_S)
        done = asyncio.Event()

        async def fill() -> None:
            try:
                if self._gaps.of(gap.channel.id) is gap:
                    await self._filling.fill(gap, self._session)
            finally:
                done.set()

        self._lanes.put(gap.channel.id, f"looking back in channel {gap.channel.id}", fill, bounded=False)
        await done.wait()
