"""What is known of the channels since a session of the gateway began."""

from dataclasses import dataclass, field

from adapters.discord.client import Library
from adapters.discord.places import Channel
from bot.errors import PlatformUnavailable


@dataclass(slots=True, kw_only=True)
class Session:
    """One that was not resumed: what happened before it was not told."""

    client: Library | None = None
    """Knows the servers; None before the first session."""
    since: int = 0
    """The snowflake from which on something may be missing."""
    began: int = 0
    """The snowflake from which on all is told."""
    is_opening: bool = False
    """It is not known yet which channels have a gap: `since` is held back for all of them."""
    changed: list[Channel] = field(default_factory=list)
    """While it is opening: where something was said since."""
    calm: set[int] = field(default_factory=set)
    """Channels in which nothing was said since."""
    looked_at: set[int] = field(default_factory=set)
    """Channels that are caught up with."""
    told_from: dict[int, int] = field(default_factory=dict)
    """The first message that was told of a channel: what is said there from it on needs not be looked for."""

    @property
    def required_client(self) -> Library:
        if self.client is None:
            raise PlatformUnavailable("Discord is not connected.")
        return self.client

    def is_news(self, number: int) -> bool:
        # An old one proves nothing for those after it: it may be repeated, or was on its way when the session began.
        return number >= self.began

    def may_have_gap(self, channel_id: int) -> bool:
        return channel_id not in self.calm and channel_id not in self.looked_at
