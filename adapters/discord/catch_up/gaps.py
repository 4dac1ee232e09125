"""Channels in which something may have happened unseen."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.discord.catch_up.seen import SeenUntil
from adapters.discord.places import Channel, Place


@dataclass(slots=True, kw_only=True)
class Gap:
    """One of them."""

    channel: Channel
    since: int
    """The snowflake from which on; `SeenUntil` is held back at it."""
    place: Place | None
    """None until it is looked up."""
    was_tried: bool = False
    is_waited_for: bool = False
    """Something newer is to come after what is missing."""
    may_be_overtaken: bool = False
    """It was waited for long enough."""
    refused: int = 0
    """The newest message that came but was refused, for too much waited: it will not be told again."""


class Gaps:
    """All of them. Each holds the cursor back until it is closed, so that a crash in the middle leaves nothing out."""

    def __init__(self, seen: SeenUntil) -> None:
        self._seen = seen
        self._by_channel: dict[int, Gap] = {}

    def all(self) -> Sequence[Gap]:
        return list(self._by_channel.values())

    def of(self, channel_id: int) -> Gap | None:
        return self._by_channel.get(channel_id)

    def open(self, channel: Channel, *, since: int, place: Place | None = None) -> Gap:
        """A gap from there on, or the one that is open already, which then has to be tried once more."""
        gap = self.of(channel.id)
        if gap is None:
            self._seen.hold(since)
            gap = self._by_channel[channel.id] = Gap(channel=channel, since=since, place=place)
        else:
            self._seen.hold(min(since, gap.since))
            self._seen.release(gap.since)
            gap.since, gap.was_tried = min(since, gap.since), False
        return gap

    def close_if_tried(self, gap: Gap) -> None:
        """Unless it was opened once more in the meantime."""
        if gap.was_tried:
            del self._by_channel[gap.channel.id]
            self._seen.release(gap.since)
