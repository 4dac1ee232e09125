"""Catching up after every session that was not resumed: where to look back, and when."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import discord

from adapters.discord.catch_up.bounds import CatchUp
from adapters.discord.catch_up.gap import Gap
from adapters.discord.catch_up.look_back import LookBack
from adapters.discord.catch_up.seen import SeenUntil, earlier, snowflake
from adapters.discord.catch_up.whereabouts import Horizon, last_message, places_to_look_at, readable_in
from adapters.discord.client import Library
from adapters.discord.limits import DISCORD
from adapters.discord.places import Channel, Place, place_of
from adapters.discord.receiving.keeper import Keeper
from adapters.discord.receiving.lanes import Lanes
from adapters.discord.receiving.reading import Reading
from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable
from bot.events import ConversationKey
from bot.ports.clock import Clock
from bot.ports.intake import Intake, KnownPlace

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
        self._gaps: dict[int, Gap] = {}
        self._since = 0
        self._opened = 0
        self._opening: int | None = None
        self._calm: set[int] = set()
        self._looked_at: set[int] = set()
        self._told_from: dict[int, int] = {}
        self._read_until: dict[int, int] = {}
        self._changed: list[Channel] = []
        self._worker: asyncio.Task[None] | None = None
        self._found = 0

    async def load(self) -> None:
        """Learn which conversations are known."""
        await self._places()

    def opened(self, client: Library, *, at: datetime) -> None:
        """A session began. From here on every channel counts as one with a gap, until it is known which have none."""
        self.stop()
        self._client = client
        held, self._opening = self._opening, self._seen.point
        self._since = self._opening
        self._opened = snowflake(at)
        self._seen.hold(self._opening)
        if held is not None:
            self._seen.release(held)
        self._calm.clear()
        self._looked_at.clear()
        self._told_from.clear()
        self._changed.clear()

    def guild_came(self, client: Library, guild: discord.Guild) -> None:
        """A server's channels are known. Also long after the session began, when the server had an outage."""
        if client is not self._client:
            return
        since = earlier(self._since, self._bounds.overlap_s)
        readable = readable_in(guild, self._reading.bot_id)
        changed = [channel for channel in readable if last_message(channel) > since]
        if self._opening is not None:
            self._changed += changed
            self._calm.update(channel.id for channel in readable if last_message(channel) <= since)
            return
        for channel in changed:
            self._want(channel, since=self._since)
        if changed:
            self._work_on()

    def ready(self, client: Library) -> None:
        """What comes at the beginning has come."""
        if client is self._client:
            self._work_on()

    def heard(self, channel: Channel, number: int) -> None:
        """A message came. From the first one on, what is said in its channel is told and needs not be looked for."""
        if self._is_news(number) and (self._opening is not None or channel.id in self._gaps):
            self._told_from.setdefault(channel.id, number)

    def refused(self, channel: Channel, number: int | None) -> None:
        """Something that came could not be queued: the message with this number, or a change of any other."""
        gap = self._want(channel, since=self._seen.point if number is None else number - 1)
        gap.refused = max(gap.refused, number or 0)
        if self._opening is None:
            self._work_on()

    async def look_before(self, channel: Channel, number: int | None) -> None:
        """Fill this channel's gap, if it has one, before something newer is taken in. Called in the channel's lane.

        Waits up to a minute for a Discord that does not show what is missing.

        Args:
            channel: The lane's.
            number: The message that comes next, if it is one.
        """
        may_have_gap = channel.id not in self._calm and channel.id not in self._looked_at
        # Discord does not list private chats: what came first in one that the bot does not know is only found now.
        if may_have_gap and (self._opening is not None or place_of(channel).is_private):
            self._want(channel, since=self._unheard_since(channel))
        gap = self._gaps.get(channel.id)
        if gap is not None and not gap.may_be_overtaken and (number is None or number > gap.refused):
            gap.is_waited_for = True
            await self._insist_on(gap, number if number is not None and self._is_news(number) else None)
            gap.is_waited_for = False

    def _unheard_since(self, channel: Channel) -> int:
        place = place_of(channel)
        if not place.is_private or place.key in self._known:
            return self._since
        # Nothing told of this chat: what came first in it may have come before earlier sessions, too.
        horizon = snowflake(self._clock.now() - timedelta(seconds=self._bounds.age_s))
        return min(self._since, max(self._seen.began, horizon))

    def stop(self) -> None:
        """Look no further. What is not done keeps the cursor back."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    # --- the work -------------------------------------------------------------------------------

    def _want(self, channel: Channel, *, since: int, place: Place | None = None) -> Gap:
        gap = self._gaps.get(channel.id)
        if gap is None:
            self._seen.hold(since)
            gap = self._gaps[channel.id] = Gap(channel=channel, since=since, place=place)
        else:
            self._seen.hold(min(since, gap.since))
            self._seen.release(gap.since)
            gap.since, gap.was_tried = min(since, gap.since), False
        return gap

    def _work_on(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name="discord catching up")

    async def _work(self) -> None:
        if self._opening is not None:
            await self._choose(self._opening)
        wait_s = _FIRST_WAIT_S
        while self._gaps:
            for gap in list(self._gaps.values()):
                if not gap.is_waited_for:
                    await self._fill_in_lane(gap)
            if self._gaps:
                # Discord could not be reached, or more came in than can be taken in.
                await self._clock.sleep(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
        if self._found:
            _log.info("Discord: caught up with %d messages.", self._found)
            self._found = 0
        await self._seen.save()

    async def _choose(self, since: int) -> None:
        places = await self._places()
        now = self._clock.now()
        horizon = Horizon(
            since=earlier(since, self._bounds.overlap_s),
            changes_since=snowflake(now - timedelta(seconds=self._bounds.age_s)),
            threads_since=snowflake(now - _ARCHIVED_AFTER),
        )
        chosen = places_to_look_at(self._required(), places, self._changed, horizon)
        if len(chosen) > self._bounds.conversations:
            _log.warning(
                "Discord: after this absence I look back in %d of %d channels.", self._bounds.conversations, len(chosen)
            )
        # Only now, and without a pause: from here on a channel without a gap is one where nothing was missed.
        self._opening = None
        for candidate in chosen[: self._bounds.conversations]:
            if candidate.channel.id not in self._looked_at:
                self._want(candidate.channel, since=since, place=candidate.place)
        self._changed.clear()
        self._seen.release(since)

    async def _places(self) -> Sequence[KnownPlace]:
        places = await self._keeper.keep(partial(self._intake.places, DISCORD))
        self._known = frozenset(place.key for place in places)
        return places

    async def _fill_in_lane(self, gap: Gap) -> None:
        while self._lanes.are_crowded:
            await self._clock.sleep(_CROWDED_PAUSE_S)
        done = asyncio.Event()

        async def fill() -> None:
            try:
                if self._gaps.get(gap.channel.id) is gap:
                    await self._fill(gap)
            finally:
                done.set()

        self._lanes.put(gap.channel.id, f"looking back in channel {gap.channel.id}", fill, bounded=False)
        await done.wait()

    def _is_news(self, number: int) -> bool:
        # An old one proves nothing for those after it: it may be repeated, or was on its way when the session began.
        return number >= self._opened

    async def _insist_on(self, gap: Gap, until: int | None) -> None:
        waits = iter(_PATIENCE_S)
        while not await self._fill(gap, until=until):
            wait_s = next(waits, None)
            if wait_s is None:
                gap.may_be_overtaken = True
                return
            await self._clock.sleep(wait_s)

    async def _fill(self, gap: Gap, *, until: int | None = None) -> bool:
        """Returns whether it was looked."""
        gap.was_tried = True
        try:
            await self._look(gap, until)
        except PlatformRefused as error:
            _log.debug("%s Nothing is caught up there.", error)
        except PlatformError as error:
            _log.debug("%s It is tried again.", error)
            return False
        except Exception:  # noqa: BLE001 - a channel that can't be looked back in must take in what comes next
            _log.exception("Discord: looking back in channel %d failed.", gap.channel.id)
        self._looked_at.add(gap.channel.id)
        # Else it was wanted once more in the meantime.
        if gap.was_tried:
            del self._gaps[gap.channel.id]
            self._seen.release(gap.since)
        return True

    async def _look(self, gap: Gap, until: int | None) -> None:
        place = gap.place or await self._reading.place(gap.channel)
        until = None if gap.refused else self._told_from.get(gap.channel.id, until)
        since = max(earlier(gap.since, self._bounds.overlap_s), self._read_until.get(gap.channel.id, 0))
        found, newest = await self._look_back.look(
            self._required(),
            gap.channel,
            place,
            since=since,
            until=until,
            is_known=place.is_private or place.key in self._known,
        )
        self._found += found
        self._read_until[gap.channel.id] = newest

    def _required(self) -> Library:
        if self._client is None:
            raise PlatformUnavailable("Discord is not connected.")
        return self._client
