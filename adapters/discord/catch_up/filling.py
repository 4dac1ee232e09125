"""Filling one gap."""

import logging

from adapters.discord.bounds import CatchUp
from adapters.discord.catch_up.gaps import Gap, Gaps
from adapters.discord.catch_up.known import KnownPlaces
from adapters.discord.catch_up.look_back import LookBack
from adapters.discord.catch_up.seen import earlier
from adapters.discord.catch_up.session import Session
from adapters.discord.receiving.reading import Reading
from adapters.newest import Newest
from bot.errors import PlatformError, PlatformRefused

_log = logging.getLogger(__name__)

_MOST_REMEMBERED = 4096
"""Channels. Of another one what was read already is read again, which changes nothing."""


class Filling:
    """Looks back where gaps are, and closes them. To be called in the channel's lane."""

    def __init__(
        self,
        gaps: Gaps,
        *,
        look_back: LookBack,
        reading: Reading,
        known: KnownPlaces,
        bounds: CatchUp,
    ) -> None:
        self._gaps = gaps
        self._look_back = look_back
        self._reading = reading
        self._known = known
        self._bounds = bounds
        self._read_until: Newest[int, int] = Newest(_MOST_REMEMBERED)
        self._found = 0

    def take_found(self) -> int:
        """How many new messages were found since the last call."""
        found, self._found = self._found, 0
        return found

    async def fill(self, gap: Gap, session: Session, *, until: int | None = None) -> bool:
        """Look once, for what was said before `until`, if anything. Returns whether Discord let the bot look."""
        gap.was_tried = True
        try:
            await self._look(gap, session, until)
        except PlatformRefused as error:
            _log.debug("%s Nothing is caught up there.", error)
        except PlatformError as error:
            _log.debug("%s It is tried again.", error)
            return False
        except Exception:  # noqa: BLE001 - a channel that can't be looked back in must take in what comes next
            _log.exception("Discord: looking back in channel %d failed.", gap.channel.id)
        session.looked_at.add(gap.channel.id)
        self._gaps.close_if_tried(gap)
        return True

    async def _look(self, gap: Gap, session: Session, until: int | None) -> None:
        number = gap.channel.id
        place = gap.place or await self._reading.place(gap.channel)
        found, newest = await self._look_back.look(
            session.required_client,
            gap.channel,
            place,
            since=max(earlier(gap.since, self._bounds.overlap_s), self._read_until.get(number, 0)),
            until=None if gap.refused else session.told_from.get(number, until),
            is_known=place.is_private or place in self._known,
        )
        self._found += found
        self._read_until[number] = newest
